import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import { clauseFrom, type FormSetting, valuesOf } from "./clause-form";
import { compileAudience, fitsStatement } from "./compile";
import { type DraftClause, type DraftGroup, type DraftNode, numbered, readDraft } from "./draft";
import { namesOf, numbersIn } from "./names";
import { codesOfPlace } from "./places";
import { namedIn, planFor, savedWithin, sizeOf } from "./plan";
import { selectEmails, selectPersonNos } from "./store-people";
import {
  type Audience,
  audienceSchema,
  CLAUSES_MAX,
  type Clause,
  clauseSchema,
  DEPTH_MAX,
  type Limit,
  limitOrders,
  type Node,
  PEOPLE_MAX,
} from "./types";

/** What a form holds of an audience: its two trees, and its limit as it was typed. */
export type Draft = {
  include: DraftGroup;
  exclude: DraftGroup;
  limit: { people: string; by: string; seed: string };
};

/** What stands in the way, by the form's field. */
export type Problem =
  | "missing"
  | "invalid"
  | "unknown_address"
  | "unknown_place"
  | "not_yours"
  | "too_large"
  | "circle";
export type Problems = Map<string, Problem>;

const SEED_MAX = 1_000_000_000;

export function draftFrom(values: FormValues): Draft {
  const limit = {
    people: single(values, "limit"),
    by: single(values, "limitBy"),
    seed: single(values, "limitSeed"),
  };
  return { ...readDraft(values), limit };
}

/** The form of an audience as it is saved. */
export async function draftOf(db: GroupDb, audience: Audience, setting: FormSetting): Promise<Draft> {
  const { include, exclude, limit } = audience;
  const drafted = (root: Node, path: "i" | "e", usual: "all" | "any") =>
    numbered(asGroup(draftNode(root, setting), usual), path);
  const draft = {
    include: drafted(include, "i", "all"),
    exclude: drafted(exclude ?? { any: [] }, "e", "any"),
    limit: {
      people: limit ? String(limit.people) : "",
      by: limit?.by ?? "random",
      seed: String(limit?.seed ?? ""),
    },
  };
  await fillInAddresses(db, draft);
  return draft;
}

function asGroup(node: DraftNode, usual: "all" | "any"): DraftGroup {
  // The form asks no "not" of a root: it goes into a group of one.
  return "join" in node && !node.isNot ? node : { path: "", isNot: false, join: usual, children: [node] };
}

function draftNode(node: Node, setting: FormSetting): DraftNode {
  if ("not" in node) {
    const inner = draftNode(node.not, setting);
    return { ...inner, isNot: !inner.isNot };
  }
  if ("all" in node)
    return {
      path: "",
      isNot: false,
      join: "all",
      children: node.all.map((child) => draftNode(child, setting)),
    };
  if ("any" in node)
    return {
      path: "",
      isNot: false,
      join: "any",
      children: node.any.map((child) => draftNode(child, setting)),
    };
  return { path: "", isNot: false, is: node.is, values: valuesOf(node, setting) };
}

function* clauseDrafts(group: DraftGroup): Generator<DraftClause> {
  for (const child of group.children)
    if ("join" in child) yield* clauseDrafts(child);
    else yield child;
}

async function fillInAddresses(db: GroupDb, { include, exclude }: Draft): Promise<void> {
  for (const clause of [...clauseDrafts(include), ...clauseDrafts(exclude)]) {
    if (clause.is !== "people") continue;
    const numbers = [clause.values.people ?? []].flat().map(Number);
    clause.values.addresses = (await selectEmails(db, numbers)).join("\n");
  }
}

/**
 * The audience a draft means, or what is wrong with it. A condition just added says nothing yet: with `isLenient` it is left out,
 * so that one can count while building.
 */
export async function audienceFrom(
  ctx: Context,
  db: GroupDb,
  draft: Draft,
  setting: FormSetting,
  options: { isLenient: boolean; ownNo?: number | null },
): Promise<{ audience: Audience | null; problems: Problems }> {
  const problems: Problems = new Map();
  await readAddresses(db, draft, problems);
  const reading = { setting, problems, at: new Map<Clause, string>() };
  const include = nodeFrom(draft.include, reading);
  const exclude = draft.exclude.children.length > 0 ? nodeFrom(draft.exclude, reading) : null;
  const limit = limitFrom(draft.limit, problems);
  const parsed = audienceSchema.safeParse({
    include: include ?? { all: [] },
    ...(exclude ? { exclude } : {}),
    ...(limit ? { limit } : {}),
  });
  if (!parsed.success) problems.set("i:add", "too_large");
  if (parsed.success)
    await checkNamed(ctx, db, { audience: parsed.data, reading, ownNo: options.ownNo ?? null });
  const isUsable = parsed.success && (problems.size === 0 || options.isLenient);
  const isBroken = [...problems.values()].some((each) => each === "too_large" || each === "circle");
  return { audience: isUsable && !isBroken ? parsed.data : null, problems };
}

