import { between, joined, num, type Values, within } from "./sql";
import type { Times, When } from "./types";

/** What a clause may need beside itself; looked up before (`plan.ts`). */
export type Lookup = {
  now: number;
  values: Values;
  /** The postal codes of a place, as `placeKey` names it. */
  codesOf(key: string): readonly string[];
  /** SQL for a saved audience. */
  saved(no: number): string;
  /** The numbers under which a tag's people are, those of tags that became it too; none once it was deleted. */
  tagsOf(no: number): readonly number[];
  /** The same for a custom field. */
  fieldsOf(no: number): readonly number[];
  /** The mailings that were sent within a time. */
  mailingsSent(when: When): readonly number[];
  /** The mailings that are runs of some series, or of what those were changed from or into. */
  runsOf(series: readonly number[]): readonly number[];
  /** Whether any two people of the group were made one: what was sent to whoever is merged is under their old number. */
  hasMerged: boolean;
};

/**
 * What a clause is in SQL: a condition on the row `p` of `people`, or the set of those it is true of. A set is written for one
 * person (`each`: a look in the order of people, for everybody who is still in question) or for all within the range (`all`).
 */
export type Compiled = { test: string } | SetOf;
export type SetOf = {
  rows(way: Way): string;
  /** Rows of the set for a range come in the order of people, each once. */
  isOrdered?: boolean;
  /** Looking for each person would take more looks than reading all of the range. */
  isForRanges?: boolean;
};
/** `each`: `p.person_no` is given. `all`: whoever is within the range. `driver`: the same, for a set that is small. */
export type Way = "each" | "all" | "driver";

const DAY_MS = 86_400_000;
/** The group of a statement, for the columns of a table that is read alone. */
export const GROUP = "group_no = ?1";

/** The people of a statement, by the column that names them. */
export function who(column: string, way: Way): string {
  return way === "each" ? `${column} = p.person_no` : within(column);
}

/** A condition on the person alone. */
export function test(sql: string): Compiled {
  return { test: sql };
}

/** Whole numbers for the right side of IN. */
export function nums(values: readonly number[]): string {
  return values.map(num).join(", ");
}

/** Conditions that follow others. */
export function and(conditions: readonly string[]): string {
  return conditions.map((condition) => `AND ${condition}`).join(" ");
}

/** Conditions that are the first. */
export function where(conditions: readonly string[]): string {
  return conditions.length > 0 ? `WHERE ${joined(conditions, "AND")}` : "WHERE 1";
}

/** Whether any one thing that happened is enough. */
export function isOnce(times: Times | undefined): boolean {
  return times === undefined || (times.least === 1 && times.most === undefined);
}

/** Whether a time goes on into the future, so that the newest moment of somebody decides. */
export function isOpenEnded(when: When | undefined): boolean {
  return when === undefined || "lastDays" in when || ("from" in when && when.to === undefined);
}

/** Rows of what happened, as the people to whom it did so often. */
export function grouped(select: string, column: string, times: Times | undefined): string {
  if (isOnce(times)) return select;
  return `${select} GROUP BY ${column} HAVING ${joined(between("count(*)", times ?? {}), "AND")}`;
}

/** Whether a moment is within a time. */
export function isInTime(at: number, when: When, now: number): boolean {
  if ("lastDays" in when) return at >= now - when.lastDays * DAY_MS;
  if ("beforeDays" in when) return at < now - when.beforeDays * DAY_MS;
  return (when.from === undefined || at >= when.from) && (when.to === undefined || at < when.to);
}

/** Conditions on a column of ms. */
export function inTime(column: string, when: When, now: number): string[] {
  if ("lastDays" in when) return [`${column} >= ${num(now - when.lastDays * DAY_MS)}`];
  if ("beforeDays" in when) return [`${column} < ${num(now - when.beforeDays * DAY_MS)}`];
  return [
    ...(when.from === undefined ? [] : [`${column} >= ${num(when.from)}`]),
    ...(when.to === undefined ? [] : [`${column} < ${num(when.to)}`]),
  ];
}

/** The same for a column of seconds, which may be null: a null is in no time. */
export function inSeconds(column: string, when: When, now: number): string[] {
  return [`${column} IS NOT NULL`, ...inTime(`${column} * 1000`, when, now)];
}
