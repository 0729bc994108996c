import {
  AssignTag,
  filters as allFilters,
  BreakTag,
  CaseTag,
  CommentTag,
  Context,
  ContinueTag,
  ForTag,
  IfTag,
  isTruthy,
  Liquid,
  LiquidError,
  RawTag,
  type Template,
  toValueSync,
  UnlessTag,
  type Value,
} from "liquidjs";
import { oneLine } from "../../platform/mail/headers";
import { FixedText, wholeText } from "../../platform/mail/mail-text";

export { type LiquidFault, RenderError } from "./render-error";

import { RenderError } from "./render-error";

/** Text as it stands in an HTML mail or anywhere else. Values are escaped in HTML and nowhere else. */
export type LiquidKind = "html" | "text";
export type Scope = Readonly<Record<string, unknown>>;
export type Compiled = (scope: Scope) => string;
/** What stands alike in every filling is the same object each time. */
export type CompiledPieces = (scope: Scope) => (string | FixedText)[];

/** Characters of one template: the body, its frame and what it wears. */
const SOURCE_MAX = 1_500_000;
/** Tags, outputs and texts of one mail, loops counted each time round. */
const STEPS_MAX = 20_000;
/** Characters that filters and ranges of one mail may make beside its text. */
const MADE_MAX = 500_000;
/** Characters of one mail. */
const OUTPUT_MAX = 2_000_000;

/** Nothing that reads files, writes what is not escaped, or grows without bound: no include, capture, cycle, tablerow, echo. */
const tags = {
  assign: AssignTag,
  break: BreakTag,
  case: CaseTag,
  comment: CommentTag,
  continue: ContinueTag,
  for: ForTag,
  if: IfTag,
  raw: RawTag,
  unless: UnlessTag,
};

/** No `raw`: what a person wrote about themselves is never markup. */
const filterNames = [
  ...["append", "capitalize", "date", "default", "divided_by", "downcase", "first", "join", "last", "minus"],
  ...["modulo", "plus", "prepend", "remove", "round", "size", "split", "strip", "times", "truncate"],
  ...["truncatewords", "upcase", "url_encode"],
];

const engines: Record<LiquidKind, Liquid> = { html: engine(escapeHtml), text: engine(written) };

function engine(outputEscape: (value: unknown) => string): Liquid {
  const liquid = new Liquid({
    outputEscape,
    ownPropertyOnly: true,
    strictFilters: true,
    timezoneOffset: 0,
    templates: {},
  });
  for (const name of Object.keys(liquid.tags)) delete liquid.tags[name];
  for (const [name, tag] of Object.entries(tags)) liquid.registerTag(name, tag);
  for (const name of Object.keys(liquid.filters)) delete liquid.filters[name];
  for (const name of filterNames) {
    const filter = Object.entries(allFilters).find(([key]) => key === name)?.[1];
    if (filter) liquid.registerFilter(name, filter);
  }
  // What `showHtml` writes behind an output.
  liquid.registerFilter("as_lines", (value: unknown) => new Lines(written(value)));
  liquid.registerFilter("as_line", (value: unknown) => written(value).replace(/\s*\n\s*/g, " "));
  return liquid;
}

