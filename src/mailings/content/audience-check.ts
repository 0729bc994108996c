import type { Audience } from "../../audiences/audience";
import { fixAudience } from "../../audiences/audience";
import { compileAudience } from "../../audiences/compile";
import { planFor } from "../../audiences/plan";
import { inRanges } from "../../audiences/ranges";
import { dbFor, type GroupDb } from "../../groups/shard";
import type { Group } from "../../groups/types";
import { mergeQuestion } from "../../merging/merge-file";
import { addressedActions, targetField } from "../../merging/targets";
import type { Context } from "../../platform/context";
import { isPersonField } from "./merge-fields";
import { countBlanks, countPlaces, highestPerson, type PlaceCount, selectFieldNos } from "./store";
import type { AudienceCheck, NeededFields } from "./types";

/** How long somebody waits for one part of the answer, in ms. */
const BUDGET_MS = 1_000;

/** What finding the officials of one place takes at most, about, in ms: a clock stands still while it is done. */
const MATCH_MS = 0.05;
/** People of the first range where places are asked about: each may live at another, and is matched for every action. */
const PLACES_WIDTH = 500;

/** In `blanks`: who has no row in the merge file of the mailing, and gets the mail with what stands there instead. */
export const NO_ROW = "merge";

/**
 * Counts over an audience, among those on the list, who lacks what a mailing says of people. Looks for a second at most and goes on
 * where `so` stopped: ask again until `isWhole`. In `blanks` custom fields are named "fields.<key>" and columns of the merge file
 * "merge.<name>", targets of actions "targets.a<number>"; whoever is left out for having no row is not asked about. Officials that cannot
 * be read are in `notCounted`.
 */
export async function checkAudience(
  ctx: Context,
  group: Group,
  audience: Audience,
  needed: NeededFields,
  so: AudienceCheck | null = null,
  budgetMs: number = BUDGET_MS,
): Promise<AudienceCheck> {
  const db = dbFor(ctx.env, group);
  const fixed = await fixAudience(ctx, db, audience);
  const question = compileAudience(fixed, await planFor(ctx, db, fixed));
  const person = needed.person.filter(isPersonField);
  const custom = await selectFieldNos(db, needed.custom);
  const merge = needed.merge ? await blanksOfRows(db, needed.merge) : [];
  const targets = await targetsAsked(ctx, group, needed.targets ?? [], so?.notCounted ?? []);
  const names = [
    ...[...person, ...custom.map(({ key }) => `fields.${key}`), ...merge.map(({ name }) => name)],
    ...targets.map(({ name }) => name),
  ];
  const asked = { person, custom: custom.map(({ fieldNo }) => fieldNo), more: merge.map(({ sql }) => sql) };
  const counts = names.map((name) => so?.blanks[name] ?? 0);
  const highest = await highestPerson(db);
  const deadline = Date.now() + budgetMs;
  let people = so?.people ?? 0;
  let matchedMs = 0;
  const isByPlace = targets.some((each) => each.isByPlace());
  const width = isByPlace ? PLACES_WIDTH : undefined;
  const after = await inRanges({ after: so?.after ?? 0, highest, width }, async (from, upTo) => {
    const range = { after: from, upTo };
    const found = await countBlanks(db, question, asked, range);
    people += found.people;
    const placed = targets.filter((each) => each.isByPlace()).length;
    const { places, ms } = placed > 0 ? await countPlaces(db, question, range) : { places: [], ms: 0 };
    const unnamed: number[] = [];
    for (const { blanksOf } of targets) unnamed.push(await blanksOf(places, found.people));
    for (const [index, count] of [...found.person, ...found.custom, ...found.more, ...unnamed].entries())
      counts[index] = (counts[index] ?? 0) + count;
    const matching = places.length * placed * MATCH_MS;
    matchedMs += matching;
    return Date.now() + matchedMs >= deadline ? null : found.ms + ms + matching;
  });
  const notCounted = targets.filter((each) => each.isUnreadable()).map(({ name }) => name);
  const blanks = Object.fromEntries(
    names.flatMap((name, index) => (notCounted.includes(name) ? [] : [[name, counts[index] ?? 0] as const])),
  );
  return { after, isWhole: after >= highest, people, blanks, notCounted };
}

/** What the rows of a merge file may lack, as questions of a person in SQL. */
async function blanksOfRows(
  db: GroupDb,
  { mailingNo, columns }: NonNullable<NeededFields["merge"]>,
): Promise<{ name: string; sql: string }[]> {
  const rows = await mergeQuestion(db, mailingNo);
  if (!rows) return [];
  return [
    ...(rows.isLeftOut ? [] : [{ name: NO_ROW, sql: rows.hasNoRow }]),
    ...columns.flatMap((column) => {
      const sql = rows.isBlank(column);
      return sql === null ? [] : [{ name: `merge.${column}`, sql }];
    }),
  ];
}

type TargetsAsked = {
  name: string;
  isUnreadable(): boolean;
  /** Whether it must be asked of each place. */
  isByPlace(): boolean;
  /** For how many of some people it is open whom the action is addressed to; 0 once that cannot be read. */
  blanksOf(places: readonly PlaceCount[], people: number): Promise<number>;
};

/** @param unreadable those of which a part was not counted before, so that the whole cannot be */
async function targetsAsked(
  ctx: Context,
  group: Group,
  actionNos: readonly number[],
  unreadable: readonly string[],
): Promise<TargetsAsked[]> {
  const actions = await addressedActions(ctx, group, actionNos);
  return actions.map(({ actionNo, source, namesAt }) => {
    const name = `targets.${targetField(actionNo)}`;
    let isUnreadable = unreadable.includes(name);
    const blanksOf = async (places: readonly PlaceCount[], people: number) => {
      if (isUnreadable) return 0;
      const asked = source === null ? [{ country: null, postalCode: null, people }] : places;
      try {
        let blank = 0;
        for (const { people: there, ...place } of asked)
          if ((await namesAt(place)).length === 0) blank += there;
        return blank;
      } catch (error) {
        ctx.log.error("targets.unmatched", error);
        isUnreadable = true;
        return 0;
      }
    };
    return {
      ...{ name, blanksOf, isUnreadable: () => isUnreadable },
      isByPlace: () => source !== null && !isUnreadable,
    };
  });
}
