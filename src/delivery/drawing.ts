import { CHANCE_MAX, chanceSql, nextWidth } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { cohortDays, type Frozen, type Mailing } from "../mailings/types";
import { chosenSql, type FreezeState, frozenOf, sampleSeed } from "./freezing";
import { countCohorts, drawRange } from "./store-cohorts";

/** What one alarm draws before it lets the next one go on. */
const TURN_MS = 8_000;
/** Marking a sample writes rows, counting only reads them. */
const FIRST_WIDTH = 20_000;

/** How far drawing the sample of each cohort is. First all are counted, since how likely somebody is drawn depends on how many they are. */
export type DrawState = {
  sizes: number[];
  isSized: boolean;
  after: number;
  width: number;
  counts: { cohort: number; variantNo: number; count: number }[];
};

/**
 * The numbers of an audience that was frozen whole. For a test down the list draws the samples first, for some seconds, saving after
 * each range; drawn again, the same people are in them.
 * @param save keeps the state; false: it was taken back, and nothing goes on
 * @returns null while there is more to draw
 */
export async function frozenDrawn(
  db: GroupDb,
  { no, settings }: Mailing,
  state: FreezeState,
  save: (state: FreezeState) => boolean,
): Promise<Frozen | null> {
  const frozen = frozenOf(state.counts, Date.now());
  const size = settings.test?.cohorts?.size;
  if (size === undefined) return frozen;
  const chance = chanceSql("p.person_no", sampleSeed(no));
  const drawing = { startAt: state.startAt, chance, variant: chosenSql(no, state.variants) };
  const until = Date.now() + TURN_MS;
  let draw =
    state.draw ??
    begun(
      false,
      cohortDays.map(() => 0),
    );
  while (Date.now() < until) {
    if (draw.after >= state.highest) {
      if (draw.isSized) return withCohorts(frozen, draw);
      draw = begun(true, draw.sizes);
    }
    const range = { after: draw.after, upTo: Math.min(state.highest, draw.after + draw.width) };
    draw = draw.isSized
      ? await drawn(
          db,
          no,
          { ...drawing, below: draw.sizes.map((people) => below(size, people)) },
          draw,
          range,
        )
      : await sized(db, no, draw, range);
    if (!save({ ...state, draw })) return null;
  }
  return null;
}

function begun(isSized: boolean, sizes: number[]): DrawState {
  return { sizes, isSized, after: 0, width: FIRST_WIDTH, counts: [] };
}

/** Under which number of chance so many of some people are, about. */
function below(size: number, people: number): number {
  return people <= size ? CHANCE_MAX + 1 : Math.floor((size / people) * (CHANCE_MAX + 1));
}

type Range = { after: number; upTo: number };

async function sized(db: GroupDb, no: number, draw: DrawState, range: Range): Promise<DrawState> {
  const { rows, ms } = await countCohorts(db, no, range);
  const sizes = draw.sizes.map(
    (size, index) => size + (rows.find(({ cohort }) => cohort === index + 1)?.count ?? 0),
  );
  return { ...draw, sizes, after: range.upTo, width: nextWidth(draw.width, ms) };
}

async function drawn(
  db: GroupDb,
  no: number,
  drawing: Parameters<typeof drawRange>[2],
  draw: DrawState,
  range: Range,
): Promise<DrawState> {
  const { rows, ms } = await drawRange(db, no, drawing, range);
  const counts = [...draw.counts];
  for (const row of rows) {
    const at = counts.findIndex((each) => each.cohort === row.cohort && each.variantNo === row.variantNo);
    if (at < 0) counts.push(row);
    else counts[at] = { ...row, count: row.count + (counts[at]?.count ?? 0) };
  }
  return { ...draw, counts, after: range.upTo, width: nextWidth(draw.width, ms) };
}

function withCohorts(frozen: Frozen, { counts }: DrawState): Frozen {
  const variants: Frozen["variants"] = {};
  const cohorts = cohortDays.map(() => ({ people: 0, sample: 0 }));
  for (const { cohort, variantNo, count } of counts) {
    variants[String(variantNo)] = (variants[String(variantNo)] ?? 0) + count;
    const sum = cohorts[cohort - 1];
    if (!sum) throw new Error(`no cohort ${cohort}`);
    sum.people += count;
    if (variantNo > 0) sum.sample += count;
  }
  return { ...frozen, variants, cohorts };
}
