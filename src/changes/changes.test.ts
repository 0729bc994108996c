import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { bring, work } from "../../test/imports";
import { makePetition } from "../../test/petitions";
import type { Action } from "../actions/types";
import { apiRoutes } from "../api/routes";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { rowBody } from "../intake/drain";
import { erasePerson, mergePeople } from "../intake/erasure";
import { removeParticipations, undoRemoval } from "../intake/removal";
import { storeParticipations } from "../intake/store";
import { createKey } from "../keys/key";
import { makeField, setFieldValues } from "../people/custom-field";
import { addPerson, editPerson } from "../people/edit";
import { ensureTags, tagPeople, untagPeople } from "../people/tag";
import { sha256 } from "../platform/crypto";
import { idToHex, newId, type ParticipationId, parseId } from "../platform/ids";
import { changesSince, currentCursor, feedOn, forgetOldChanges } from "./change";
import { selectOldFeeds } from "./store";
import { CHANGES_KEPT_MS, type Change } from "./types";

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

async function makeFeed() {
  const { group } = await makeGroup();
  const db = dbFor(env, group);
  const actions = [await makePetition(group, { slug: "air" }), await makePetition(group, { slug: "water" })];
  await makeField(db, { label: "City", type: "text", choices: [] }, NOW);
  const tagNos = await ensureTags(db, ["volunteer", "press"], NOW);
  await feedOn(contextOf(), group);
  return { group, db, actions, tagNos, start: (await currentCursor(db)) ?? "" };
}

// The first object that is called loads the whole worker.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));

let made = 0;
async function rowOf(email: string, at: number, more: object = {}, id = newId<ParticipationId>()) {
  made += 1;
  const said = { ...{ e: email, la: "en", co: 1, w: "0".repeat(16), nm: 1 }, o: { givenName: `N${made}` } };
  const identity = (await sha256(email)).slice(0, 16);
  return rowBody(JSON.stringify({ ...said, ...more }), idToHex(id), at, identity, 0, false);
}

/** Reads all there is, in pages of so many. */
async function readAll(db: GroupDb, from: string, limit: number): Promise<{ all: Change[]; end: string }> {
  const all: Change[] = [];
  let cursor = from;
  for (;;) {
    const read = await changesSince(db, cursor, limit);
    if (read.is !== "read") throw new Error(read.is);
    all.push(...read.changes);
    if (read.next === cursor) return { all, end: cursor };
    cursor = read.next;
  }
}

/** What an API client sees, thing by thing. */
async function seen({ d1, groupNo }: GroupDb): Promise<Map<string, string>> {
  const queries = {
    person: `SELECT lower(hex(p.id)) AS id, json_array(email, phone, given_name, locality, email_status,
        (SELECT group_concat(field_no || value) FROM field_values v WHERE v.group_no = p.group_no AND v.person_no = p.person_no)) AS value
      FROM people p WHERE p.group_no = ? AND erased_at IS NULL AND merged_into IS NULL`,
    participation: `SELECT lower(hex(t.id)) AS id, json_array(t.revised_at, lower(hex(p.id))) AS value FROM participations t
      CROSS JOIN people p ON p.group_no = t.group_no AND p.person_no = t.person_no WHERE t.group_no = ? AND removal_no = 0`,
    tagging: "SELECT tag_no || '/' || person_no AS id, '' AS value FROM taggings WHERE group_no = ?",
    tag: "SELECT tag_no AS id, name AS value FROM tags WHERE group_no = ? AND deleted_at IS NULL AND merged_into IS NULL",
    action: "SELECT lower(hex(id)) AS id, title || status AS value FROM actions WHERE group_no = ?",
  };
  const found = new Map<string, string>();
  for (const [what, sql] of Object.entries(queries)) {
    const { results } = await d1.prepare(sql).bind(groupNo).all<{ id: string; value: string }>();
    for (const { id, value } of results) found.set(`${what}:${id}`, value);
  }
  return found;
}

function nameOf(change: Change): string {
  if (change.what === "tagging") return `tagging:${change.tagNo}/${change.personNo}`;
  if ("id" in change) return `${change.what}:${idToHex(change.id)}`;
  return `${change.what}:${change.no}`;
}

