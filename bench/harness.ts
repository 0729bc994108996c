import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Server, type ServerOptions, startServer } from "../test/server.ts";

/** One measured run: a rate (higher is better), in the comparison's unit. */
export type Run = () => Promise<number>;

export type Comparison = {
  kind: "ratio";
  name: string;
  unit: string;
  candidate: number;
  baseline: number;
  /** The median of the ratios of neighbouring runs, and the lowest and highest of them. */
  ratio: number;
  spread: [number, number];
  atLeast: number | null;
  isMet: boolean;
};
export type Figure = {
  kind: "figure";
  name: string;
  unit: string;
  value: number;
  atMost: number | null;
  atLeast: number | null;
  isMet: boolean;
};
export type Result = Comparison | Figure;

/** What the benches of this process found, in order. */
export const results: Result[] = [];

const REPEATS = 5;

/**
 * Measures two ways of doing the same work beside each other: candidate and baseline take turns, so that whatever else the
 * machine does hits both, and each pair gives one ratio. Both run once unmeasured first.
 * @param options.atLeast the ratio that was promised; `npm run bench` fails below it.
 */
export async function compare(
  name: string,
  { candidate, baseline }: { candidate: Run; baseline: Run },
  options: { unit: string; atLeast?: number; repeats?: number },
): Promise<Comparison> {
  await candidate();
  await baseline();
  const pairs: { candidate: number; baseline: number }[] = [];
  for (let turn = 0; turn < (options.repeats ?? REPEATS); turn++) {
    // Who goes first alternates, so that a machine that slows down favours neither.
    const isCandidateFirst = turn % 2 === 0;
    const first = await (isCandidateFirst ? candidate : baseline)();
    const second = await (isCandidateFirst ? baseline : candidate)();
    pairs.push(
      isCandidateFirst ? { candidate: first, baseline: second } : { candidate: second, baseline: first },
    );
  }
  const result = summarise(name, pairs, options);
  results.push(result);
  console.log(describe(result));
  return result;
}

/** Records one number, such as rows written a signature. @param options.atMost, options.atLeast what was promised. */
export function figure(
  name: string,
  value: number,
  options: { unit: string; atMost?: number; atLeast?: number },
): Figure {
  const { unit, atMost = null, atLeast = null } = options;
  const isMet = (atMost === null || value <= atMost) && (atLeast === null || value >= atLeast);
  const result: Figure = { kind: "figure", name, unit, value, atMost, atLeast, isMet };
  results.push(result);
  console.log(describe(result));
  return result;
}

/** Starts a server on fresh storage for the length of some work. Benches talk to its `directPort`, as `test/server.ts` says why. */
export async function withServer<T>(
  options: Omit<ServerOptions, "dir">,
  work: (server: Server) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "groundswell-bench-"));
  const server = await startServer({ ...options, dir });
  try {
    return await work(server);
  } finally {
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

export function summarise(
  name: string,
  pairs: { candidate: number; baseline: number }[],
  options: { unit: string; atLeast?: number },
): Comparison {
  const ratios = pairs.map((pair) => pair.candidate / pair.baseline);
  const ratio = median(ratios);
  return {
    kind: "ratio",
    name,
    unit: options.unit,
    candidate: median(pairs.map((pair) => pair.candidate)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    atLeast: options.atLeast ?? null,
    isMet: options.atLeast === undefined || ratio >= options.atLeast,
  };
}

/** One line for people: the numbers, the promise and whether it is kept. */
export function describe(result: Result): string {
  const mark = result.isMet ? "  " : "✗ ";
  if (result.kind === "figure") {
    const most = result.atMost === null ? "" : `  (at most ${number(result.atMost)})`;
    const promise = result.atLeast === null ? most : `  (at least ${number(result.atLeast)})`;
    return `${mark}${result.name.padEnd(NAME_WIDTH)} ${number(result.value)} ${result.unit}${promise}`;
  }
  const { candidate, baseline, ratio, spread, atLeast, unit } = result;
  const promise = atLeast === null ? "" : `  (at least ${atLeast})`;
  const range = `${spread[0].toFixed(2)}–${spread[1].toFixed(2)}`;
  const rates = `${number(candidate)} against ${number(baseline)} ${unit}`;
  return `${mark}${result.name.padEnd(NAME_WIDTH)} ${ratio.toFixed(2)} × [${range}]  ${rates}${promise}`;
}

const NAME_WIDTH = 44;

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });
}
