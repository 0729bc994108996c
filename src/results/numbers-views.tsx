import { COMPLAINT_SHARE_MAX, HARD_SHARE_MAX } from "../senders/types";
import { Stats } from "../ui/card";
import { formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status, type Tone } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { rateOf } from "./figures";
import { SUMMARIES_MAX, type Summary } from "./lists";
import {
  type healthOf,
  lostOf,
  type Order,
  type Span,
  type Standing,
  spans,
  standingOf,
  type totalsOf,
} from "./numbers";
import { SummaryTable } from "./summary-table";
import type { Figures, Mailbox, Measure } from "./types";
import { moneyWords } from "./views";
import { type Page, percent } from "./web";
import { mailboxWords } from "./words";

export type NumbersPageProps = Page & {
  summaries: Summary[];
  totals: ReturnType<typeof totalsOf>;
  health: ReturnType<typeof healthOf>;
  span: Span;
  order: Order;
  isRising: boolean;
  /** What the mailings shown are tagged with; "" for all of them. */
  tag: string;
  /** Tags out of the way: their sums are not listed. */
  hiddenTags: readonly string[];
};

const pathOf = ({ group }: Pick<Page, "group">) => `/groups/${group.slug}/mailings/numbers`;

/** The query that keeps what was chosen, and changes some of it. */
function queryOf({ span, tag }: Pick<NumbersPageProps, "span" | "tag">): string {
  return `?days=${span}${tag === "" ? "" : `&tag=${encodeURIComponent(tag)}`}`;
}

/** All mailings of a time beside each other. */
export function NumbersPage(props: NumbersPageProps) {
  const { t, frame, group, summaries } = props;
  return (
    <Shell {...frame} title={t("results.numbers.title")} group={group} tab="mailings">
      <PageHeader title={t("results.numbers.title")} lead={t("results.numbers.lead")} />
      <MailingTabs t={t} slug={group.slug} current="numbers" closedTabs={frame.closedTabs} />
      <div class="statistics results">
        <Spans {...props} />
        <Narrowed {...props} />
        {summaries.length === 0 ? (
          <EmptyState title={t("results.numbers.empty")} text={t("results.numbers.emptyText")} />
        ) : (
          <>
            <Totals {...props} figures={props.totals.all} count={summaries.length} />
            <List {...props} />
            <Tags {...props} />
            <Growth {...props} />
            <Health {...props} />
          </>
        )}
      </div>
    </Shell>
  );
}

