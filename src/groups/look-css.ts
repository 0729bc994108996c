import {
  type AtRule,
  type ChildNode,
  type Container,
  CssSyntaxError,
  type Declaration,
  parse,
  type Rule,
} from "postcss";
import { isDressing, isOfOwnPart } from "./look-css-page";
import { WRAPPER_CSS_MAX } from "./types";

/** The body of every page of a group's; each selector is held below it. */
const PAGE = ".public";

const RULES_MAX = 1_000;
const DEPTH_MAX = 5;
const PIECE_SHOWN_MAX = 60;

/** What of a group's styles cannot be taken, as the end of a key of `groups.look.css`. */
export type CssProblem =
  | "too_long"
  | "unreadable"
  | "escape"
  | "at_rule"
  | "nested"
  | "selector"
  | "property"
  | "address"
  | "function"
  | "fixed"
  | "page"
  | "value";

export type ScopedCss = { ok: true; css: string } | { ok: false; problem: CssProblem; piece: string };

class Refusal extends Error {
  readonly problem: CssProblem;
  readonly piece: string;
  constructor(problem: CssProblem, piece: string) {
    super(problem);
    this.problem = problem;
    this.piece = piece.replace(/\s+/g, " ").trim().slice(0, PIECE_SHOWN_MAX);
  }
}

/**
 * An organiser's styles as a page may hold them: each selector below the page's body, nothing that loads from another host,
 * nothing moved over what a supporter must see, nothing of ours hidden. Only pieces that pass are written out, by us, so that no difference between
 * this parser and a browser's matters.
 * @returns the styles on one line, or the first piece that cannot be taken and why
 */
export function scopeCss(source: string): ScopedCss {
  try {
    if (new TextEncoder().encode(source).length > WRAPPER_CSS_MAX) throw new Refusal("too_long", "");
    // Every trick with names in CSS needs an escape; no style a person writes does.
    if (source.includes("\\")) throw new Refusal("escape", around(source, "\\"));
    return { ok: true, css: written(read(source), 0, { left: RULES_MAX }) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.problem, piece: error.piece };
    throw error;
  }
}

function around(source: string, mark: string): string {
  return source.slice(Math.max(0, source.indexOf(mark) - 20), source.indexOf(mark) + 20);
}

function read(source: string): Container {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof CssSyntaxError) throw new Refusal("unreadable", `${error.line}: ${error.reason}`);
    // The parser recurses; text made to nest thousands deep ends so.
    if (error instanceof RangeError) throw new Refusal("unreadable", "");
    throw error;
  }
}

type Budget = { left: number };

function written(container: Container, depth: number, budget: Budget): string {
  if (depth > DEPTH_MAX) throw new Refusal("nested", "");
  return (container.nodes ?? []).map((node) => writtenNode(node, depth, budget)).join("");
}

function writtenNode(node: ChildNode, depth: number, budget: Budget): string {
  budget.left -= 1;
  if (budget.left < 0) throw new Refusal("too_long", "");
  switch (node.type) {
    case "comment":
      return "";
    case "decl":
      throw new Refusal("unreadable", `${node.prop}: ${node.value}`);
    case "rule":
      return rule(node);
    case "atrule":
      return atRule(node, depth, budget);
  }
}

const CONDITIONS = new Set(["media", "supports", "container"]);
const CONDITION = /^[\w\s():,.<>=/%+*-]+$/;

function atRule(node: AtRule, depth: number, budget: Budget): string {
  const shown = `@${node.name} ${node.params}`;
  if (!CONDITIONS.has(node.name) || !node.nodes) throw new Refusal("at_rule", shown);
  if (!CONDITION.test(node.params) || /<\/|\/\*/.test(node.params) || !isBalanced(node.params))
    throw new Refusal("at_rule", shown);
  return `@${node.name} ${oneLine(node.params)}{${written(node, depth + 1, budget)}}`;
}