/** A small generator of its own, so that a failure can be run again. */
function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function peopleOf({ d1, groupNo }: GroupDb): Promise<number[]> {
  const { results } = await d1
    .prepare(
      "SELECT person_no AS no FROM people WHERE group_no = ? AND erased_at IS NULL AND merged_into IS NULL",
    )
    .bind(groupNo)
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

/** One of the things that happen to a group's data. */
async function happen(
  made: Awaited<ReturnType<typeof makeFeed>>,
  random: (below: number) => number,
  at: number,
) {
  const { group, db, actions, tagNos } = made;
  const ctx = contextOf(env, at);
  const action = actions[random(2)] as Action;
  const people = await peopleOf(db);
  const someone = () => people[random(people.length)] ?? 1;
  const address = () => `p${random(25)}@example.org`;
  const batch = async (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, nth) =>
        rowOf(address(), at + nth, {
          ...(random(3) === 0 ? { f: [[1, `City ${random(5)}`]] } : {}),
          ...(random(4) === 0 ? { o: { phone: `+1416555${1000 + random(5)}` } } : {}),
        }),
      ),
    );
  const store = (rows: string[]) =>
    storeParticipations(db, action.no, random(2) ? [tagNos[0] ?? 1] : [], rows);
  switch (random(10)) {
    case 0:
    case 1: {
      const rows = await batch(1 + random(4));
      await Promise.all([store(rows), store(await batch(1)), store(rows)]);
      return;
    }
    case 2:
      return void (await store(await batch(20 + random(10))));
    case 3: {
      const removed = await removeParticipations(ctx, group, action, { by: 1, filter: { state: "counted" } });
      if (removed && random(2)) await undoRemoval(ctx, group, action, removed.removalNo, 1);
      return;
    }
    case 4:
      return void (await tagPeople(db, tagNos[1] ?? 2, [someone(), someone()], at));
    case 5:
      return void (await untagPeople(db, tagNos[random(2)] ?? 1, people.slice(0, 10)));
    case 6:
      return void (await mergePeople(ctx, group, { kept: someone(), lost: someone() }, []));
    case 7:
      return erasePerson(ctx, group, someone(), [], []);
    case 8: {
      const email = address();
      await addPerson(ctx, db, { email, phone: null, details: { locality: "Lima" }, hash: null, by: 1 });
      return void (await setFieldValues(db, someone(), [[1, random(2) ? "Lagos" : ""]], at));
    }
    default:
      return void (await editPerson(
        ctx,
        db,
        someone(),
        [{ name: "givenName", from: "", to: `Edited ${at}` }],
        1,
      ));
  }
}

describe("whoever follows the feed", () => {
  it.each([1, 2, 3])("knows what there is without ever walking again (%i)", async (seed) => {
    const world = await makeFeed();
    const { db } = world;
    const random = randomOf(seed);
    const mirror = await seen(db);
    const told: Change[] = [];
    let cursor = world.start;
    for (let nth = 0; nth < 25; nth += 1) {
      await happen(world, random, NOW + nth * 1_000);
      if (random(3) > 0) continue;
      // A place within what is read is as good as its end.
      const { all, end } = await readAll(db, cursor, 20 + random(60));
      const now = await seen(db);
      const stop = random(3) === 0 && all.length > 2 ? all[random(all.length)] : undefined;
      const kept = stop ? all.slice(0, all.indexOf(stop) + 1) : all;
      for (const change of kept) copy(mirror, now, nameOf(change));
      told.push(...kept);
      cursor = stop?.cursor ?? end;
    }
    const { all } = await readAll(db, cursor, 100);
    const now = await seen(db);
    for (const change of all) copy(mirror, now, nameOf(change));
    expect(Object.fromEntries(mirror)).toEqual(Object.fromEntries(now));

    const fresh = (await readAll(db, world.start, 100)).all;
    const { results } = await db.d1
      .prepare("SELECT change_no AS no FROM changes WHERE group_no = ? ORDER BY change_no")
      .bind(db.groupNo)
      .all<{ no: number }>();
    expect(results.map(({ no }) => no)).toEqual(results.map((_, nth) => nth + 1));
    for (const what of ["person", "participation"]) {
      const created = fresh.filter((change) => change.what === what && change.change === "created");
      const names = created.map(nameOf);
      const cameBack = new Set(
        fresh.filter((change) => change.what === what && change.change === "deleted").map(nameOf),
      );
      const once = names.filter((name) => !cameBack.has(name));
      expect(new Set(once).size).toBe(once.length);
      // Whatever there is was once new.
      const known = [...now.keys()].filter((name) => name.startsWith(`${what}:`));
      expect(known.filter((name) => !names.includes(name))).toEqual([]);
    }
    expect(told.length).toBeGreaterThan(20);
  });
});