function Spans(props: NumbersPageProps) {
  const { t, span } = props;
  return (
    <nav class="subtabs" aria-label={t("results.numbers.range.label")}>
      <ul>
        {spans.map((each) => (
          <li>
            <a
              class="subtab"
              href={`${pathOf(props)}${queryOf({ ...props, span: each })}`}
              aria-current={each === span ? "page" : undefined}
            >
              {each === "all"
                ? t("results.numbers.range.all")
                : t("results.numbers.range.days", { count: Number(each) })}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** That only the mailings of one tag are counted, and the way back to all. */
function Narrowed(props: NumbersPageProps) {
  const { t, tag } = props;
  if (tag === "") return null;
  return (
    <p class="cluster">
      <strong dir="auto">{t("results.numbers.only", { tag })}</strong>
      <a href={`${pathOf(props)}${queryOf({ ...props, tag: "" })}`}>{t("results.numbers.showAll")}</a>
    </p>
  );
}

/** The numbers of some mailings together; `count` of them were counted. */
export function Totals({
  t,
  locale,
  figures: all,
  count,
}: Pick<Page, "t" | "locale"> & { figures: Figures; count: number }) {
  const stat = (measure: "sent" | Measure) => ({
    label: t(`results.measures.${measure}`),
    value: formatNumber(all[measure], locale),
    note: percent(rateOf(measure, all), locale),
  });
  const money = moneyWords(all, locale);
  return (
    <div class="figures">
      <Stats
        stats={[
          {
            ...{ label: t("results.measures.sent"), value: formatNumber(all.sent, locale) },
            note: t("results.numbers.count", { count }),
          },
          stat("opened"),
          stat("clicked"),
          stat("actions"),
        ]}
      />
      <Stats
        stats={[
          {
            label: t("results.measures.money"),
            value: <span class="stat-word">{money === "" ? "–" : money}</span>,
          },
          stat("newToList"),
          stat("unsubscribed"),
          stat("complained"),
        ]}
      />
    </div>
  );
}

function List(props: NumbersPageProps) {
  const { t, summaries, order, isRising } = props;
  const sortBy = (by: Order) => ({
    href: `${pathOf(props)}${queryOf(props)}&sort=${by}${by === order && !isRising ? "&rising=yes" : ""}`,
    direction:
      by === order ? (isRising ? ("ascending" as const) : ("descending" as const)) : ("none" as const),
  });
  return (
    <Section title={t("results.numbers.list")}>
      <SummaryTable
        {...props}
        measures={["opened", "clicked", "actions", "newToList", "unsubscribed", "bounced", "complained"]}
        sortBy={sortBy}
      />
      {summaries.length >= SUMMARIES_MAX ? (
        <p class="soft small">{t("results.numbers.more", { count: SUMMARIES_MAX })}</p>
      ) : null}
      <p class="small">
        <a class="download" href={`${pathOf(props)}.csv${queryOf(props)}`}>
          <Icon name="download" />
          {t("results.csv")}
        </a>
      </p>
    </Section>
  );
}

type Tagged = NumbersPageProps["totals"]["tags"][number];

/** The sums of each tag that is not hidden. */
function Tags(props: NumbersPageProps) {
  const { t, locale, group, hiddenTags } = props;
  const tags = props.totals.tags.filter(({ tag }) => !hiddenTags.includes(tag));
  if (props.totals.tags.length === 0) return null;
  const rate = (measure: Measure): Column<Tagged> => ({
    ...{ key: measure, title: t(`results.measures.${measure}`), isNumber: true },
    cell: ({ figures }) => percent(rateOf(measure, figures), locale),
  });
  return (
    <Section title={t("results.numbers.byTag")} text={t("results.numbers.byTagText")}>
      <DataTable<Tagged>
        caption={t("results.numbers.byTag")}
        isCaptionHidden
        rows={tags}
        empty={null}
        columns={[
          {
            ...{ key: "tag", title: t("results.columns.tag"), isName: true },
            cell: ({ tag }) => (
              <a href={`/groups/${group.slug}/mailings/tags?tag=${encodeURIComponent(tag)}`} dir="auto">
                {tag}
              </a>
            ),
          },
          {
            ...{ key: "mailings", title: t("results.numbers.mailings"), isNumber: true },
            cell: ({ mailings }) => formatNumber(mailings, locale),
          },
          {
            ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
            cell: ({ figures }) => formatNumber(figures.sent, locale),
          },
          ...(["opened", "clicked", "unsubscribed"] as const).map(rate),
          {
            ...{ key: "actions", title: t("results.measures.actions"), isNumber: true },
            cell: ({ figures }) => formatNumber(figures.actions, locale),
          },
          {
            ...{ key: "money", title: t("results.measures.money"), isNumber: true },
            cell: ({ figures }) => moneyWords(figures, locale) || "–",
          },
        ]}
      />
      <HiddenTags {...{ t, locale, group }} count={hiddenTags.length} />
    </Section>
  );
}

function HiddenTags({ t, locale, group, count }: Pick<Page, "t" | "locale" | "group"> & { count: number }) {
  if (count === 0) return null;
  return (
    <p class="small">
      <a href={`/groups/${group.slug}/mailings/tags?hidden=yes#hidden`}>
        {t("results.tags.hidden", { number: formatNumber(count, locale) })}
      </a>
    </p>
  );
}

function Growth({ t, locale, totals: { all }, group }: NumbersPageProps) {
  const net = all.newToList - lostOf(all);
  return (
    <Section title={t("results.numbers.growth.title")} text={t("results.numbers.growth.text")}>
      <div class="figures">
        <Stats
          stats={[
            { label: t("results.measures.newToList"), value: formatNumber(all.newToList, locale) },
            { label: t("results.numbers.growth.lost"), value: formatNumber(lostOf(all), locale) },
            {
              label: t("results.numbers.growth.net"),
              value: `${net > 0 ? "+" : ""}${formatNumber(net, locale)}`,
            },
          ]}
        />
      </div>
      <p>
        <a href={`/groups/${group.slug}/reports`}>{t("results.numbers.growth.report")}</a>
      </p>
    </Section>
  );
}

const tones: Record<Standing, Tone> = { few: "neutral", good: "good", near: "warn", over: "bad" };

/** Bounces and complaints against the limits, by day and by provider. */
function Health(props: NumbersPageProps) {
  const { t, locale, timeZone, health } = props;
  const limits = {
    bounces: percent(HARD_SHARE_MAX, locale),
    complaints: percent(COMPLAINT_SHARE_MAX, locale),
  };
  return (
    <Section title={t("results.numbers.health.title")} text={t("results.numbers.health.text", limits)}>
      <HealthTable<{ mailbox: Mailbox; figures: Figures }>
        {...props}
        caption={t("results.mailboxes.title")}
        rows={health.mailboxes}
        name={{ title: t("results.columns.mailbox"), of: ({ mailbox }) => mailboxWords(t, mailbox) }}
      />
      <HealthTable<{ day: string; figures: Figures }>
        {...props}
        caption={t("results.numbers.health.byDay")}
        rows={health.days.slice(0, DAYS_SHOWN)}
        name={{
          title: t("results.columns.day"),
          of: ({ day }) => <When at={Date.parse(day)} now={0} {...{ locale, timeZone: "UTC" }} form="date" />,
        }}
      />
      <p class="soft small">{t("statistics.zone", { zone: timeZone })}</p>
    </Section>
  );
}

const DAYS_SHOWN = 31;

function HealthTable<Row extends { figures: Figures }>({
  t,
  locale,
  caption,
  rows,
  name,
}: Pick<Page, "t" | "locale"> & {
  caption: string;
  rows: readonly Row[];
  name: { title: string; of: Column<Row>["cell"] };
}) {
  return (
    <DataTable<Row>
      caption={caption}
      rows={rows}
      empty={null}
      columns={[
        { key: "name", title: name.title, isName: true, cell: name.of },
        {
          ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
          cell: ({ figures }) => formatNumber(figures.sent, locale),
        },
        ...(["bounced", "complained"] as const).map((measure) => ({
          ...{ key: measure, title: t(`results.measures.${measure}`), isNumber: true },
          cell: ({ figures }: Row) => percent(rateOf(measure, figures), locale),
        })),
        {
          ...{ key: "state", title: t("results.numbers.health.state") },
          cell: ({ figures }) => {
            const standing = standingOf(figures);
            return <Status tone={tones[standing]}>{t(`results.numbers.health.${standing}`)}</Status>;
          },
        },
      ]}
    />
  );
}
