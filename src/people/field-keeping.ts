import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { CustomField } from "./custom-field";
import { parseFieldValue } from "./field-value";
import { emptyPage } from "./store-emptying";
import * as store from "./store-fields";
import { UNDO_MS } from "./tag-keeping";
import { listWorks, type Step, startWork } from "./work";

export const fieldWorks = ["field.merge", "field.empty", "field.count"] as const;

/** Values that do not fit, as many as are listed. */
export const MISFITS_SHOWN_MAX = 100;
/** How long a page looks for values that do not fit. */
const LOOKING_MS = 400;
/** After this the values are counted anew when somebody looks. */
const COUNT_FRESH_MS = 60 * 60_000;

export type FieldListed = store.FieldRow & { actionCount: number; questionCount: number };

/** Every field with where it is used; those deleted that can still be brought back are told by `deletedAt`. */
export async function fieldsWithUses(db: GroupDb): Promise<FieldListed[]> {
  const [rows, uses] = await Promise.all([store.selectFields(db), store.selectUses(db)]);
  return rows
    .filter(({ mergedInto }) => mergedInto === null)
    .map((row) => {
      const used = uses.find(({ fieldNo }) => fieldNo === row.no);
      return { ...row, actionCount: used?.actions ?? 0, questionCount: used?.questions ?? 0 };
    });
}

/** Has the values of the fields counted behind, where the numbers are old. Small groups have them at the next look. */
export async function countValues(ctx: Context, db: GroupDb, rows: readonly store.FieldRow[]): Promise<void> {
  const stale = rows.filter(
    (row) => row.deletedAt === null && (row.countedAt === null || row.countedAt < ctx.now - COUNT_FRESH_MS),
  );
  if (stale.length === 0) return;
  const open = await listWorks(db, ["field.count"]);
  const isAsked = (no: number) => open.some(({ subject }) => subject === no);
  for (const { no } of stale)
    if (!isAsked(no)) await startWork(ctx, db, { sort: "field.count", subject: no, startedBy: null });
}

/** Saves what a field is. Values stay as they were said; those that do not fit are counted anew. */
export async function saveField(
  ctx: Context,
  group: Group,
  before: store.FieldRow,
  field: Pick<CustomField, "label" | "type" | "choices" | "labels" | "rules" | "note">,
  by: number,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  if (!(await store.updateField(db, before.no, field))) return false;
  if (before.type !== field.type) {
    const detail = { from: before.type, to: field.type };
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: by },
      ...{ act: "field.retyped", subject: before.key, detail },
    });
  }
  await startWork(ctx, db, { sort: "field.count", subject: before.no, startedBy: by });
  return true;
}

/** Makes `lost` the same as `kept`: at once for what is said from now on, values said before follow behind. */
export async function mergeFields(
  ctx: Context,
  group: Group,
  { kept, lost }: { kept: store.FieldRow; lost: store.FieldRow },
  by: number,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  if (!(await store.markMerged(db, kept.no, lost.no))) return false;
  const detail = { from: lost.key, to: kept.key };
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "field.merged", subject: kept.key, detail });
  const work = { sort: "field.merge", subject: lost.no, startedBy: by };
  await startWork(ctx, db, { ...work, totalCount: lost.valueCount });
  return true;
}

/** Takes a field from everybody. It can be brought back for some days. */
export async function deleteField(
  ctx: Context,
  group: Group,
  field: store.FieldRow,
  by: number,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  if (!(await store.markDeleted(db, field.no, ctx.now))) return false;
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "field.deleted", subject: field.key });
  const dueAt = ctx.now + UNDO_MS;
  await startWork(ctx, db, { sort: "field.empty", subject: field.no, startedBy: by, dueAt });
  return true;
}

export async function restoreField(
  ctx: Context,
  group: Group,
  field: store.FieldRow,
  by: number,
): Promise<boolean> {
  const isBack = await store.unmarkDeleted(dbFor(ctx.env, group), field.no);
  if (isBack)
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: by },
      ...{ act: "field.restored", subject: field.formerKey ?? "" },
    });
  return isBack;
}

export type Misfit = { personNo: number; value: string };

/** The first values that do not fit the field as it is defined now, as far as there is time to look. */
export async function misfitsOf(
  db: GroupDb,
  field: Pick<CustomField, "no" | "type" | "choices" | "rules">,
): Promise<{ found: Misfit[]; isWhole: boolean }> {
  const until = Date.now() + LOOKING_MS;
  const found: Misfit[] = [];
  let after = 0;
  while (Date.now() < until) {
    const page = await store.selectValuePage(db, field.no, after);
    found.push(...page.filter(({ value }) => !parseFieldValue(field, value).ok));
    const isLast = page.length < store.VALUE_PAGE;
    if (isLast || found.length >= MISFITS_SHOWN_MAX)
      return { found: found.slice(0, MISFITS_SHOWN_MAX), isWhole: isLast };
    after = page.at(-1)?.personNo ?? after;
  }
  return { found, isWhole: false };
}

/** One field as it is stored; null for none of the group's, and for one that has become another. */
export async function fieldRow(db: GroupDb, no: number): Promise<store.FieldRow | null> {
  const row = await store.selectField(db, no);
  return row && row.mergedInto === null ? row : null;
}

/** What is done behind of fields: values of merged ones are moved, those of deleted ones emptied, all of them counted. */
export const fieldSteps: Record<(typeof fieldWorks)[number], Step> = {
  "field.merge": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    // What it was merged into may have been merged on since.
    const kept = (await store.selectField(db, work.subject))?.mergedInto ?? null;
    const done = kept === null ? 0 : await store.moveValues(db, kept, work.subject);
    return { cursor: work.cursor + 1, done, isOver: done === 0 };
  },
  "field.empty": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    const deletedBy = ctx.now - UNDO_MS;
    const done = await emptyPage(db, "field", work.subject, deletedBy);
    if (done === 0) await store.markEmptied(db, work.subject, deletedBy, ctx.now);
    return { cursor: work.cursor + 1, done, isOver: done === 0 };
  },
  "field.count": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    const field = await store.selectField(db, work.subject);
    if (!field) return { cursor: work.cursor, done: 0, isOver: true };
    const page = await store.selectValuePage(db, work.subject, work.cursor);
    const wrong = page.filter(({ value }) => !parseFieldValue(field, value).ok).length;
    const misfits = Number(work.detail.misfits ?? 0) + wrong;
    const isOver = page.length < store.VALUE_PAGE;
    const counts = { values: work.doneCount + page.length, misfits, at: ctx.now };
    return {
      cursor: page.at(-1)?.personNo ?? work.cursor,
      done: page.length,
      isOver,
      detail: { misfits },
      statements: isOver ? [store.countsStatement(db, work.subject, counts)] : [],
    };
  },
};
