import { momentIn } from "./moment";

/** One comparison of a filter. Its value is the text as the client wrote it, without its quotes. */
export type Condition = { field: string; op: Operator; value: string };
export type Filter = Condition | { all: Filter[] } | { any: Filter[] };
const operators = ["eq", "ne", "gt", "ge", "lt", "le"] as const;
export type Operator = (typeof operators)[number];

export const FILTER_LENGTH_MAX = 2_000;
export const CONDITIONS_MAX = 20;

export type ParsedFilter = { is: "filter"; filter: Filter | null } | { is: "wrong"; reason: string };

/**
 * Reads the OData subset of osdi-api.md §1.8: comparisons joined by `and`, `or` and parentheses; values in single or double quotes
 * (a quote inside is doubled or escaped) or bare. Nothing to filter by ("", "None") is null.
 * @param fields those that may be asked about; others are refused by name. Those that end in `_date` are moments
 */
export function parseFilter(
  text: string,
  fields: readonly string[],
  aliases: Record<string, string> = {},
): ParsedFilter {
  if (/^\s*(?:None|null|undefined)?\s*$/i.test(text)) return { is: "filter", filter: null };
  if (text.length > FILTER_LENGTH_MAX) return wrong(`a filter has at most ${FILTER_LENGTH_MAX} characters`);
  const tokens = tokensOf(text);
  if (!tokens) return wrong("the filter cannot be read: a quote is missing");
  try {
    const reader = new Reader(tokens, fields, aliases);
    return { is: "filter", filter: reader.whole() };
  } catch (error) {
    if (error instanceof FilterProblem) return wrong(error.message);
    throw error;
  }
}

function wrong(reason: string): ParsedFilter {
  return { is: "wrong", reason };
}

type Token = { is: "word" | "text" | "open" | "close"; value: string };

const TOKEN = /\s*(?:(\()|(\))|'((?:''|\\'|[^'])*)'|"((?:""|\\"|[^"])*)"|([^\s()'"]+))/y;

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const found = TOKEN.exec(trimmed);
    if (!found) return null;
    const [, open, close, single, double, word] = found;
    if (open) tokens.push({ is: "open", value: open });
    else if (close) tokens.push({ is: "close", value: close });
    else if (single !== undefined) tokens.push({ is: "text", value: single.replace(/''|\\'/g, "'") });
    else if (double !== undefined) tokens.push({ is: "text", value: double.replace(/""|\\"/g, '"') });
    else tokens.push({ is: "word", value: word ?? "" });
  }
  return tokens;
}

class FilterProblem extends Error {}

/** `or` binds weaker than `and`, as in OData. */
class Reader {
  readonly #tokens: Token[];
  readonly #fields: readonly string[];
  readonly #aliases: Record<string, string>;
  #at = 0;
  #conditions = 0;

  constructor(tokens: Token[], fields: readonly string[], aliases: Record<string, string>) {
    this.#tokens = tokens;
    this.#fields = fields;
    this.#aliases = aliases;
  }

  whole(): Filter {
    const filter = this.#any(0);
    const rest = this.#tokens[this.#at];
    if (rest) throw new FilterProblem(`the filter has more than it should at ${quoted(rest.value)}`);
    return filter;
  }

  #any(depth: number): Filter {
    const any = [this.#all(depth)];
    while (this.#takes("or")) any.push(this.#all(depth));
    return any.length === 1 && any[0] ? any[0] : { any };
  }

  #all(depth: number): Filter {
    const all = [this.#one(depth)];
    while (this.#takes("and")) all.push(this.#one(depth));
    return all.length === 1 && all[0] ? all[0] : { all };
  }

  #one(depth: number): Filter {
    const token = this.#tokens[this.#at];
    if (token?.is !== "open") return this.#condition();
    if (depth >= CONDITIONS_MAX) throw new FilterProblem("the filter has too many parentheses");
    this.#at += 1;
    const inner = this.#any(depth + 1);
    if (this.#tokens[this.#at]?.is !== "close") throw new FilterProblem("a parenthesis is not closed");
    this.#at += 1;
    return inner;
  }

  #condition(): Condition {
    const [name, operator, value] = this.#tokens.slice(this.#at, this.#at + 3);
    if (name?.is !== "word") throw new FilterProblem("a filter reads: field eq 'value'");
    const field = this.#aliases[name.value] ?? name.value;
    if (!this.#fields.includes(field))
      throw new FilterProblem(`cannot filter by ${quoted(name.value)}; possible: ${this.#fields.join(", ")}`);
    const op = operators.find((known) => known === operator?.value.toLowerCase());
    if (operator?.is !== "word" || !op)
      throw new FilterProblem(`after ${field} comes one of ${operators.join(", ")}`);
    if (value?.is !== "word" && value?.is !== "text")
      throw new FilterProblem(`after ${field} ${op} comes a value`);
    this.#at += 3;
    const text = field.endsWith("_date") ? this.#moment(field, value) : value.value;
    this.#conditions += 1;
    if (this.#conditions > CONDITIONS_MAX)
      throw new FilterProblem(`a filter has at most ${CONDITIONS_MAX} conditions`);
    return { field, op, value: text };
  }

  /** A date that is not quoted may have blanks: before its time, and where its zone had a plus. */
  #moment(field: string, { is, value }: Token): string {
    let text = value;
    while (is === "word" && /^\d{2}:?\d{2}/.test(this.#tokens[this.#at]?.value ?? "")) {
      text += ` ${this.#tokens[this.#at]?.value}`;
      this.#at += 1;
    }
    if (momentIn(text) === null) throw new FilterProblem(`${field}: ${quoted(text)} is no date`);
    return text;
  }

  #takes(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.is !== "word" || token.value.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }
}

function quoted(text: string): string {
  return `'${text.slice(0, 60)}'`;
}
