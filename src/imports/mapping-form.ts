import { tagNames } from "../people/tag-name";
import { cleanLine } from "../platform/clean-text";
import { isCountry } from "../platform/countries";
import { type FormValues, single } from "../platform/forms";
import { momentOf, parseLocalTime } from "../platform/local-time";
import type { T } from "../ui/i18n";
import type { ImportRow, StartProblem } from "./import";
import {
  columnUse,
  type FileFormat,
  fileFormat,
  type History,
  type ImportOptions,
  importOptions,
  type Mapping,
} from "./types";
import { useName } from "./words";

const TAGS_MAX = 20;
const SOURCE_MAX = 100;

/** How the file is written, as somebody has said; null for what no select of ours sends. */
export function readFormat(values: FormValues): FileFormat | null {
  const read = fileFormat.safeParse({
    encoding: single(values, "encoding"),
    delimiter: single(values, "delimiter"),
    hasHeader: single(values, "header") === "yes",
  });
  return read.success ? read.data : null;
}

/** What each column is and how rows are stored. Whatever no control of ours sends is as if it was not sent. */
export function readMappingForm(
  values: FormValues,
  row: Pick<ImportRow, "headings">,
  history: History | null,
): { mapping: Mapping; options: ImportOptions } {
  const mapping = (row.headings ?? []).map((_heading, column) => {
    const use = columnUse.safeParse(single(values, `column.${column}`));
    return use.success ? use.data : "";
  });
  const one = <V extends string>(name: string, allowed: readonly V[], usual: V): V =>
    allowed.find((value) => value === single(values, name)) ?? usual;
  const country = single(values, "country");
  const options = importOptions.parse({
    match: one("match", ["email", "id"], "email"),
    subscribe: one("subscribe", ["none", "stated", "all", "stop"], "none"),
    mobile: one("mobile", ["none", "stated", "all", "stop"], "none"),
    history,
    values: one("values", ["fill", "overwrite"], "fill"),
    doBlanksClear: single(values, "blanks") === "yes" && single(values, "values") === "overwrite",
    tags: tagNames(single(values, "tags")).slice(0, TAGS_MAX),
    source: cleanLine(single(values, "source")).slice(0, SOURCE_MAX),
    country: isCountry(country) ? country : "",
    dateOrder: one("dates", ["dmy", "mdy"], "dmy"),
  });
  return { mapping, options };
}

/** When it is to begin, by the clock of whoever asks; null for now, "time" for what is on no calendar. */
export function readBegin(values: FormValues, timeZone: string): number | null | "time" {
  const text = single(values, "begin").trim();
  if (text === "") return null;
  const local = parseLocalTime(text);
  return local === null ? "time" : momentOf(local, timeZone);
}

/** Why an import cannot begin, by the field that says how to mend it. */
export function startErrors(t: T, problems: readonly StartProblem[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const problem of problems) {
    const [field, words] = errorOf(t, problem);
    errors[field] ??= words;
  }
  return errors;
}

function errorOf(t: T, problem: StartProblem): [field: string, words: string] {
  switch (problem.is) {
    case "noKey":
      return ["column.0", t(problem.match === "id" ? "imports.errors.noKeyId" : "imports.errors.noKeyEmail")];
    case "twice":
      return [
        `column.${problem.columns[1] ?? 0}`,
        t("imports.errors.twice", { use: useName(t, problem.use, []) }),
      ];
    case "noOptIn":
      return problem.channel === "email"
        ? ["subscribe", t("imports.errors.noOptIn")]
        : ["mobile", t("imports.errors.noMobileOptIn")];
    case "noPhone":
      return ["mobile", t("imports.errors.noPhone")];
    case "noDate":
      return ["history", t("imports.errors.noDate")];
    case "noAmount":
      return ["history", t("imports.errors.noAmount")];
    case "begin":
      return ["begin", t(`imports.errors.begin.${problem.why}`)];
    case "noStatement":
      return ["confirm", t("imports.errors.noStatement")];
    case "noName":
      return ["name", t("imports.errors.noName")];
    case "tooManyFields":
      return ["column.0", t("imports.errors.tooManyFields")];
    case "started":
      return ["column.0", t("imports.errors.started")];
  }
}
