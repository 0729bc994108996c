import { formatNumber } from "../ui/format";
import { localeNames } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DataTable } from "../ui/table";
import { figuresOf, partsOf, rateOf } from "./figures";
import { type Figures, HOURS, type Measure } from "./types";
import type { CountedProps } from "./views";
import { percent } from "./web";
import { mailboxWords } from "./words";

type Part = { name: string; figures: Figures };

export function MailboxesSection(props: CountedProps) {
  const { t, results } = props;
  const parts = partsOf(results.tally).mailboxes.map((mailbox) => ({
    name: mailboxWords(t, mailbox),
    figures: figuresOf(results.tally, { mailbox }),
  }));
  return (
    <Section title={t("results.mailboxes.title")} text={t("results.mailboxes.text")}>
      <PartTable
        {...props}
        parts={parts}
        title={t("results.mailboxes.title")}
        column={t("results.columns.mailbox")}
      />
    </Section>
  );
}

export function LanguagesSection(props: CountedProps) {
  const { results, t } = props;
  const parts = partsOf(results.tally).languages.map((language) => ({
    name: languageName(props, language),
    figures: figuresOf(results.tally, { language }),
  }));
  return (
    <Section title={t("results.languages.title")}>
      <PartTable
        {...props}
        parts={parts}
        title={t("results.languages.title")}
        column={t("results.columns.language")}
      />
    </Section>
  );
}

/** A language by the name it gives itself. */
export function languageName({ t }: Pick<CountedProps, "t">, language: string): string {
  const known = Object.entries(localeNames).find(([code]) => code === language);
  return known ? known[1] : t("results.languages.none");
}

const shown = ["opened", "clicked", "bounced", "complained"] as const satisfies readonly Measure[];

function PartTable({
  t,
  locale,
  parts,
  title,
  column,
}: CountedProps & { parts: Part[]; title: string; column: string }) {
  return (
    <DataTable<Part>
      caption={title}
      isCaptionHidden
      rows={parts}
      empty={<p class="soft">–</p>}
      columns={[
        { key: "name", title: column, isName: true, cell: ({ name }) => name },
        {
          ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
          cell: ({ figures }) => formatNumber(figures.sent, locale),
        },
        ...shown.map((measure) => ({
          ...{ key: measure, title: t(`results.measures.${measure}`), isNumber: true },
          cell: ({ figures }: Part) => percent(rateOf(measure, figures), locale),
        })),
      ]}
    />
  );
}

type Hour = { name: string; opens: number; clicks: number };

/** When people opened and clicked, counted from their own mail. */
export function HoursSection(props: CountedProps) {
  const { t, locale, results } = props;
  const { openHours, clickHours } = results.tally;
  const hours: Hour[] = openHours.map((opens, hour) => ({
    name: hour === HOURS ? t("results.hours.later") : String(hour + 1),
    opens,
    clicks: clickHours[hour] ?? 0,
  }));
  return (
    <Section title={t("results.hours.title")} text={t("results.hours.text")}>
      <div class="charts">
        <HourChart {...props} title={t("results.hours.opens")} values={openHours} />
        <HourChart {...props} title={t("results.hours.clicks")} values={clickHours} isLow />
      </div>
      <details class="sparkline-table">
        <summary>{t("results.hours.table")}</summary>
        <DataTable<Hour>
          caption={t("results.hours.title")}
          isCaptionHidden
          rows={hours.filter(({ opens, clicks }) => opens + clicks > 0)}
          empty={<p class="soft">{t("results.hours.nothing")}</p>}
          columns={[
            { key: "hour", title: t("results.columns.hours"), isName: true, cell: ({ name }) => name },
            {
              ...{ key: "opens", title: t("results.hours.opens"), isNumber: true },
              cell: ({ opens }) => formatNumber(opens, locale),
            },
            {
              ...{ key: "clicks", title: t("results.hours.clicks"), isNumber: true },
              cell: ({ clicks }) => formatNumber(clicks, locale),
            },
          ]}
        />
      </details>
    </Section>
  );
}

const HEIGHT = 100;
const STEP = 10;
const BAR = 8;
/** One among thousands still shows. */
const LEAST = 2;

function HourChart({
  t,
  locale,
  title,
  values,
  isLow,
}: CountedProps & { title: string; values: readonly number[]; isLow?: boolean }) {
  const bars = values.slice(0, HOURS);
  const top = Math.max(...bars);
  const most =
    top > 0
      ? t("results.hours.most", { hour: bars.indexOf(top) + 1, number: formatNumber(top, locale) })
      : t("results.hours.nothing");
  return (
    <figure class={isLow ? "chart chart-low" : "chart"}>
      <figcaption>
        {title}
        <span>{most}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${HOURS * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${most}`}
      >
        <path d={bars.map((value, hour) => bar(value / Math.max(1, top), hour)).join("")} />
      </svg>
      <div class="chart-ends" aria-hidden="true">
        <span>1</span>
        <span>{HOURS}</span>
      </div>
    </figure>
  );
}

function bar(ratio: number, index: number): string {
  if (ratio <= 0) return "";
  const height = Math.round(Math.max(LEAST, ratio * HEIGHT));
  return `M${index * STEP + 1} ${HEIGHT}v${-height}h${BAR}v${height}z`;
}
