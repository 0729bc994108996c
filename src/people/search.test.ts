import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { searchPeople } from "./search";
import { askToIndexNews, indexPeople } from "./search-index";
import { selectProgress } from "./store-search-index";

type Person = {
  email: string;
  givenName?: string;
  familyName?: string;
  phone?: string;
  street?: string;
  locality?: string;
  postalCode?: string;
};

let group: Group;
let db: GroupDb;

/** Stores people as a drain leaves them. */
async function store(db: GroupDb, from: number, people: Person[]): Promise<void> {
  const page = JSON.stringify(
    people.map((person, index) => ({ no: from + index, id: newId().replaceAll("-", ""), ...person })),
  );
  await db.d1.batch([
    db.d1
      .prepare(
        `INSERT INTO people (group_no, person_no, id, email, given_name, family_name, phone, street, locality, postal_code, country, given_name_at, created_at)
         SELECT ?1, value ->> 'no', unhex(value ->> 'id'), value ->> 'email', value ->> 'givenName', value ->> 'familyName', value ->> 'phone',
           value ->> 'street', value ->> 'locality', value ->> 'postalCode', 'CA', 1, 1 FROM json_each(?2)`,
      )
      .bind(db.groupNo, page),
    db.d1
      .prepare(
        `INSERT INTO identities (group_no, kind, value, person_no, acted_at)
         SELECT ?1, 1, value ->> 'email', value ->> 'no', 1 FROM json_each(?2)
         UNION ALL SELECT ?1, 2, value ->> 'phone', value ->> 'no', 1 FROM json_each(?2) WHERE value ->> 'phone' IS NOT NULL`,
      )
      .bind(db.groupNo, page),
  ]);
}

const cast: Person[] = [
  {
    email: "amina@supporters.example",
    givenName: "Amina",
    familyName: "Sow",
    phone: "+14165550141",
    locality: "Toronto",
    postalCode: "M4M 2T1",
  },
  {
    email: "jeanluc@supporters.example",
    givenName: "Jean-Luc",
    familyName: "Tremblay",
    locality: "Montréal",
    street: "12, rue du Moulin",
  },
  {
    email: "mariajose@supporters.example",
    givenName: "María José",
    familyName: "Núñez",
    postalCode: "28012",
  },
  { email: "layla@supporters.example", givenName: "ليلى", familyName: "حداد" },
  { email: "s.oneill@harbour.example", givenName: "Siobhán", familyName: "O’Neill" },
  { email: "mei@supporters.example", givenName: "小明", familyName: "王" },
];

async function find(text: string, of = group): Promise<string[]> {
  return (await searchPeople(contextOf(), of, text)).map(({ email }) => email.split("@")[0] ?? "");
}

beforeAll(async () => {
  ({ group } = await makeGroup());
  db = dbFor(contextOf().env, group);
  await store(db, 1, cast);
});

const asked: [text: string, who: string][] = [
  ["amina", "amina"],
  ["AMI", "amina"],
  ["sow amina", "amina"],
  ["amina toronto", "amina"],
  ["amnia", "amina"],
  ["tremblai", "jeanluc"],
  ["jeanluc", "jeanluc"],
  ["jean trem", "jeanluc"],
  ["montreal", "jeanluc"],
  ["rue du moulin", "jeanluc"],
  ["maria nunez", "mariajose"],
  ["NÚÑEZ", "mariajose"],
  ["ليلى", "layla"],
  ["oneill", "s.oneill"],
  ["o'neill", "s.oneill"],
  ["neill siob", "s.oneill"],
  ["小明", "mei"],
  ["明", "mei"],
  ["layla@sup", "layla"],
  ["layal@supporters.example", "layla"],
  ["@harbour", "s.oneill"],
  ["416 555-0141", "amina"],
  ["+1 416 555", "amina"],
  ["416 555 0114", "amina"],
  ["m4m2t1", "amina"],
  ["m4m 2t1", "amina"],
];

const hostile = [
  '"',
  "*",
  'a" OR "b',
  "NEAR(a b)",
  "people_search MATCH x",
  "~amin",
  "=n1",
  "%",
  "'",
  "\\",
  "\u0000",
  "()",
  "-",
  "^a",
  "a:b",
  "+",
  "@",
  "😀",
];