const MARKUP = /[&<>"']/;
const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** What is written with its line breaks, which HTML shows between its tags alone. */
class Lines {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A value as text of HTML; in an attribute too, unless it is `Lines`. */
export function escapeHtml(value: unknown): string {
  if (value instanceof Lines) return escapeHtml(String(value)).replaceAll("\n", "<br>\n");
  const text = written(value);
  return MARKUP.test(text) ? text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign) : text;
}

/** As Liquid writes values, but for lists, which are read by people. */
function written(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (value instanceof Lines) return String(value);
  if (Array.isArray(value)) return value.map(written).join(", ");
  return typeof value === "object" ? "" : String(value);
}

/**
 * Text that must stay as it is although it is put into a template.
 * @param text escaped already where it is going into HTML
 */
export function literal(text: string): string {
  return text.replace(/\{(?=[{%])/g, '{{ "{" }}');
}

/** @throws RenderError saying what is wrong with a template, and in which line of it */
export function parseLiquid(source: string, kind: LiquidKind): Template[] {
  if (source.length > SOURCE_MAX) throw tooLarge();
  try {
    return engines[kind].parse(source);
  } catch (error) {
    throw faultOf(error);
  }
}

const UNREAD = /\{%-?\s*(comment|raw)\s*-?%\}[\s\S]*?\{%-?\s*end\1\s*-?%\}/g;
const STRAY = /\{%-?\s*(?:(for|endfor|break|continue)\b|assign\s+["']?(?:mail_key|group|mailing)\b)/g;

/**
 * What would take from a mail what must be in every copy: an end of a loop outside of any, after which nothing more is written, or
 * other words for the addresses of the copy and of the group. Null without any.
 */
export function strayTag(source: string): string | null {
  let loops = 0;
  for (const [tag, name] of source.replace(UNREAD, "").matchAll(STRAY)) {
    if (name === "for") loops += 1;
    else if (name === "endfor") loops -= 1;
    else if (name === undefined || loops <= 0) return `${tag} … %}`;
  }
  return null;
}

/**
 * Prepares a template once, for many people. What mails mostly hold, fields with or without a default and conditions around text, is
 * put together without Liquid's own renderer; everything else is Liquid's, with the same result.
 */
export function compileLiquid(source: string, kind: LiquidKind): Compiled {
  const pieces = compilePieces(source, kind);
  return (scope) => wholeText(pieces(scope));
}

/** The same in pieces, for whoever remembers what became of those that come again. */
export function compilePieces(source: string, kind: LiquidKind): CompiledPieces {
  const templates = parseLiquid(source, kind);
  const whole = /\{%-?\s*(?:assign|break|continue)\b/.test(source);
  const pieces = whole ? [throughLiquid(templates)] : piecesOf(templates, kind);
  return (scope) => {
    const filled: Filled = { pieces: [], length: 0 };
    fill(filled, pieces, new Run(scope, kind));
    return filled.pieces;
  };
}

/** A text, what makes one of the values of a person, or what chooses between pieces. */
type Piece = FixedText | ((run: Run) => string) | { choose(run: Run): readonly Piece[] };
type Filled = { pieces: (string | FixedText)[]; length: number };

function piecesOf(templates: readonly Template[], kind: LiquidKind): Piece[] {
  const pieces: Piece[] = [];
  for (const template of templates) {
    const piece = template instanceof IfTag ? conditionOf(template, kind) : pieceOf(template, kind);
    const last = pieces.at(-1);
    if (typeof piece !== "string") pieces.push(piece);
    else if (last instanceof FixedText) pieces[pieces.length - 1] = new FixedText(last.text + piece);
    else if (piece !== "") pieces.push(new FixedText(piece));
  }
  return pieces;
}

function fill(filled: Filled, pieces: readonly Piece[], run: Run): void {
  for (const piece of pieces) {
    if (piece instanceof FixedText) add(filled, piece, piece.text.length);
    else if (typeof piece === "function") {
      const text = piece(run);
      add(filled, text, text.length);
    } else fill(filled, piece.choose(run), run);
  }
}

function add(filled: Filled, piece: string | FixedText, length: number): void {
  filled.length += length;
  if (filled.length > OUTPUT_MAX) throw tooLarge();
  if (length > 0) filled.pieces.push(piece);
}

function throughLiquid(templates: Template[]): (run: Run) => string {
  return (run) => run.render(templates);
}

function conditionOf({ branches, elseTemplates }: IfTag, kind: LiquidKind): Piece {
  const ways = branches.map(({ value, templates }) => ({
    isTrue: testOf(value),
    pieces: piecesOf(templates, kind),
  }));
  const otherwise = piecesOf(elseTemplates ?? [], kind);
  return { choose: (run) => ways.find(({ isTrue }) => isTrue(run))?.pieces ?? otherwise };
}

/** `{% if city %}` and `{% if fields.shoe_size %}`, by far the most common, ask the values themselves; the rest is Liquid's. */
function testOf(value: Value): (run: Run) => boolean {
  const [token, more] = value.initial.postfix;
  const path =
    token && more === undefined && value.filters.length === 0 ? PLAIN_NAME.exec(token.getText()) : null;
  if (!path) return (run) => run.isTrue(value);
  const [, name = "", property] = path;
  return (run) => {
    const asked = valueAt(run.scope, name, property);
    // What Liquid itself calls false; of anything but texts and nothing it is asked.
    if (asked === undefined || asked === null || asked === false) return false;
    return typeof asked === "string" || run.isTrue(value);
  };
}

const PLAIN_NAME =
  /^(?!(?:true|false|nil|null|empty|blank)\b)([a-z_]\w*)(?:\.(?!(?:size|first|last)\b)([a-z_]\w*))?$/;

/** `{{ first_name | default: "friend" }}`, `{{ group.name }}`, `{{ "words" }}`. `size`, `first` and `last` mean more than a property. */
const PLAIN_OUTPUT =
  /^\{\{-?\s*(?:("[^"\\]*"|'[^'\\]*')|(?!(?:true|false|nil|null|empty|blank)\b)([a-z_]\w*(?:\.(?!(?:size|first|last)\b)[a-z_]\w*)?)(?:\s*\|\s*default:\s*("[^"\\]*"|'[^'\\]*'))?)\s*-?\}\}$/;

function pieceOf(template: Template, kind: LiquidKind): string | ((run: Run) => string) {
  const { token } = template;
  if ("str" in template && typeof template.str === "string") return template.str;
  const through = throughLiquid([template]);
  const plain = PLAIN_OUTPUT.exec(token.getText());
  if (!plain) return through;
  const [, words, path = "", fallback] = plain;
  const safe = kind === "html" ? escapeHtml : written;
  if (words !== undefined) return safe(words.slice(1, -1));
  const [name = "", property] = path.split(".");
  const otherwise = fallback === undefined ? "" : safe(fallback.slice(1, -1));
  return (run) => {
    const value = valueAt(run.scope, name, property);
    if (typeof value === "string") return value === "" ? otherwise : safe(value);
    return value === null || value === undefined ? otherwise : through(run);
  };
}

function valueAt(scope: Scope, name: string, property: string | undefined): unknown {
  return property === undefined ? own(scope, name) : own(own(scope, name), property);
}

function own(holder: unknown, name: string): unknown {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, name)) return undefined;
  return Reflect.get(holder, name);
}

function tooLarge(): RenderError {
  return new RenderError({ code: "too_large", line: null, detail: "" });
}

/** Counts what is done, since a clock stands still within one piece of work on Workers. */
class Steps {
  private steps = 0;
  check(): void {
    this.steps += 1;
    if (this.steps > STEPS_MAX) throw tooLarge();
  }
  use(): void {
    this.check();
  }
}

class Made {
  private made = 0;
  use(count: number): void {
    this.made += Math.max(0, count);
    if (!(this.made <= MADE_MAX)) throw tooLarge();
  }
  check(count: number): void {
    this.use(count);
  }
}

class Output {
  buffer = "";
  write(value: unknown): void {
    this.buffer += written(value);
    if (this.buffer.length > OUTPUT_MAX) throw tooLarge();
  }
}

/** One filling of a template: what Liquid does in all of it has one measure. */
class Run {
  readonly scope: Scope;
  private readonly liquid: Liquid;
  private context: Context | null = null;

  constructor(scope: Scope, kind: LiquidKind) {
    this.scope = scope;
    this.liquid = engines[kind];
  }

  private contextNow(): Context {
    const limits: object = { memoryLimit: new Made(), renderLimit: new Steps() };
    this.context ??= new Context(
      this.scope,
      this.liquid.options,
      { sync: true },
      { ...limits, liquid: this.liquid },
    );
    return this.context;
  }

  isTrue(value: Value): boolean {
    const context = this.contextNow();
    try {
      return isTruthy(toValueSync(value.value(context, true)), context);
    } catch (error) {
      throw faultOf(error);
    }
  }

  render(templates: Template[]): string {
    const output = new Output();
    try {
      toValueSync(this.liquid.renderer.renderTemplates(templates, this.contextNow(), output));
    } catch (error) {
      throw faultOf(error);
    }
    return output.buffer;
  }
}

/** The words of Liquid without its own notes of where: the line is said apart. */
function faultOf(error: unknown): RenderError {
  if (error instanceof RenderError) return error;
  if (!LiquidError.is(error)) {
    if (error instanceof RangeError) return tooLarge();
    return new RenderError({ code: "liquid", line: null, detail: String(error) });
  }
  const original: unknown = Reflect.get(error, "originalError");
  if (original instanceof RenderError) return original;
  const line = /, line:(\d+)/.exec(error.message)?.[1];
  const detail = oneLine(error.message.replace(/, (?:file:[^,]*, )?line:\d+.*$/s, ""), 200);
  const filter = /undefined filter: (\S+)/.exec(detail)?.[1];
  return new RenderError({
    code: filter ? "unknown_filter" : "liquid",
    line: line ? Number(line) : null,
    detail: filter ?? detail,
  });
}
