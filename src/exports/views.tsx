import type { Child } from "hono/jsx";
import { Verbs } from "../ui/card";
import { SubmitButton } from "../ui/form";
import { formatDate, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Progress } from "../ui/progress";
import { Status, type Tone } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { type ExportRow, type ExportState, KEPT_DAYS } from "./types";

export type Frame = Pick<
  ShellProps,
  "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs" | "flash"
>;

/** One line of the list, with what this member may do about it. */
export type Listed = ExportRow & { by: string; href: string | null; mayTouch: boolean };

export type ExportsProps = {
  frame: Frame;
  t: T;
  locale: Locale;
  group: { name: string; slug: string };
  now: number;
  timeZone: string;
  exports: readonly Listed[];
  isOwner: boolean;
};

/** What can be taken along, and what was prepared lately. */
export function ExportsPage(props: ExportsProps) {
  const { t, frame, group, exports, isOwner } = props;
  const base = `/groups/${group.slug}/exports`;
  const isBusy = exports.some(({ state }) => state === "waiting" || state === "running");
  const verbs = [
    {
      href: `${base}/people`,
      icon: "people" as const,
      title: t("exports.start.people"),
      text: t("exports.start.peopleText"),
    },
    {
      href: `${base}/action`,
      icon: "actions" as const,
      title: t("exports.start.action"),
      text: t("exports.start.actionText"),
    },
    {
      href: `${base}/gifts`,
      icon: "check" as const,
      title: t("exports.start.gifts"),
      text: t("exports.start.giftsText"),
    },
    ...(isOwner
      ? [
          {
            href: `${base}/group`,
            icon: "download" as const,
            title: t("exports.start.group"),
            text: t("exports.start.groupText"),
          },
        ]
      : []),
  ];
  return (
    <Shell {...frame} title={t("exports.title")} group={group} tab="people" scripts={["live"]}>
      <PageHeader title={t("exports.title")} lead={t("exports.lead")} />
      <PeopleTabs t={t} slug={group.slug} current="exports" />
      <Section title={t("exports.start.title")}>
        <Verbs verbs={verbs} />
      </Section>
      <Section title={t("exports.list.title")}>
        {/* Looked at again by public/js/live.js for as long as something is being made. */}
        <div id="exports" data-live={isBusy ? "yes" : undefined}>
          <ExportList {...props} />
        </div>
      </Section>
    </Shell>
  );
}

function ExportList(props: ExportsProps) {
  const { t, locale, now, timeZone, exports } = props;
  return (
    <DataTable<Listed>
      caption={t("exports.list.title")}
      isCaptionHidden
      rows={exports}
      empty={
        <EmptyState title={t("exports.list.empty")} text={t("exports.list.emptyText", { days: KEPT_DAYS })} />
      }
      columns={[
        {
          key: "what",
          title: t("exports.list.what"),
          isName: true,
          cell: ({ title }) => <span dir="auto">{title}</span>,
        },
        {
          key: "state",
          title: t("exports.list.state"),
          cell: (row) => <State {...props} row={row} />,
        },
        {
          key: "asked",
          title: t("exports.list.asked"),
          cell: ({ askedAt, by }) => (
            <span class="person">
              <When at={askedAt} now={now} locale={locale} timeZone={timeZone} />
              <span class="soft small">{by}</span>
            </span>
          ),
        },
        {
          key: "do",
          title: t("exports.list.do"),
          cell: (row) => <Acts {...props} row={row} />,
        },
      ]}
    />
  );
}

const tones: Record<ExportState, Tone> = {
  waiting: "neutral",
  running: "accent",
  ready: "good",
  failed: "bad",
  cancelled: "neutral",
  expired: "neutral",
  withdrawn: "warn",
};

