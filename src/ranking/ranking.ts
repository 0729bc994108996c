import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { addToLocalTime, localTimeAt, momentOf, parseLocalTime } from "../platform/local-time";
import { type Move, moved, ranked } from "./order";
import * as store from "./store";
import type { Bounds, Day, DayBoard, DayMailing, Rivals } from "./types";

export { type Move, moves } from "./order";
export type { Day, DayBoard, DayMailing, Rivals } from "./types";

/** Days before today that the list still shows. */
const PAST_DAYS = 7;
const DAY_LENGTH = 10;

/** The day of a moment by the group's clock. */
export function dayOf({ timeZone }: Pick<Group, "timeZone">, at: number): Day {
  return localTimeAt(at, timeZone).slice(0, DAY_LENGTH);
}

/** A day as somebody wrote it; null for what is on no calendar. */
export function parseDay(text: string): Day | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseLocalTime(`${text}T00:00`) !== null ? text : null;
}

/** A day's first moment and the next one's, whatever the clocks do in between. */
function boundsOf({ timeZone }: Pick<Group, "timeZone">, day: Day): Bounds {
  const start = `${day}T00:00`;
  return { from: momentOf(start, timeZone), to: momentOf(addToLocalTime(start, { days: 1 }), timeZone) };
}

/**
 * What a mailing that begins at a moment must leave to others of that day; null where the day is not ranked. One that is not named in
 * the day's order comes after those that are.
 */
export async function rivalsOf(
  group: Group,
  db: GroupDb,
  { no, startAt }: { no: number; startAt: number },
): Promise<Rivals | null> {
  const day = dayOf(group, startAt);
  const order = await store.selectRanking(db, day);
  if (!order) return null;
  const bounds = boundsOf(group, day);
  const others = (await store.selectComing(db, bounds)).filter((each) => each.no !== no);
  const nos = ranked(order.ranking, [...others, { no, startAt }]).map((each) => each.no);
  return { ...bounds, above: nos.slice(0, nos.indexOf(no)) };
}

/** A day and its mailings in the order of their rank. */
export async function dayBoard(group: Group, db: GroupDb, day: Day): Promise<DayBoard> {
  const bounds = boundsOf(group, day);
  const [order, mailings] = await Promise.all([
    store.selectRanking(db, day),
    store.selectMailingsOfDay(db, bounds),
  ]);
  return {
    ...{ ...bounds, day, isRanked: order !== null, version: order?.version ?? 0 },
    mailings: ranked(order?.ranking ?? [], mailings),
  };
}

export type NoticedDay = { day: Day; mailings: number; isRanked: boolean };

/** The days worth looking at: today, and those lately and to come that have mailings or are ranked. */
export async function listDays(ctx: Context, group: Group, db: GroupDb): Promise<NoticedDay[]> {
  const today = dayOf(group, ctx.now);
  const first = addToLocalTime(`${today}T00:00`, { days: -PAST_DAYS }).slice(0, DAY_LENGTH);
  const [starts, rankedDays] = await Promise.all([
    store.selectStarts(db, boundsOf(group, first).from),
    store.selectRankedDays(db, first),
  ]);
  const counts = new Map<Day, number>([today, ...rankedDays].map((day) => [day, 0]));
  for (const { startAt } of starts) {
    const day = dayOf(group, startAt);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts]
    .map(([day, mailings]) => ({ day, mailings, isRanked: rankedDays.includes(day) }))
    .toSorted((one, other) => one.day.localeCompare(other.day));
}

type By = { by: number };

/** Ranks a day's mailings, as they start, or ranks them no more. What was frozen stays as it is. False when it was so already. */
export async function switchDay(
  ctx: Context,
  group: Group,
  day: Day,
  { isOn, by }: By & { isOn: boolean },
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const { mailings } = await dayBoard(group, db, day);
  const ranking = mailings.map(({ no }) => no);
  const isChanged = isOn
    ? await store.insertDay(db, day, { ranking, by, now: ctx.now })
    : await store.deleteDay(db, day);
  if (isChanged)
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: by, subject: day, detail: { name: day } },
      act: isOn ? "mailings.ranked" : "mailings.unranked",
    });
  return isChanged;
}

export type MoveResult = "moved" | "changed_meanwhile" | "not_ranked" | "not_there" | "frozen";

/** Moves one of a day's mailings that were not frozen yet among the others of them. `version` is of the order somebody looks at. */
export async function moveMailing(
  ctx: Context,
  group: Group,
  day: Day,
  { no, move, version, by }: By & { no: number; move: Move; version: number },
): Promise<MoveResult> {
  const db = dbFor(ctx.env, group);
  const board = await dayBoard(group, db, day);
  const mailing = board.mailings.find((each) => each.no === no);
  if (!mailing) return "not_there";
  if (!board.isRanked) return "not_ranked";
  if (mailing.isFrozen) return "frozen";
  const ranking = moved(board.mailings, no, move);
  if (!(await store.updateRanking(db, day, { ranking, version, by, now: ctx.now })))
    return "changed_meanwhile";
  const detail = { day, name: mailing.name, place: ranking.indexOf(no) + 1 };
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by, act: "mailings.reranked", subject: mailing.id, detail },
  });
  return "moved";
}

/** Where a mailing stands on its ranked day, from 1; null where the day is not ranked, or it is none of its mailings. */
export async function placeOf(
  group: Group,
  db: GroupDb,
  { no, startAt }: Pick<DayMailing, "no"> & { startAt: number | null },
): Promise<{ day: Day; place: number; of: number } | null> {
  if (startAt === null) return null;
  const day = dayOf(group, startAt);
  if (!(await store.selectRanking(db, day))) return null;
  const { mailings } = await dayBoard(group, db, day);
  const place = mailings.findIndex((each) => each.no === no) + 1;
  return place === 0 ? null : { day, place, of: mailings.length };
}
