import {
  type Audience,
  audienceSql,
  beyondSql,
  CHANCE_MAX,
  chanceBelow,
  chanceSql,
  nextWidth,
} from "../audiences/audience";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { withMirrored } from "../mailings/mirroring";
import { type Frozen, type Mailing, recipientStatus, type TestPlan } from "../mailings/types";
import type { Context } from "../platform/context";
import { countryCodes } from "../platform/countries";
import { type Rivals, rivalsOf } from "../ranking/ranking";
import { dueByPlace } from "./clock-zones";
import type { DrawState } from "./drawing";
import { rivalQuestions, weeklyMaxOf } from "./rivals";
import { noRowSql } from "./rows-of-facts";
import { COHORT } from "./store-cohorts";
import { type Freezing, type FrozenCount, freezeRange, hasRecent } from "./store-freeze";
import { leftOutName } from "./totals";

/** What one alarm freezes before it lets the next one go on. */
const TURN_MS = 8_000;
const READS_A_TURN = 150;

/** How far freezing is. Kept by the driver after each range, so that it goes on from there whatever happens. */
export type FreezeState = {
  /** Of which send: see `Freezing.startAt`. */
  startAt: number;
  /** What "now" is for the whole audience. */
  now: number;
  audience: Audience;
  beyond: string | null;
  /** Other mailings of a ranked day; null where the day is not ranked. */
  rivals: Rivals | null;
  after: number;
  highest: number;
  width: number;
  variants: number[];
  languages: string[];
  counts: FrozenCount[];
  /** Of a test down the list, once everybody is frozen. */
  draw?: DrawState;
};

/** The audience as it will be asked, whatever changes meanwhile. */
export async function beginFreeze(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  versions: { variants: readonly number[]; languages: readonly string[] },
): Promise<FreezeState> {
  const db = dbFor(ctx.env, group);
  const { startAt } = mailing;
  if (!mailing.target || startAt === null) throw new Error("a mailing without an audience is being prepared");
  const target = await withMirrored(db, mailing.target, mailing.settings);
  const rivals = await rivalsOf(group, db, { no: mailing.no, startAt });
  const beyond = target.most === null ? null : await beyondSql(ctx, db, target.audience, target.most);
  const { fixed, highest, width } = await audienceSql(ctx, db, target.audience);
  return {
    ...{ startAt, now: ctx.now, audience: fixed, beyond, rivals, after: 0, highest, counts: [] },
    width: Math.ceil(width / (1 + (rivals?.above.length ?? 0))),
    ...{ variants: [...versions.variants], languages: [...versions.languages] },
  };
}

/**
 * Freezes range after range, for some seconds, saving after each.
 * @param save keeps the state; false: it was taken back, and nothing goes on
 * @returns the state, and whether everybody has been looked at
 */
export async function freezeOn(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  state: FreezeState,
  save: (state: FreezeState) => boolean,
): Promise<{ state: FreezeState; isWhole: boolean }> {
  const db = dbFor(ctx.env, group);
  const freezing = await freezingOf({ ...ctx, now: state.now }, db, group, mailing, state);
  const until = Date.now() + TURN_MS;
  let at = state;
  for (let reads = 0; at.after < at.highest && reads < READS_A_TURN && Date.now() < until; reads += 1) {
    const upTo = Math.min(at.highest, at.after + at.width);
    const { counts, ms } = await freezeRange(db, freezing, at.after, upTo);
    at = { ...at, after: upTo, width: nextWidth(at.width, ms), counts: together([...at.counts, ...counts]) };
    if (!save(at)) return { state: at, isWhole: false };
  }
  return { state: at, isWhole: at.after >= at.highest };
}

async function freezingOf(
  ctx: Context,
  db: GroupDb,
  group: Group,
  { no, settings }: Mailing,
  state: FreezeState,
): Promise<Freezing> {
  const { startAt, variants, beyond, languages } = state;
  const { localTime, topicNo, test } = settings;
  const question = await audienceSql(ctx, db, state.audience);
  const weeklyMax = weeklyMaxOf(group, settings);
  const places = localTime
    ? dueByPlace(countryCodes, { startAt, localTime, timeZone: group.timeZone })
    : null;
  return {
    ...{ mailingNo: no, now: state.now, topicNo, startAt, question, beyond, languages },
    ...{ weeklyMax, isAlone: !(await hasRecent(db, { mailingNo: no, now: state.now, weeklyMax })) },
    hasNoRow: await noRowSql(db, { no, settings }),
    variant: variantSql(no, variants, test),
    cohort: test?.cohorts ? COHORT : null,
    due: places && { ...places, startS: Math.ceil(startAt / 1000) },
    ownLanguage: group.locale,
    rivals: await rivalQuestions(ctx, db, group, state.rivals, { topicNo, weeklyMax }),
  };
}

/**
 * Which variant somebody gets: by chance, the same whenever it is asked. Of a test, 0 for all beyond its sample; of one down the list for
 * everybody, until the samples of its cohorts are drawn (`drawing.ts`).
 */
export function variantSql(mailingNo: number, variants: readonly number[], test: TestPlan | null): string {
  if (test?.cohorts) return "0";
  const chosen = chosenSql(mailingNo, variants);
  if (!test || variants.length <= 1) return chosen;
  return `CASE WHEN ${chanceSql("p.person_no", sampleSeed(mailingNo))} < ${chanceBelow(test.share)} THEN ${chosen} ELSE 0 END`;
}

/** The seed of the chance that says who is in a mailing's sample; the one before it says who gets which variant. */
export function sampleSeed(mailingNo: number): number {
  return ((mailingNo * 2) % 900_000_000) + 1;
}

/** One of the variants for `p`, each for as many. */
export function chosenSql(mailingNo: number, variants: readonly number[]): string {
  if (variants.length <= 1) return "NULL";
  const place = `(${chanceSql("p.person_no", sampleSeed(mailingNo) - 1)} * ${variants.length} / ${CHANCE_MAX + 1})`;
  // The first variant is NULL in the rows, which costs nothing.
  const cases = variants.map((no, index) => `WHEN ${index} THEN ${no === 1 ? "NULL" : no}`).join(" ");
  return `CASE ${place} ${cases} END`;
}

/** Those alike as one. */
function together(counts: readonly FrozenCount[]): FrozenCount[] {
  const sums = new Map<string, FrozenCount>();
  for (const each of counts) {
    const key = `${each.status} ${each.reason} ${each.variantNo} ${each.language}`;
    sums.set(key, { ...each, count: (sums.get(key)?.count ?? 0) + each.count });
  }
  return [...sums.values()];
}

/** The numbers of what was frozen. */
export function frozenOf(counts: readonly FrozenCount[], now: number): Frozen {
  const frozen: Frozen = {
    candidates: 0,
    recipients: 0,
    leftOut: {},
    variants: {},
    languages: {},
    frozenAt: now,
  };
  for (const { status, reason, variantNo, language, count } of counts) {
    frozen.candidates += count;
    if (status !== recipientStatus.waiting) {
      const name = leftOutName(reason ?? 0);
      frozen.leftOut[name] = (frozen.leftOut[name] ?? 0) + count;
      continue;
    }
    frozen.recipients += count;
    const variant = String(variantNo ?? 1);
    frozen.variants[variant] = (frozen.variants[variant] ?? 0) + count;
    frozen.languages[language] = (frozen.languages[language] ?? 0) + count;
  }
  return frozen;
}