function rule(node: Rule): string {
  const selectors = node.selectors.map(scoped).join(",");
  const isOwn = node.selectors.every((selector) => isOfOwnPart(oneLine(selector)));
  const declarations = node.nodes.flatMap((child) => {
    if (child.type === "comment") return [];
    if (child.type !== "decl") throw new Refusal("nested", node.selector);
    const text = declaration(child);
    if (!isOwn && !isDressing(child.prop, child.value))
      throw new Refusal("page", `${child.prop}: ${child.value}`);
    return [text];
  });
  return `${selectors}{${declarations.join(";")}}`;
}

const STRING = /"[^"\n<]*"|'[^'\n<]*'/g;
const SELECTOR = /^[\p{L}\p{N}_\-\s.#:*>+~()[\]=^$|,]+$/u;
/** The page itself, by whatever name. */
const TOP = /^(?:(?::root|html|body)(?![\p{L}\p{N}_-])(\s*))+/iu;

/** A selector that finds nothing outside the page's body. */
function scoped(selector: string): string {
  const text = oneLine(selector);
  if (
    !SELECTOR.test(text.replace(STRING, "")) ||
    !isBalanced(text.replace(STRING, "")) ||
    /^[>+~,]/.test(text)
  )
    throw new Refusal("selector", selector);
  const top = TOP.exec(text);
  if (!top) return `${PAGE} ${text}`;
  const rest = text.slice(top[0].length);
  return rest === "" || top[1] === "" ? PAGE + rest : `${PAGE} ${rest}`;
}

const PROPERTY = /^-{0,2}[a-z][a-z0-9-]*$/i;
/** Old browsers ran scripts by these. */
const RUNS = /^(?:behavior|-ms-behavior|-moz-binding)$/i;
const VALUE = /^[\p{L}\p{N}\s#%.,+*/()_-]*$/u;
const OWN_PICTURE = /url\(\s*(["']?)\/files\/images\/[0-9a-f-]{36}\.(?:png|jpg|webp|gif)\1\s*\)/g;
const ADDRESS = /^(?:url|src|image|image-set|-webkit-image-set|cross-fade|element)$/;
const FUNCTIONS = new Set([
  ...[
    "var",
    "calc",
    "min",
    "max",
    "clamp",
    "rgb",
    "rgba",
    "hsl",
    "hsla",
    "hwb",
    "lab",
    "lch",
    "oklab",
    "oklch",
  ],
  ...["color", "color-mix", "light-dark", "linear-gradient", "radial-gradient", "conic-gradient", "minmax"],
  ...[
    "repeating-linear-gradient",
    "repeating-radial-gradient",
    "repeat",
    "fit-content",
    "translate",
    "translatex",
  ],
  ...[
    "translatey",
    "scale",
    "scalex",
    "scaley",
    "rotate",
    "skew",
    "blur",
    "brightness",
    "contrast",
    "drop-shadow",
  ],
  ...["grayscale", "opacity", "saturate", "sepia", "invert", "hue-rotate", "cubic-bezier", "steps", "inset"],
  ...["circle", "ellipse", "polygon", "env", "round", "counter"],
]);

function declaration({ prop, value, important }: Declaration): string {
  const shown = `${prop}: ${value}`;
  if (!PROPERTY.test(prop) || RUNS.test(prop)) throw new Refusal("property", shown);
  const bare = value.replace(OWN_PICTURE, " ").replace(STRING, " ");
  for (const [, name = ""] of bare.matchAll(/([\p{L}_-][\p{L}\p{N}_-]*)\s*\(/gu)) {
    if (ADDRESS.test(name.toLowerCase())) throw new Refusal("address", shown);
    if (!FUNCTIONS.has(name.toLowerCase())) throw new Refusal("function", shown);
  }
  if (/^position$/i.test(prop) && !/^(?:static|relative|absolute)$/i.test(value))
    throw new Refusal("fixed", shown);
  if (!VALUE.test(bare) || bare.includes("/*") || !isBalanced(bare)) throw new Refusal("value", shown);
  return `${prop}:${oneLine(value)}${important ? "!important" : ""}`;
}

function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const mark of text.match(/[()[\]]/g) ?? []) {
    if (mark === "(" || mark === "[") open.push(mark);
    else if (open.pop() !== (mark === ")" ? "(" : "[")) return false;
  }
  return open.length === 0;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
