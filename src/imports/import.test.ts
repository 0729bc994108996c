import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { again, bring, by, counts, problemsOf, undriven, work } from "../../test/imports";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { identityHash } from "../intake/participation";
import { erasurePlan, unsubscribe } from "../people/person";
import { toHex } from "../platform/crypto";
import { eraseAsAsked } from "../privacy/erasure";
import { cancelImport, findImport, startImport, undoImport } from "./import";
import { takeWhole } from "./upload";
import { takeTurn } from "./work";

const shard = env.SHARD_01;

const people = (group: Group) =>
  shard
    .prepare(
      `SELECT email, phone, given_name AS given, family_name AS family, locality, country, email_status AS status, email_status_cause AS cause
       FROM people WHERE group_no = ? AND erased_at IS NULL ORDER BY person_no`,
    )
    .bind(group.no)
    .all<Record<string, unknown>>()
    .then(({ results }) => results);

it("stores new people, updates known ones, and says of every row what became of it", async () => {
  const { group } = await makeGroup();
  const first = await bring(
    group,
    "Email,First name,Ville\nana@example.org,Ana,Laval\nBO@Example.org,Bo,\nnobody,Cy,Rome\n",
  );
  expect(counts(await work(group, first))).toEqual({
    rows: 3,
    made: 2,
    updated: 0,
    unchanged: 0,
    rejected: 1,
  });
  expect(await problemsOf(group, first)).toBe(
    "4,Not stored,This is no email address.,Email,nobody,Cy,Rome\r\n",
  );
  const second = await bring(
    group,
    "Email,First name,City\nana@example.org,Anna,Laval\nbo@example.org,Bo,Paris\n",
  );
  expect(counts(await work(group, second))).toEqual({
    rows: 2,
    made: 0,
    updated: 1,
    unchanged: 1,
    rejected: 0,
  });
  expect(await people(group)).toMatchObject([
    { email: "ana@example.org", given: "Ana", locality: "Laval", status: 0 },
    { email: "bo@example.org", given: "Bo", locality: "Paris", status: 0 },
  ]);
  const third = await bring(group, "Email,First name,City\nana@example.org,Anna,\n", {
    values: "overwrite",
    doBlanksClear: true,
  });
  await work(group, third);
  expect((await people(group))[0]).toMatchObject({ given: "Anna", locality: null });
});

it("subscribes those whose row says so, never those who left, and keeps the statement", async () => {
  const { group } = await makeGroup();
  await work(group, await bring(group, "email\nana@example.org\nbo@example.org\n"));
  await unsubscribe(dbFor(env, group), 1, "page", 5);
  const row = await bring(
    group,
    "email,opt in\nana@example.org,yes\nbo@example.org,oui\ncy@example.org,no\ndi@example.org,unsubscribed\n",
    { subscribe: "stated" },
  );
  await work(group, row);
  expect(await people(group)).toMatchObject([
    { email: "ana@example.org", status: 2, cause: "page" },
    { email: "bo@example.org", status: 1, cause: "import" },
    { email: "cy@example.org", status: 0 },
    { email: "di@example.org", status: 2, cause: "import" },
  ]);
  const { results } = await shard
    .prepare(
      `SELECT c.person_no AS no, w.wording FROM consent_events c JOIN consent_wordings w ON w.group_no = c.group_no AND w.hash = c.wording_hash
       WHERE c.group_no = ?`,
    )
    .bind(group.no)
    .all();
  expect(results).toEqual([{ no: 2, wording: "They asked for it." }]);
});

it("brings nobody back who asked to be forgotten", async () => {
  const { group } = await makeGroup();
  const file = "email\nana@example.org\nbo@example.org\n";
  await work(group, await bring(group, file));
  const ctx = contextOf();
  const hash = toHex(await identityHash(ctx.config.IDENTITY_PEPPER, group.id, "ana@example.org"));
  await dbFor(env, group).d1.batch(erasurePlan(dbFor(env, group), 1, [hash], 5));
  const row = await work(group, await bring(group, file));
  expect(counts(row)).toEqual({ rows: 2, made: 0, updated: 0, unchanged: 1, rejected: 1 });
  expect(await problemsOf(group, row)).toContain("2,Not stored,This person asked to be forgotten.");
  expect(await people(group)).toMatchObject([{ email: "bo@example.org" }]);
});

