import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { Locale, T } from "../ui/i18n";
import { conversionOf, type Line, type Report } from "./report";
import type { TableName } from "./types";
import { countryName, networkName, valueName } from "./words";

/** One table of the page whole, beyond what the page shows of it; numbers as spreadsheets read them. */
export function tableCsv(t: T, locale: Locale, table: TableName, report: Report): string {
  const lines = table === "days" ? dayLines(t, report) : valueLines(t, locale, table, report);
  return BYTE_ORDER_MARK + lines.map(csvLine).join("");
}

function dayLines(t: T, { days }: Report): string[][] {
  const heading = ["day", "people", "newToList", "pageViews", "embedViews", "conversion"] as const;
  return [
    heading.map((name) => t(`statistics.columns.${name}`)),
    ...days.map((day) => [
      day.day,
      ...[day.people, day.newToList, day.pageViews, day.embedViews].map(String),
      conversionOf(day)?.toFixed(4) ?? "",
    ]),
  ];
}

function valueLines(t: T, locale: Locale, table: Exclude<TableName, "days">, report: Report): string[][] {
  const counts = ({ people, newToList }: Line) => [String(people), String(newToList)];
  const heading = [t("statistics.columns.people"), t("statistics.columns.newToList")];
  if (table === "shares") {
    return [
      [t("statistics.columns.network"), t("statistics.columns.variant"), ...heading],
      ...report.shares.map((line) => [networkName(t, line), line.variant.toUpperCase(), ...counts(line)]),
    ];
  }
  const name = (line: Line) =>
    table === "countries" ? countryName(t, locale, line.value) : valueName(t, table, line.value);
  return [
    [t(`statistics.columns.${table}`), ...heading],
    ...report[table].map((line) => [name(line), ...counts(line)]),
  ];
}
