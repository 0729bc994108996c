import type { Report } from "../breakdowns/breakdown";
import { countOf, lineName } from "../breakdowns/panels";
import { lineMeasures } from "../breakdowns/types";
import { leftOutReasons } from "../mailings/types";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import { minorDigits } from "../platform/money";
import type { T } from "../ui/i18n";
import type { PartComparison } from "./comparison";
import { baseOf, earlyOf, figuresOf, leftOutOf, partsOf, rateOf, type Which } from "./figures";
import type { Summary } from "./lists";
import { languageName } from "./part-views";
import type { LinkRow } from "./store";
import { earlyRatios, type Figures, HOURS, measures, type Tally } from "./types";
import { letterOf } from "./web";
import { departureWords, mailboxWords, reasonWords } from "./words";

const counted = ["recipients", "waiting", "sent", ...measures] as const;
const rated = ["sent", ...measures] as const;

/** Everything that was counted of a mailing, a line for each part of it; numbers as spreadsheets read them. */
export function resultsCsv(
  t: T,
  tally: Tally,
  links: readonly LinkRow[],
  {
    compared,
    isOfSample,
    breakdown,
  }: { compared: readonly PartComparison[]; isOfSample: boolean; breakdown: Report | null },
): string {
  const parts = partsOf(tally);
  // What each brought in all is no comparison where one of them went to the rest as well.
  const isOfAll = (name: string) => (isOfSample ? `${name} (${t("alternates.results.withRest")})` : name);
  const part = (name: "all" | "variant" | "language" | "mailbox", words: string, which: Which = {}) => [
    ...[t(`results.parts.${name}`), words],
    ...figureCells(figuresOf(tally, which)),
  ];
  const currencies = currenciesOf([figuresOf(tally)]);
  const lines = [
    [t("results.columns.part"), t("results.columns.name"), ...headings(t), ...currencies],
    [...part("all", ""), ...moneyCells(figuresOf(tally), currencies)],
    ...parts.variants.map((variantNo) => [
      ...part("variant", isOfAll(letterOf(variantNo)), { variantNo }),
      ...moneyCells(figuresOf(tally, { variantNo }), currencies),
    ]),
    ...compared.flatMap(({ part: name, alternates }) =>
      alternates.map(({ variantNo: nth, figures }) => [
        ...[t(`alternates.part.${name}`), isOfAll(String(nth)), ...figureCells(figures)],
        ...moneyCells(figures, currencies),
      ]),
    ),
    ...parts.languages.map((language) => part("language", languageName({ t }, language), { language })),
    ...parts.mailboxes.map((mailbox) => part("mailbox", mailboxWords(t, mailbox), { mailbox })),
    [],
    ...hourLines(t, tally),
    [],
    ...linkLines(t, tally, links),
    [],
    ...leftOutLines(t, tally),
    [],
    ...leavingLines(t, tally),
    ...(breakdown ? [[], ...breakdownLines(t, breakdown)] : []),
  ];
  return BYTE_ORDER_MARK + lines.map(csvLine).join("");
}

function hourLines(t: T, tally: Tally): string[][] {
  return [
    [
      t("results.columns.part"),
      t("results.columns.name"),
      t("results.hours.opens"),
      t("results.hours.clicks"),
    ],
    ...tally.openHours.map((opens, hour) => [
      ...[t("results.parts.hour"), hour === HOURS ? t("results.hours.later") : String(hour + 1)],
      ...[String(opens), String(tally.clickHours[hour] ?? 0)],
    ]),
  ];
}

function linkLines(t: T, tally: Tally, links: readonly LinkRow[]): string[][] {
  return [
    [
      ...[t("results.columns.part"), t("results.columns.link"), t("results.columns.people")],
      ...[t("results.columns.clicks"), t("results.columns.machineClicks")],
    ],
    ...links.map(({ no, url }) => [
      ...[t("results.parts.link"), url],
      ...(tally.links.find(([[own]]) => own === no)?.[1] ?? [0, 0, 0]).map(String),
    ]),
  ];
}

function leftOutLines(t: T, tally: Tally): string[][] {
  return [
    [t("results.columns.part"), t("results.columns.reason"), t("results.columns.people")],
    ...leftOutOf(tally).map(({ reason, people }) => [
      ...[t("results.parts.left_out"), reasonWords(t, leftOutReasons[reason]), String(people)],
    ]),
  ];
}

function leavingLines(t: T, tally: Tally): string[][] {
  return [
    [
      ...[t("results.columns.part"), t("results.leaving.choice"), t("results.columns.people")],
      ...[t("results.columns.reason"), t("results.columns.variant")],
    ],
    ...tally.departures.map(([[variantNo, choice, reason], [people = 0]]) => {
      const words = departureWords(t, choice, reason);
      return [t("results.parts.leaving"), words.choice, String(people), words.reason, letterOf(variantNo)];
    }),
  ];
}

/** A line for each mailing. */
export function summariesCsv(t: T, summaries: readonly Summary[]): string {
  const currencies = currenciesOf(summaries.flatMap(({ figures }) => figures ?? []));
  const lines = [
    [
      t("results.columns.mailing"),
      t("results.began"),
      t("results.columns.tag"),
      ...headings(t),
      ...currencies,
    ],
    ...summaries.map(({ name, sentAt, tags, figures }) => [
      ...[name, new Date(sentAt).toISOString(), tags.join(", ")],
      ...(figures ? [...figureCells(figures), ...moneyCells(figures, currencies)] : []),
    ]),
  ];
  return BYTE_ORDER_MARK + lines.map(csvLine).join("");
}

/** A heading, and the numbers of each line of a breakdown. */
function breakdownLines(t: T, { lines, breakdown, countedAt }: Report): string[][] {
  const currencies = currenciesOf(lines.flatMap(({ count }) => count ?? []));
  return [
    [
      ...[t("results.columns.part"), t("results.columns.name")],
      ...lineMeasures.map((measure) => t(`breakdowns.measures.${measure}`)),
      ...[...currencies, t("breakdowns.counted")],
    ],
    ...lines.map(({ line, count }) => [
      ...[breakdown.name, lineName(t, line)],
      ...lineMeasures.map((measure) => String(countOf(count, measure) ?? "")),
      ...(count && count.counts.length > 0 ? moneyCells(count, currencies) : currencies.map(() => "")),
      countedAt === null ? "" : new Date(countedAt).toISOString(),
    ]),
  ];
}

function headings(t: T): string[] {
  return [
    ...counted.map((name) => t(`results.measures.${name}`)),
    ...rated.map((name) => `${t(`results.measures.${name}`)} (${t("results.columns.rate").toLowerCase()})`),
    ...earlyRatios.map((name) => t(`results.early.${name}`)),
  ];
}

function figureCells(figures: Figures): string[] {
  return [
    ...counted.map((name) => String(figures[name])),
    ...rated.map((name) => (baseOf(name, figures) > 0 ? (rateOf(name, figures) ?? 0).toFixed(6) : "")),
    ...earlyRatios.map((name) => earlyOf(name, figures)?.toFixed(6) ?? ""),
  ];
}

function currenciesOf(all: readonly Pick<Figures, "money">[]): string[] {
  return [...new Set(all.flatMap(({ money }) => Object.keys(money)))].toSorted();
}

function moneyCells({ money }: Pick<Figures, "money">, currencies: readonly string[]): string[] {
  return currencies.map((currency) => {
    const digits = minorDigits(currency);
    return ((money[currency] ?? 0) / 10 ** digits).toFixed(digits);
  });
}
