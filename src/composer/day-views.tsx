import type { DayBoard, DayMailing, NoticedDay } from "../ranking/ranking";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatDate, formatNumber, formatTime } from "../ui/format";
import type { Locale } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { MailingState } from "./parts";
import type { Page } from "./web";

const NOON = "T12:00:00Z";

/** A day of the calendar in words: "23 November 2026". */
export function dayInWords(day: string, locale: Locale): string {
  return formatDate(Date.parse(`${day}${NOON}`), locale, "UTC");
}

type ListProps = Page & { days: readonly NoticedDay[]; today: string; errors: FieldErrors };

/** The days on which something goes out or went out lately. */
export function DayListPage({ t, locale, group, frame, days, today, errors }: ListProps) {
  const base = `/groups/${group.slug}/mailings`;
  return (
    <Shell {...frame} title={t("days.title")} tab="mailings">
      <PageHeader title={t("days.title")} lead={t("days.lead")} />
      <MailingTabs t={t} slug={group.slug} current="days" closedTabs={frame.closedTabs} />
      <ErrorSummary t={t} errors={errors} />
      <DataTable<NoticedDay>
        caption={t("days.caption")}
        isCaptionHidden
        rows={days}
        empty={null}
        columns={[
          {
            key: "day",
            title: t("days.day"),
            isName: true,
            cell: ({ day }) => (
              <>
                <a href={`${base}/days/${day}`}>{dayInWords(day, locale)}</a>
                {day === today ? <span class="soft"> ({t("days.today")})</span> : null}
              </>
            ),
          },
          {
            key: "mailings",
            title: t("days.mailings"),
            isNumber: true,
            cell: ({ mailings }) => formatNumber(mailings, locale),
          },
          {
            key: "rank",
            title: t("days.rank"),
            cell: ({ isRanked }) => (
              <Status tone={isRanked ? "accent" : "neutral"}>{t(isRanked ? "days.yes" : "days.no")}</Status>
            ),
          },
        ]}
      />
      <Form method="get" action={`${base}/days`} class="form measure" label={t("days.other")}>
        <TextField
          name="day"
          type="date"
          width="medium"
          label={t("days.other")}
          value=""
          error={errors.day}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("days.open")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

export type RankedMailing = DayMailing & {
  /** Null where nobody can say yet. */
  reach: { recipients: number; rankedOut: number | null; isWhole: boolean } | null;
};

type DayProps = Page & {
  board: DayBoard;
  mailings: readonly RankedMailing[];
  href: string;
  mayRank: boolean;
  flash?: FlashMessage;
};

/** One day: whether its mailings are ranked, and in which order. */
export function DayPage(props: DayProps) {
  const { t, locale, group, frame, board, mailings, flash } = props;
  const title = dayInWords(board.day, locale);
  const back = `/groups/${group.slug}/mailings/days`;
  return (
    <Shell {...frame} title={title} tab="mailings" flash={flash}>
      <PageHeader
        title={title}
        lead={t("days.clock", { zone: group.timeZone })}
        back={{ href: back, label: t("days.title") }}
      />
      <Rule {...props} />
      <Section title={t("days.one.list")}>
        <DataTable<RankedMailing>
          caption={t("days.one.list")}
          isCaptionHidden
          rows={mailings}
          empty={<EmptyState title={t("days.one.none")} text={t("days.one.noneText")} />}
          columns={columnsOf(props)}
        />
        {mailings.some(isBeingCounted) ? <p class="soft small">* {t("days.one.counting")}</p> : null}
      </Section>
    </Shell>
  );
}

/** What holds for the day, and the button that changes it. */
function Rule({ t, locale, board, href, mayRank }: DayProps) {
  const { isRanked, mailings } = board;
  const begun = mailings.filter(({ isFrozen }) => isFrozen).length;
  return (
    <>
      <Notice title={t(isRanked ? "days.one.onTitle" : "days.one.offTitle")}>
        <p>{t(isRanked ? "days.one.onText" : "days.one.offText")}</p>
        {isRanked && begun > 0 ? (
          <p>{t("days.one.begun", { count: begun, number: formatNumber(begun, locale) })}</p>
        ) : null}
      </Notice>
      {mayRank ? (
        <Form action={`${href}/ranking`} class="inline" label={t("days.rank")}>
          <ButtonRow>
            <SubmitButton
              name="rank"
              value={isRanked ? "off" : "on"}
              kind={isRanked ? "secondary" : "primary"}
            >
              {t(isRanked ? "days.one.off" : "days.one.on")}
            </SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
    </>
  );
}

function isBeingCounted({ isFrozen, reach }: RankedMailing): boolean {
  return reach ? !reach.isWhole : !isFrozen;
}

function columnsOf(props: DayProps) {
  const { t, locale, group, board, mailings, mayRank } = props;
  const open = mailings.filter(({ isFrozen }) => !isFrozen).map(({ no }) => no);
  const number = (mailing: RankedMailing, count: number | null | undefined) =>
    `${count === null || count === undefined ? "–" : formatNumber(count, locale)}${isBeingCounted(mailing) ? "*" : ""}`;
  const move = {
    key: "move",
    title: t("days.one.move"),
    cell: (mailing: RankedMailing) => <Moves {...props} mailing={mailing} open={open} />,
  };
  return [
    {
      key: "name",
      title: t("days.one.name"),
      isName: true,
      cell: ({ no, id, name }: RankedMailing) => (
        <>
          {board.isRanked
            ? `${formatNumber(mailings.findIndex((each) => each.no === no) + 1, locale)}. `
            : ""}
          <a id={`mailing-${no}`} href={`/groups/${group.slug}/mailings/${id}/progress`} dir="auto">
            {name || t("composer.untitled")}
          </a>
        </>
      ),
    },
    {
      key: "status",
      title: t("days.one.status"),
      cell: ({ status }: RankedMailing) => <MailingState t={t} status={status} />,
    },
    {
      key: "start",
      title: t("days.one.start"),
      cell: ({ startAt }: RankedMailing) => (
        <time datetime={new Date(startAt).toISOString()}>{formatTime(startAt, locale, group.timeZone)}</time>
      ),
    },
    {
      key: "gets",
      title: t("days.one.gets"),
      isNumber: true,
      cell: (mailing: RankedMailing) => number(mailing, mailing.reach?.recipients),
    },
    ...(board.isRanked
      ? [
          {
            key: "left",
            title: t("days.one.left"),
            isNumber: true,
            cell: (mailing: RankedMailing) => number(mailing, mailing.reach?.rankedOut),
          },
        ]
      : []),
    ...(board.isRanked && mayRank ? [move] : []),
  ];
}

/** The buttons that give a mailing another place among those that have not begun. */
function Moves({
  t,
  href,
  board,
  mailing,
  open,
}: DayProps & { mailing: RankedMailing; open: readonly number[] }) {
  const { no, name, isFrozen } = mailing;
  if (isFrozen) return <span class="soft">{t("days.one.settled")}</span>;
  const at = open.indexOf(no);
  const ways = [
    ...(at > 0 ? (["up"] as const) : []),
    ...(at < open.length - 1 ? (["down"] as const) : []),
    ...(at > 1 ? (["first"] as const) : []),
  ];
  if (ways.length === 0) return null;
  return (
    <Form action={`${href}/order`} class="inline cluster">
      <HiddenField name="mailing" value={String(no)} />
      <HiddenField name="version" value={String(board.version)} />
      {ways.map((to) => (
        <SubmitButton kind="quiet" name="to" value={to}>
          {t(`days.one.${to}`)}
          <span class="visually-hidden"> ({name || t("composer.untitled")})</span>
        </SubmitButton>
      ))}
    </Form>
  );
}
