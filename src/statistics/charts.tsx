import { formatDate, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import type { Count } from "./tally";

const HEIGHT = 100;
const STEP = 10;
const BAR = 8;
/** Bars one can still tell apart on a phone; a longer time is drawn in bars of several days. */
const BARS_MAX = 92;
/** One among thousands still shows. */
const LEAST = 2;

type DayChartProps = {
  t: T;
  locale: Locale;
  title: string;
  /** Oldest first, one for each day. */
  days: readonly { day: string; value: number }[];
  isLow?: boolean;
  /** A number that stands, such as the size of a list: its last value says what there is, and several make no sum. */
  isLevel?: boolean;
};

/** A number day by day as bars; the words beside it name the ends and the highest bar. Its table is the caller's. */
export function DayChart({ t, locale, title, days, isLow, isLevel = false }: DayChartProps) {
  const bars = inBars(days, isLevel);
  const top = bars.reduce<(typeof bars)[number] | undefined>(
    (best, bar) => (bar.value > (best?.value ?? 0) ? bar : best),
    undefined,
  );
  const span = Math.ceil(days.length / BARS_MAX);
  const total = totalOf(days, isLevel);
  const most = top
    ? t("statistics.chart.most", { number: formatNumber(top.value, locale), day: dayName(top.day, locale) })
    : t("statistics.chart.nothing");
  const label = `${title}: ${formatNumber(total, locale)}. ${most}`;
  return (
    <figure class={isLow ? "chart chart-low" : "chart"}>
      <figcaption>
        {title}
        <span>{most}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <path d={bars.map(({ value }, index) => bar(value / Math.max(1, top?.value ?? 0), index)).join("")} />
      </svg>
      <div class="chart-ends" aria-hidden="true">
        <span>{dayName(days[0]?.day, locale)}</span>
        {span > 1 ? <span>{t("statistics.chart.span", { count: span })}</span> : null}
        <span>{dayName(days.at(-1)?.day, locale)}</span>
      </div>
    </figure>
  );
}

function totalOf(days: DayChartProps["days"], isLevel: boolean): number {
  return isLevel ? (days.at(-1)?.value ?? 0) : days.reduce((sum, { value }) => sum + value, 0);
}

function inBars(days: DayChartProps["days"], isLevel: boolean): { day: string; value: number }[] {
  const span = Math.max(1, Math.ceil(days.length / BARS_MAX));
  const bars: { day: string; value: number }[] = [];
  for (let start = 0; start < days.length; start += span) {
    const own = days.slice(start, start + span);
    bars.push({ day: own[0]?.day ?? "", value: totalOf(own, isLevel) });
  }
  return bars;
}

function bar(ratio: number, index: number): string {
  if (ratio <= 0) return "";
  const height = Math.round(Math.max(LEAST, ratio * HEIGHT));
  return `M${index * STEP + 1} ${HEIGHT}v${-height}h${BAR}v${height}z`;
}

/** A day's name, whatever zone it was counted in. */
export function dayName(day: string | undefined, locale: Locale): string {
  return day ? formatDate(Date.parse(day), locale, "UTC") : "";
}

type ValueTableProps = {
  t: T;
  locale: Locale;
  caption: string;
  name: string;
  lines: readonly (Count & { name: string })[];
  /** Of whom the shares are. */
  total: number;
};

/** How many came by each value: a table whose rows carry a bar, so that the chart is its own table. */
export function ValueTable({ t, locale, caption, name, lines, total }: ValueTableProps) {
  const longest = Math.max(1, ...lines.map(({ people }) => people));
  return (
    <table class="values">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">{t("statistics.columns.people")}</th>
          <th scope="col">{t("statistics.columns.new")}</th>
          <th scope="col">{t("statistics.columns.share")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <th scope="row">
              <span dir="auto">{line.name}</span>
              <Bar ratio={line.people / longest} />
            </th>
            <td>
              <strong>{formatNumber(line.people, locale)}</strong>
            </td>
            <td>{formatNumber(line.newToList, locale)}</td>
            <td>{formatPercent(line.people / Math.max(1, total), locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BAR_WIDTH = 100;

/** How much of the longest, from 0 to 1. The number stands beside it. */
export function Bar({ ratio }: { ratio: number }) {
  const width = ratio === 0 ? 0 : Math.max(1, Math.round(ratio * BAR_WIDTH));
  return (
    <svg class="bar" viewBox={`0 0 ${BAR_WIDTH} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 0h${width}v1H0z`} />
    </svg>
  );
}
