import type { Condition, Filter } from "./filter";

/** A piece of SQL with `?` for each of its values, in their order. */
export type Clause = { sql: string; values: (string | number | null | Uint8Array)[] };

/** How a collection asks one of its fields, in SQL of its own; null when the value can be nobody's (or a date is none). */
export type FieldClause = (condition: Condition) => Clause | null;

const NOBODY: Clause = { sql: "0", values: [] };

/** A filter as a condition of SQL, its values bound and never written into it. */
export function filterClause(filter: Filter | null, fields: Record<string, FieldClause>): Clause {
  if (filter === null) return { sql: "1", values: [] };
  if ("all" in filter) return joined(filter.all, " AND ", fields);
  if ("any" in filter) return joined(filter.any, " OR ", fields);
  return fields[filter.field]?.(filter) ?? NOBODY;
}

function joined(parts: Filter[], word: string, fields: Record<string, FieldClause>): Clause {
  const clauses = parts.map((part) => filterClause(part, fields));
  return {
    sql: `(${clauses.map(({ sql }) => sql).join(word)})`,
    values: clauses.flatMap(({ values }) => values),
  };
}

export const sqlOperators = { eq: "=", ne: "<>", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;

/** Compares a column of ms by whole seconds, which is all a client ever sees of it. @param at the moment asked for, in ms */
export function secondsClause(column: string, op: Condition["op"], at: number | null): Clause | null {
  if (at === null) return null;
  const second = Math.floor(at / 1000) * 1000;
  // Kept free of arithmetic on the column, so that an index of it serves.
  switch (op) {
    case "eq":
      return { sql: `(${column} >= ? AND ${column} < ?)`, values: [second, second + 1000] };
    case "ne":
      return { sql: `(${column} < ? OR ${column} >= ?)`, values: [second, second + 1000] };
    case "gt":
      return { sql: `${column} >= ?`, values: [second + 1000] };
    case "ge":
      return { sql: `${column} >= ?`, values: [second] };
    case "lt":
      return { sql: `${column} < ?`, values: [second] };
    case "le":
      return { sql: `${column} < ?`, values: [second + 1000] };
  }
}

/** Compares a column of text; whatever its capitals where the index or the column says so. */
export function textClause(column: string, { op, value }: Condition): Clause {
  return { sql: `${column} ${sqlOperators[op]} ?`, values: [value] };
}
