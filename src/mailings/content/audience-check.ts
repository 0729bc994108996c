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

/** What finding the officials of one place takes, about, in ms: a clock stands still while it is done. */
const MATCH_MS = 0.05;

/** In `blanks`: who has no row in the merge file of the mailing, and gets the mail with what stands there instead. */
export const NO_ROW = "merge";

/**
 * Counts over an audience, among those on the list, who lacks what a mailing says of people. Looks for a second at most and goes on
 * where `so` stopped: ask again until `isWhole`. In `blanks` custom fields are named "fields.<key>" and columns of the merge file
 * "merge.<name>", targets of actions "targets.a<number>"; whoever is left out for having no row is not asked about.
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
  const byPlace = await targetsByPlace(ctx, group, needed.targets ?? []);
  const names = [
    ...[...person, ...custom.map(({ key }) => `fields.${key}`), ...merge.map(({ name }) => name)],
    ...byPlace.map(({ name }) => name),
  ];
  const asked = { person, custom: custom.map(({ fieldNo }) => fieldNo), more: merge.map(({ sql }) => sql) };
  const counts = names.map((name) => so?.blanks[name] ?? 0);
  const highest = await highestPerson(db);
  const deadline = Date.now() + budgetMs;
  let people = so?.people ?? 0;
  let matchedMs = 0;
  const after = await inRanges({ after: so?.after ?? 0, highest }, async (from, upTo) => {
    const found = await countBlanks(db, question, asked, { after: from, upTo });
    people += found.people;
    const places = byPlace.length === 0 ? [] : await countPlaces(db, question, { after: from, upTo });
    const unknown = await Promise.all(byPlace.map(({ blanksOf }) => blanksOf(places)));
    for (const [index, count] of [...found.person, ...found.custom, ...found.more, ...unknown].entries())
      counts[index] = (counts[index] ?? 0) + count;
    matchedMs += places.length * byPlace.length * MATCH_MS;
    return Date.now() + matchedMs >= deadline ? null : found.ms + places.length * byPlace.length * MATCH_MS;
  });
  const blanks = Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0]));
  return { after, isWhole: after >= highest, people, blanks };
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

type ByPlace = { name: string; blanksOf(places: readonly PlaceCount[]): Promise<number> };

/** For how many of some people it is open whom an action is addressed to. */
async function targetsByPlace(ctx: Context, group: Group, actionNos: readonly number[]): Promise<ByPlace[]> {
  const actions = await addressedActions(ctx, group, actionNos);
  return actions.map(({ actionNo, namesAt }) => ({
    name: `targets.${targetField(actionNo)}`,
    blanksOf: async (places) => {
      let blank = 0;
      for (const { people, ...place } of places) if ((await namesAt(place)).length === 0) blank += people;
      return blank;
    },
  }));
}
