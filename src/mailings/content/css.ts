import postcss, { type AtRule, type ChildNode, type Rule } from "postcss";

/** Properties mail programs know and that cannot load, move or cover anything. */
const PROPERTY =
  /^(?:color|background|background-color|font|font-(?:family|size|style|weight)|line-height|letter-spacing|text-(?:align|decoration|transform|indent)|vertical-align|white-space|word-break|overflow-wrap|direction|list-style|list-style-type|(?:margin|padding)(?:-(?:top|right|bottom|left))?|border(?:-[a-z-]{1,40})?|(?:max-|min-)?(?:width|height)|display|float|clear|opacity|mso-[a-z-]{1,40})$/;
const VALUE_MAX = 200;
/** Nothing that loads or runs, or that would end the rule it stands in. */
const BAD_VALUE = /url\s*\(|image\s*\(|image-set|expression|javascript:|[<>{}\\;@\ue000-\ue003]|\/\*/i;
const MEDIA = /^[\w\s():,.<>=/-]{1,200}$/;
const SELECTOR = /^[\w\s.#*:>,()-]{1,300}$/;
const RULES_MAX = 500;
export const CSS_BYTES_MAX = 60_000;

export type Style = ReadonlyMap<string, string>;
/** `isAround`: of the wrapper, and not of what is in it. */
export type CssRule = { selector: string; style: Style; isAround?: boolean };
/** Rules to write into the elements, and what must stay in the head: what is for some screens, themes and states alone. */
export type Css = { rules: CssRule[]; head: string };

/** What a style sheet or a style attribute holds that a mail may have; the rest is left out. What cannot be read holds nothing. */
export function readCss(source: string): Css {
  const css: Css = { rules: [], head: "" };
  if (source.length > CSS_BYTES_MAX) return css;
  for (const node of nodesOf(source).slice(0, RULES_MAX)) {
    if (node.type === "rule") takeRule(node, css);
    else if (node.type === "atrule") css.head += mediaOf(node);
  }
  return css;
}

function nodesOf(source: string): ChildNode[] {
  try {
    return postcss.parse(source).nodes;
  } catch {
    return [];
  }
}

export function readStyle(source: string): Style {
  const [rule] = readCss(`a{${source.replace(/[{}]/g, "")}}`).rules;
  return rule?.style ?? new Map();
}

export function writeStyle(style: Style): string {
  return [...style].map(([property, value]) => `${property}:${value}`).join(";");
}

function takeRule(rule: Rule, css: Css): void {
  const style = styleOf(rule);
  if (style.size === 0 || !SELECTOR.test(rule.selector)) return;
  for (const selector of rule.selectors) {
    if (selector.includes(":")) css.head += `${selector}{${writeStyle(style)}}`;
    else css.rules.push({ selector: selector.trim(), style });
  }
}

function mediaOf(rule: AtRule): string {
  if (rule.name !== "media" || !MEDIA.test(rule.params)) return "";
  const rules = (rule.nodes ?? []).flatMap((node) => {
    if (node.type !== "rule" || !SELECTOR.test(node.selector)) return [];
    const style = writeStyle(styleOf(node, true));
    return style === "" ? [] : [`${node.selector}{${style}}`];
  });
  return rules.length === 0 ? "" : `@media ${rule.params.replaceAll("<", "")}{${rules.join("")}}`;
}

const DARK = /^(?:(?:only )?(?:screen|all) and )?\(\s*prefers-color-scheme\s*:\s*dark\s*\)$/i;

/** Of what stays in the head, the rules for dark mode on whatever screen; a value that says it is important ends in `IMPORTANT`. */
export function darkRules(head: string): CssRule[] {
  return nodesOf(head).flatMap((node) => {
    if (node.type !== "atrule" || !DARK.test(node.params)) return [];
    const rules = (node.nodes ?? []).filter((each) => each.type === "rule");
    return rules.flatMap((rule) =>
      rule.selectors.map((selector) => ({ selector, style: styleOf(rule, true) })),
    );
  });
}

export const IMPORTANT = "!important";

function styleOf(rule: Rule, keepsImportance = false): Style {
  const style = new Map<string, string>();
  for (const node of rule.nodes ?? []) {
    if (node.type !== "decl") continue;
    const { prop, value, important } = node;
    const name = prop.toLowerCase();
    if (!PROPERTY.test(name) || value.length > VALUE_MAX || BAD_VALUE.test(value)) continue;
    style.set(name, `${value.trim()}${important && keepsImportance ? IMPORTANT : ""}`);
  }
  return style;
}

/** An open element, as selectors see it. */
export type Place = { name: string; id: string; classes: readonly string[] };
type Part = Place & { isChild: boolean };
export type Matcher = { parts: Part[]; weight: number; style: Style; isAround: boolean };

/** Selectors of names, classes and ids, inside or right inside others. Others match nothing. */
export function matcherOf({ selector, style, isAround = false }: CssRule, order: number): Matcher | null {
  const parts: Part[] = [];
  let isChild = false;
  for (const word of selector.replaceAll(">", " > ").split(/\s+/)) {
    if (word === ">") {
      isChild = true;
      continue;
    }
    const [whole, name = ""] = /^(\*|[a-z][a-z0-9]*)?(?:[.#][\w-]+)*$/i.exec(word) ?? [];
    if (!whole) return null;
    const classes = [...word.matchAll(/\.([\w-]+)/g)].map(([, each = ""]) => each);
    const id = /#([\w-]+)/.exec(word)?.[1] ?? "";
    parts.push({ name: name === "*" ? "" : name.toLowerCase(), id, classes, isChild });
    isChild = false;
  }
  const weight = parts.reduce(
    (sum, part) => sum + (part.id ? 10_000 : 0) + part.classes.length * 100 + (part.name ? 1 : 0),
    0,
  );
  return { parts, weight: weight * 1_000 + order, style, isAround };
}

/** @param path the open elements, the one that is asked about last */
export function matches({ parts }: Matcher, path: readonly Place[]): boolean {
  return fits(parts, parts.length - 1, path, path.length - 1);
}

function fits(parts: readonly Part[], part: number, path: readonly Place[], at: number): boolean {
  const wanted = parts[part];
  const place = path[at];
  if (!wanted || !place || !isOf(wanted, place)) return false;
  if (part === 0) return true;
  if (wanted.isChild) return fits(parts, part - 1, path, at - 1);
  // The nearest that fits is enough, but for "a > b c", which nobody writes in mails and which then matches less than it might.
  for (let above = at - 1; above >= 0; above -= 1) {
    const next = parts[part - 1];
    const holder = path[above];
    if (next && holder && isOf(next, holder)) return fits(parts, part - 1, path, above);
  }
  return false;
}

function isOf(wanted: Place, place: Place): boolean {
  return (
    (wanted.name === "" || wanted.name === place.name) &&
    (wanted.id === "" || wanted.id === place.id) &&
    wanted.classes.every((each) => place.classes.includes(each))
  );
}
