import type { Child } from "hono/jsx";
import type { Report } from "../breakdowns/breakdown";
import type { Breakdown } from "../breakdowns/types";
import type { Mailing } from "../mailings/types";
import { Disclosure, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink } from "../ui/form";
import { formatList, formatMoney, formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { PageHeader, Section, Shell } from "../ui/layout";
import { EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { AlternatesSection } from "./alternate-views";
import { BreakdownSection } from "./breakdown-views";
import type { Compared } from "./comparison";
import { earlyOf, figuresOf, rateOf } from "./figures";
import type { Medians } from "./lists";
import { HoursSection, LanguagesSection, MailboxesSection } from "./part-views";
import { AwaySection, LeftOutSection, LinksSection, WhoSection } from "./people-views";
import { AllRates, ofWords, type RateRow, RateTable } from "./rate-views";
import type { Results } from "./result";
import type { LinkRow } from "./store";
import type { BuildRow } from "./store-lists";
import { type EarlyRatio, earlyRatios, type Figures, type Measure } from "./types";
import { VariantsSection } from "./variant-views";
import { nameOf, type Page, percent } from "./web";

export type ResultsPageProps = Page &
  Compared & {
    mailing: Mailing;
    href: string;
    /** Null before anything left, and while it is counted for the first time. */
    results: Results | null;
    hasLeft: boolean;
    medians: Medians;
    builds: BuildRow[];
    links: LinkRow[];
    /** The version the links are shown on. */
    shown: BuildRow | undefined;
    comments: string[];
    /** What there is to tell its people apart by, and its numbers by what is shown. */
    breakdowns: readonly Breakdown[];
    breakdown: Report | null;
  };
export type CountedProps = ResultsPageProps & { results: Results };

/** What became of one mailing. */
export function ResultsPage(props: ResultsPageProps) {
  const { t, frame, group, mailing, now, locale, timeZone, results, hasLeft } = props;
  const name = nameOf(t, mailing);
  const title = `${t("results.title")}: ${name}`;
  return (
    <Shell {...frame} title={title} group={group} tab="mailings" scripts={["audiences"]}>
      <PageHeader
        title={name}
        back={{ href: `/groups/${group.slug}/mailings`, label: t("results.back") }}
        actions={
          hasLeft ? (
            <ButtonLink kind="secondary" href={props.href.replace(/results$/, "progress")}>
              {t("results.delivery")}
            </ButtonLink>
          ) : null
        }
        lead={
          mailing.sentAt === null ? undefined : (
            <>
              {t("results.began")} <When at={mailing.sentAt} {...{ now, locale, timeZone }} />
            </>
          )
        }
      />
      {results ? <Counted {...props} results={results} /> : <Nothing {...props} isCounting={hasLeft} />}
    </Shell>
  );
}

function Nothing({ t, isCounting }: ResultsPageProps & { isCounting: boolean }) {
  if (isCounting)
    return (
      <Notice kind="info">
        <p>{t("results.counting")}</p>
      </Notice>
    );
  return <EmptyState title={t("results.empty")} text={t("results.emptyText")} />;
}

function Counted(props: CountedProps) {
  const figures = figuresOf(props.results.tally);
  return (
    <div class="statistics results">
      <State {...props} />
      <Main {...props} figures={figures} />
      <All {...props} figures={figures} />
      <Early {...props} figures={figures} />
      <BreakdownSection {...props} />
      <AlternatesSection {...props} />
      <VariantsSection {...props} />
      <LinksSection {...props} />
      <HoursSection {...props} />
      <MailboxesSection {...props} />
      <LanguagesSection {...props} />
      <div class="statistics-tables">
        <AwaySection {...props} />
        <LeftOutSection {...props} />
      </div>
      <WhoSection {...props} />
      <p>
        <a class="download" href={`${props.href}.csv`}>
          <Icon name="download" />
          {props.t("results.csv")}
        </a>
      </p>
    </div>
  );
}

function State({ t, locale, now, timeZone, mailing, results, href }: CountedProps) {
  const isSending = mailing.status === "sending" || mailing.status === "paused";
  return (
    <>
      {isSending ? (
        <Notice kind="info">
          <p>{t("results.sending")}</p>
        </Notice>
      ) : null}
      {results.isWhole ? null : (
        <Notice kind="warn">
          <p>{t("results.notWhole", { share: percent(results.share, locale) })}</p>
        </Notice>
      )}
      <div class="figures">
        <p class="soft small">
          {t("results.counted")} <When at={results.countedAt} {...{ now, locale, timeZone }} />.{" "}
          <a href={`${href}?again=yes`}>{t("results.again")}</a>
        </p>
        <Disclosure summary={t("results.howTitle")}>
          <p>{t("results.how1")}</p>
          <p>{t("results.how2")}</p>
          <p>{t("results.raw", rawOf({ locale, results }))}</p>
        </Disclosure>
      </div>
    </>
  );
}

function rawOf({ locale, results }: Pick<CountedProps, "locale" | "results">) {
  const { opens, machineOpens, clicks, machineClicks } = results.tally.raw;
  const said = (count: number) => formatNumber(count, locale);
  return {
    ...{ opens: said(opens), machineOpens: said(machineOpens) },
    ...{ clicks: said(clicks), machineClicks: said(machineClicks) },
  };
}

type WithFigures = CountedProps & { figures: Figures };

/** The numbers most people come for, each with what it is a share of. */
function Main({ t, locale, figures }: WithFigures) {
  const stat = (measure: "sent" | Measure) => ({
    label: t(`results.measures.${measure}`),
    value: formatNumber(figures[measure], locale),
    note: `${percent(rateOf(measure, figures), locale)} ${ofWords(t, measure)}`,
  });
  const money = moneyWords(figures, locale);
  return (
    <div class="figures">
      <Stats stats={[stat("sent"), stat("opened"), stat("clicked"), stat("actions")]} />
      <Stats
        stats={[
          {
            label: t("results.measures.money"),
            value: <span class="stat-word">{money === "" ? "–" : money}</span>,
            note: perThousand({ t, locale, figures }),
          },
          stat("newToList"),
          stat("unsubscribed"),
          stat("complained"),
        ]}
      />
    </div>
  );
}

/** "$25 and €10"; "" for none. */
export function moneyWords({ money }: Figures, locale: Page["locale"]): string {
  return formatList(
    Object.entries(money).map(([currency, amount]) => formatMoney(amount, currency, locale)),
    locale,
  );
}

function perThousand({ t, locale, figures }: Pick<WithFigures, "t" | "locale" | "figures">): Child {
  const [first] = Object.entries(figures.money);
  if (!first || figures.delivered === 0) return undefined;
  const [currency, amount] = first;
  const money = formatMoney(Math.round((amount * 1_000) / figures.delivered), currency, locale);
  return t("results.perThousand", { money });
}

function All(props: WithFigures) {
  const { t, medians } = props;
  return (
    <Section
      title={t("results.all.title")}
      text={medians.count > 0 ? t("results.all.text", { count: medians.count }) : t("results.all.none")}
    >
      <AllRates {...props} />
    </Section>
  );
}

function Early(props: WithFigures) {
  const { t, locale, figures, medians } = props;
  const rows: RateRow[] = earlyRatios.map((name: EarlyRatio) => ({
    name: t(`results.early.${name}`),
    count: null,
    of: "",
    rate: earlyOf(name, figures),
    median: medians.early[name] ?? null,
  }));
  return (
    <Section title={t("results.early.title")} text={t("results.early.text")}>
      <RateTable
        {...{ t, locale }}
        caption={t("results.early.title")}
        rows={rows}
        hasMedian={medians.count > 0}
      />
    </Section>
  );
}
