import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { askToIndex } from "../people/search-index";
import type { Context } from "../platform/context";
import { errorText } from "../platform/log";
import { dropIfWithdrawn, forgetFiles } from "./files";
import { tellHome } from "./history";
import { KEPT_MS } from "./kept";
import { tellUploader } from "./notice";
import { pageOptionsOf } from "./plan";
import { letOthersThrough, type StepOutcome, stepImport } from "./step";
import * as store from "./store";
import { MovedOn } from "./store-rows";
import { forgetBefore, nextPage, undoPage } from "./store-undo";
import { importOptions } from "./types";

/** One turn of the driver. Short, so that whoever cancels or deploys waits for little, and a killed one has little to repeat. */
const TURN_MS = 10_000;
const FIRST_RETRY_MS = 2_000;
const RETRY_MS_MAX = 60_000;
/** Failures in a row on the same rows after which somebody must look: some ten minutes. */
const FAILURES_MAX = 15;
const DAY_MS = 86_400_000;
/** Imports cleared away in one turn. */
const CLEARED_MAX = 10;

/** When the driver is to look again, in ms from now; null when there is nothing left it could wait for. */
export type Turn = { inMs: number | null; hasFailed: boolean };

/**
 * Does what is due in one group for a while: goes on with the oldest import or undo, tells uploaders, clears old files away.
 * @param failures how many turns in a row have failed before this one
 */
export async function takeTurn(
  ctx: Context,
  groupNo: number,
  failures: number,
  now: () => number = Date.now,
): Promise<Turn> {
  const until = now() + TURN_MS;
  const group = await groupByNo(ctx.directory, groupNo);
  if (!group) return { inMs: null, hasFailed: false };
  let row: store.ImportRow | null = null;
  try {
    for (;;) {
      const db = dbFor(ctx.env, group);
      row = await store.selectDue(db, now());
      if (!row) {
        const waits = [await clearAway(ctx, group, now()), await untilNextBegin(db, now())];
        const inMs = waits.filter((wait) => wait !== null);
        return { inMs: inMs.length > 0 ? Math.min(...inMs) : null, hasFailed: false };
      }
      const outcome = await workOn(ctx, group, row, until, now);
      if (outcome.is === "more") return { inMs: outcome.pauseMs, hasFailed: false };
      if (now() >= until) return { inMs: 0, hasFailed: false };
    }
  } catch (error) {
    // Cancelled, or overtaken by another turn: what is due now is looked for again.
    if (error instanceof MovedOn) return { inMs: 0, hasFailed: false };
    ctx.log.error("imports.turn", error, { groupNo, importNo: row?.importNo, failures });
    await noteFailure(ctx, group, row, error, failures).catch(() => undefined);
    return { inMs: Math.min(FIRST_RETRY_MS * 2 ** failures, RETRY_MS_MAX), hasFailed: true };
  }
}

function workOn(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  until: number,
  now: () => number,
): Promise<StepOutcome> {
  if (row.status === "running") return stepImport(ctx, group, row, until, now);
  if (row.status === "undoing") return stepUndo(ctx, group, row, until, now);
  return finish(ctx, group, row, now());
}

/** Takes an import back, page by page of its people. */
async function stepUndo(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  until: number,
  now: () => number,
): Promise<StepOutcome> {
  const db = dbFor(ctx.env, group);
  const { columns, fieldNos, mobile, history } = pageOptionsOf(row);
  const { doBlanksClear, values } = importOptions.parse(row.options ?? {});
  const plan = {
    ...{ importNo: row.importNo, columns, hasFields: fieldNos.length > 0, startedAt: row.startedAt ?? 0 },
    ...{ hasMobile: mobile !== null, actionNo: history?.actionNo ?? null },
    clears: doBlanksClear && values === "overwrite",
  };
  let after = row.undoneUpTo;
  for (;;) {
    const upTo = await nextPage(db, row.importNo, after);
    if (upTo === null) break;
    await undoPage(db, { after, upTo }, now(), plan);
    after = upTo;
    if (now() >= until) return { is: "more", pauseMs: 0 };
    await letOthersThrough();
  }
  await askToIndex(ctx, group);
  await tellHome(ctx, group, history);
  await store.updateStatus(db, row.importNo, ["undoing"], "undone", { undoneAt: now() });
  return { is: "done" };
}

/** Writes the end of an import into the log and tells the uploader. Killed in between, it is done again: twice is better than never. */
async function finish(ctx: Context, group: Group, row: store.ImportRow, now: number): Promise<StepOutcome> {
  const { fileName, rowCount, newCount, updatedCount, unchangedCount, rejectedCount } = row;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: null,
    act: "import.finished",
    subject: row.id,
    detail: {
      ...{ file: fileName, rows: rowCount, new: newCount, updated: updatedCount },
      ...{ unchanged: unchangedCount, rejected: rejectedCount },
    },
  });
  await askToIndex(ctx, group);
  await dropIfWithdrawn(ctx, group, row);
  await tellHome(ctx, group, importOptions.parse(row.options ?? {}).history);
  await tellUploader(ctx, group, row);
  await store.updateMailed(dbFor(ctx.env, group), row.importNo, now);
  return { is: "done" };
}

/** What trouble it has shows on its page; after many failures it stands still until somebody says "go on". */
async function noteFailure(
  ctx: Context,
  group: Group,
  row: store.ImportRow | null,
  error: unknown,
  failures: number,
): Promise<void> {
  if (!row) return;
  const db = dbFor(ctx.env, group);
  const trouble = errorText(error).slice(0, 300);
  if (failures + 1 >= FAILURES_MAX && row.status === "running")
    await store.updateStatus(db, row.importNo, ["running"], "stopped", { trouble });
  else await store.updateTrouble(db, row.importNo, trouble);
}

async function untilNextBegin(db: GroupDb, now: number): Promise<number | null> {
  const at = await store.selectNextBegin(db);
  return at === null ? null : Math.max(0, at - now);
}

/** Deletes the files of old imports, and what was remembered of people for undoing them. Gives when to look again. */
async function clearAway(ctx: Context, group: Group, now: number): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const old = await store.selectOld(db, now - KEPT_MS, CLEARED_MAX);
  for (const row of old) {
    await forgetFiles(ctx, { group, id: row.id });
    for (let after: number | null = 0; after !== null; ) after = await forgetBefore(db, row.importNo, after);
    if (!(await store.deleteImport(db, row.importNo))) await store.updateForgotten(db, row.importNo, now);
  }
  if (old.length === CLEARED_MAX) return 0;
  const [waiting] = await store.selectOld(db, now, 1);
  return waiting ? DAY_MS : null;
}
