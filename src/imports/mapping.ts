import { sha256, toHex } from "../platform/crypto";
import { headingWords, plainHeading } from "./headings";
import { type Layout, layouts } from "./layouts";
import { type ColumnRole, type ColumnUse, columnRoles, type ImportOptions, type Mapping } from "./types";

/** A custom field a column may be of. */
export type FieldChoice = { no: number; key: string; label: string };

/** Roles that take several columns: their cells are joined. */
const repeatable: ReadonlySet<string> = new Set<ColumnRole>(["tags"]);

/** The system a file was written by, if its headings say so. */
export function layoutOf(headings: readonly string[]): Layout | null {
  const plain = new Set(headings.map(plainHeading));
  return (
    layouts.find(({ marks }) => marks.some((mark) => mark.every((heading) => plain.has(heading)))) ?? null
  );
}

/**
 * What each column most likely is: what the recognised system means by it, else a custom field of that name, else the common
 * words. Where two columns would be the same, the first is; the others stay out until somebody says what they are.
 */
export function guessMapping(headings: readonly string[], fields: readonly FieldChoice[]): Mapping {
  const layout = layoutOf(headings);
  const taken = new Set<ColumnUse>();
  return headings.map((heading) => {
    const use = guess(plainHeading(heading), layout, fields);
    if (use === "" || repeatable.has(use)) return use;
    if (taken.has(use)) return "";
    taken.add(use);
    return use;
  });
}

function guess(plain: string, layout: Layout | null, fields: readonly FieldChoice[]): ColumnUse {
  if (plain === "") return "";
  if (layout && Object.hasOwn(layout.columns, plain)) return layout.columns[plain] ?? "";
  const field = fields.find(({ key, label }) => plainHeading(label) === plain || plainHeading(key) === plain);
  if (field) return `field:${field.no}`;
  return columnRoles.find((role) => headingWords[role].includes(plain)) ?? "";
}

/** Names a row of headings. */
export async function hashOfHeadings(headings: readonly string[]): Promise<string> {
  const text = JSON.stringify(headings.map(plainHeading));
  return toHex((await sha256(text)).slice(0, 16));
}

export type MappingProblem =
  | { is: "noKey"; match: "email" | "id" }
  | { is: "twice"; use: ColumnUse; columns: number[] }
  | { is: "noOptIn"; channel: "email" | "mobile" }
  | { is: "noPhone" }
  | { is: "noAmount" }
  | { is: "noDate" };

/** Why a file cannot be read like this; empty when it can. */
export function mappingProblems(
  mapping: Mapping,
  {
    match,
    subscribe,
    mobile,
    history,
  }: Pick<ImportOptions, "match" | "subscribe"> & Partial<Pick<ImportOptions, "mobile" | "history">>,
): MappingProblem[] {
  const problems: MappingProblem[] = [];
  const keys: ColumnUse[] = match === "id" ? ["id"] : ["email", "phone"];
  if (!keys.some((key) => mapping.includes(key))) problems.push({ is: "noKey", match });
  const columns = Map.groupBy(
    mapping.flatMap((use, column) =>
      use === "" || repeatable.has(use) || use.startsWith("new:") ? [] : [{ use, column }],
    ),
    ({ use }) => use,
  );
  for (const [use, found] of columns)
    if (found.length > 1) problems.push({ is: "twice", use, columns: found.map(({ column }) => column) });
  if (subscribe === "stated" && !mapping.includes("optIn"))
    problems.push({ is: "noOptIn", channel: "email" });
  if (mobile === "stated" && !mapping.includes("mobileOptIn"))
    problems.push({ is: "noOptIn", channel: "mobile" });
  if ((mobile === "stated" || mobile === "all") && !mapping.includes("phone"))
    problems.push({ is: "noPhone" });
  // Without its day, what happened years ago would be taken for something of today.
  if (history && !mapping.includes("date")) problems.push({ is: "noDate" });
  if (history?.currency && !mapping.includes("amount")) problems.push({ is: "noAmount" });
  return problems;
}
