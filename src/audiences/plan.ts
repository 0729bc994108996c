import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { sha256 } from "../platform/crypto";
import { LruCache } from "../platform/lru";
import { isInTime } from "./clause-sql";
import { clausesIn, compileAudience, type Plan } from "./compile";
import { lookUpLimit } from "./limit";
import { numbersIn } from "./names";
import { codesOfPlace, placeKey } from "./places";
import { selectByNo } from "./store";
import {
  type Gone,
  hasMergedPeople,
  highestPerson,
  selectGone,
  sentMailings,
  seriesRuns,
} from "./store-questions";
import { type Audience, CLAUSES_MAX, type Clause, DEPTH_MAX, type Node } from "./types";

const HASH_BYTES = 16;
/** What a limit within a saved audience came to is asked once a minute at most. */
const LIMIT_KEPT_MS = 60_000;
const limits = new LruCache<[number, number]>(100);

/** Everything compiling an audience needs to know, but for which clause to begin with. */
export async function planFor(ctx: Context, db: GroupDb, audience: Audience): Promise<Plan> {
  const saved = await savedWithin(db, audience);
  const all = [audience, ...saved.values()].flatMap((each) => [...clausesIn(each)]);
  const isOf = (kind: Clause["is"]) => all.some(({ is }) => is === kind);
  const [codes, gone, sent, hasMerged, runs] = await Promise.all([
    codesWithin(ctx, all),
    isOf("tag") || isOf("field") ? selectGone(db) : { tags: [], fields: [] },
    all.some((clause) => clause.is === "mail" && clause.did === "received" && clause.when)
      ? sentMailings(db)
      : [],
    (isOf("mail") || isOf("active") || isOf("series")) && hasMergedPeople(db),
    isOf("series") ? seriesRuns(db, [...numbersIn(all).series]) : [],
  ]);
  const plan: Plan = {
    now: ctx.now,
    saved,
    codes,
    mailingsSent: (when) => sent.filter(({ sentAt }) => isInTime(sentAt, when, ctx.now)).map(({ no }) => no),
    runsOf: (series) => runs.filter(({ no }) => series.includes(no)).map(({ mailingNo }) => mailingNo),
    tagsOf: (no) => standingFor(no, gone.tags),
    fieldsOf: (no) => standingFor(no, gone.fields),
    hasMerged,
    driver: null,
  };
  await fixLimits(db, saved, plan);
  return plan;
}

/** Every number that means the same as this one now: what it became, and all that became that. None when that was deleted. */
function standingFor(no: number, gone: readonly Gone[]): number[] {
  const become = new Map(
    gone.flatMap(({ no: from, into }) => (into === null ? [] : [[from, into] as const])),
  );
  const endOf = (from: number) => {
    let at = from;
    for (let steps = 0; steps <= become.size; steps += 1) at = become.get(at) ?? at;
    return at;
  };
  const end = endOf(no);
  if (gone.some((each) => each.no === end && each.isDeleted === 1)) return [];
  return [end, ...[...become.keys()].filter((from) => endOf(from) === end)];
}

/** The saved audiences an audience names, with those they name, and so on. */
export async function savedWithin(db: GroupDb, audience: Audience): Promise<Map<number, Audience>> {
  const found = new Map<number, Audience>();
  let wanted = namedIn(audience);
  while (wanted.length > 0 && found.size <= CLAUSES_MAX) {
    const rows = await selectByNo(db, wanted.slice(0, CLAUSES_MAX));
    for (const row of rows) found.set(row.no, row.audience);
    wanted = [...new Set(rows.flatMap((row) => namedIn(row.audience)))].filter((no) => !found.has(no));
  }
  return found;
}

/** The numbers of the saved audiences named in it. */
export function namedIn(audience: Audience): number[] {
  return [
    ...new Set([...clausesIn(audience)].flatMap((each) => (each.is === "saved" ? [each.audience] : []))),
  ];
}

/** How deep and large an audience is with all that it names opened; null when it names itself. */
export function sizeOf(
  audience: Audience,
  saved: ReadonlyMap<number, Audience>,
  open: readonly number[] = [],
): { depth: number; clauses: number } | null {
  const ofNode = (node: Node): { depth: number; clauses: number } | null => {
    if ("not" in node) return deeper([ofNode(node.not)]);
    if ("all" in node) return deeper(node.all.map(ofNode));
    if ("any" in node) return deeper(node.any.map(ofNode));
    if (node.is !== "saved") return { depth: 1, clauses: 1 };
    const inner = saved.get(node.audience);
    if (open.includes(node.audience)) return null;
    // Deep chains are refused before they are followed to their end.
    if (!inner || open.length > DEPTH_MAX)
      return { depth: open.length > DEPTH_MAX ? DEPTH_MAX + 1 : 1, clauses: 1 };
    return sizeOf(inner, saved, [...open, node.audience]);
  };
  return deeper([ofNode(audience.include), ...(audience.exclude ? [ofNode(audience.exclude)] : [])]);
}

function deeper(
  parts: readonly ({ depth: number; clauses: number } | null)[],
): { depth: number; clauses: number } | null {
  let depth = 0;
  let clauses = 0;
  for (const part of parts) {
    if (!part) return null;
    depth = Math.max(depth, part.depth);
    clauses += part.clauses;
  }
  return { depth: depth + 1, clauses };
}

async function codesWithin(
  ctx: Context,
  clauses: readonly Clause[],
): Promise<Map<string, readonly string[]>> {
  const codes = new Map<string, readonly string[]>();
  for (const clause of clauses)
    if (clause.is === "near" || clause.is === "district")
      codes.set(placeKey(clause), await codesOfPlace(ctx, clause));
  return codes;
}

/** Looks up the limits of saved audiences, those within others first. */
async function fixLimits(db: GroupDb, saved: Map<number, Audience>, plan: Plan): Promise<void> {
  const done = new Set<number>();
  const fix = async (no: number, open: readonly number[]): Promise<void> => {
    const audience = saved.get(no);
    if (!audience || done.has(no) || open.includes(no)) return;
    for (const inner of namedIn(audience)) await fix(inner, [...open, no]);
    done.add(no);
    const { limit, ...others } = audience;
    if (!limit || limit.upTo) return;
    const key = `${db.groupNo} ${await hashOf(audience, plan)}`;
    const upTo =
      limits.get(key, plan.now) ??
      (await lookUpLimit(db, compileAudience(others, plan), limit, await highestPerson(db)));
    limits.set(key, upTo, plan.now + LIMIT_KEPT_MS);
    saved.set(no, { ...audience, limit: { ...limit, upTo } });
  };
  for (const no of [...saved.keys()]) await fix(no, []);
}

/** Names an audience by what it is and what every saved audience it names is: 32 hexadecimal digits. */
export async function hashOf(audience: Audience, { saved }: Pick<Plan, "saved">): Promise<string> {
  const named = [...saved].toSorted(([one], [other]) => one - other);
  return (await sha256(JSON.stringify([audience, named]))).slice(0, HASH_BYTES).toHex();
}
