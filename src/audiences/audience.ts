import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { compileAudience, fitsStatement, placeSql, type Question } from "./compile";
import { type CountOptions, countPeople } from "./count";
import { drivenPlan, firstWidth } from "./driver";
import { lookUpLimit } from "./limit";
import { hashOf, planFor, savedWithin, sizeOf } from "./plan";
import { inRanges } from "./ranges";
import { num } from "./sql";
import * as store from "./store";
import { askOfPerson, highestPerson, selectRange } from "./store-questions";
import { type Audience, type AudienceId, CLAUSES_MAX, type Counted, type SavedAudience } from "./types";

export type { Question } from "./compile";
export { namesOf } from "./names";
export { FIRST_WIDTH, inRanges, nextWidth } from "./ranges";
export { CHANCE_MAX, chanceBelow, chanceSql } from "./sample";
export { type Names, sentence } from "./sentence";
export { type Audience, audienceSchema, type Counted, everybody, type SavedAudience } from "./types";

/** The first range of a page, for each person wanted: a tenth of the people, about, are of a usual audience. */
const WIDTH_PER_PERSON = 10;

/**
 * The next people of an audience in the order of their numbers: those after `after`, `limit` at most. Fewer than `limit`: there are
 * no more. Reads by ranges, each statement within 200 ms, whatever the audience. For all pages of a long piece of work hand in what
 * `fixAudience` gave, so that "the newest thousand" are the same thousand on every page.
 */
export async function peopleOf(
  ctx: Context,
  db: GroupDb,
  audience: Audience,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<number[]> {
  const fixed = await fixAudience(ctx, db, audience);
  const question = compileAudience(fixed, await planFor(ctx, db, fixed), { isCount: true });
  const found: number[] = [];
  const range = { after, highest: await highestPerson(db), width: limit * WIDTH_PER_PERSON };
  await inRanges(range, async (from, upTo) => {
    const { people, ms } = await selectRange(db, question, {
      after: from,
      upTo,
      limit: limit - found.length,
    });
    found.push(...people);
    return found.length < limit ? ms : null;
  });
  return found;
}

/**
 * How many people are of an audience: counted now for a second at most, going on where the last call stopped, or from the last count
 * if that is at most five minutes old. `isWhole` says whether everybody has been looked at; ask again until it is.
 */
export function countAudience(
  ctx: Context,
  db: GroupDb,
  audience: Audience,
  options: CountOptions = {},
): Promise<Counted> {
  return countPeople(ctx, db, audience, options);
}

/**
 * The same audience with its limit looked up: who is the last one within. It is JSON as before, and may be kept or sent along.
 * Without a limit, or with one that was looked up, it is handed back as it is.
 */
export async function fixAudience(ctx: Context, db: GroupDb, audience: Audience): Promise<Audience> {
  const { limit, ...others } = audience;
  if (!limit || limit.upTo) return audience;
  const question = compileAudience(others, await planFor(ctx, db, others));
  return {
    ...others,
    limit: { ...limit, upTo: await lookUpLimit(db, question, limit, await highestPerson(db)) },
  };
}

/**
 * An audience for statements of others, which bind the group as ?1, a range of person numbers as ?2 and ?3, and `json` as ?4:
 * `FROM people p WHERE …`. `fixed` is the audience with its limit looked up, `highest` the last number there is, `width` a first range that fits one statement.
 * @param options.isCount for a statement that reads no column of `p` but the number
 */
export async function audienceSql(
  ctx: Context,
  db: GroupDb,
  audience: Audience,
  options: { isCount?: boolean } = {},
): Promise<Question & { fixed: Audience; highest: number; width: number }> {
  const fixed = await fixAudience(ctx, db, audience);
  const highest = await highestPerson(db);
  const { plan, size } = await drivenPlan(db, fixed, await planFor(ctx, db, fixed), highest);
  return { ...compileAudience(fixed, plan, options), fixed, highest, width: firstWidth(highest, size) };
}

/**
 * SQL that is true of `p` when they are beyond the first `most` subscribers of an audience: in the order of its limit if it has one,
 * else the newest first. Looked up now; the same people whenever it is asked afterwards.
 */
export async function beyondSql(
  ctx: Context,
  db: GroupDb,
  { limit, ...rest }: Audience,
  most: number,
): Promise<string> {
  const order = { people: most, by: limit?.by ?? ("newest" as const), seed: limit?.seed ?? 0 };
  const subscribed = {
    is: "subscription" as const,
    channel: "email" as const,
    status: ["subscribed" as const],
  };
  const include = { all: [rest.include, subscribed] };
  const fixed = await fixAudience(ctx, db, { ...rest, include, limit: order });
  const [place, no] = fixed.limit?.upTo ?? [0, 0];
  const own = placeSql(order);
  return `(${own} > ${num(place)} OR (${own} = ${num(place)} AND p.person_no > ${num(no)}))`;
}

/** Whether one person is of each of several audiences. */
export async function isPersonOf(
  ctx: Context,
  db: GroupDb,
  personNo: number,
  audiences: readonly Audience[],
): Promise<boolean[]> {
  const questions = [];
  for (const each of audiences) {
    const fixed = await fixAudience(ctx, db, each);
    questions.push(compileAudience(fixed, await planFor(ctx, db, fixed)));
  }
  return askOfPerson(db, personNo, questions);
}

/** The audience of an id; null when the group has none. One that was removed is found too: `removedAt` says so. */
export function savedAudience(db: GroupDb, id: AudienceId): Promise<SavedAudience | null> {
  return store.selectAudience(db, id);
}

/** The group's saved audiences by name: those shared, and those the account keeps to itself. Without an account, all of them. */
export function listAudiences(db: GroupDb, accountNo: number | null = null): Promise<SavedAudience[]> {
  return store.selectAudiences(db, accountNo);
}

/** The saved audiences of some numbers, those removed or kept private too; what the group does not have is not among them. */
export function audiencesByNo(db: GroupDb, nos: readonly number[]): Promise<SavedAudience[]> {
  return store.selectByNo(db, nos);
}

/** What an audience means, in 32 digits: others when it came to ask something else, or a saved audience that it names did. */
export async function meaningOf(db: GroupDb, audience: Audience): Promise<string> {
  return hashOf(audience, { saved: await savedWithin(db, audience) });
}

/** Whether an audience, put together from others, has no more conditions than one may have and fits a statement. */
export async function isSmallEnough(ctx: Context, db: GroupDb, audience: Audience): Promise<boolean> {
  const size = sizeOf(audience, await savedWithin(db, audience));
  if (size === null || size.clauses > CLAUSES_MAX) return false;
  return fitsStatement(compileAudience({ ...audience, limit: undefined }, await planFor(ctx, db, audience)));
}

/** SQL for the numbers of the people of an audience, in a statement that asks another one as ?4 as well: this one's `json` is bound as `parameter`. */
export function peopleSql({ from }: Question, parameter: string, also = "1"): string {
  return `SELECT p.person_no ${from.replaceAll(/\?4(?!\d)/g, parameter)} AND ${also}`;
}
