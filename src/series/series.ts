import { savedWithin } from "../audiences/plan";
import { lackOf } from "../delivery/allowance";
import { fingerprintNow } from "../delivery/delivery";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import { checkVersions } from "../mailings/content";
import { duplicateMailing, mailingByNo, versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { clockOf, refOf } from "./objects";
import { ownerOf } from "./owner";
import * as store from "./store";
import { selectIsChanged } from "./store-parts";
import { targetOfRun } from "./target";
import { runAfter } from "./times";
import type { Plan, Series, SeriesId, SeriesStatus } from "./types";

export { runsAhead } from "./times";
export type { Plan, Run, Series, SeriesId } from "./types";

/** A group with more of them that run, rest or wait has lost sight of what it sends. */
export const SERIES_MAX = 200;
/** Clocks of one shard woken in an hour; the rest has its own alarms. */
const WOKEN_MAX = 500;
/** A clock that is so late has lost its alarm. */
const LATE_MS = 300_000;

export type ConfirmResult =
  | { is: "confirmed"; series: Series }
  | { is: "needs_approval"; series: Series }
  | { is: "over_ceiling"; ceiling: number }
  /** no_audience, too_deep: of the mailing's. errors: its words cannot be sent. no_run: its plan has no time left. too_many: series of the group. */
  | { is: "problem"; problem: "no_audience" | "too_deep" | "errors" | "no_run" | "too_many" | "not_a_draft" };

/**
 * Makes a series of a draft. From then on nobody changes the mailing: changing a series is confirming a copy of it (`changeSeries`), which
 * stops the first. A second person has to agree where a run may be as large as what the group asks that for, once for all runs.
 * @throws when D1, the gate or the audit log is away
 */
export async function confirmSeries(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { plan, recipientsMax, by }: { plan: Plan; recipientsMax: number; by: number },
): Promise<ConfirmResult> {
  const db = dbFor(ctx.env, group);
  const before = await changedFrom(db, mailing);
  const problem = await problemOf(ctx, group, mailing, plan);
  const nextAt = runAfter(plan, ctx.now);
  if (problem || nextAt === null) return { is: "problem", problem: problem ?? "no_run" };
  const lack = await lackOf(ctx, group, { by, approvedBy: null, recipients: recipientsMax });
  if (lack?.is === "ceiling") return { is: "over_ceiling", ceiling: lack.ceiling };
  const status = lack?.is === "colleague" ? "waiting" : "active";
  const id = newId<SeriesId>();
  const isMade = await written(ctx, group, async () => {
    await record(ctx, group, { id, by, what: "confirmed", detail: { plan, recipientsMax, status } });
    const replaced = await store.insertSeries(db, {
      ...{ id, mailingNo: mailing.no, plan, recipientsMax, status, by, nextAt, now: ctx.now },
      familyNo: before?.familyNo ?? null,
    });
    return noteReplaced(ctx, group, { id, by }, replaced);
  });
  const series = isMade ? await store.selectSeries(db, id) : null;
  if (!series) return { is: "problem", problem: "not_a_draft" };
  return { is: status === "waiting" ? "needs_approval" : "confirmed", series };
}

/** Writes down which series one took the place of. False when it did not come to be. */
async function noteReplaced(
  ctx: Context,
  group: Group,
  { id: replacedBy, by }: { id: SeriesId; by: number },
  replaced: readonly SeriesId[] | null,
): Promise<boolean> {
  for (const id of replaced ?? [])
    await record(ctx, group, { id, by, what: "stopped", detail: { replacedBy } });
  return replaced !== null;
}

async function problemOf(ctx: Context, group: Group, mailing: Mailing, plan: Plan) {
  const db = dbFor(ctx.env, group);
  if (mailing.status !== "draft" || (await store.selectByMailing(db, mailing.no))) return "not_a_draft";
  if (!mailing.target) return "no_audience";
  // Of whatever family it will be: numbers take as much room as others.
  if (!targetOfRun(mailing.target, plan, 1)) return "too_deep";
  if ((await store.countOpen(db)) >= SERIES_MAX) return "too_many";
  return (await hasErrors(ctx, group, mailing)) ? "errors" : null;
}

/** Whether something of a mailing's words keeps it from being sent. */
export async function hasErrors(ctx: Context, group: Group, mailing: Mailing): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const [versions, wrapper] = await Promise.all([
    versionsOf(db, mailing.no),
    wrapperOf(db, mailing.settings.wrapperNo),
  ]);
  const problems = await checkVersions(ctx, group, mailing, versions, wrapper);
  return problems.some(({ isError }) => isError);
}

/**
 * Whether something a series is made of was changed since it was confirmed, though its mailing was not: its wrapper, a snippet it names, or
 * an audience it asks for by name. What a merge file holds is meant to change.
 */
export async function isChangedSince(db: GroupDb, series: Series, pattern: Mailing): Promise<boolean> {
  const saved = pattern.target ? await savedWithin(db, pattern.target.audience) : new Map<number, never>();
  return selectIsChanged(db, pattern, [...saved.keys()], series.createdAt);
}

/** The series a draft was made from to change it, also by way of other drafts; null for any other draft. The runs of a series are no changes of it. */
export function changedFrom(db: GroupDb, { no }: Pick<Mailing, "no">): Promise<Series | null> {
  return store.selectChanged(db, no);
}

export type AgreeResult =
  | { is: "agreed" }
  | { is: "own" }
  | { is: "over_ceiling" }
  | { is: "over" }
  | { is: "changed" }
  /** Its words are others than those that were looked at. */
  | { is: "words_changed" }
  | { is: "not_waiting" };

