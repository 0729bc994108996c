import { subscriptionCauses } from "../people/types";
import { countryName, valueName } from "../statistics/words";
import type { Locale, T } from "../ui/i18n";
import { dayName } from "./range";
import type { Report } from "./report";
import { gains, type ListChange, losses } from "./types";

/** The tables one can look at and take along. */
export const tableNames = [
  "growth",
  "reasons",
  "actions",
  "sources",
  "activity",
  "levels",
  "places",
  "tags",
  "cohorts",
] as const;
export type TableName = (typeof tableNames)[number];

export type TableColumn = { key: string; title: string; kind: "text" | "day" | "number" | "ratio" };
export type Value = string | number | null;
/** A table as data: a page, a spreadsheet and other software each write it their way. */
export type ReportTable = { name: TableName; columns: TableColumn[]; rows: Value[][] };

type Make = { t: T; locale: Locale; report: Report };

export function tableOf(name: TableName, make: Make): ReportTable {
  switch (name) {
    case "growth":
      return growth(make);
    case "reasons":
      return reasons(make);
    case "actions":
      return actions(make);
    case "sources":
      return sources(make);
    case "activity":
      return activity(make);
    case "levels":
      return levels(make);
    case "places":
      return places(make);
    case "tags":
      return tags(make);
    case "cohorts":
      return cohorts(make);
  }
}

function columnsOf(
  { t }: Pick<Make, "t">,
  ...columns: (readonly [key: ColumnKey, kind: TableColumn["kind"]])[]
): TableColumn[] {
  return columns.map(([key, kind]) => ({ key, kind, title: t(`reports.columns.${key}`) }));
}

type ColumnKey =
  | "day"
  | "size"
  | "gained"
  | "lost"
  | "change"
  | "cause"
  | "people"
  | "onList"
  | "action"
  | "source"
  | "acted"
  | "newly"
  | "level"
  | "share"
  | "country"
  | "region"
  | "tag"
  | "tagged"
  | "month"
  | "joined"
  | "stayed"
  | "stayedShare";

function growth(make: Make): ReportTable {
  const { t, report } = make;
  const reasons: readonly ListChange[] = [...gains, ...losses];
  const shown = reasons.filter((change) => report.lines.some(({ changes }) => changes[change]));
  return {
    name: "growth",
    columns: [
      ...columnsOf(make, ["day", "day"], ["size", "number"], ["gained", "number"], ["lost", "number"]),
      ...shown.map((change) => ({
        ...{ key: change, kind: "number" as const, title: t(`reports.changes.${change}`) },
      })),
    ],
    rows: report.lines.map(({ day, size, gained, lost, changes }) => [
      ...[dayName(day), size, gained, lost],
      ...shown.map((change) => changes[change] ?? 0),
    ]),
  };
}

function reasons(make: Make): ReportTable {
  const { t, report } = make;
  const word = (cause: string) => {
    // One there are no words for is shown as it is.
    const known = subscriptionCauses.find((name) => name === cause);
    return known ? t(`reports.causes.${known}`) : cause;
  };
  return {
    name: "reasons",
    columns: columnsOf(make, ["change", "text"], ["cause", "text"], ["people", "number"]),
    rows: report.reasons.map(({ change, cause, people }) => [
      t(`reports.changes.${change}`),
      word(cause),
      people,
    ]),
  };
}

function actions(make: Make): ReportTable {
  const { t, report } = make;
  return {
    name: "actions",
    columns: columnsOf(make, ["action", "text"], ["people", "number"], ["onList", "number"]),
    rows: report.byAction.map(({ title, people, onList }) => [
      title ?? t("reports.noAction"),
      people,
      onList,
    ]),
  };
}

function sources(make: Make): ReportTable {
  const { t, report } = make;
  return {
    name: "sources",
    columns: columnsOf(make, ["source", "text"], ["people", "number"], ["onList", "number"]),
    rows: report.bySource.map(({ source, people, onList }) => [
      valueName(t, "sources", source),
      people,
      onList,
    ]),
  };
}

function activity(make: Make): ReportTable {
  return {
    name: "activity",
    columns: columnsOf(make, ["day", "day"], ["acted", "number"], ["newly", "number"]),
    rows: make.report.lines.map(({ day, acted, newly }) => [dayName(day), acted, newly]),
  };
}

function levels(make: Make): ReportTable {
  const { t, report } = make;
  const total = report.levels.reduce((sum, { people }) => sum + people, 0);
  return {
    name: "levels",
    columns: columnsOf(
      make,
      ["level", "text"],
      ["people", "number"],
      ["onList", "number"],
      ["share", "ratio"],
    ),
    rows: report.levels
      .toReversed()
      .map(({ level, people, onList }) => [
        t(`exports.levels.${level}`),
        people,
        onList,
        total === 0 ? null : people / total,
      ]),
  };
}

function places(make: Make): ReportTable {
  const { t, locale, report } = make;
  return {
    name: "places",
    columns: columnsOf(
      make,
      ["country", "text"],
      ["region", "text"],
      ["people", "number"],
      ["onList", "number"],
    ),
    rows: report.places.map(({ country, region, people, onList }) => [
      countryName(t, locale, country),
      region,
      people,
      onList,
    ]),
  };
}

function tags(make: Make): ReportTable {
  return {
    name: "tags",
    columns: columnsOf(
      make,
      ["tag", "text"],
      ["people", "number"],
      ["onList", "number"],
      ["tagged", "number"],
    ),
    rows: make.report.tags.map(({ name, people, onList, gained }) => [name, people, onList, gained]),
  };
}

function cohorts(make: Make): ReportTable {
  return {
    name: "cohorts",
    columns: columnsOf(
      make,
      ["month", "text"],
      ["joined", "number"],
      ["stayed", "number"],
      ["stayedShare", "ratio"],
    ),
    rows: make.report.cohorts.map(({ month, people, onList }) => [
      month,
      people,
      onList,
      people === 0 ? null : onList / people,
    ]),
  };
}