function copy(to: Map<string, string>, from: Map<string, string>, name: string): void {
  const value = from.get(name);
  if (value === undefined) to.delete(name);
  else to.set(name, value);
}

const words = (changes: Change[]) => changes.map(({ what, change }) => `${what} ${change}`);

describe("a drained batch", () => {
  const countRows = async ({ d1, groupNo }: GroupDb) =>
    (await d1
      .prepare("SELECT count(*) AS n FROM changes WHERE group_no = ?")
      .bind(groupNo)
      .first<number>("n")) ?? 0;

  it("is one row, and says of each signature who it is of, whether it is new, and its tags", async () => {
    const { db, actions, tagNos, start } = await makeFeed();
    const [air] = actions as [Action];
    const id = newId<ParticipationId>();
    const before = await countRows(db);
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, nth) => rowOf(`a${nth}@example.org`, NOW + nth)),
    );
    await storeParticipations(db, air.no, [], many);
    await storeParticipations(db, air.no, tagNos, [await rowOf("mei@example.org", NOW, {}, id)]);
    expect((await countRows(db)) - before).toBe(2);
    const { all } = await readAll(db, start, 50);
    expect(all).toHaveLength(124);
    const last = all.slice(120);
    expect(words(last)).toEqual([
      "person created",
      "participation created",
      "tagging created",
      "tagging created",
    ]);
    expect(last[1]).toMatchObject({ id, action: { id: air.id, kind: "petition" } });
    expect(parseId((last[1] as { personId: string }).personId)).not.toBeNull();
  });

  it("that comes twice says nothing new of what it said, and a newer answer is an update", async () => {
    const { db, actions } = await makeFeed();
    const [air] = actions as [Action];
    const id = newId<ParticipationId>();
    const first = await rowOf("mei@example.org", NOW, {}, id);
    const again = await rowOf("mei@example.org", NOW + 5, { cm: "More", cs: 2 });
    // Signed and signed again before the drain came by: still one new participation.
    await storeParticipations(db, air.no, [], [first, again]);
    const from = (await currentCursor(db)) ?? "";
    const created = (await readAll(db, "0", 50)).all.filter(({ what }) => what === "participation");
    expect(words(created)).toEqual(
      ["participation created", "participation created"].slice(0, created.length),
    );
    expect(new Set(created.map(nameOf)).size).toBe(1);
    await storeParticipations(db, air.no, [], [first]);
    expect(words((await readAll(db, from, 50)).all)).toEqual(["person updated"]);
    await storeParticipations(db, air.no, [], [await rowOf("mei@example.org", NOW + 9)]);
    expect(words((await readAll(db, from, 50)).all).slice(1)).toEqual([
      "person updated",
      "participation updated",
    ]);
  });

  it("writes nothing for a group that nobody reads", async () => {
    const { group } = await makeGroup();
    const db = dbFor(env, group);
    await storeParticipations(db, 1, [], [await rowOf("mei@example.org", NOW)]);
    expect(await countRows(db)).toBe(0);
    expect(await currentCursor(db)).toBeNull();
    expect(await changesSince(db, null, 10)).toEqual({ is: "gone" });
  });
});

describe("an import", () => {
  it("says of each person that they came", async () => {
    const { group, db, start } = await makeFeed();
    await work(group, await bring(group, "Email,First name\nana@example.org,Ana\nben@example.org,Ben\n"));
    const people = (await readAll(db, start, 50)).all.filter(({ what }) => what === "person");
    expect(people.filter(({ change }) => change === "created")).toHaveLength(2);
  });
});

