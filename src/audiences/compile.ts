import type { Compiled, Lookup, SetOf } from "./clause-sql";
import { compileClause } from "./clauses";
import { chanceSql } from "./sample";
import { joined, num, Values, within } from "./sql";
import type { Audience, Clause, Limit, Node, When } from "./types";

/** What was looked up for an audience before it is compiled; see `plan.ts`. */
export type Plan = {
  now: number;
  /** Every saved audience it names, directly or through another; a number that is missing matches nobody. */
  saved: ReadonlyMap<number, Audience>;
  /** The postal codes of each place it names, by `placeKey`. */
  codes: ReadonlyMap<string, readonly string[]>;
  mailingsSent(when: When): readonly number[];
  runsOf(series: readonly number[]): readonly number[];
  hasMerged: boolean;
  tagsOf(no: number): readonly number[];
  fieldsOf(no: number): readonly number[];
  /** The clause whose set is small: its people are looked up one by one instead of reading everybody. */
  driver: Clause | null;
};

/** A condition on the row `p` of `people`, and what `?4` binds. */
export type Question = { from: string; json: string };

/** D1 takes 100 kB of SQL and 2 MB for a value; both with room to spare. */
const SQL_MAX = 80_000;
const JSON_MAX = 1_500_000;

/** Whether a question fits a statement. */
export function fitsStatement({ from, json }: Question): boolean {
  return from.length <= SQL_MAX && json.length <= JSON_MAX;
}

/** The columns of `people_brief`, whose rows are those of `people` who are neither erased nor merged. */
const BRIEF: ReadonlySet<string> = new Set([
  ...["group_no", "person_no", "email_status", "mobile_status", "created_at"],
  ...["country", "region", "postal_code", "language"],
]);
const COLUMN_OF_PERSON = /\bp\.([a-z_]+)/g;

/**
 * SQL for `FROM people p WHERE …`: the people of the group ?1 within the range over ?2 up to ?3 who are of the audience.
 * @param options.isCount for whoever reads no column of `p` but the number: where a narrower table can tell, it is asked
 */
export function compileAudience(
  audience: Audience,
  plan: Plan,
  { isCount = false }: { isCount?: boolean } = {},
): Question {
  const values = new Values();
  const compiling = new Compiling(plan, values);
  const merges = isCount && !plan.driver ? compiling.merge(audience) : [];
  const asked = compiling.termsOf(audience);
  const json = () => values.json();
  const driver = compiling.driver(plan.driver);
  const rows = driver?.rows("driver");
  const columns = [...[...asked, rows].join(" ").matchAll(COLUMN_OF_PERSON)].map(([, column = ""]) => column);
  const isBrief = isCount && columns.every((column) => BRIEF.has(column));
  const table = isBrief ? "people_brief" : "people";
  const alive = isBrief ? [] : ["p.erased_at IS NULL", "p.merged_into IS NULL"];
  const terms = ["p.group_no = ?1", ...alive, "?4 IS NOT NULL", ...asked].join(" AND ");
  if (!driver) {
    const everybody = `FROM ${table} p WHERE ${within("p.person_no")} AND ${terms}`;
    if (merges.length === 0) return { from: everybody, json: json() };
    // With an order asked of the whole SQLite goes through all of them side by side, instead of looking for each person.
    const merged = [`SELECT p.person_no ${everybody}`, ...merges].join(" ");
    return { from: `FROM (${merged} ORDER BY 1) p`, json: json() };
  }
  // A set in the order of people is read beside them; another is put in order first.
  const from = driver.isOrdered
    ? `FROM (${rows}) d CROSS JOIN ${table} p ON p.person_no = d.person_no WHERE ${terms}`
    : `FROM ${table} p WHERE p.person_no IN (${rows}) AND ${terms}`;
  return { from, json: json() };
}

/** How many people of a range a clause alone is true of, half a million at most; null where nothing can be begun with it. */
export function compileSize(clause: Clause, plan: Plan): (Question & { isOrdered: boolean }) | null {
  const values = new Values();
  const only = new Compiling(plan, values).driver(clause);
  if (!only) return null;
  const from = `FROM (${only.rows("driver")} LIMIT ${num(DRIVER_MAX)}) WHERE ?4 IS NOT NULL`;
  return { from, json: values.json(), isOrdered: only.isOrdered ?? false };
}

/** D1 takes compounds of five terms at most. */
const MERGES_MAX = 3;
/** A larger set is not read for its size alone. */
const DRIVER_MAX = 500_000;

const MAY_DRIVE: ReadonlySet<Clause["is"]> = new Set([
  ...(["people", "import", "recurring", "tag", "donation", "action", "field", "mail"] as const),
]);

/** Where somebody stands in the order of a limit (SQL, a whole number); the lowest come first. */
export function placeSql({ by, seed }: Limit): string {
  switch (by) {
    case "random":
      return chanceSql("p.person_no", seed);
    case "newest":
      return "-p.created_at";
    case "oldest":
      return "p.created_at";
    case "active":
      return "-ifnull((SELECT max(pa.acted_at) FROM participations pa WHERE pa.group_no = ?1 AND pa.person_no = p.person_no AND pa.removal_no = 0), -9000000000000000)";
  }
}

