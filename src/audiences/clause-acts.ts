import {
  and,
  type Compiled,
  GROUP,
  grouped,
  inTime,
  isOnce,
  type Lookup,
  nums,
  type SetOf,
  type Way,
  where,
  who,
} from "./clause-sql";
import { between, joined, type Values, within } from "./sql";
import type { ClauseOf } from "./types";

/** `participations.standing` of whoever gave their place back. */
export const CANCELLED = 3;

/** Who took part in actions. */
export function acted(
  { actions, kinds, sources, when, times }: ClauseOf<"action">,
  { values, now }: Lookup,
  way: Way,
): string {
  const conditions = [
    ...(sources ? [`pa.source IN ${values.list(sources)}`] : []),
    ...(when ? inTime("pa.acted_at", when, now) : []),
  ];
  const ofActions = inActions("x.action_no", { actions, kinds }, values);
  const from =
    way === "driver" ? fromIndex(ofActions, conditions) : fromRows({ actions, kinds }, values, way);
  return grouped(`SELECT pa.person_no FROM ${from} ${where(conditions)}`, "pa.person_no", times);
}

function inActions(
  column: string,
  { actions, kinds }: Pick<ClauseOf<"action">, "actions" | "kinds">,
  values: Values,
): string[] {
  return [
    ...(actions ? [`${column} IN (${nums(actions)})`] : []),
    ...(kinds
      ? [
          `${column} IN (SELECT a.action_no FROM actions a WHERE a.${GROUP} AND a.kind IN ${values.list(kinds)})`,
        ]
      : []),
  ];
}

const COUNTS = `removal_no = 0 AND standing <> ${CANCELLED}`;

/** Participations that count, as `pa`, in the order of people. */
function fromRows(
  { actions, kinds }: Pick<ClauseOf<"action">, "actions" | "kinds">,
  values: Values,
  way: Way,
): string {
  // Whether somebody took one action is one look. Else all that a person did is read, which lies together: the plus keeps SQLite from the
  // index of actions, which is in no order of people, and from a look for each action.
  const isOneLook = way === "each" && actions?.length === 1 && !kinds;
  const ofActions = inActions(isOneLook ? "x.action_no" : "+x.action_no", { actions, kinds }, values);
  return `(SELECT * FROM participations x WHERE x.${GROUP} AND ${who("x.person_no", way)} ${and(ofActions)} AND ${COUNTS}) pa`;
}

/**
 * Participations that count, as `pa`, from the index of actions. Those that do not count are few and have an index of their own, so that
 * a row is opened only where something more is asked of it.
 */
function fromIndex(ofActions: readonly string[], conditions: readonly string[]): string {
  const listed = `SELECT x.person_no, x.action_no, x.nth FROM participations x INDEXED BY participations_by_action
    WHERE x.${GROUP} AND ${within("x.person_no")} ${and(ofActions)}
    AND NOT EXISTS (SELECT 1 FROM participations o INDEXED BY participations_out WHERE o.${GROUP} AND o.action_no = x.action_no
      AND o.person_no = x.person_no AND o.nth = x.nth AND (o.removal_no <> 0 OR o.standing = ${CANCELLED}))`;
  if (conditions.length === 0) return `(${listed}) pa`;
  return `(${listed}) i CROSS JOIN participations pa ON pa.${GROUP} AND pa.person_no = i.person_no AND pa.action_no = i.action_no AND pa.nth = i.nth`;
}

/** Gifts that were not given back, with what is left of them. */
export function donation(
  { actions, currency, when, times, total, largest, last }: ClauseOf<"donation">,
  { values, now }: Lookup,
): Compiled[] {
  const conditions = [
    ...inActions("pa.action_no", { actions, kinds: ["fundraiser"] }, values),
    ...(currency ? [`pa.currency = ${values.one(currency)}`] : []),
    ...(when ? inTime("pa.acted_at", when, now) : []),
  ];
  const gifts = (way: Way) =>
    `SELECT person_no, acted_at, id, net FROM (SELECT pa.person_no, pa.acted_at, pa.id, pa.amount + ifnull((SELECT sum(l.amount)
     FROM ledger_entries l INDEXED BY ledger_entries_by_payment WHERE l.${GROUP} AND l.payment_id = pa.id AND l.kind > 2 AND l.currency = pa.currency), 0) AS net
     FROM participations pa INDEXED BY participations_with_gift WHERE pa.${GROUP} AND ${who("pa.person_no", way)} AND pa.amount IS NOT NULL
       AND ${COUNTS} ${and(conditions)}) WHERE net > 0`;
  const having = [
    ...(isOnce(times) ? [] : between("count(*)", times ?? {})),
    ...(total ? between("sum(net)", total) : []),
    ...(largest ? between("max(net)", largest) : []),
  ];
  const sums: SetOf = {
    rows: (way) =>
      having.length > 0 || way !== "each"
        ? `SELECT person_no FROM (${gifts(way)}) GROUP BY person_no HAVING ${joined(having, "AND")}`
        : gifts(way),
    isOrdered: true,
  };
  if (!last) return [sums];
  const newest: SetOf = {
    rows: (way) =>
      `SELECT person_no FROM (SELECT person_no, net, row_number() OVER (PARTITION BY person_no ORDER BY acted_at DESC, id DESC) AS place
       FROM (${gifts(way)})) WHERE place = 1 AND ${joined(between("net", last), "AND")}`,
    isOrdered: true,
  };
  return having.length > 0 ? [sums, newest] : [newest];
}
