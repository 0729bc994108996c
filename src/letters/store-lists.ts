import type { GroupDb } from "../groups/shard";
import { rootOf } from "../people/merge";
import type { LetterKey } from "./store";
import { type LetterState, letterStates, UNDELIVERED_SHOWN_MAX } from "./types";

const TARGETS_SHOWN_MAX = 500;

const nameOf = new Map<number, LetterState>();
for (const state of ["waiting", "claimed", "sent", "failed", "unknown", "bounced", "byHand"] as const)
  nameOf.set(letterStates[state], state);

function stateName(state: number): LetterState {
  return nameOf.get(state) ?? "unknown";
}

export type TargetLetters = {
  target: string;
  name: string;
  title: string;
  office: string;
  email: string;
  bouncedAt: number | null;
  /** Mails that came back since the address was last said to work, and what the provider said of the last. */
  bounces: number;
  bounceReason: string | null;
  counts: Partial<Record<LetterState, number>>;
};

/** Who letters of an action went to, and how many are in which state; the most written to first. */
export async function lettersByTarget({ d1, groupNo }: GroupDb, actionNo: number): Promise<TargetLetters[]> {
  const { results } = await d1
    .prepare(
      `SELECT t.target, t.name, t.title, t.office, t.email, t.bounced_at, t.bounces, t.bounce_reason, c.state, c.n
       FROM (SELECT target, state, count(*) AS n, sum(count(*)) OVER (PARTITION BY target) AS total
             FROM letters INDEXED BY letters_by_target WHERE group_no = ?1 AND action_no = ?2 GROUP BY target, state) c
       CROSS JOIN letter_targets t ON t.group_no = ?1 AND t.action_no = ?2 AND t.target = c.target
       ORDER BY c.total DESC, t.target LIMIT ?3`,
    )
    .bind(groupNo, actionNo, TARGETS_SHOWN_MAX * nameOf.size)
    .run<
      Omit<TargetLetters, "counts" | "bouncedAt" | "bounceReason"> & {
        bounced_at: number | null;
        bounce_reason: string | null;
        state: number;
        n: number;
      }
    >();
  const byTarget = new Map<string, TargetLetters>();
  for (const { state, n, bounced_at, bounce_reason, ...target } of results) {
    const known = byTarget.get(target.target) ?? {
      ...target,
      bouncedAt: bounced_at,
      bounceReason: bounce_reason,
      counts: {},
    };
    known.counts[stateName(state)] = n;
    byTarget.set(target.target, known);
  }
  return [...byTarget.values()].slice(0, TARGETS_SHOWN_MAX);
}

/** Somebody letters of an action went to; null when none did. */
export async function letterTarget(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  target: string,
): Promise<Pick<TargetLetters, "name" | "title" | "office"> | null> {
  return d1
    .prepare(
      "SELECT name, title, office FROM letter_targets WHERE group_no = ?1 AND action_no = ?2 AND target = ?3",
    )
    .bind(groupNo, actionNo, target)
    .first<Pick<TargetLetters, "name" | "title" | "office">>();
}

/** Where a page of the letters to one target ends, as its index has them. */
export type LetterPlace = LetterKey & { state: number; day: number };

/** A page of the letters to one target, whatever became of them. */
export async function lettersTo(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  target: string,
  { after, limit }: { after: LetterPlace | null; limit: number },
): Promise<LetterPlace[]> {
  const { results } = await d1
    .prepare(
      `SELECT person_no AS personNo, nth, target, state, day FROM letters INDEXED BY letters_by_target
       WHERE group_no = ?1 AND action_no = ?2 AND target = ?3 AND (state, day, person_no, nth) > (?4, ?5, ?6, ?7)
       ORDER BY state, day, person_no, nth LIMIT ?8`,
    )
    .bind(
      ...[groupNo, actionNo, target],
      ...[after?.state ?? 0, after?.day ?? -1, after?.personNo ?? 0, after?.nth ?? -1, limit],
    )
    .run<LetterPlace>();
  return results;
}

export type LetterLine = {
  personNo: number;
  nth: number;
  target: string;
  targetName: string;
  office: string;
  address: string;
  state: LetterState;
  settledAt: number | null;
  reason: string;
  givenName: string;
  familyName: string;
  email: string;
};

const LINE = `l.person_no, l.nth, l.target, t.name, t.office, t.email AS address, l.state, l.settled_at,
  coalesce(l.reason, '') AS reason, coalesce(p.given_name, '') AS given_name,
  coalesce(p.family_name, '') AS family_name, coalesce(p.email, '') AS email`;

type LineRow = {
  person_no: number;
  nth: number;
  target: string;
  name: string;
  office: string;
  address: string;
  state: number;
  settled_at: number | null;
  reason: string;
  given_name: string;
  family_name: string;
  email: string;
};

function lineOf(row: LineRow): LetterLine {
  return {
    personNo: row.person_no,
    nth: row.nth,
    target: row.target,
    targetName: row.name,
    office: row.office,
    address: row.address,
    state: stateName(row.state),
    settledAt: row.settled_at,
    reason: row.reason,
    givenName: row.given_name,
    familyName: row.family_name,
    email: row.email,
  };
}

/** Letters that did not arrive or may not have, the latest first. */
export async function undelivered({ d1, groupNo }: GroupDb, actionNo: number): Promise<LetterLine[]> {
  const { failed, unknown, bounced } = letterStates;
  const { results } = await d1
    .prepare(
      `SELECT ${LINE}
       FROM (SELECT l.* FROM letter_targets t
         CROSS JOIN letters l INDEXED BY letters_by_target ON l.group_no = ?1 AND l.action_no = ?2 AND l.target = t.target
           AND l.state IN (${failed}, ${unknown}, ${bounced})
         WHERE t.group_no = ?1 AND t.action_no = ?2
         ORDER BY l.settled_at DESC LIMIT ?3) l
       CROSS JOIN letter_targets t ON t.group_no = ?1 AND t.action_no = ?2 AND t.target = l.target
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = ${rootOf("l.person_no")}
       ORDER BY l.settled_at DESC`,
    )
    .bind(groupNo, actionNo, UNDELIVERED_SHOWN_MAX)
    .run<LineRow>();
  return results.map(lineOf);
}

/** A page of all letters of an action, by who wrote them, for the export. */
export async function listLetters(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  { after, limit }: { after: { personNo: number; nth: number; target: string } | null; limit: number },
): Promise<LetterLine[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${LINE}
       FROM letters l
       CROSS JOIN letter_targets t ON t.group_no = ?1 AND t.action_no = ?2 AND t.target = l.target
       CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = ${rootOf("l.person_no")}
       WHERE l.group_no = ?1 AND l.action_no = ?2 AND (l.person_no, l.nth, l.target) > (?3, ?4, ?5)
       ORDER BY l.person_no, l.nth, l.target LIMIT ?6`,
    )
    .bind(groupNo, actionNo, after?.personNo ?? 0, after?.nth ?? -1, after?.target ?? "", limit)
    .run<LineRow>();
  return results.map(lineOf);
}
