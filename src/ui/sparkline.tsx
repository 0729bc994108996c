import type { Child } from "hono/jsx";

const WIDTH = 120;
const HEIGHT = 32;
const POINTS_MAX = 90;

type SparklineProps = {
  /** Oldest first, one per day; at most 90 are drawn. */
  values: readonly number[];
  /** What it shows, in words: "30 days: 412 signatures, most on 12 March (88)". */
  label: string;
};

/** The shape of the last days as bars. The words say the same; the numbers are in `SparklineTable`. */
export function Sparkline({ values, label }: SparklineProps) {
  const drawn = values.slice(-POINTS_MAX);
  const top = Math.max(1, ...drawn);
  const step = WIDTH / Math.max(1, drawn.length);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path class="sparkline-ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      <path
        class="sparkline-bars"
        d={drawn.map((value, index) => bar(value / top, index * step, step)).join("")}
      />
    </svg>
  );
}

function bar(ratio: number, x: number, step: number): string {
  if (ratio <= 0) return "";
  // A day with one signature among thousands still shows.
  const height = Math.max(2, ratio * (HEIGHT - 1));
  return `M${round(x)} ${HEIGHT}v${round(-height)}h${round(step * 0.75)}v${round(height)}z`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

type SparklineTableProps = {
  summary: string;
  columns: readonly [string, string];
  rows: readonly { name: Child; value: string }[];
};

/** The numbers behind a sparkline, one click away. */
export function SparklineTable({ summary, columns, rows }: SparklineTableProps) {
  return (
    <details class="sparkline-table">
      <summary>{summary}</summary>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{columns[0]}</th>
            <th scope="col" class="number">
              {columns[1]}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">{row.name}</th>
              <td class="number">{row.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