/** How the saved audiences of a tree are named while it is looked through. */
export function* clausesOf(node: Node): Generator<Clause> {
  if ("all" in node) for (const child of node.all) yield* clausesOf(child);
  else if ("any" in node) for (const child of node.any) yield* clausesOf(child);
  else if ("not" in node) yield* clausesOf(node.not);
  else yield node;
}

/** Every clause of an audience, saved ones not opened. */
export function* clausesIn({ include, exclude }: Audience): Generator<Clause> {
  yield* clausesOf(include);
  if (exclude) yield* clausesOf(exclude);
}

/** The clauses that must be true of whoever is of it. */
export function mustHold(node: Node): Clause[] {
  if ("all" in node) return node.all.flatMap(mustHold);
  return "any" in node || "not" in node ? [] : [node];
}

/** The clauses that must be false of whoever is of it. */
function mustFail({ include, exclude }: Audience): Clause[] {
  const holds = (node: Node): Clause[] => {
    if ("all" in node) return node.all.flatMap(holds);
    return "not" in node ? fails(node.not) : [];
  };
  const fails = (node: Node): Clause[] => {
    if ("any" in node) return node.any.flatMap(fails);
    return "all" in node || "not" in node ? [] : [node];
  };
  return [...holds(include), ...(exclude ? fails(exclude) : [])];
}

class Compiling {
  readonly #plan: Plan;
  /** What clauses come to that are asked of everybody at once. */
  readonly #merged = new Map<Clause, "0" | "1">();
  readonly #open: number[] = [];
  readonly lookup: Lookup;

  constructor(plan: Plan, values: Values) {
    this.#plan = plan;
    this.lookup = {
      now: plan.now,
      values,
      codesOf: (key) => plan.codes.get(key) ?? [],
      saved: (no) => this.#saved(no),
      mailingsSent: plan.mailingsSent,
      runsOf: plan.runsOf,
      hasMerged: plan.hasMerged,
      tagsOf: plan.tagsOf,
      fieldsOf: plan.fieldsOf,
    };
  }

  /** The one set a clause is, if it is one and can be read by itself. */
  driver(clause: Clause | null): SetOf | null {
    if (!clause || !MAY_DRIVE.has(clause.is)) return null;
    if (clause.is === "action" && !clause.actions) return null;
    const [only, ...others] = compileClause(clause, this.lookup);
    return only && "rows" in only && others.length === 0 ? only : null;
  }

  /** Sets in the order of people that everybody must be of, or must not: they are read from end to end beside the people. */
  merge(audience: Audience): string[] {
    const merges: string[] = [];
    const add = (clause: Clause, operator: "INTERSECT" | "EXCEPT") => {
      if (merges.length >= MERGES_MAX || this.#merged.has(clause)) return;
      const [only, ...others] = compileClause(clause, this.lookup);
      if (!only || !("rows" in only) || !only.isOrdered || others.length > 0) return;
      this.#merged.set(clause, operator === "EXCEPT" ? "0" : "1");
      merges.push(`${operator} SELECT person_no FROM (${only.rows("driver")})`);
    };
    for (const clause of mustHold(audience.include)) add(clause, "INTERSECT");
    for (const clause of mustFail(audience)) add(clause, "EXCEPT");
    return merges;
  }

  termsOf({ include, exclude, limit }: Audience): string[] {
    return [
      this.#node(include),
      ...(exclude ? [`NOT ${this.#node(exclude)}`] : []),
      ...(limit ? [this.#within(limit)] : []),
    ];
  }

  #node(node: Node): string {
    if ("all" in node)
      return joined(
        node.all.map((child) => this.#node(child)),
        "AND",
      );
    if ("any" in node)
      return joined(
        node.any.map((child) => this.#node(child)),
        "OR",
      );
    if ("not" in node) return `(NOT ${this.#node(node.not)})`;
    return joined(
      compileClause(node, this.lookup).map((each) => this.#condition(each, node)),
      "AND",
    );
  }

  #condition(compiled: Compiled, clause: Clause): string {
    if ("test" in compiled) return `(${compiled.test})`;
    if (clause === this.#plan.driver) return "1";
    const merged = this.#merged.get(clause);
    if (merged) return merged;
    // The plus keeps SQLite from going through the set person by person.
    if (compiled.isForRanges) return `(+p.person_no IN (${compiled.rows("all")}))`;
    return `(EXISTS (${compiled.rows("each")}))`;
  }

  // A circle cannot be saved; one that came about all the same matches nobody at the place where it closes.
  #saved(no: number): string {
    const audience = this.#plan.saved.get(no);
    if (!audience || this.#open.includes(no)) return "0";
    this.#open.push(no);
    const sql = joined(this.termsOf(audience), "AND");
    this.#open.pop();
    return sql;
  }

  #within(limit: Limit): string {
    const { upTo } = limit;
    if (!upTo) throw new Error("a limit that was not looked up");
    const place = placeSql(limit);
    return `(${place} < ${num(upTo[0])} OR (${place} = ${num(upTo[0])} AND p.person_no <= ${num(upTo[1])}))`;
  }
}
