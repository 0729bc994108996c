import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { noteSubscriptions } from "../people/person";
import { ensureTags, tagPeople, untagPeople } from "../people/tag";
import { subscriptionStatus } from "../people/types";
import {
  highestPersonNo,
  listWorks,
  runStepsNow,
  type Step,
  type StepDone,
  startWork,
  type Work,
} from "../people/work";
import type { Context } from "../platform/context";
import { translator } from "../ui/i18n";
import * as store from "./store-sunset";
import type { Sunset, SunsetRun } from "./types";

const DAY_MS = 86_400_000;
const AGAIN_MS = 7 * DAY_MS;
/** Nobody is silent to a group that has said nothing. */
const MAILINGS_MIN = 3;
const EMAIL_CHANNEL = 1;

export const SUNSET_WORK = "inbound.sunset";

/** How a group parts from those who no longer read; as it would begin while it was never saved. */
export async function sunsetOf(db: GroupDb): Promise<Sunset> {
  const usual = { months: 12, graceDays: 30, isDryRun: true, isOn: false, lastAt: null };
  return (await store.selectSunset(db)) ?? usual;
}

/** What it came to, the newest first. */
export function sunsetRuns(db: GroupDb): Promise<SunsetRun[]> {
  return store.selectRuns(db);
}

/** Saves the rule. One that is on is applied at once and every week from then on; somebody who looks on sees the first steps. */
export async function saveSunset(
  ctx: Context,
  group: Group,
  rule: Omit<Sunset, "lastAt">,
  by: number,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const { months, isDryRun, isOn } = rule;
  const detail = { months, isOn: isOn && !isDryRun };
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: "sunset.saved", detail });
  await store.upsertSunset(db, rule, by, ctx.now);
  if (!isOn) return;
  const work = await begin(ctx, db, ctx.now, by);
  await runStepsNow(ctx, group, work, sunsetSteps);
}

async function begin(ctx: Context, db: GroupDb, dueAt: number, startedBy: number | null): Promise<number> {
  const totalCount = await highestPersonNo(db);
  return startWork(ctx, db, { sort: SUNSET_WORK, subject: 0, dueAt, startedBy, totalCount });
}

/** Along the numbers of people. What the rule says is read anew at each step: switched off, it stops there. */
const step: Step = async (ctx, group, work) => {
  const db = dbFor(ctx.env, group);
  const rule = await store.selectSunset(db);
  const [newest] = await listWorks(db, [SUNSET_WORK]);
  // Saved again meanwhile: the newer work applies it.
  if (!rule?.isOn || (newest && newest.no > work.no)) return { cursor: work.cursor, done: 0, isOver: true };
  const before = monthsBefore(work.startedAt, rule.months);
  if ((await store.countSent(db, before)) < MAILINGS_MIN) return nothingSaid(ctx, db, work, rule.isDryRun);
  const [tagNo = 0] = await ensureTags(db, [translator(group.locale)("inbound.silence.tag")], ctx.now);
  const range = { from: work.cursor, to: work.cursor + store.RANGE, before, tagNo };
  const looked = await store.lookAt(db, { ...range, graceBefore: work.startedAt - rule.graceDays * DAY_MS });
  const isOver = range.to >= (await highestPersonNo(db));
  const statements = [store.countStatement(db, work, { isDryRun: rule.isDryRun, looked, isOver }, ctx.now)];
  if (!rule.isDryRun) {
    await tagPeople(db, tagNo, looked.toTag, ctx.now);
    await untagPeople(db, tagNo, looked.toUntag);
    statements.unshift(...leaving(ctx, db, work, looked.toLeave, before));
  }
  if (isOver) await begin(ctx, db, ctx.now + AGAIN_MS, null);
  return { cursor: range.to, done: store.RANGE, isOver, statements };
};

export const sunsetSteps: Readonly<Record<string, Step>> = { [SUNSET_WORK]: step };

async function nothingSaid(ctx: Context, db: GroupDb, work: Work, isDryRun: boolean): Promise<StepDone> {
  await begin(ctx, db, ctx.now + AGAIN_MS, null);
  const looked = { engaged: 0, silent: 0, toTag: [], toUntag: [], toLeave: [] };
  const statements = [store.countStatement(db, work, { isDryRun, looked, isOver: true }, ctx.now)];
  return { cursor: work.cursor, done: 0, isOver: true, statements };
}

function leaving(
  ctx: Context,
  db: GroupDb,
  work: Work,
  personNos: readonly number[],
  before: number,
): D1PreparedStatement[] {
  if (personNos.length === 0) return [];
  const status = subscriptionStatus.unsubscribed;
  const page = personNos.map((no) => ({ p: no, c: EMAIL_CHANNEL, s: status, t: ctx.now, r: "" }));
  return [
    store.leaveStatement(db, work, personNos, before, ctx.now),
    noteSubscriptions(db, JSON.stringify(page), { cause: "silence", by: null }),
  ];
}

/** The moment so many months before another, by the calendar. */
function monthsBefore(now: number, months: number): number {
  const at = new Date(now);
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() - months);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, last));
  return at.getTime();
}
