import type { Child } from "hono/jsx";
import { Bar, DayChart } from "../statistics/charts";
import { Disclosure, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonRow, CheckboxGroup, Form, RadioGroup, SelectField, SubmitButton, TextField } from "../ui/form";
import { formatDate, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Progress } from "../ui/progress";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";
import { dayName, type Range, ranges, steps } from "./range";
import type { Report } from "./report";
import { type ReportTable, type TableColumn, type TableName, tableOf, type Value } from "./report-tables";
import { type Figure, figures, HIGHLIGHTS_MAX } from "./types";

/** Lines of a table on the page; the file has them all. */
const LINES_SHOWN = 12;

export type ReportPageProps = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs" | "flash">;
  t: T;
  locale: Locale;
  group: { name: string; slug: string; timeZone: string };
  now: number;
  timeZone: string;
  report: Report;
  highlights: readonly Figure[];
  /** How often each member gets the numbers by mail; null where this member may not choose for others. */
  mails: readonly { accountNo: number; name: string; every: "" | "week" | "month" }[];
};

/** How the group's list grows, who leaves and why, what people do. */
export function ReportPage(props: ReportPageProps) {
  const { t, frame, group, report } = props;
  const isCounting = report.finishedAt === null;
  return (
    <Shell {...frame} title={t("reports.title")} group={group} tab="people" scripts={["live"]}>
      <PageHeader title={t("reports.title")} lead={t("reports.lead")} />
      <PeopleTabs t={t} slug={group.slug} current="reports" />
      {/* Looked at again by public/js/live.js until the first count is at its end. */}
      <div id="report" class="statistics" data-live={isCounting ? "yes" : undefined}>
        {isCounting ? <Counting {...props} /> : <Numbers {...props} />}
      </div>
      {isCounting ? null : (
        <>
          <Highlights {...props} />
          <Mails {...props} />
        </>
      )}
    </Shell>
  );
}

function Counting({ t, locale, report }: ReportPageProps) {
  const ratio = report.doneRatio ?? 0;
  return (
    <Notice kind="info">
      <p>{t("reports.counting")}</p>
      <Progress value={Math.round(ratio * 100)} max={100} label={t("reports.countingLabel")}>
        {formatPercent(ratio, locale)}
      </Progress>
    </Notice>
  );
}

function hrefOf({ group }: Pick<ReportPageProps, "group">): string {
  return `/groups/${group.slug}/reports`;
}

/** The time a page shows, as the rest of an address. */
function rangeQuery({ name, from, to, by }: Range): string {
  const query = new URLSearchParams({ by });
  if (name === "custom") {
    query.set("from", dayName(from));
    query.set("to", dayName(to));
  } else query.set("range", name);
  return `?${query}`;
}

function Numbers(props: ReportPageProps) {
  const { t, report, locale } = props;
  const lines = (pick: (line: Report["lines"][number]) => number) =>
    report.lines.map((line) => ({ day: dayName(line.day), value: pick(line) }));
  return (
    <>
      <Ranges {...props} />
      <Totals {...props} />
      <Part {...props} name="growth">
        <div class="charts">
          <DayChart
            {...{ t, locale }}
            title={t("reports.columns.size")}
            days={lines(({ size }) => size)}
            isLevel
          />
          <DayChart
            {...{ t, locale }}
            title={t("reports.columns.gained")}
            days={lines(({ gained }) => gained)}
            isLow
          />
          <DayChart
            {...{ t, locale }}
            title={t("reports.columns.lost")}
            days={lines(({ lost }) => lost)}
            isLow
          />
        </div>
      </Part>
      <Part {...props} name="activity">
        <div class="charts">
          <DayChart
            {...{ t, locale }}
            title={t("reports.columns.acted")}
            days={lines(({ acted }) => acted)}
          />
        </div>
      </Part>
      <div class="statistics-tables">
        {(["reasons", "actions", "sources", "levels", "cohorts", "places", "tags"] as const).map((name) => (
          <Part {...props} name={name} />
        ))}
      </div>
    </>
  );
}