it("takes an import back: its people go, and what was known before returns where nothing newer came", async () => {
  const { group } = await makeGroup();
  await work(
    group,
    await bring(group, "email,first name,city\nana@example.org,Ana,Laval\nbo@example.org,Bo,Rome\n"),
  );
  const before = await people(group);
  const row = await bring(
    group,
    "email,first name,city,phone,height,tags\nana@example.org,Anna,Québec,514 555 0100,180,vip\nbo@example.org,Bob,Milan,,,\ncy@example.org,Cy,,,,x\ndi@example.org,Di,,,,\n",
    {
      values: "overwrite",
      subscribe: "all",
      tags: ["spring"],
      mapping: ["email", "givenName", "locality", "phone", "new:number", "tags"],
    },
  );
  expect(counts(await work(group, row))).toEqual({ rows: 4, made: 2, updated: 2, unchanged: 0, rejected: 0 });
  // Since then Bo has said where he lives, and Di has been tagged.
  await shard
    .prepare("UPDATE people SET locality = 'Turin', locality_at = ? WHERE group_no = ? AND person_no = 2")
    .bind(Date.now() + 9_999, group.no)
    .run();
  await shard
    .prepare("INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) VALUES (?, 99, 4, 1)")
    .bind(group.no)
    .run();
  expect(await undoImport(contextOf(undriven), group, await again(group, row), by)).toBe(true);
  expect(await work(group, row)).toMatchObject({ status: "undone", removedCount: 1, restoredCount: 3 });
  const after = await people(group);
  expect(after[0]).toEqual(before[0]);
  expect(after[1]).toEqual({ ...before[1], locality: "Turin" });
  expect(after[2]).toMatchObject({ email: "di@example.org", given: null, status: 0 });
  expect(after).toHaveLength(3);
  const left = await shard
    .prepare(
      "SELECT (SELECT count(*) FROM taggings WHERE group_no = ?1) AS taggings, (SELECT count(*) FROM field_values WHERE group_no = ?1) AS vals, (SELECT count(*) FROM identities WHERE group_no = ?1) AS identities",
    )
    .bind(group.no)
    .first();
  expect(left).toEqual({ taggings: 1, vals: 0, identities: 3 });
});

it("lets the newer word win where rows have dates, and fills in alone what is missing where asked to", async () => {
  const { group } = await makeGroup();
  const head = "email,first name,city,date\n";
  const dated = (date: string, first: string, city: string) =>
    `${head}ana@example.org,${first},${city},${date}\n`;
  await work(group, await bring(group, dated("2024-05-01", "Ana", ""), { values: "overwrite" }));
  await work(group, await bring(group, dated("2023-05-01", "Older", "Laval"), { values: "overwrite" }));
  expect(await people(group)).toMatchObject([{ given: "Ana", locality: "Laval" }]);
  await work(group, await bring(group, dated("2025-05-01", "Newer", "Rome"), { values: "fill" }));
  expect(await people(group)).toMatchObject([{ given: "Ana", locality: "Laval" }]);
  const row = await work(
    group,
    await bring(group, dated("2025-05-01", "Newer", "Rome"), { values: "overwrite" }),
  );
  expect(await people(group)).toMatchObject([{ given: "Newer", locality: "Rome" }]);
  expect(counts(row)).toMatchObject({ updated: 1, unchanged: 0 });
});

it("takes a street and town away that a newer postal code leaves behind, and brings them back when undone", async () => {
  const { group } = await makeGroup();
  const places = () =>
    shard
      .prepare(
        "SELECT street, locality, postal_code AS code FROM people WHERE group_no = ? ORDER BY person_no",
      )
      .bind(group.no)
      .all()
      .then(({ results }) => results);
  const names = ["ana", "bo", "cy", "di"];
  const lines = names.map((name) => `${name}@example.org,1 Main St,Laval,H7A 1A1\n`);
  await work(group, await bring(group, `email,street,city,postal code\n${lines.join("")}`));
  const before = await places();
  const moved =
    "email,street,postal code\nana@example.org,,K1A 0B1\nbo@example.org,,h7a1a1\ncy@example.org,2 Elm St,K1A 0B1\ndi@example.org,9 Oak St,K1A 0B1\ndi@example.org,,K1A 0B2\n";
  // Where blanks alone are filled in, nobody moves.
  expect(counts(await work(group, await bring(group, moved, { values: "fill" })))).toMatchObject({
    updated: 0,
  });
  expect(await places()).toEqual(before);
  const row = await work(group, await bring(group, moved, { values: "overwrite" }));
  expect(counts(row)).toMatchObject({ updated: 4, unchanged: 1 });
  expect(await places()).toEqual([
    { street: null, locality: null, code: "K1A 0B1" },
    before[1],
    { street: "2 Elm St", locality: null, code: "K1A 0B1" },
    { street: null, locality: null, code: "K1A 0B2" },
  ]);
  await undoImport(contextOf(undriven), group, await again(group, row), by);
  await work(group, row);
  expect(await places()).toEqual(before);
});

