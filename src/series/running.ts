import { estimateAudience } from "../delivery/estimate";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailingById, mailingByNo } from "../mailings/mailing";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { hold, rest } from "./holding";
import { type Ending, sendRun, watchRun } from "./run";
import * as store from "./store";
import * as runStore from "./store-runs";
import { targetOfRun } from "./target";
import { tellOfRun } from "./telling";
import { lastDue, runAfter } from "./times";
import type { Run, Series } from "./types";

/** Of one group at once; what is beyond is found by the next look. */
const RUNS_AT_ONCE = 50;
/** A run that is on its way is looked at so often until its audience is frozen. */
const WATCH_MS = 10_000;
/** What failed is tried again after so long … */
const RETRY_MS = 15_000;
/** … and after so many times, an hour of them, given up, and its owner told. What fails since D1 is away is not counted. */
const FAILURES_MAX = 240;
/** An audience is counted so long before the count goes on in the next alarm. */
const COUNT_MS = 30_000;

/** What is not begun after so long is left to the next alarm, which may take a quarter of an hour in all. */
const TURN_MS = 300_000;

/**
 * Does what is due for a group's series: goes on with runs that were begun, then takes those whose time has come. What one run
 * throws is logged and tried again, and keeps no other from running.
 * @param turnMs after so long no further run is begun
 * @returns in how many ms to look again; null when nothing is planned
 */
export async function tend(ctx: Context, group: Group, turnMs = TURN_MS): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const begunAt = Date.now();
  const soon: number[] = [];
  const due = await store.selectDue(db, ctx.now, RUNS_AT_ONCE);
  for (const seriesNo of due.unreadable) await giveUp(ctx, group, seriesNo);
  for (const series of due.series) await take(ctx, group, series);
  for (const run of await runStore.selectOpenRuns(db, RUNS_AT_ONCE)) {
    if (Date.now() - begunAt > turnMs) return 0;
    const inMs = await goOn(ctx, group, run);
    if (inMs !== null) soon.push(inMs);
  }
  const nextAt = await store.selectNextAt(db);
  if (nextAt !== null) soon.push(Math.max(0, nextAt - ctx.now - (Date.now() - begunAt)));
  return soon.length === 0 ? null : Math.min(...soon);
}

/** A series whose plan cannot be read rests, so that it keeps no other from running. */
async function giveUp(ctx: Context, group: Group, seriesNo: number): Promise<void> {
  ctx.log.error("series.plan", new Error("a plan that cannot be read"), { groupNo: group.no, seriesNo });
  const to = { status: "paused", note: "held", nextAt: null, now: ctx.now } as const;
  await store.change(dbFor(ctx.env, group), seriesNo, ["active"], to);
}

/** Of all times that passed it is the last; the run is taken before anything is made of it. */
async function take(ctx: Context, group: Group, series: Series): Promise<void> {
  if (series.nextAt === null) return;
  const { plan, nextNth: nth } = series;
  const { at: dueAt, missed } = lastDue(plan, series.nextAt, ctx.now);
  const isLast = plan.runsMax !== null && nth >= plan.runsMax;
  const nextAt = isLast ? null : runAfter(plan, dueAt);
  const run = { nth, dueAt, missed, nextAt, mailingId: newId<Run["mailingId"]>(), now: ctx.now };
  const isTaken = await runStore.takeRun(dbFor(ctx.env, group), series, run);
  if (isTaken) ctx.log.info("series.taken", { groupNo: group.no, seriesNo: series.no, nth, missed });
}

/** One step of a run, or all of them. Gives in how many ms to look at it again; null when it is done. */
async function goOn(ctx: Context, group: Group, run: Run): Promise<number | null> {
  try {
    return await step(ctx, group, run);
  } catch (error) {
    ctx.log.error("series.run", error, { groupNo: group.no, seriesNo: run.seriesNo, nth: run.nth });
    await failed(ctx, group, run);
    return RETRY_MS;
  }
}

async function failed(ctx: Context, group: Group, run: Run): Promise<void> {
  const db = dbFor(ctx.env, group);
  await runStore.noteFailure(db, run);
  if (run.state !== "taken" || run.failures < FAILURES_MAX) return;
  const mailing = await mailingById(db, run.mailingId);
  if (!mailing || mailing.status === "draft") await hold(ctx, group, run, "failed");
}

async function step(ctx: Context, group: Group, run: Run): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const series = await store.selectSeriesByNo(db, run.seriesNo);
  if (!series) throw new Error("a run of no series");
  switch (run.state) {
    case "taken":
      return settle(ctx, group, run, await make(ctx, group, series, run));
    case "asked":
      return settle(ctx, group, run, await watchRun(db, run));
    case "held":
      await tellOfRun(ctx, group, await rest(ctx, group, series, run), run);
      await runStore.closeRun(db, run);
      return null;
    default:
      return null;
  }
}

/** Counts whom it is for, asked anew, and makes and sends the mailing if there is somebody. */
async function make(ctx: Context, group: Group, series: Series, run: Run): Promise<Ending> {
  const db = dbFor(ctx.env, group);
  const made = await mailingById(db, run.mailingId);
  // It was sent, and whoever did so died before they wrote it down: whatever became of the series since.
  if (made && made.status !== "draft") {
    await runStore.noteMailing(db, run);
    return { is: "asked", recipients: null };
  }
  const pattern = await mailingByNo(db, series.mailingNo);
  const target = pattern?.target && targetOfRun(pattern.target, series.plan, series.familyNo);
  if (series.status !== "active" && series.status !== "ended") return { is: "called_off" };
  if (!pattern || !target) return { is: "held", note: "no_audience" };
  // Two that are frozen at once would have the same people.
  const other = series.plan.isOncePerPerson ? await runStore.selectUnfrozen(db, series, run, ctx.now) : null;
  if (other) return other === "waits" ? { is: "held", note: "before" } : { is: "later", inMs: WATCH_MS };
  // Before it is made, the pattern stands for it: it names the merge file.
  const options = { mailingNo: run.mailingNo ?? series.mailingNo, budgetMs: COUNT_MS };
  const { recipients, isWhole, share } = await estimateAudience(
    ctx,
    group,
    target,
    pattern.settings,
    options,
  );
  if (recipients === 0 && !isWhole) return { is: "later", inMs: 0 };
  if (recipients === 0 && series.plan.skipsEmpty && run.mailingNo === null) return { is: "empty" };
  const expected = isWhole ? recipients : Math.ceil(recipients / share);
  return sendRun(ctx, group, { series, run, pattern, target, expected });
}

async function settle(ctx: Context, group: Group, run: Run, ending: Ending): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  switch (ending.is) {
    case "later":
      return ending.inMs;
    case "asked":
      if (run.state === "taken")
        await runStore.moveRun(db, run, { state: "asked", recipients: ending.recipients });
      return WATCH_MS;
    case "held":
      await hold(ctx, group, run, ending.note);
      return 0;
    case "sent":
      await runStore.moveRun(db, run, { state: "sent", recipients: ending.recipients });
      return null;
    case "empty":
    case "called_off":
      await runStore.moveRun(db, run, { state: ending.is });
      return null;
  }
}