describe.each(["not indexed yet", "indexed"])("people who are %s", (state) => {
  beforeAll(async () => {
    if (state === "indexed")
      await indexPeople(contextOf(), {
        type: "people.index",
        groupNo: group.no,
        shard: group.shard,
        people: [],
        isNews: false,
      });
    expect((await selectProgress(db)).indexedTo).toBe(state === "indexed" ? cast.length : 0);
  });

  it.each(asked)("are found by “%s”", async (text, who) => {
    expect((await find(text))[0]).toBe(who);
  });

  it("are found by nothing that is not theirs, whatever is typed", async () => {
    for (const text of [...hostile, "", " ", "zzzz", "x".repeat(5_000)]) {
      const found = await searchPeople(contextOf(), group, text);
      expect(found.length, text).toBeLessThan(cast.length);
    }
    expect(await find("zzzzzz")).toEqual([]);
  });
});

describe("the index", () => {
  it("keeps the groups of a shard apart", async () => {
    const { group: other } = await makeGroup();
    const otherDb = dbFor(contextOf().env, other);
    await store(otherDb, 1, [{ email: "amina@elsewhere.example", givenName: "Amina", familyName: "Sow" }]);
    expect(await find("amina")).toEqual(["amina"]);
    await indexPeople(contextOf(), {
      type: "people.index",
      groupNo: other.no,
      shard: other.shard,
      people: [],
      isNews: false,
    });
    expect((await searchPeople(contextOf(), group, "amina")).map(({ email }) => email)).toEqual([
      "amina@supporters.example",
    ]);
    expect((await searchPeople(contextOf(), other, "amina")).map(({ email }) => email)).toEqual([
      "amina@elsewhere.example",
    ]);
    expect(await find("jeanluc", other)).toEqual([]);
  });

  it("follows a change of name it is told of, and forgets the old one", async () => {
    await db.d1
      .prepare("UPDATE people SET family_name = 'Diallo' WHERE group_no = ? AND person_no = 1")
      .bind(group.no)
      .run();
    const due = { type: "people.index" as const, groupNo: group.no, shard: group.shard, isNews: false };
    await indexPeople(contextOf(), { ...due, people: [1] });
    expect(await find("diallo")).toEqual(["amina"]);
    expect(await find("sow")).toEqual([]);
  });

  it("finds what nobody told it of a day later", async () => {
    const due = {
      type: "people.index" as const,
      groupNo: group.no,
      shard: group.shard,
      people: [],
      isNews: false,
    };
    const now = Date.now();
    await db.d1
      .prepare(
        "UPDATE people SET family_name = 'Hadad', family_name_at = ?2 WHERE group_no = ?1 AND person_no = 4",
      )
      .bind(group.no, now)
      .run();
    await indexPeople(contextOf(undefined, now), due);
    expect(await find("hadad")).toEqual([]);
    await indexPeople(contextOf(undefined, now + 25 * 3_600_000), due);
    expect(await find("hadad")).toEqual(["layla"]);
  });

  it("finds two records of one person, each pair once, and somebody whose phone went over", async () => {
    const due = {
      type: "people.index" as const,
      groupNo: group.no,
      shard: group.shard,
      people: [],
      isNews: false,
    };
    await store(db, 7, [
      { email: "a.mina@supporters.example", givenName: "Amina", familyName: "Diallo", postalCode: "m4m2t1" },
      { email: "jean.luc+x@supporters.example", givenName: "Luc" },
    ]);
    for (const _ of [1, 2]) await indexPeople(contextOf(), due);
    await indexPeople(contextOf(), { ...due, people: [1, 7, 8] });
    const { results } = await db.d1
      .prepare("SELECT first_no, second_no, reason FROM duplicates WHERE group_no = ? ORDER BY 1")
      .bind(group.no)
      .all();
    expect(results).toEqual([
      { first_no: 1, second_no: 7, reason: expect.stringMatching(/name|email/) },
      { first_no: 2, second_no: 8, reason: "email" },
    ]);
  });

  it("is asked for by whoever searches a long tail, and by news of people it knows", async () => {
    const people = Array.from({ length: 300 }, (_, index) => ({
      email: `p${index}@tail.example`,
      givenName: `Tail${index}`,
    }));
    await store(db, 100, people);
    const sent: unknown[] = [];
    const base = contextOf();
    const WORK = { send: async (message: unknown) => void sent.push(message) };
    const ctx = { ...base, env: { ...base.env, WORK } as never };
    expect((await searchPeople(ctx, group, "tail7")).map(({ email }) => email)).toContain("p7@tail.example");
    await settled();
    expect(sent).toEqual([expect.objectContaining({ groupNo: group.no, people: [], isNews: false })]);
    await askToIndexNews(ctx, group, [200, 201]);
    expect(sent).toHaveLength(1);
    await askToIndexNews(ctx, group, [1, 200]);
    expect(sent.at(-1)).toMatchObject({ people: [1], isNews: true });
  });
});