type Reading = { setting: FormSetting; problems: Problems; at: Map<Clause, string> };

function nodeFrom(draft: DraftNode, reading: Reading): Node | null {
  const node = "join" in draft ? groupFrom(draft, reading) : clauseOf(draft, reading);
  return node && draft.isNot ? { not: node } : node;
}

/** A group in which nothing is said yet says nothing itself. */
function groupFrom({ join, children, path }: DraftGroup, reading: Reading): Node | null {
  const nodes = children.map((child) => nodeFrom(child, reading)).filter((node) => node !== null);
  if (nodes.length === 0 && path.includes(".")) return null;
  return join === "all" ? { all: nodes } : { any: nodes };
}

function clauseOf({ is, path, values }: DraftClause, { setting, problems, at }: Reading): Clause | null {
  const parsed = clauseSchema.safeParse(clauseFrom(is, values, setting));
  if (parsed.success) {
    at.set(parsed.data, path);
    return parsed.data;
  }
  for (const { path: where, code } of parsed.error.issues) {
    const name = fieldNamed(
      is,
      where.filter((part) => typeof part === "string"),
    );
    const isEmpty = code === "too_small" || code === "invalid_type" || code === "invalid_value";
    if (!problems.has(`${path}:${name}`)) problems.set(`${path}:${name}`, isEmpty ? "missing" : "invalid");
  }
  return null;
}

/** The form's field for a place in a clause. */
function fieldNamed(is: Clause["is"], [first = "", second = ""]: readonly string[]): string {
  if (first === "when") return second === "lastDays" || second === "beforeDays" ? "days" : "when";
  if (first === "times") return second || "least";
  if (first === "test") return second || "op";
  if (is === "people") return "addresses";
  return first === "total" || first === "largest" || first === "last" ? `${first}Least` : first;
}

function limitFrom({ people, by, seed }: Draft["limit"], problems: Problems): Limit | null {
  if (people.trim() === "") return null;
  const number = Number(people);
  if (!Number.isSafeInteger(number) || number < 1 || number > 10_000_000) {
    problems.set("limit", "invalid");
    return null;
  }
  const order = limitOrders.find((each) => each === by) ?? "random";
  return { people: number, by: order, seed: Math.min(Math.max(Number(seed) || 0, 0), SEED_MAX) };
}

async function readAddresses(db: GroupDb, { include, exclude }: Draft, problems: Problems): Promise<void> {
  for (const clause of [...clauseDrafts(include), ...clauseDrafts(exclude)]) {
    if (clause.is !== "people") continue;
    const typed = single(clause.values, "addresses")
      .split(/[\s,;]+/)
      .filter((text) => text !== "")
      .slice(0, PEOPLE_MAX);
    const emails = typed.map((text) => normaliseEmail(text) ?? text);
    const numbers = await selectPersonNos(db, emails);
    clause.values.people = [...new Set(numbers.values())].map(String);
    if (emails.some((email) => !numbers.has(email)))
      problems.set(`${clause.path}:addresses`, "unknown_address");
  }
}

/** Whatever is named by number must be the group's, every place must exist, and nothing may be too large or go in circles. */
async function checkNamed(
  ctx: Context,
  db: GroupDb,
  { audience, reading, ownNo }: { audience: Audience; reading: Reading; ownNo: number | null },
): Promise<void> {
  const { problems, at } = reading;
  const names = await namesOf(db, [audience]);
  for (const [clause, path] of at) {
    for (const [kind, numbers] of Object.entries(numbersIn([clause]))) {
      const known = Object.entries(names).find(([name]) => name === kind)?.[1];
      if (numbers.some((no) => !known?.has(no)))
        problems.set(`${path}:${FIELD_OF[kind] ?? kind}`, "not_yours");
    }
    if ((clause.is === "near" || clause.is === "district") && (await codesOfPlace(ctx, clause)).length === 0)
      problems.set(`${path}:${clause.is === "near" ? "postalCode" : "districts"}`, "unknown_place");
  }
  const saved = await savedWithin(db, audience);
  const size = sizeOf(audience, saved, ownNo === null ? [] : [ownNo]);
  if (!size) problems.set("i:add", "circle");
  else if (size.depth > DEPTH_MAX + 1 || size.clauses > CLAUSES_MAX || saved.size > CLAUSES_MAX)
    problems.set("i:add", "too_large");
  else if (problems.size === 0) {
    const plan = await planFor(ctx, db, audience);
    if (!fitsStatement(compileAudience({ ...audience, limit: undefined }, plan)))
      problems.set("i:add", "too_large");
  }
}

const FIELD_OF: Record<string, string> = { fields: "field", audiences: "audience" };

/** The saved audiences a tree names, for `audience_parts`. */
export { namedIn };
