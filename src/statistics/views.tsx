import type { Child } from "hono/jsx";
import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Disclosure, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { formatNumber, formatPercent } from "../ui/format";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { DayChart, dayName, ValueTable } from "./charts";
import { conversionOf, type Line, type Report, type ReportDay } from "./report";
import type { Statistics } from "./statistic";
import { ranges, type TableName } from "./types";
import { countryName, networkName, valueName } from "./words";

/** Lines and days of a table on the page; the file has them all. */
const LINES_SHOWN = 12;
const DAYS_SHOWN = 100;

type StatisticsPageProps = ActionFrame & { statistics: Statistics; report: Report };

/** How one action goes: who came, when, from where; and how many of those who looked took part. */
export function StatisticsPage(props: StatisticsPageProps) {
  const { t, action, group, report } = props;
  const isEmpty = action.status === "draft" && report.total.people + report.total.pageViews === 0;
  return (
    <ActionShell {...props} tab="statistics" page={t("statistics.title")}>
      {isEmpty ? (
        <EmptyState
          title={t("statistics.draft")}
          text={t("statistics.draftText")}
          action={{ href: `/groups/${group.slug}/actions/${action.id}/edit`, label: t("actions.tabs.edit") }}
        />
      ) : (
        <Numbers {...props} />
      )}
    </ActionShell>
  );
}

function Numbers(props: StatisticsPageProps) {
  const { t, statistics } = props;
  return (
    <div class="statistics">
      <Ranges {...props} />
      {statistics.isWhole ? null : (
        <Notice kind="warn">
          <p>{t("statistics.notWhole")}</p>
        </Notice>
      )}
      <Totals {...props} />
      <ByDay {...props} />
      <div class="statistics-tables">
        {(["sources", "referrers", "sites", "countries"] as const).map((table) => (
          <Values {...props} table={table} />
        ))}
        <Shares {...props} />
      </div>
    </div>
  );
}

function hrefOf({ group, action }: Pick<ActionFrame, "group" | "action">): string {
  return `/groups/${group.slug}/actions/${action.id}/statistics`;
}

