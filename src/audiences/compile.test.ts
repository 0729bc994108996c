import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peopleByReference, type Reference } from "../../test/audience-reference";
import { audienceTree } from "../../test/audience-trees";
import { type AudienceWorld, audienceWorld, NOW, storeWorld } from "../../test/audience-world";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor, type GroupDb } from "../groups/shard";
import { fixAudience } from "./audience";
import { clausesOf, compileAudience, compileSize } from "./compile";
import { codesOfPlace } from "./places";
import { planFor } from "./plan";
import { chanceBelow, chanceOf } from "./sample";
import type { Audience } from "./types";

/** So many in the short suite; the faults suite takes 50, which are 2,200 trees. */
const { TEST_AUDIENCE_WORLDS: WORLDS = 12 } = env as { TEST_AUDIENCE_WORLDS?: number };
const TREES_OF_A_WORLD = 44;
const SAVED = 3;

const ctx = contextOf(undefined, NOW);

/** Every way in which a question can be put: reading everybody, and beginning with each clause that may drive. */
async function questionsOf(db: GroupDb, asked: Audience) {
  const audience = await fixAudience(ctx, db, asked);
  const plan = await planFor(ctx, db, audience);
  const { include } = audience;
  const top = "all" in include ? include.all : [include];
  const drivers = top.flatMap((node) => ("is" in node && compileSize(node, plan) ? [node] : []));
  return [null, null, ...drivers].map((driver, index) =>
    compileAudience(audience, { ...plan, driver }, { isCount: index % 2 === 1 }),
  );
}

async function peopleBySql(db: GroupDb, audiences: readonly Audience[]): Promise<number[][][]> {
  const questions = [];
  for (const audience of audiences) questions.push(await questionsOf(db, audience));
  const results = await db.d1.batch<{ no: number }>(
    questions
      .flat()
      .map(({ from, json }) =>
        db.d1.prepare(`SELECT p.person_no AS no ${from} ORDER BY 1`).bind(db.groupNo, 0, 1_000_000, json),
      ),
  );
  const found = results.map(({ results: rows }) => rows.map(({ no }) => no));
  return questions.map((ways) => found.splice(0, ways.length));
}

async function referenceOf(world: AudienceWorld, audiences: readonly Audience[]): Promise<Reference> {
  const codes = new Map<string, string[]>();
  const saved = world.saved.map((each) => each.audience);
  for (const { include, exclude } of [...audiences, ...saved])
    for (const clause of [...clausesOf(include), ...(exclude ? clausesOf(exclude) : [])])
      if (clause.is === "near" || clause.is === "district")
        codes.set(JSON.stringify(clause), await codesOfPlace(ctx, clause));
  return {
    world,
    now: NOW,
    codesOf: (clause) => codes.get(JSON.stringify(clause)) ?? [],
    chanceOf,
    chanceBelow,
  };
}

// Saved audience 1 names none, 2 may name 1, 3 may name 1 and 2.
const saved = fc.tuple(audienceTree(0), audienceTree(0), audienceTree(1));
const trees = fc.array(audienceTree(SAVED), { minLength: TREES_OF_A_WORLD, maxLength: TREES_OF_A_WORLD });

describe("an audience compiled to SQL", () => {
  it("finds whom the plain reading finds: random trees over random worlds, each way of asking", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(audienceWorld, saved, trees, async (made, kept, audiences) => {
        const world = { ...made, saved: kept.map((audience, index) => ({ no: index + 1, audience })) };
        const { group } = await makeGroup();
        const db = dbFor(ctx.env, group);
        await storeWorld(db, world);
        const reference = await referenceOf(world, audiences);
        const found = await peopleBySql(db, audiences);
        audiences.forEach((audience, index) => {
          const expected = peopleByReference(audience, reference);
          for (const people of found[index] ?? []) expect(people, JSON.stringify(audience)).toEqual(expected);
          compared += 1;
        });
      }),
      // A smaller world is hardly easier to read, and making one takes minutes.
      { numRuns: WORLDS, seed: 20_260_601, endOnFailure: true },
    );
    expect(compared).toBeGreaterThanOrEqual(WORLDS * TREES_OF_A_WORLD);
  }, 300_000);
});
