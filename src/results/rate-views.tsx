import { formatNumber } from "../ui/format";
import { baseOf, figuresOf, rateOf } from "./figures";
import type { Medians } from "./lists";
import { type Figures, type Measure, measures } from "./types";
import { type Page, percent } from "./web";

/** What a measure is a share of, in words. */
export function ofWords(t: Page["t"], measure: "sent" | Measure): string {
  const base = baseOf(measure, ONE_EACH);
  if (base === ONE_EACH.recipients) return t("results.of.sent");
  return t(base === ONE_EACH.sent ? "results.of.delivered" : "results.of.others");
}

// What a rate is of, read off `baseOf` so that it is said nowhere twice.
const ONE_EACH: Figures = { ...figuresOf({ cells: [], credits: [] }), recipients: 1, sent: 2, delivered: 3 };

export type RateRow = {
  name: string;
  count: number | null;
  of: string;
  rate: number | null;
  median: number | null;
};

type RatesProps = Pick<Page, "t" | "locale"> & { figures: Figures; medians: Medians };

/** Every measure of some figures, with what it is a share of, beside the group's median. */
export function AllRates({ t, locale, figures, medians }: RatesProps) {
  const rows: RateRow[] = (["sent", ...measures] as const).map((measure) => ({
    name: t(`results.measures.${measure}`),
    count: figures[measure],
    of: ofWords(t, measure),
    rate: rateOf(measure, figures),
    median: measure === "sent" ? null : (medians.rates[measure] ?? null),
  }));
  const waiting: RateRow[] =
    figures.waiting > 0
      ? [{ name: t("results.measures.waiting"), count: figures.waiting, of: "", rate: null, median: null }]
      : [];
  return (
    <RateTable
      {...{ t, locale }}
      caption={t("results.all.title")}
      rows={[...rows, ...waiting]}
      hasMedian={medians.count > 0}
    />
  );
}

/** Three columns, so that it stays a table on a phone: what it is compared with stands below its name. */
export function RateTable({
  t,
  locale,
  caption,
  rows,
  hasMedian,
}: Pick<Page, "t" | "locale"> & { caption: string; rows: RateRow[]; hasMedian: boolean }) {
  const hasCounts = rows.some(({ count }) => count !== null);
  return (
    <table class="values result-rates">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t("results.columns.measure")}</th>
          {hasCounts ? <th scope="col">{t("results.columns.count")}</th> : null}
          <th scope="col">{t("results.columns.rate")}</th>
          {hasMedian ? <th scope="col">{t("results.columns.median")}</th> : null}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, count, of, rate, median }) => (
          <tr>
            <th scope="row">
              {name} {of ? <span class="soft small">{of}</span> : null}
              {hasMedian && rate !== null && median !== null ? (
                <span class="result-compared soft small">{comparedWords({ t, locale }, rate, median)}</span>
              ) : null}
            </th>
            {hasCounts ? <td>{count === null ? "–" : formatNumber(count, locale)}</td> : null}
            <td>
              <strong>{percent(rate, locale)}</strong>
            </td>
            {hasMedian ? <td>{percent(median, locale)}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A twentieth more or less is nothing to remark on. */
const SAME = 0.05;

function comparedWords({ t, locale }: Pick<Page, "t" | "locale">, rate: number, median: number): string {
  const apart = rate - median;
  if (Math.abs(apart) <= median * SAME) return t("results.same");
  const size = Math.abs(apart) * 100;
  const points = new Intl.NumberFormat(locale, { maximumFractionDigits: size < 1 ? 2 : 1 }).format(size);
  return t(apart > 0 ? "results.more" : "results.less", { points });
}
