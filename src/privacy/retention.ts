import { actionByNo } from "../actions/action";
import { refreshPage } from "../actions/publication";
import { withdrawFiles } from "../exports/export";
import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { dropFilesWith } from "../imports/import";
import { forgetReplyFiles } from "../inbound/reply";
import { erasePerson, forgetIn } from "../intake/erasure";
import { highestPersonNo, listWorks, type Step, type StepDone, startWork, type Work } from "../people/work";
import type { Context } from "../platform/context";
import { targetOf } from "./erasure";
import { forgetElsewhere } from "./store-erasure";
import * as store from "./store-retention";
import { type RetentionRule, retentionRules } from "./types";

export type { RuleRow } from "./store-retention";

/** A rule is applied to everybody once a day. */
const AGAIN_MS = 24 * 3_600_000;
/** People forgotten in one step; each is a transaction of a dozen short statements. */
const FORGOTTEN_PER_STEP = 20;
/** How long a preview looks. */
const LOOKING_MS = 600;

export const retentionWorks = retentionRules.map((rule) => `retention.${rule}` as const);

const usual: Record<RetentionRule, number> = { people: 36, referrers: 12, answers: 24 };

/** The rules of a group, those never saved as they would begin. */
export async function rulesOf(db: GroupDb): Promise<store.RuleRow[]> {
  const saved = await store.selectRules(db);
  return retentionRules.map(
    (rule) =>
      saved.find((row) => row.rule === rule) ?? {
        ...{ rule, months: usual[rule], isOn: false, alsoSubscribed: false },
        ...{ lastAt: null, lastCount: null },
      },
  );
}

/** The moment so many months before another, by the calendar. */
export function monthsBefore(now: number, months: number): number {
  const at = new Date(now);
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() - months);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, last));
  return at.getTime();
}

type Wanted = Pick<store.RuleRow, "rule" | "months" | "alsoSubscribed">;

/** How much a rule would find now; `isWhole` is false when there was no time to look at everybody. */
export async function previewRule(
  db: GroupDb,
  wanted: Wanted,
  now: number,
): Promise<{ count: number; isWhole: boolean }> {
  const until = Date.now() + LOOKING_MS;
  const last = await highestPersonNo(db);
  const before = monthsBefore(now, wanted.months);
  let count = 0;
  for (let from = 0; from < last; from += store.RANGE) {
    if (Date.now() > until) return { count, isWhole: false };
    const range = { from, to: from + store.RANGE, before, alsoSubscribed: wanted.alsoSubscribed };
    count +=
      wanted.rule === "people"
        ? await store.countIdle(db, range)
        : await store.countOld(db, wanted.rule, range);
  }
  return { count, isWhole: true };
}

/** Saves a rule. One that is on is applied at once and every day from then on. */
export async function saveRule(
  ctx: Context,
  group: Group,
  rule: Wanted & { isOn: boolean },
  by: number,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const { months, isOn, alsoSubscribed } = rule;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by, act: "retention.saved", subject: rule.rule },
    detail: { months, isOn, ...(rule.rule === "people" ? { alsoSubscribed } : {}) },
  });
  await store.upsertRule(db, rule, by, ctx.now);
  if (isOn) await begin(ctx, db, rule.rule, ctx.now, by);
}

async function begin(
  ctx: Context,
  db: GroupDb,
  rule: RetentionRule,
  dueAt: number,
  startedBy: number | null,
): Promise<void> {
  const totalCount = await highestPersonNo(db);
  await startWork(ctx, db, { sort: `retention.${rule}`, subject: 0, dueAt, startedBy, totalCount });
}

type Applied = { cursor: number; found: number };

/** One rule applied along the numbers of people. What it says is read anew at each step: switched off, it stops there. */
function stepOf(rule: RetentionRule): Step {
  return async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    const row = (await store.selectRules(db)).find((each) => each.rule === rule);
    const newest = (await listWorks(db, [work.sort]))[0];
    // Saved again meanwhile: the newer work applies it.
    if (!row?.isOn || (newest && newest.no > work.no)) return { cursor: work.cursor, done: 0, isOver: true };
    const before = monthsBefore(ctx.now, row.months);
    const range = {
      from: work.cursor,
      to: work.cursor + store.RANGE,
      before,
      alsoSubscribed: row.alsoSubscribed,
    };
    const applied =
      rule === "people"
        ? await forgetIdle(ctx, group, range)
        : { cursor: range.to, found: await store.dropOld(db, rule, range) };
    return finish(ctx, group, work, rule, applied);
  };
}

async function finish(
  ctx: Context,
  group: Group,
  work: Work,
  rule: RetentionRule,
  { cursor, found }: Applied,
): Promise<StepDone> {
  const db = dbFor(ctx.env, group);
  const total = Number(work.detail.found ?? 0) + found;
  const isOver = cursor >= (await highestPersonNo(db));
  const done = { cursor, done: cursor - work.cursor, detail: { found: total } };
  if (!isOver) return { ...done, isOver };
  if (total > 0)
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: null, act: "retention.applied", subject: rule },
      detail: { count: total },
    });
  await begin(ctx, db, rule, ctx.now + AGAIN_MS, null);
  return { ...done, isOver, statements: [store.appliedStatement(db, rule, total, ctx.now)] };
}

/** Forgets some of those of a range who have done nothing for long. No mark stays: they may come back by any way. */
async function forgetIdle(ctx: Context, group: Group, range: store.Range): Promise<Applied> {
  const db = dbFor(ctx.env, group);
  const idle = await store.selectIdle(db, range, FORGOTTEN_PER_STEP);
  const taken = await store.selectActionsOf(db, idle);
  if (idle.length > 0) await dropFilesWith(ctx, group, idle);
  for (const personNo of idle) {
    await forgetReplyFiles(ctx, db, personNo);
    await erasePerson(ctx, group, personNo, [], [], {
      more: forgetElsewhere(db, personNo),
      identities: [],
    });
  }
  if (idle.length > 0) await withdrawFiles(ctx, group);
  const actions = new Map(taken.map((each) => [each.no, each]));
  for (const action of actions.values()) {
    await erasedIn(
      ctx,
      group,
      action.no,
      taken.some(({ no, isShown }) => no === action.no && isShown),
    );
    await tellRemoved(ctx, group, action);
  }
  const isMore = idle.length === FORGOTTEN_PER_STEP;
  return { cursor: isMore ? (idle.at(-1) ?? range.to) : range.to, found: idle.length };
}

async function erasedIn(ctx: Context, group: Group, actionNo: number, isShown: boolean): Promise<void> {
  const action = isShown ? await actionByNo(dbFor(ctx.env, group), actionNo) : null;
  if (action) await refreshPage(ctx, group, action);
}

async function tellRemoved(
  ctx: Context,
  group: Group,
  action: Parameters<typeof targetOf>[1],
): Promise<void> {
  await forgetIn(ctx, targetOf(group, action), []);
}

export const retentionSteps: Readonly<Record<string, Step>> = Object.fromEntries(
  retentionRules.map((rule) => [`retention.${rule}`, stepOf(rule)]),
);
