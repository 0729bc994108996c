import type { Condition } from "./document";

/** Liquid that writes a merge field, with what stands there when it is blank. */
export function fieldLiquid({ name, fallback }: { name: string; fallback: string }): string {
  return `{{ ${name}${fallback === "" ? "" : ` | default: ${quoted(fallback)}`} }}`;
}

/** What a condition block asks, as Liquid has it after `if`. The visual editor's values are words, never Liquid. */
export function conditionLiquid({ match, clauses }: Condition): string {
  return clauses.map(clauseLiquid).join(match === "all" ? " and " : " or ");
}

type Clause = Condition["clauses"][number];

function clauseLiquid({ field, is, value }: Clause): string {
  switch (is) {
    case "equals":
      return `${field} == ${quoted(value)}`;
    case "differs":
      return `${field} != ${quoted(value)}`;
    case "contains":
      return `${field} contains ${quoted(value)}`;
    case "filled":
      return `${field} != blank`;
    case "blank":
      return `${field} == blank`;
    case "more":
      return `${field} > ${numberIn(value)}`;
    case "less":
      return `${field} < ${numberIn(value)}`;
  }
}

function numberIn(value: string): number {
  const number = Number(value.replace(",", "."));
  return Number.isFinite(number) ? number : 0;
}

/**
 * A text within quotation marks. Liquid ends a tag at its closing sign even inside of quotes, and knows no sign that would let a
 * quotation mark stand within its own kind.
 */
function quoted(text: string): string {
  const words = text.replace(/[\\\p{Cc}]/gu, " ").replace(/([%}])\}/g, "$1 }");
  return words.includes('"') ? `'${words.replaceAll("'", "’")}'` : `"${words}"`;
}