function State({ t, locale, now, timeZone, row }: ExportsProps & { row: Listed }): Child {
  const state = <Status tone={tones[row.state]}>{t(`exports.state.${row.state}`)}</Status>;
  switch (row.state) {
    case "waiting":
      return (
        <div class="export-state">
          {state}
          <span class="soft small">{t("exports.progress.next")}</span>
        </div>
      );
    case "running":
      return (
        <div class="export-state">
          {state}
          <Progress value={row.rowsDone} max={row.rowsExpected} label={t("exports.progress.label")}>
            {progressWords({ t, locale, now }, row)}
          </Progress>
          <span class="soft small">{t("exports.progress.leave")}</span>
        </div>
      );
    case "ready":
      return (
        <div class="export-state">
          {state}
          <span class="soft small">
            {t("exports.ready.rows", {
              count: row.rowsDone,
              number: formatNumber(row.rowsDone, locale),
              size: sizeWords(row.bytes, locale),
            })}
          </span>
          <span class="soft small">
            {t("exports.ready.until", { day: formatDate(row.expiresAt ?? now, locale, timeZone) })}
          </span>
        </div>
      );
    case "failed":
      return (
        <div class="export-state">
          {state}
          <span class="soft small">{t("exports.failedText")}</span>
        </div>
      );
    case "withdrawn":
      return (
        <div class="export-state">
          {state}
          <span class="soft small">{t("exports.withdrawnText")}</span>
        </div>
      );
    case "cancelled":
    case "expired":
      return state;
  }
}

const MINUTE_MS = 60_000;
/** Before so much is done, a guess of the time left is none. */
const SURE_RATIO = 0.02;

function progressWords(
  { t, locale, now }: { t: T; locale: Locale; now: number },
  { rowsDone, rowsExpected, begunAt }: ExportRow,
): string {
  const done = formatNumber(rowsDone, locale);
  if (rowsExpected === 0) return t("exports.progress.rows", { count: rowsDone, number: done });
  const words = t("exports.progress.of", { done, expected: formatNumber(rowsExpected, locale) });
  const ratio = Math.min(1, rowsDone / rowsExpected);
  if (begunAt === null || ratio < SURE_RATIO) return words;
  const left = ((now - begunAt) / ratio) * (1 - ratio);
  const said =
    left < MINUTE_MS
      ? t("exports.progress.secondsLeft", { count: Math.max(1, Math.round(left / 1000)) })
      : t("exports.progress.minutesLeft", { count: Math.round(left / MINUTE_MS) });
  return `${words}, ${said}`;
}

const units = ["kilobyte", "megabyte", "gigabyte"] as const;

/** "1.2 MB", in the language's own words. */
function sizeWords(bytes: number, locale: Locale): string {
  const power = Math.min(units.length, Math.max(1, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const format = { style: "unit", unit: units[power - 1] ?? "kilobyte", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, format).format(bytes / 1000 ** power);
}

function Acts({ t, group, row }: ExportsProps & { row: Listed }): Child {
  if (!row.mayTouch) return "";
  const base = `/groups/${group.slug}/exports/${row.id}`;
  const { title } = row;
  const button = (act: "cancel" | "again" | "remove", path: string, kind: "secondary" | "quiet") => (
    <form method="post" action={`${base}/${path}`}>
      <SubmitButton kind={kind}>
        <span aria-hidden="true">{t(`exports.do.${act}`)}</span>
        <span class="visually-hidden">{t(`exports.do.${act}This`, { title })}</span>
      </SubmitButton>
    </form>
  );
  switch (row.state) {
    case "waiting":
    case "running":
      return <div class="button-row">{button("cancel", "cancellation", "secondary")}</div>;
    case "ready":
      return (
        <div class="button-row">
          {row.href ? (
            <a
              class="button button-primary"
              href={row.href}
              aria-label={t("exports.do.downloadThis", { title })}
            >
              <Icon name="download" />
              {t("exports.do.download")}
            </a>
          ) : null}
          {button("remove", "removal", "quiet")}
        </div>
      );
    case "failed":
    case "cancelled":
    case "expired":
    case "withdrawn":
      return <div class="button-row">{button("again", "repeat", "secondary")}</div>;
  }
}