function Ranges(props: ReportPageProps) {
  const { t, report } = props;
  const { range } = report;
  return (
    <div class="report-ranges">
      <nav class="subtabs" aria-label={t("reports.range.label")}>
        <ul>
          {ranges.map((name) => (
            <li>
              <a
                class="subtab"
                href={`${hrefOf(props)}?range=${name}`}
                aria-current={name === range.name ? "page" : undefined}
              >
                {name === "all" ? t("reports.range.all") : t("reports.range.days", { count: Number(name) })}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Form class="filter" method="get" action={hrefOf(props)} label={t("reports.range.own")}>
        <TextField
          name="from"
          type="date"
          width="medium"
          label={t("reports.range.from")}
          value={dayName(range.from)}
        />
        <TextField
          name="to"
          type="date"
          width="medium"
          label={t("reports.range.to")}
          value={dayName(range.to)}
        />
        <SelectField
          name="by"
          label={t("reports.range.by")}
          required
          value={range.by}
          options={steps.map((step) => ({ value: step, label: t(`reports.range.${step}`) }))}
        />
        <SubmitButton kind="secondary">{t("reports.range.show")}</SubmitButton>
      </Form>
    </div>
  );
}

function Totals({ t, locale, now, timeZone, group, report }: ReportPageProps) {
  const number = (value: number) => formatNumber(value, locale);
  const net = report.gained - report.lost;
  return (
    <div class="figures">
      <Stats
        stats={[
          { label: t("reports.figures.listSize"), value: number(report.size) },
          { label: t("reports.columns.gained"), value: number(report.gained) },
          { label: t("reports.columns.lost"), value: number(report.lost) },
          {
            label: t("reports.net"),
            value: net > 0 ? `+${number(net)}` : number(net),
          },
        ]}
      />
      <p class="soft small">
        {t("reports.countedAt")}{" "}
        <When at={report.finishedAt ?? now} now={now} locale={locale} timeZone={timeZone} />.{" "}
        {t("statistics.zone", { zone: group.timeZone })}
      </p>
      <Disclosure summary={t("statistics.howTitle")}>
        <p>{t("reports.how")}</p>
        <p>{t("reports.engagement")}</p>
      </Disclosure>
    </div>
  );
}

type PartProps = ReportPageProps & { name: TableName; children?: Child };

/** One question: its charts, its table, its files. */
function Part(props: PartProps) {
  const { t, locale, report, name, children } = props;
  const table = tableOf(name, { t, locale, report });
  const title = t(`reports.tables.${name}`);
  const isOverTime = children !== undefined;
  const content = <TableOf {...props} table={table} title={title} isNewestFirst={isOverTime} />;
  return (
    <Section title={title} text={t(`reports.about.${name}`)}>
      {children}
      {isOverTime ? (
        <details class="sparkline-table">
          <summary>{t("reports.numbers")}</summary>
          {content}
        </details>
      ) : (
        content
      )}
      <p class="small report-files">
        {(["csv", "jsonl"] as const).map((format) => (
          <a class="download" href={`${hrefOf(props)}/${name}.${format}${rangeQuery(report.range)}`}>
            <Icon name="download" />
            {t(`reports.files.${format}`, { table: title })}
          </a>
        ))}
      </p>
    </Section>
  );
}

function TableOf({
  t,
  locale,
  table,
  title,
  isNewestFirst,
}: PartProps & { table: ReportTable; title: string; isNewestFirst: boolean }) {
  const isEmpty = table.rows.every((row) => row.every((value) => typeof value !== "number" || value === 0));
  if (isEmpty) return <p class="soft">{t("reports.empty")}</p>;
  const rows = isNewestFirst ? table.rows.toReversed() : table.rows;
  const shown = rows.slice(0, isNewestFirst ? rows.length : LINES_SHOWN);
  const more = rows.length - shown.length;
  return (
    <>
      {isNewestFirst ? (
        <DataTable<readonly Value[]>
          caption={title}
          isCaptionHidden
          rows={shown}
          empty={<p class="soft">{t("reports.empty")}</p>}
          columns={table.columns.map((column, index) => ({
            key: column.key,
            title: column.title,
            isName: index === 0,
            isNumber: isNumeric(column),
            cell: (row: readonly Value[]) => said(locale, column, row[index] ?? null),
          }))}
        />
      ) : (
        <BarTable {...{ locale, title }} table={{ ...table, rows: shown }} />
      )}
      {more > 0 ? <p class="soft small">{t("statistics.more", { count: more })}</p> : null}
    </>
  );
}

function isNumeric({ kind }: TableColumn): boolean {
  return kind === "number" || kind === "ratio";
}

/** A narrow table whose rows carry a bar of their first number, so that the chart is its own table. */
function BarTable({ locale, title, table }: { locale: Locale; title: string; table: ReportTable }) {
  const first = table.columns.findIndex(isNumeric);
  const amount = (row: readonly Value[]) => Number(row[first] ?? 0);
  const longest = Math.max(1, ...table.rows.map(amount));
  const words = table.columns.slice(0, first);
  return (
    <table class="values">
      <caption class="visually-hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.map((column) => column.title).join(", ")}</th>
          {table.columns.slice(first).map((column) => (
            <th scope="col">{column.title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr>
            <th scope="row">
              <span dir="auto">
                {row
                  .slice(0, first)
                  .filter((value) => value !== "" && value !== null)
                  .join(", ")}
              </span>
              <Bar ratio={amount(row) / longest} />
            </th>
            {table.columns.slice(first).map((column, index) => (
              <td>{said(locale, column, row[first + index] ?? null)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function said(locale: Locale, { kind }: TableColumn, value: Value): Child {
  if (value === null) return "–";
  if (typeof value === "string") {
    return kind === "day" ? formatDate(Date.parse(value), locale, "UTC") : <span dir="auto">{value}</span>;
  }
  return kind === "ratio" ? formatPercent(value, locale) : formatNumber(value, locale);
}

function Highlights(props: ReportPageProps) {
  const { t, highlights } = props;
  return (
    <Section title={t("reports.highlights.title")} text={t("reports.highlights.text")}>
      <Form action={`${hrefOf(props)}/highlights`}>
        <CheckboxGroup
          name="figures"
          legend={t("reports.highlights.legend", { count: HIGHLIGHTS_MAX })}
          options={figures.map((figure) => ({ value: figure, label: t(`reports.figures.${figure}`) }))}
          values={highlights}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("common.form.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Mails(props: ReportPageProps) {
  const { t, mails } = props;
  return (
    <Section title={t("reports.mails.title")} text={t("reports.mails.text")}>
      <Form action={`${hrefOf(props)}/mails`}>
        {mails.map(({ accountNo, name, every }) => (
          <RadioGroup
            name={`every.${accountNo}`}
            legend={name}
            required
            isInline
            value={every}
            options={[
              { value: "", label: t("reports.mails.never") },
              { value: "week", label: t("reports.mails.week") },
              { value: "month", label: t("reports.mails.month") },
            ]}
          />
        ))}
        <ButtonRow>
          <SubmitButton kind="secondary">{t("common.form.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}