it("waits for the time somebody chose, lets what is due now go first, and can be taken back till then", async () => {
  const { group } = await makeGroup();
  const ctx = contextOf(undriven);
  const scheduled = async (file: string, beginAt: number | null) => {
    const { id } = await takeWhole(ctx, group, by, {
      name: "people.csv",
      content: new TextEncoder().encode(file).slice().buffer,
    });
    const row = await findImport(ctx, group, id);
    if (!row?.mapping) throw new Error("the file was not read");
    return { row, problems: await startImport(ctx, group, row, by, null, beginAt) };
  };
  const DAY_MS = 86_400_000;
  const at = ctx.now + DAY_MS;
  const file = (name: string) => `email\n${name}@example.org\n`;
  expect((await scheduled(file("x"), ctx.now - 1)).problems).toEqual([{ is: "begin", why: "past" }]);
  expect((await scheduled(file("x"), ctx.now + 15 * DAY_MS)).problems).toEqual([
    { is: "begin", why: "tooFar" },
  ]);
  const { row: later } = await scheduled(file("ana"), at);
  const { row: dropped } = await scheduled(file("bo"), at);
  const { row: first } = await scheduled(file("cy"), null);
  expect(await work(group, first)).toMatchObject({ status: "finished", newCount: 1 });
  expect((await people(group)).map(({ email }) => email)).toEqual(["cy@example.org"]);
  const turn = await takeTurn(ctx, group.no, 0, () => at - 60_000);
  expect(turn).toEqual({ inMs: 60_000, hasFailed: false });
  expect(await cancelImport(ctx, group, await again(group, dropped), by)).toBe(true);
  for (let turns = 0; turns < 5; turns += 1) await takeTurn(ctx, group.no, 0, () => at);
  expect(await again(group, later)).toMatchObject({ status: "finished", newCount: 1 });
  expect((await people(group)).map(({ email }) => email)).toEqual(["cy@example.org", "ana@example.org"]);
});

it("stops mail for a list of people who want none, but not against a later yes", async () => {
  const { group } = await makeGroup();
  await work(group, await bring(group, "email\nana@example.org\nbo@example.org\n", { subscribe: "all" }));
  const old = "email,date\nana@example.org,2020-01-01\n";
  await work(group, await bring(group, old, { subscribe: "stop" }));
  expect((await people(group)).map(({ status }) => status)).toEqual([1, 1]);
  await work(group, await bring(group, "email\nana@example.org\ncy@example.org\n", { subscribe: "stop" }));
  expect((await people(group)).map(({ status }) => status)).toEqual([2, 1, 2]);
  await work(group, await bring(group, "email\nana@example.org\ncy@example.org\n", { subscribe: "all" }));
  expect((await people(group)).map(({ status }) => status)).toEqual([2, 1, 2]);
});

const idsOf = (group: Group) =>
  shard
    .prepare("SELECT lower(hex(id)) AS id FROM people WHERE group_no = ? ORDER BY person_no")
    .bind(group.no)
    .all<{ id: string }>()
    .then(({ results }) => results.map(({ id }) => id));