describe("a place in the feed", () => {
  const touch = async (db: GroupDb, group: Group, nth: number) =>
    addPerson(contextOf(env, NOW), db, {
      ...{ email: `${group.no}-${nth}@example.org`, phone: null, details: {}, hash: null, by: 1 },
    });

  it("that is no longer kept, or of a database that was set back, is gone; what is none is wrong", async () => {
    const { group, db, start } = await makeFeed();
    for (let nth = 0; nth < 3; nth += 1) await touch(db, group, nth);
    const { end } = await readAll(db, start, 50);
    await db.d1
      .prepare("UPDATE changes SET at = at - ? WHERE group_no = ? AND change_no < ?")
      .bind(40 * DAY_MS, db.groupNo, Number(end))
      .run();
    await forgetOldChanges(contextOf());
    expect(await changesSince(db, start, 10)).toEqual({ is: "gone" });
    expect(await changesSince(db, end, 10)).toEqual({ is: "read", changes: [], next: end });
    // However old the newest is, the next number follows it.
    await forgetOldChanges(contextOf(env, Date.now() + 2 * CHANGES_KEPT_MS));
    await touch(db, group, 9);
    expect((await readAll(db, end, 10)).all).toHaveLength(1);
    // Where nothing may go it is not looked again.
    expect(await selectOldFeeds(db.d1, Number.MAX_SAFE_INTEGER, 1_000)).toContain(db.groupNo);
    await db.d1
      .prepare(
        "DELETE FROM changes WHERE group_no = ?1 AND change_no < (SELECT max(change_no) FROM changes WHERE group_no = ?1)",
      )
      .bind(db.groupNo)
      .run();
    expect(await selectOldFeeds(db.d1, Number.MAX_SAFE_INTEGER, 1_000)).not.toContain(db.groupNo);
    expect(await changesSince(db, String(Number(end) + 100), 10)).toEqual({ is: "gone" });
    // More of a batch than any has is no place, and nothing is read for it.
    for (const text of ["", "x", "-1", "1-", "0-1001", "0-999999", "1;DROP", "9".repeat(40), "1-2-3", "0x1"])
      expect(await changesSince(db, text, 10)).toEqual({ is: "wrong" });
  });

  it("of another group says nothing of it", async () => {
    const [mine, other] = [await makeFeed(), await makeFeed()];
    await touch(mine.db, mine.group, 1);
    expect((await readAll(other.db, other.start, 50)).all).toEqual([]);
  });

  it("holds nothing of a person but numbers", async () => {
    const { db, actions } = await makeFeed();
    await storeParticipations(db, (actions[0] as Action).no, [], [await rowOf("secret@example.org", NOW)]);
    const { results } = await db.d1
      .prepare("SELECT * FROM changes WHERE group_no = ?")
      .bind(db.groupNo)
      .all();
    expect(JSON.stringify(results)).not.toMatch(/secret|example/);
  });
});

describe("GET /api/v2/changes", () => {
  const api = apiRoutes({ kinds: [], noteFailure: () => undefined });

  it("begins at now, gives what came since with links, goes on from next, and says when to walk again", async () => {
    const { group, db, actions, tagNos } = await makeFeed();
    const keyOf = () => createKey(contextOf(), group, { no: 1 }, { name: "Sync", access: "read" });
    // A key may ask four times a second.
    const keys = [await keyOf(), await keyOf()];
    let count = 0;
    const get = async (path: string) => {
      count += 1;
      const headers = { "OSDI-API-Token": keys[count % 2]?.secret ?? "" };
      const request = new Request(path, { headers });
      const response = await api.fetch(request, env, {
        waitUntil: () => undefined,
        passThroughOnException: () => undefined,
        props: {},
      } as unknown as ExecutionContext);
      return { status: response.status, body: (await response.json()) as Record<string, never> };
    };
    const base = "http://localhost:8787/api/v2";
    const first = (await get(`${base}/changes`)).body as unknown as Page;
    expect(first._embedded).toEqual({ "action_network:changes": [] });
    const [air] = actions as [Action];
    const id = newId<ParticipationId>();
    await storeParticipations(db, air.no, tagNos.slice(0, 1), [await rowOf("mei@example.org", NOW, {}, id)]);
    const read = (await get(first._links.next.href)).body as unknown as Page;
    const items = read._embedded["action_network:changes"];
    expect(items.map(({ resource, change }) => `${resource} ${change}`)).toEqual([
      "person created",
      "signature created",
      "tagging created",
    ]);
    expect(items[1]).toMatchObject({
      identifiers: [`action_network:${id}`],
      _links: {
        self: { href: `${base}/petitions/${air.id}/signatures/${id}` },
        "osdi:petition": { href: `${base}/petitions/${air.id}` },
      },
    });
    const last = (await get(read._links.next.href)).body as unknown as Page;
    expect(last._embedded["action_network:changes"]).toEqual([]);
    expect(last._links.next).toEqual(read._links.next);
    expect((await get(`${base}/changes?since=nonsense`)).status).toBe(400);
    expect(await get(`${base}/changes?since=9999`)).toMatchObject({
      status: 410,
      body: { error: expect.stringContaining("read the collections again") },
    });
  });
});

type Page = {
  _links: { next: { href: string } };
  _embedded: Record<"action_network:changes", { resource: string; change: string }[]>;
};