function Ranges(props: StatisticsPageProps) {
  const { t, report } = props;
  return (
    <nav class="subtabs" aria-label={t("statistics.range.label")}>
      <ul>
        {ranges.map((range) => (
          <li>
            <a
              class="subtab"
              href={`${hrefOf(props)}?range=${range}`}
              aria-current={range === report.range ? "page" : undefined}
            >
              {range === "all"
                ? t("statistics.range.all")
                : t("statistics.range.days", { count: Number(range) })}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Totals(props: StatisticsPageProps) {
  const { t, locale, now, timeZone, statistics, report } = props;
  return (
    <div class="figures">
      <Stats stats={figuresOf(props)} />
      <p class="soft small">
        {t("statistics.countedAt")}{" "}
        <When at={statistics.countedAt} now={now} locale={locale} timeZone={timeZone} />.{" "}
        {t("statistics.zone", { zone: statistics.timeZone })}{" "}
        <a href={`${hrefOf(props)}?range=${report.range}&again=yes`}>{t("statistics.again")}</a>
      </p>
      <Disclosure summary={t("statistics.howTitle")}>
        <p>
          {t("statistics.how")} {embeddedWords(props)}
        </p>
      </Disclosure>
    </div>
  );
}

/** The four numbers of a range, for the page and for the overview's panel. */
export function figuresOf({
  t,
  locale,
  report: { total },
}: Pick<StatisticsPageProps, "t" | "locale" | "report">) {
  const conversion = conversionOf(total);
  return [
    {
      label: t("statistics.figures.views"),
      value: formatNumber(total.pageViews + total.embedViews, locale),
      note: t("statistics.figures.viewsNote"),
    },
    { label: t("statistics.figures.people"), value: formatNumber(total.people, locale) },
    {
      label: t("statistics.figures.conversion"),
      value: conversion === null ? "–" : formatPercent(conversion, locale, 1),
      note: t("statistics.figures.conversionNote"),
    },
    {
      label: t("statistics.figures.newToList"),
      value: total.people === 0 ? "–" : formatPercent(total.newToList / total.people, locale),
      note: t("statistics.figures.newNote", {
        number: formatNumber(total.newToList, locale),
        total: formatNumber(total.people, locale),
      }),
    },
  ];
}

/** How embeds did beside the page itself, once there are views of them. */
function embeddedWords({ t, locale, report }: StatisticsPageProps): string {
  const { total, embedded } = report;
  if (total.embedViews === 0) return "";
  return t("statistics.embedded", {
    views: formatNumber(total.embedViews, locale),
    people: formatNumber(embedded, locale),
  });
}

function ByDay(props: StatisticsPageProps) {
  const { t, locale, report } = props;
  const { days } = report;
  const people = days.map(({ day, people: value }) => ({ day, value }));
  const views = days.map(({ day, pageViews, embedViews }) => ({ day, value: pageViews + embedViews }));
  return (
    <Section title={t("statistics.tables.days")}>
      <div class="charts">
        <DayChart {...{ t, locale }} title={t("statistics.figures.people")} days={people} />
        <DayChart {...{ t, locale }} title={t("statistics.figures.views")} days={views} isLow />
      </div>
      <details class="sparkline-table">
        <summary>{t("statistics.dayTable")}</summary>
        <DayTable {...props} />
      </details>
      <Download {...props} table="days" />
    </Section>
  );
}

function DayTable({ t, locale, report }: StatisticsPageProps) {
  const rows = report.days
    .filter(({ people, pageViews, embedViews }) => people + pageViews + embedViews > 0)
    .toReversed()
    .slice(0, DAYS_SHOWN);
  const number = (key: "people" | "newToList" | "pageViews" | "embedViews") => ({
    ...{ key, title: t(`statistics.columns.${key}`), isNumber: true },
    cell: (day: ReportDay) => formatNumber(day[key], locale),
  });
  const conversion = (day: ReportDay) => {
    const ratio = conversionOf(day);
    return ratio === null ? "–" : formatPercent(ratio, locale, 1);
  };
  return (
    <DataTable<ReportDay>
      caption={t("statistics.tables.days")}
      isCaptionHidden
      columns={[
        {
          key: "day",
          title: t("statistics.columns.day"),
          isName: true,
          cell: ({ day }) => dayName(day, locale),
        },
        ...(["people", "newToList", "pageViews", "embedViews"] as const).map(number),
        { key: "conversion", title: t("statistics.columns.conversion"), isNumber: true, cell: conversion },
      ]}
      rows={rows}
      empty={<p class="soft">{t("statistics.empty")}</p>}
    />
  );
}

type ValuesProps = StatisticsPageProps & { table: "sources" | "referrers" | "sites" | "countries" };

function Values(props: ValuesProps) {
  const { t, locale, report, table } = props;
  const name = ({ value }: Line) =>
    table === "countries" ? countryName(t, locale, value) : valueName(t, table, value);
  const lines = report[table].map((line) => ({ ...line, name: name(line) }));
  return <Lines {...props} lines={lines} column={t(`statistics.columns.${table}`)} />;
}

function Shares(props: StatisticsPageProps) {
  const { t, report } = props;
  const lines = report.shares.map((line) => {
    const network = networkName(t, line);
    const variant = line.variant.toUpperCase();
    return { ...line, name: variant ? t("statistics.variant", { network, variant }) : network };
  });
  return <Lines {...props} table="shares" lines={lines} column={t("statistics.columns.network")} />;
}

type LinesProps = StatisticsPageProps & {
  table: Exclude<TableName, "days">;
  column: string;
  lines: readonly (Line & { name: string })[];
};

function Lines(props: LinesProps) {
  const { t, locale, table, column, lines, report } = props;
  const title = t(`statistics.tables.${table}`);
  const more = lines.length - LINES_SHOWN;
  const { people: total } = report.total;
  return (
    <Section title={title} text={t(`statistics.about.${table}`)}>
      {lines.length === 0 ? (
        <p class="soft">{t("statistics.empty")}</p>
      ) : (
        <>
          <ValueTable
            {...{ t, locale, total }}
            caption={title}
            name={column}
            lines={lines.slice(0, LINES_SHOWN)}
          />
          {more > 0 ? <p class="soft small">{t("statistics.more", { count: more })}</p> : null}
          <Download {...props} table={table} />
        </>
      )}
    </Section>
  );
}

function Download(props: StatisticsPageProps & { table: TableName }): Child {
  const { t, table, report } = props;
  const title = t(`statistics.tables.${table}`);
  return (
    <p class="small">
      <a class="download" href={`${hrefOf(props)}/${table}.csv?range=${report.range}`}>
        <Icon name="download" />
        {t("statistics.csv", { table: title })}
      </a>
    </p>
  );
}