it("finds people by their id, follows a merge, and passes over ids of nobody here", async () => {
  const { group } = await makeGroup();
  const { group: other } = await makeGroup();
  for (const each of [group, other])
    await work(each, await bring(each, "email\nana@example.org\nbo@example.org\ncy@example.org\n"));
  await shard
    .prepare("UPDATE people SET merged_into = 2 WHERE group_no = ? AND person_no = 3")
    .bind(group.no)
    .run();
  const ids = async (of: Group) =>
    (await idsOf(of)).map(
      (hex) =>
        `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    );
  const [ana, , cy] = await ids(group);
  const [foreign] = await ids(other);
  const file = `Groundswell id,First name\n${ana},Ana\n${cy},Boris\n${foreign},Eve\nnone,Eve\n,Eve\n`;
  const row = await work(group, await bring(group, file, { match: "id" }));
  expect(counts(row)).toEqual({ rows: 5, made: 0, updated: 2, unchanged: 0, rejected: 3 });
  expect((await people(group)).map(({ given }) => given)).toEqual(["Ana", "Boris", null]);
  expect((await people(other)).map(({ given }) => given)).toEqual([null, null, null]);
});

it("keeps people known by a phone alone, and takes no phone from anybody", async () => {
  const { group } = await makeGroup();
  await work(group, await bring(group, "email,phone\nana@example.org,514 555 0100\n,514 555 0101\n"));
  const row = await work(
    group,
    await bring(group, "email,phone\nbo@example.org,(514) 555-0100\n,5145550101\n"),
  );
  expect(counts(row)).toEqual({ rows: 2, made: 1, updated: 0, unchanged: 1, rejected: 0 });
  expect(await people(group)).toMatchObject([
    { email: "ana@example.org", phone: "+15145550100" },
    { email: null, phone: "+15145550101" },
    { email: "bo@example.org", phone: null },
  ]);
});

it("applies no row twice, and nothing after it was stopped, however many drive it", async () => {
  const { group } = await makeGroup();
  const lines = Array.from({ length: 1_300 }, (_, n) => `p${n}@example.org`).join("\n");
  const row = await bring(group, `email\n${lines}\n`);
  const ctx = contextOf(undriven);
  let clock = Date.now();
  const hurried = () => (clock += 6_000);
  await Promise.all([1, 2, 3].map(() => takeTurn(ctx, group.no, 0, hurried)));
  expect(await cancelImport(ctx, group, await again(group, row), by)).toBe(true);
  const stopped = counts(await again(group, row));
  expect(stopped.rows).toBeLessThan(1_300);
  expect(stopped.made).toBe(stopped.rows);
  expect(await work(group, row)).toMatchObject({ status: "cancelled", rowCount: stopped.rows });
  expect(await people(group)).toHaveLength(stopped.rows);
});

it("subscribes to texts whose row says so and whose phone is theirs, never who left, and takes that back", async () => {
  const { group } = await makeGroup();
  const mobile = () =>
    shard
      .prepare(
        "SELECT email, mobile_status AS status, mobile_status_cause AS cause FROM people WHERE group_no = ? AND erased_at IS NULL ORDER BY person_no",
      )
      .bind(group.no)
      .all<Record<string, unknown>>()
      .then(({ results }) => results);
  await work(
    group,
    await bring(
      group,
      "email,phone\nana@example.org,514 555 0100\nbo@example.org,514 555 0101\ndi@example.org,\n",
    ),
  );
  await shard
    .prepare(
      "UPDATE people SET mobile_status = 2, mobile_status_cause = 'page' WHERE group_no = ? AND person_no = 2",
    )
    .bind(group.no)
    .run();
  const file =
    "email,phone,sms opt in\nana@example.org,,yes\nbo@example.org,,yes\ncy@example.org,514 555 0100,yes\ndi@example.org,,yes\nel@example.org,514 555 0105,yes\nfe@example.org,514 555 0106,no\n";
  const row = await work(group, await bring(group, file, { mobile: "stated" }));
  expect(await mobile()).toMatchObject([
    { email: "ana@example.org", status: 1, cause: "import" },
    { email: "bo@example.org", status: 2, cause: "page" },
    { email: "di@example.org", status: 0 },
    { email: "cy@example.org", status: 0 },
    { email: "el@example.org", status: 1, cause: "import" },
    { email: "fe@example.org", status: 0 },
  ]);
  expect((await people(group)).map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0]);
  await undoImport(contextOf(undriven), group, await again(group, row), by);
  await work(group, row);
  expect((await mobile()).map(({ status }) => status)).toEqual([0, 2, 0]);
});

it("hands its file to nobody once somebody in it was forgotten, and can be taken back all the same", async () => {
  const { group } = await makeGroup();
  const row = await work(group, await bring(group, "email\nana@example.org\nbo@example.org\n"));
  const spared = await work(group, await bring(group, "email\nbo@example.org\n"));
  await eraseAsAsked(contextOf(), group, 1, null);
  const files = async ({ id }: typeof row) =>
    (await env.FILES.list({ prefix: `imports/${group.no}/${id}/` })).objects.length;
  expect([await files(row), await files(spared)]).toEqual([0, 1]);
  expect((await again(group, row)).fileWithdrawnAt).not.toBeNull();
  expect(await undoImport(contextOf(undriven), group, await again(group, row), by)).toBe(true);
  expect(await work(group, row)).toMatchObject({ status: "undone" });
});
