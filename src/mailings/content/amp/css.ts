import postcss, { type ChildNode, type Rule } from "postcss";
import { readStyle } from "../css";

/** Of the sheet of an AMP mail, and of one element's style. */
const SHEET_MAX = 50_000;
const INLINE_MAX = 900;
const RULES_MAX = 500;
/** Of what a mail may have anyway (`css.ts`), what AMP for Email knows. */
const UNKNOWN =
  /^(?:mso-|border-(?!(?:(?:top|right|bottom|left)(?:-(?:width|style|color))?|width|style|color|radius|collapse|spacing|(?:top|bottom)-(?:left|right)-radius)$))/;
const SELECTOR =
  /^(?:[\w\s.#*>,-]|\[expanded\]|:(?:hover|active|focus|first-child|last-child|nth-child\(\d{1,3}\)))+$/;
const MEDIA = /^(?:(?:only )?(?:screen|all) and )?\((?:min|max)-width: ?\d{1,4}(?:px|em)\)$/i;

/** What a style sheet holds that an AMP mail may have; the rest is left out. */
export function readAmpCss(source: string): string {
  if (source.length > SHEET_MAX) return "";
  return nodesOf(source)
    .slice(0, RULES_MAX)
    .map((node) => {
      if (node.type === "rule") return ruleOf(node);
      if (node.type !== "atrule" || node.name !== "media" || !MEDIA.test(node.params)) return "";
      const rules = (node.nodes ?? []).map((each) => (each.type === "rule" ? ruleOf(each) : "")).join("");
      return rules === "" ? "" : `@media ${node.params}{${rules}}`;
    })
    .join("");
}

function nodesOf(source: string): ChildNode[] {
  try {
    return postcss.parse(source).nodes;
  } catch {
    return [];
  }
}

function ruleOf(rule: Rule): string {
  const selector = rule.selectors
    .filter((each) => SELECTOR.test(each) && !/[.#](?:m-|-amp|i-amp)/i.test(each))
    .join(",");
  const declarations = (rule.nodes ?? []).filter(({ type }) => type === "decl");
  const style = styleText(declarations.map(String).join(";"));
  return selector === "" || style === "" ? "" : `${selector}{${style}}`;
}

/** The same of a style attribute. */
export function ampStyle(source: string): string {
  const style = styleText(source);
  return style.length > INLINE_MAX ? "" : style;
}

function styleText(source: string): string {
  return [...readStyle(source)]
    .filter(([property]) => !UNKNOWN.test(property))
    .map(([property, value]) => `${property}:${value}`)
    .join(";");
}
