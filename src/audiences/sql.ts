/*
 * How SQL of audiences is put together. A statement binds four things, whatever the tree: ?1 the group's number, ?2 and ?3 the
 * range of person numbers (over ?2, up to ?3), ?4 everything people wrote, as one JSON object. Only numbers stand in the text.
 */

/** A number as SQL writes it. Throws for what is none: nothing else may get into the text. */
export function num(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error("not a whole number");
  return String(value);
}

/** What a statement binds beside the group and the range. Equal values are kept once. */
export class Values {
  readonly #values: unknown[] = [];
  readonly #places = new Map<string, number>();

  /** SQL for one value. */
  one(value: string | number): string {
    return `json_extract(?4, '$[${this.place(value)}]')`;
  }

  /** SQL for the right side of IN. */
  list(values: readonly (string | number)[]): string {
    return `(SELECT value FROM json_each(?4, '$[${this.place(values)}]'))`;
  }

  json(): string {
    return JSON.stringify(this.#values);
  }

  /** Where in ?4 a value stands. */
  place(value: unknown): number {
    const text = JSON.stringify(value);
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#values.push(value) - 1);
    return this.#values.length - 1;
  }
}

/** Joined in halves: SQLite allows expressions a depth of 100, which a chain of as many terms would be. */
export function joined(terms: readonly string[], operator: "AND" | "OR"): string {
  const [first = operator === "AND" ? "1" : "0"] = terms;
  if (terms.length <= 1) return first;
  const middle = terms.length >> 1;
  return `(${joined(terms.slice(0, middle), operator)} ${operator} ${joined(terms.slice(middle), operator)})`;
}

/** The range of person numbers, for a column. */
export function within(column: string): string {
  return `${column} > ?2 AND ${column} <= ?3`;
}

/** As SQLite's `lower` does: A to Z alone, so that both sides of a comparison are folded by one rule. */
export function folded(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A list to compare with `lower(column)`: a word also as it is in capitals, since only A to Z are folded in the column. */
export function foldedAll(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => [text, text.toUpperCase(), text.toLowerCase()].map(folded)))];
}

/** Between two whole numbers, both within; true of everything when neither is there. */
export function between(
  sql: string,
  { least, most }: { least?: number | undefined; most?: number | undefined },
): string[] {
  return [
    ...(least === undefined ? [] : [`${sql} >= ${num(least)}`]),
    ...(most === undefined ? [] : [`${sql} <= ${num(most)}`]),
  ];
}
