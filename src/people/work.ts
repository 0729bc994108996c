import { z } from "zod";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import * as store from "./store-works";

export { highestPersonNo, STILL_THERE, type Work } from "./store-works";

/** On the WORK queue: a long work of a group has something to do. A hint; the row says what and how far. */
export const workDue = z.object({
  type: z.literal("people.work"),
  groupNo: z.number().int(),
  workNo: z.number().int(),
});

/** What one step of a work came to. `statements` are kept with it, all or nothing. */
export type StepDone = {
  cursor: number;
  done: number;
  isOver: boolean;
  detail?: Record<string, unknown>;
  statements?: D1PreparedStatement[];
};

/** One step of a work, of some 200 ms of the shard at most. It may be done twice; only one of the two is kept. */
export type Step = (ctx: Context, group: Group, work: store.Work) => Promise<StepDone>;

/** How long one message goes on before it hands over to the next, so that no group holds the queue. */
const TURN_MS = 3_000;
/** A queue delays a message by at most 12 hours (Cloudflare's docs, Queues). */
const DELAY_SECONDS_MAX = 43_200;
/** What is late by this has lost its message. */
const LOST_AFTER_MS = 15 * 60_000;
const OVERDUE_MAX = 200;

/** Starts a long work of a group, now or at a moment to come. Gives its number. */
export async function startWork(
  ctx: Context,
  db: GroupDb,
  work: Omit<store.NewWork, "dueAt" | "detail"> & { dueAt?: number; detail?: Record<string, unknown> },
): Promise<number> {
  const dueAt = work.dueAt ?? ctx.now;
  const no = await store.insertWork(db, { detail: {}, ...work, dueAt }, ctx.now);
  await ask(ctx, db.groupNo, no, dueAt - ctx.now);
  return no;
}

async function ask(ctx: Context, groupNo: number, workNo: number, inMs: number): Promise<void> {
  const delaySeconds = Math.min(Math.max(0, Math.ceil(inMs / 1_000)), DELAY_SECONDS_MAX);
  await ctx.env.WORK.send({ type: "people.work", groupNo, workNo }, delaySeconds > 0 ? { delaySeconds } : {});
}

/** Does a work that is due, step by step, and asks for another turn when there is more. */
export async function runWork(
  ctx: Context,
  due: z.infer<typeof workDue>,
  steps: Readonly<Record<string, Step>>,
): Promise<void> {
  const group = await groupByNo(ctx.directory, due.groupNo);
  if (!group) return;
  const db = dbFor(ctx.env, group);
  const until = Date.now() + TURN_MS;
  for (;;) {
    const work = await store.selectWork(db, due.workNo);
    if (!work || work.finishedAt !== null) return;
    if (work.dueAt > ctx.now) return ask(ctx, group.no, work.no, work.dueAt - ctx.now);
    const step = steps[work.sort];
    if (!step) throw new Error(`no steps for the work ${work.sort}`);
    await store.saveStep(db, work, await step(ctx, group, work), ctx.now);
    if (Date.now() >= until) return ask(ctx, group.no, work.no, 0);
  }
}

/** How long somebody who looks on waits for a work at most. */
const NOW_MS = 4_000;

/**
 * Does the steps of a work right now, for somebody who looks on, as far as a few seconds go; the message that was sent for it
 * does the rest. One that fails is left to that message too. Gives whether the work is finished.
 */
export async function runStepsNow(
  ctx: Context,
  group: Group,
  workNo: number,
  steps: Readonly<Record<string, Step>>,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const until = Date.now() + NOW_MS;
  try {
    while (Date.now() < until) {
      const work = await store.selectWork(db, workNo);
      const step = work && steps[work.sort];
      if (!work || !step || work.finishedAt !== null) return true;
      await store.saveStep(db, work, await step(ctx, group, work), ctx.now);
    }
  } catch (error) {
    ctx.log.error("work.now", error, { groupNo: group.no, workNo });
  }
  return false;
}

/** Works of some sorts, the newest first. */
export function listWorks(
  db: GroupDb,
  sorts: readonly string[],
  only: "open" | "all" = "open",
): Promise<store.Work[]> {
  return store.selectWorks(db, sorts, only);
}

/** Asks again for what should have been done by now: its message was lost. */
export async function askForOverdue(ctx: Context): Promise<void> {
  for (const shard of shardNames(ctx.env)) {
    const { d1 } = dbFor(ctx.env, { no: 0, shard });
    const found = await store.selectOverdue(d1, ctx.now - LOST_AFTER_MS, OVERDUE_MAX);
    for (const { groupNo, workNo } of found) await ask(ctx, groupNo, workNo, 0);
  }
}