/**
 * A second person agrees to the words of a series, for all its runs up to the number of recipients it names, with the ceiling they have themselves.
 * @param seen stands for the words they looked at, as `fingerprintNow` has it; nothing where that was not noted
 */
export async function agreeToSeries(
  ctx: Context,
  group: Group,
  series: Series,
  by: number,
  seen?: string,
): Promise<AgreeResult> {
  if (series.status !== "waiting") return { is: "not_waiting" };
  if (series.ownerNo === by) return { is: "own" };
  const lack = await lackOf(ctx, group, { by, approvedBy: null, recipients: series.recipientsMax });
  if (lack?.is === "ceiling") return { is: "over_ceiling" };
  const nextAt = runAfter(series.plan, ctx.now);
  if (nextAt === null) return { is: "over" };
  const pattern = await mailingByNo(dbFor(ctx.env, group), series.mailingNo);
  if (!pattern) return { is: "changed" };
  const fingerprint = await fingerprintNow(ctx, group, pattern);
  if (seen !== undefined && seen !== fingerprint) return { is: "words_changed" };
  if (await isChangedSince(dbFor(ctx.env, group), series, pattern)) return { is: "changed" };
  const isDone = await written(ctx, group, async (db) => {
    await record(ctx, group, {
      ...series,
      by,
      what: "approved",
      detail: { recipientsMax: series.recipientsMax },
    });
    const replaced = await store.approve(db, series.id, { by, fingerprint, nextAt, now: ctx.now });
    return noteReplaced(ctx, group, { id: series.id, by }, replaced);
  });
  return { is: isDone ? "agreed" : "not_waiting" };
}

/** No run begins until somebody lets it go on; what is on its way goes on. False when it did not run. */
export function pauseSeries(ctx: Context, group: Group, series: Series, by: number): Promise<boolean> {
  return move(ctx, group, series, { from: ["active"], to: "paused", nextAt: null, by });
}

/** For good. What is on its way goes on. False when it was over. */
export function stopSeries(ctx: Context, group: Group, series: Series, by: number): Promise<boolean> {
  return move(ctx, group, series, { from: ["waiting", "active", "paused"], to: "stopped", nextAt: null, by });
}

/** Goes on with the next time of its plan; what passed meanwhile is not made up for. */
export async function resumeSeries(
  ctx: Context,
  group: Group,
  series: Series,
  by: number,
): Promise<"resumed" | "over" | "no_owner" | "not_paused"> {
  if (series.status !== "paused") return "not_paused";
  // Somebody else confirms a copy: what is sent is sent in somebody's name, and under their ceiling.
  if (!(await ownerOf(ctx, group, series))) return "no_owner";
  const nextAt = runAfter(series.plan, ctx.now);
  if (nextAt === null) return "over";
  const isDone = await move(ctx, group, series, { from: ["paused"], to: "active", nextAt, by });
  return isDone ? "resumed" : "not_paused";
}

/** A draft to change a series with: when it is confirmed, the series stops. Null when what it copies is gone. */
export async function changeSeries(
  ctx: Context,
  group: Group,
  series: Series,
  { by, title }: { by: number; title: string },
): Promise<Mailing | null> {
  const pattern = await mailingByNo(dbFor(ctx.env, group), series.mailingNo);
  return pattern && duplicateMailing(ctx, group, pattern, { no: by }, { for: "same", title });
}

type Move = {
  from: readonly SeriesStatus[];
  to: "paused" | "stopped" | "active";
  nextAt: number | null;
  by: number;
};

const acts = { paused: "paused", stopped: "stopped", active: "resumed" } as const;

function move(ctx: Context, group: Group, series: Series, { from, to, nextAt, by }: Move): Promise<boolean> {
  return written(ctx, group, async (db) => {
    if (!from.includes(series.status)) return false;
    await record(ctx, group, { ...series, by, what: acts[to], detail: {} });
    const note = to === "active" ? "" : by === series.ownerNo ? "hand" : "other";
    return store.change(db, series.no, from, { status: to, note, nextAt, now: ctx.now });
  });
}

/** Changes a series, and has the group's clock look at it whatever becomes of us in between. */
async function written(
  ctx: Context,
  group: Group,
  write: (db: GroupDb) => Promise<boolean>,
): Promise<boolean> {
  const ref = refOf(group);
  const clock = clockOf(ctx.env, ref);
  await clock.expect(ref);
  const isWritten = await write(dbFor(ctx.env, group));
  if (isWritten) await clock.wake(ref);
  return isWritten;
}

/** Wakes the clocks of groups in which something should have been done a while ago: one whose alarm was lost would stand still. */
export async function wakeSeries(ctx: Context): Promise<void> {
  for (const shard of shardNames(ctx.env)) {
    const due = await store.selectGroupsDue(dbFor(ctx.env, { no: 0, shard }), ctx.now - LATE_MS, WOKEN_MAX);
    for (const groupNo of due)
      await wakeGroup(ctx, groupNo).catch((error: unknown) =>
        ctx.log.error("series.wake", error, { groupNo }),
      );
  }
}

async function wakeGroup(ctx: Context, groupNo: number): Promise<void> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (group) await clockOf(ctx.env, refOf(group)).wake(refOf(group));
}

async function record(
  ctx: Context,
  group: Group,
  {
    id,
    by,
    what,
    detail,
  }: { id: SeriesId; by: number | null; what: string; detail: Record<string, unknown> },
): Promise<void> {
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: `series.${what}`, subject: id, detail });
}
