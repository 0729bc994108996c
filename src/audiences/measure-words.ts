import { shortAmount } from "../platform/money";
import { formatDate, formatList, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import type { Names } from "./names";
import type { ClauseOf, FieldTest, Span, Times, When } from "./types";

/** In whose words and by whose clock a sentence is written. */
export type Telling = { t: T; locale: Locale; timeZone: string; names: Names };

/** More names than this are told as how many there are. */
const NAMES_TOLD_MAX = 4;

/** Names with "or" between them, or "and"; the first few and how many more. */
export function listed(names: readonly string[], locale: Locale, joinedBy: "or" | "and" = "or"): string {
  const shown = names.slice(0, NAMES_TOLD_MAX);
  const more = names.length - shown.length;
  return formatList(more > 0 ? [...shown, `+${formatNumber(more, locale)}`] : shown, locale, {
    or: more === 0 && joinedBy === "or",
  });
}

/** How much somebody gave, in brackets; "" where that is not asked. */
export function giftWords(
  { total, largest, last, currency = "" }: ClauseOf<"donation">,
  telling: Telling,
): string {
  const parts = Object.entries({ total, largest, last }).flatMap(([what, span]) =>
    span ? [giftWord(what, spanWords(span, currency, telling), telling)] : [],
  );
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

function giftWord(what: string, span: string, { t }: Telling): string {
  if (what === "total") return t("audiences.say.total", { span });
  return what === "largest" ? t("audiences.say.largest", { span }) : t("audiences.say.last", { span });
}

function spanWords({ least, most }: Span, currency: string, { t }: Telling): string {
  const money = (amount: number) => `${shortAmount({ amount, currency })} ${currency}`;
  if (least !== undefined && most !== undefined)
    return t("audiences.say.span.both", { least: money(least), most: money(most) });
  return least !== undefined
    ? t("audiences.say.span.least", { least: money(least) })
    : t("audiences.say.span.most", { most: money(most ?? 0) });
}

/** A language by its name, or its code where it has none. */
export function languageName(code: string, locale: Locale): string {
  try {
    return new Intl.DisplayNames(locale, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** What is asked of a custom field. */
export function testWords(test: FieldTest, { t, locale }: Telling): string {
  switch (test.op) {
    case "known":
      return t("audiences.test.known");
    case "is":
      return t("audiences.test.is", { values: listed(test.values.map(quoted), locale) });
    case "contains":
      return t("audiences.test.contains", { text: quoted(test.text) });
    case "begins":
      return t("audiences.test.begins", { text: quoted(test.text) });
    case "number":
    case "day":
      return rangeWords(test, { t, locale });
    case "chosen":
      return t(`audiences.test.chosen.${test.match}`, {
        values: listed(test.values.map(quoted), locale, test.match === "all" ? "and" : "or"),
      });
  }
}

function rangeWords(
  test: Extract<FieldTest, { op: "number" | "day" }>,
  { t, locale }: Pick<Telling, "t" | "locale">,
): string {
  const [from, to] =
    test.op === "day"
      ? [test.from, test.to]
      : [test.least, test.most].map((value) =>
          value === undefined ? undefined : formatNumber(value, locale),
        );
  if (from !== undefined && to !== undefined) return t("audiences.test.range.both", { from, to });
  if (from !== undefined) return t("audiences.test.range.from", { from });
  return to !== undefined ? t("audiences.test.range.to", { to }) : t("audiences.test.known");
}

function quoted(text: string): string {
  return `“${text}”`;
}

/** "at least 3 times"; "" for once. */
export function timesWords(times: Times | undefined, { t, locale }: Telling): string {
  if (!times || (times.least === 1 && times.most === undefined)) return "";
  const { least, most } = times;
  if (most === undefined)
    return t("audiences.times.least", { count: least, number: formatNumber(least, locale) });
  if (least === most)
    return t("audiences.times.exactly", { count: least, number: formatNumber(least, locale) });
  return t("audiences.times.both", { least: formatNumber(least, locale), most: formatNumber(most, locale) });
}

/** "in the last 30 days" */
export function whenWords(when: When | undefined, { t, locale, timeZone }: Telling): string {
  if (!when) return "";
  if ("lastDays" in when) return t("audiences.when.lastDays", { count: when.lastDays });
  if ("beforeDays" in when) return t("audiences.when.beforeDays", { count: when.beforeDays });
  const day = (at: number) => formatDate(at, locale, timeZone);
  const { from, to } = when;
  // The end is the first moment after the last day.
  if (from !== undefined && to !== undefined)
    return t("audiences.when.between", { from: day(from), to: day(to - 1) });
  if (from !== undefined) return t("audiences.when.since", { from: day(from) });
  return t("audiences.when.until", { to: day((to ?? 1) - 1) });
}
