import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor, type GroupDb } from "../groups/shard";
import { makeField } from "../people/custom-field";
import { idToHex, newId } from "../platform/ids";
import { rowBody } from "./drain";
import { storeParticipations } from "./store";

const ACTION_NO = 1;
const NOW = Date.UTC(2026, 5, 1);
/** Enough that a page is stored while its batch runs. */
const MANY = 120;

type Said = { nth: number; at: number; city: string };

// People of one page are numbered in the order of their addresses, which here is the order of the rows.
function rowOf({ nth, at, city }: Said): string {
  const participation = {
    ...{ e: `p${String(nth).padStart(4, "0")}@example.org`, la: "en", co: nth % 3, w: "0".repeat(16), nm: 1 },
    ...{ o: { givenName: `P${nth}`, locality: city, phone: `+1416555${1000 + (nth % 50)}` }, f: [[1, city]] },
    ...{ cm: nth % 4 === 0 ? `Words of ${nth}` : undefined, cs: nth % 4 === 0 ? 2 : undefined },
  };
  return rowBody(JSON.stringify(participation), idToHex(newId()), at, new Uint8Array(16).fill(nth), 0, false);
}

async function everything({ d1, groupNo }: GroupDb): Promise<unknown> {
  const tables = {
    people:
      "email, phone, given_name, locality, locality_at, phone_at, email_status, email_status_at, created_at, person_no",
    identities: "kind, value, person_no, acted_at",
    participations:
      "person_no, action_no, nth, hex(id) AS id, acted_at, revised_at, answer, comment, comment_status",
    consents: "person_no, acted_at, action_no, hex(wording_hash) AS wording, answer",
    field_values: "field_no, person_no, value, acted_at",
  };
  const rows = Object.entries(tables).map(async ([table, columns]) => {
    const { results } = await d1
      .prepare(`SELECT ${columns} FROM ${table} WHERE group_no = ? ORDER BY 1, 2, 3, 4`)
      .bind(groupNo)
      .run();
    return [table, results];
  });
  return Object.fromEntries(await Promise.all(rows));
}

async function emptyGroup(): Promise<GroupDb> {
  const { group } = await makeGroup();
  const db = dbFor(contextOf().env, group);
  await makeField(db, { label: "City", type: "text", choices: [] }, NOW);
  return db;
}

describe("a page of many rows", () => {
  // One by one nothing is stored for a batch: a page of one is bound to each statement.
  it("leaves what its rows leave one by one, however often it comes, and nothing of itself", async () => {
    const [whole, single] = [await emptyGroup(), await emptyGroup()];
    const first = Array.from({ length: MANY }, (_, nth) => rowOf({ nth, at: NOW + nth, city: "Lagos" }));
    const later = Array.from({ length: MANY }, (_, nth) =>
      rowOf({ nth: nth + MANY / 2, at: NOW + (nth % 2 ? 1_000 : -1_000) + nth, city: "Lima" }),
    );
    for (const page of [first, later, first, later]) {
      const outcomes = await storeParticipations(whole, ACTION_NO, [], page);
      const each = [];
      for (const row of page) each.push(...(await storeParticipations(single, ACTION_NO, [], [row])));
      expect(outcomes).toEqual(each);
      const left = await whole.d1.prepare("SELECT count(*) AS n FROM arrival_pages").first<{ n: number }>();
      expect(left?.n).toBe(0);
    }
    expect(await everything(whole)).toEqual(await everything(single));
  });

  it("that D1 refuses leaves nothing of itself", async () => {
    const db = await emptyGroup();
    const page = Array.from({ length: MANY }, (_, nth) => rowOf({ nth, at: NOW, city: "Lagos" }));
    await expect(storeParticipations(db, ACTION_NO, [], [...page, "{not json"])).rejects.toThrow();
    const { results } = await db.d1.prepare("SELECT * FROM arrival_pages").run();
    expect(results).toEqual([]);
    expect(await everything(db)).toMatchObject({ people: [], participations: [] });
  });
});

describe("whoever says another place", () => {
  type Place = { at: number } & Partial<Record<"street" | "locality" | "postalCode" | "givenName", string>>;
  const HOME = { at: 10, street: "1 Elm Street", locality: "Leeds", postalCode: "LS1 4AP" };

  async function known(said: readonly Place[], asPage: boolean): Promise<unknown> {
    const { group } = await makeGroup();
    const db = dbFor(contextOf().env, group);
    const rows = said.map(({ at, ...o }) => {
      const text = JSON.stringify({ e: "amina@example.org", la: "en", co: 0, w: "0".repeat(16), nm: 1, o });
      return rowBody(text, idToHex(newId()), at, new Uint8Array(16), 0, false);
    });
    for (const page of asPage ? [rows] : rows.map((row) => [row])) {
      // Twice, as a drain may that died before it heard the answer.
      await storeParticipations(db, ACTION_NO, [], page);
      await storeParticipations(db, ACTION_NO, [], page);
    }
    return db.d1
      .prepare("SELECT street, locality, postal_code AS postalCode FROM people WHERE group_no = ?")
      .bind(group.no)
      .first();
  }

  it.each<[rule: string, later: Place, street: string | null, locality: string | null, postalCode: string]>([
    ["has left street and town", { at: 20, postalCode: "M1 1AE" }, null, null, "M1 1AE"],
    [
      "keeps the street said with it",
      { at: 20, postalCode: "M1 1AE", street: "2 Oak" },
      "2 Oak",
      null,
      "M1 1AE",
    ],
    [
      "keeps the town said with it",
      { at: 20, postalCode: "M1 1AE", locality: "Bury" },
      null,
      "Bury",
      "M1 1AE",
    ],
    [
      "stays where the code differs in its writing",
      { at: 20, postalCode: "ls14ap" },
      "1 Elm Street",
      "Leeds",
      "ls14ap",
    ],
    ["has left the street for another town", { at: 20, locality: "Bury" }, null, "Bury", "LS1 4AP"],
    [
      "stays where the code is the same, however the town is called",
      { at: 20, postalCode: "LS1 4AP", locality: "Leeds City" },
      "1 Elm Street",
      "Leeds City",
      "LS1 4AP",
    ],
    ["stays where the town is the same", { at: 20, locality: "LEEDS" }, "1 Elm Street", "LEEDS", "LS1 4AP"],
    ["stays when nothing of it is said", { at: 20, givenName: "Amina" }, "1 Elm Street", "Leeds", "LS1 4AP"],
    ["stays when it was said before", { at: 5, postalCode: "M1 1AE" }, "1 Elm Street", "Leeds", "LS1 4AP"],
  ])(
    "%s, one page or many, and the older one drained last",
    async (_, later, street, locality, postalCode) => {
      for (const said of [
        [HOME, later],
        [later, HOME],
      ])
        for (const asPage of [true, false])
          expect(await known(said, asPage)).toEqual({ street, locality, postalCode });
    },
  );
});
