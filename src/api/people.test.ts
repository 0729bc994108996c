import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { everybody } from "../audiences/audience";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { rowBody } from "../intake/drain";
import { storeParticipations } from "../intake/store";
import { createKey } from "../keys/key";
import { makeField } from "../people/custom-field";
import { findPerson, newestPeople } from "../people/edit";
import { changeSubscription } from "../people/person";
import { ensureTags, TAGS_MAX, tagPeople } from "../people/tag";
import { sha256 } from "../platform/crypto";
import { idToHex, newId, type ParticipationId } from "../platform/ids";
import { checked } from "./body";
import { readPerson } from "./people-reading";
import { personBody } from "./people-schema";
import { apiRoutes } from "./routes";

const api = apiRoutes({ kinds: [], noteFailure: () => undefined });

/** A document of the API, as far as these tests look into it. */
type Doc = {
  [key: string]: unknown;
  error?: string;
  identifiers: string[];
  custom_fields?: Record<string, string>;
  email_addresses: { address?: string; status: string }[];
  phone_numbers: { number?: string; status: string }[];
  postal_addresses: Record<string, unknown>[];
  _links: Record<string, { href: string }> & { next?: { href: string } };
  _embedded: Record<string, Doc[]>;
};

let group: Group;
/** Four requests of one key in a second are as many as there may be: each key is here as often as it may still ask. */
let keys: string[] = [];

async function keyOf(of: Group, access: "full" | "read" = "full"): Promise<string> {
  const key = await createKey(contextOf(), of, { no: 1 }, { name: "Sync", access });
  if (!key) throw new Error("no key");
  return key.secret;
}

/** Takes one of a key's four requests; those used up are forgotten, since a group has but so many that hold. */
async function freshKey(of: Group): Promise<string> {
  const spare = keys.pop();
  if (spare) return spare;
  await env.DIRECTORY.prepare("UPDATE api_keys SET revoked_at = 1 WHERE group_no = ? AND access = 'full'")
    .bind(of.no)
    .run();
  const key = await keyOf(of);
  keys.push(key, key, key);
  return key;
}

async function ask(
  path: string,
  init: RequestInit & { of?: Group; key?: string | null } = {},
): Promise<{ status: number; doc: Doc }> {
  const { of = group, key, ...rest } = init;
  const token = key === undefined ? await freshKey(of) : key;
  const url = path.startsWith("http") ? path : `http://localhost:8787/api/v2${path}`;
  const executionCtx = {
    waitUntil: (work: Promise<unknown>) => void behind.push(work),
    passThroughOnException: () => undefined,
    props: {},
  };
  const response = await api.fetch(
    new Request(url, { ...rest, headers: token === null ? {} : { "OSDI-API-Token": token } }),
    env as Env,
    executionCtx,
  );
  return { status: response.status, doc: await response.json() };
}
const behind: Promise<unknown>[] = [];

const send = (method: string, path: string, body: unknown, of?: Group) =>
  ask(path, { method, body: typeof body === "string" ? body : JSON.stringify(body), ...(of && { of }) });
const post = (path: string, body: unknown) => send("POST", path, body);
const put = (path: string, body: unknown) => send("PUT", path, body);

/** Signs somebody up; gives their document. */
async function signUp(person: object, more: object = {}): Promise<Doc> {
  const { status, doc } = await post("/people", { person, ...more });
  expect([status, doc.error]).toEqual([200, undefined]);
  return doc;
}
const withEmail = (address: string, more: object = {}) => ({ email_addresses: [{ address }], ...more });
const path = (doc: Doc) => doc._links.self?.href ?? "";
const idOf = (doc: Doc) => path(doc).split("/").at(-1) ?? "";
const address = () => `p-${crypto.randomUUID().slice(0, 8)}@example.org`;

/** Makes somebody who then turns out to be a person that is there. */
async function mergedInto(kept: Doc): Promise<{ person: string; id: string }> {
  const lost = await signUp(withEmail(address()));
  const db = dbFor(env, group);
  const [first, second] = await Promise.all([findPerson(db, idOf(kept)), findPerson(db, idOf(lost))]);
  const { mergePeople } = await import("../intake/erasure");
  await mergePeople(contextOf(), group, { kept: first?.no ?? 0, lost: second?.no ?? 0 }, []);
  return { person: idOf((await ask(path(lost))).doc), id: idOf(lost) };
}

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const { d1, groupNo } = dbFor(env, group);
  return (await d1.prepare(sql).bind(groupNo).all()).results;
}

// The first object that is called loads the whole worker, which takes as long as the machine is busy.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));

beforeEach(async () => {
  ({ group } = await makeGroup());
  keys = [];
});

describe("the entry point", () => {
  it("answers whoever asks, and only a key that holds sees tags", async () => {
    const mine = await ask("/");
    const none = await ask("/", { key: null });
    const bad = await ask("/", { key: `gs_${"x".repeat(40)}` });
    expect([mine.status, none.status, bad.status]).toEqual([200, 200, 200]);
    expect(mine.doc._links["osdi:tags"]?.href).toBe("http://localhost:8787/api/v2/tags");
    expect(mine.doc._links.self?.href).toMatch(/\/api\/v2\/$/);
    expect([none.doc, bad.doc].map(({ _links }) => _links["osdi:tags"])).toEqual([undefined, undefined]);
    expect(mine.doc).toMatchObject({ max_page_size: 25, osdi_version: "1.1.1", namespace: "action_network" });
  });
});

describe("a person", () => {
  it("has the shape clients rely on, and every link of theirs but participations' leads somewhere", async () => {
    const doc = await signUp(
      withEmail("Ada@Example.org", {
        given_name: "Ada",
        family_name: "Reyes",
        identifiers: ["my_crm:88"],
        phone_numbers: [{ number: "(202) 555-0123" }],
        postal_addresses: [
          {
            address_lines: ["1 Main St", "Flat 2"],
            locality: "Troy",
            region: "NY",
            postal_code: "12180",
            country: "us",
          },
        ],
        custom_fields: { employer: "Example Group", "I am a parent": true, shoes: 42 },
      }),
    );
    expect(doc).toMatchObject({
      identifiers: [`action_network:${idOf(doc)}`, "my_crm:88"],
      given_name: "Ada",
      family_name: "Reyes",
      languages_spoken: ["en"],
      email_addresses: [{ primary: true, address: "ada@example.org", status: "subscribed" }],
      phone_numbers: [
        { primary: true, number: "12025550123", number_type: "Mobile", status: "unsubscribed" },
      ],
      postal_addresses: [
        { primary: true, address_lines: ["1 Main St, Flat 2"], region: "NY", country: "US" },
      ],
      custom_fields: { employer: "Example Group", "I am a parent": "1", shoes: "42" },
    });
    expect(doc.created_date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(doc.modified_date).toBe(doc.created_date);
    expect(Object.keys(doc._links)).toEqual(
      expect.arrayContaining([
        "self",
        "osdi:signatures",
        "osdi:taggings",
        "action_network:responses",
        "curies",
      ]),
    );
    for (const rel of ["self", "osdi:taggings"])
      expect((await ask(doc._links[rel]?.href ?? "")).status).toBe(200);
    const again = await ask(`${path(doc)}/`);
    expect(again.doc).toEqual(doc);
    const list = await ask("/metadata/custom_fields");
    const fields = list.doc["action_network:custom_fields"] as { name: string; numeric_id: number }[];
    expect(fields.map(({ name }) => name)).toEqual(
      ["employer", "I am a parent", "shoes"].toSorted((a, b) => a.localeCompare(b)),
    );
    expect(Array.isArray(list.doc._links.self)).toBe(true);
  });

  it("known by phone alone or by email alone has one of each list all the same", async () => {
    const byPhone = await signUp({ phone_numbers: [{ number: "+33 6 12 34 56 78" }] });
    expect(byPhone.email_addresses).toEqual([{ primary: true, status: "unsubscribed" }]);
    expect(byPhone.phone_numbers).toMatchObject([{ number: "33612345678" }]);
    const byEmail = await signUp(withEmail(address()));
    expect(byEmail.phone_numbers).toEqual([{ primary: true, number_type: "Mobile", status: "unsubscribed" }]);
    expect(byEmail.postal_addresses).toHaveLength(1);
  });

  it("lies where its postal code does, also by the group's country, and nowhere where nobody knows", async () => {
    const at = async (said: object) =>
      (await signUp(withEmail(address(), { postal_addresses: [said] }))).postal_addresses[0]?.location;
    expect(await at({ postal_code: "12180", country: "US" })).toEqual({
      ...{ latitude: expect.closeTo(42.7, 0), longitude: expect.closeTo(-73.6, 0), accuracy: "Approximate" },
    });
    expect(await at({ postal_code: "00000", country: "US" })).toBeUndefined();
    expect(await at({ postal_code: "75001", country: "FR" })).toBeUndefined();
  });

  it("is found again by email, whatever its capitals, and what is not said stays", async () => {
    const first = await signUp(
      withEmail("lee@example.org", { given_name: "Lee", custom_fields: { a: "1", b: "2" } }),
    );
    const second = await signUp(
      withEmail(" LEE@example.org ", {
        family_name: "Sato",
        given_name: "",
        custom_fields: { b: null, c: "3" },
      }),
    );
    expect(idOf(second)).toBe(idOf(first));
    expect(second).toMatchObject({
      given_name: "Lee",
      family_name: "Sato",
      custom_fields: { a: "1", c: "3" },
    });
    expect(second.custom_fields).not.toHaveProperty("b");
    expect(await rows("SELECT person_no FROM people WHERE group_no = ?")).toHaveLength(1);
  });

  it.each([
    ["new", undefined, undefined, "subscribed"],
    ["new", undefined, "subscribed", "subscribed"],
    ["new", undefined, "unsubscribed", "unsubscribed"],
    ["new", undefined, "bouncing", "subscribed"],
    ["known", "subscribed", undefined, "subscribed"],
    ["known", "unsubscribed", undefined, "unsubscribed"],
    ["known", "unsubscribed", "subscribed", "subscribed"],
    ["known", "subscribed", "unsubscribed", "unsubscribed"],
    ["known", "unsubscribed", "spam complaint", "unsubscribed"],
  ])("%s (%s), told %s, is %s", async (_, before, said, after) => {
    const email = address();
    if (before) await signUp({ email_addresses: [{ address: email, status: before }] });
    const doc = await signUp({ email_addresses: [{ address: email, ...(said && { status: said }) }] });
    expect(doc.email_addresses[0]?.status).toBe(after);
  });

  it("who complained is not subscribed again by a program", async () => {
    const email = address();
    await signUp(withEmail(email));
    await dbFor(env, group)
      .d1.prepare("UPDATE people SET email_status = 4 WHERE group_no = ?")
      .bind(group.no)
      .run();
    for (const status of ["subscribed", "unsubscribed"]) {
      const doc = await signUp({ email_addresses: [{ address: email, status }] });
      expect(doc.email_addresses[0]?.status).toBe("spam complaint");
    }
    const change = { channel: "email", status: "unsubscribed", cause: "api", reason: "", by: null } as const;
    const db = dbFor(env, group);
    expect(await changeSubscription(db, 1, { ...change, at: Date.now() })).toBe(false);
    expect(await changeSubscription(db, 1, { ...change, cause: "page", at: Date.now() })).toBe(true);
  });

  it.each([
    ["DE", "+491701234567"],
    ["DE", "+12025550123"],
    ["US", "+4512345678"],
    ["IT", "+393912345678"],
    ["DK", "+4545123456"],
  ])("in %s with %s is found by the number their document shows, and keeps it", async (country, number) => {
    group = { ...group, country };
    await env.DIRECTORY.prepare("UPDATE groups SET country = ? WHERE group_no = ?")
      .bind(country, group.no)
      .run();
    const doc = await signUp({ phone_numbers: [{ number }] });
    const shown = doc.phone_numbers[0]?.number ?? "";
    expect([shown, doc.postal_addresses[0]?.country]).toEqual([number.slice(1), country]);
    expect(idOf(await signUp({ phone_numbers: [{ number: shown }] }))).toBe(idOf(doc));
    expect((await put(path(doc), doc)).doc.phone_numbers).toEqual(doc.phone_numbers);
    const found = await ask(`/people?filter=phone_number eq '${shown}'`);
    expect(found.doc._embedded["osdi:people"]?.map(idOf)).toEqual([idOf(doc)]);
    expect(await rows("SELECT phone FROM people WHERE group_no = ?")).toEqual([{ phone: number }]);
  });

  it("has mobile messages only where that was said", async () => {
    const number = "12025550111";
    const email = address();
    const silent = await signUp(withEmail(email, { phone_numbers: [{ number }] }));
    expect(silent.phone_numbers[0]?.status).toBe("unsubscribed");
    const yes = await signUp(withEmail(email, { phone_numbers: [{ number, status: "subscribed" }] }));
    expect(yes.phone_numbers[0]).toMatchObject({ number, status: "subscribed" });
    const still = await signUp(withEmail(email, { phone_numbers: [{ number }] }));
    expect(still.phone_numbers[0]?.status).toBe("subscribed");
  });

  it("takes a phone from somebody with an email, and becomes one with whoever is known by it alone", async () => {
    const number = "12025550199";
    const first = await signUp(withEmail(address(), { phone_numbers: [{ number }] }));
    const second = await signUp(withEmail(address(), { phone_numbers: [{ number }] }));
    expect(idOf(second)).not.toBe(idOf(first));
    expect(second.phone_numbers[0]?.number).toBe(number);
    expect((await ask(path(first))).doc.phone_numbers[0]?.number).toBeUndefined();

    const other = "12025550188";
    const alone = await signUp({ given_name: "Ola", phone_numbers: [{ number: other }] });
    const joined = await put(path(first), { phone_numbers: [{ number: other }] });
    expect(joined.doc).toMatchObject({ given_name: "Ola", phone_numbers: [{ number: other }] });
    expect(idOf((await ask(path(alone))).doc)).toBe(idOf(first));
    const email = address();
    const third = await signUp({ phone_numbers: [{ number: "12025550177" }] });
    expect(idOf(await signUp(withEmail(email, { phone_numbers: [{ number: "12025550177" }] })))).toBe(
      idOf(third),
    );
  });

  it("is made once by many at the same moment, and each is told of the same one", async () => {
    const email = address();
    const said = Array.from({ length: 8 }, (_, nth) =>
      signUp(withEmail(email, { custom_fields: { [`f${nth}`]: "x" } })),
    );
    const docs = await Promise.all(said);
    expect(new Set(docs.map(idOf)).size).toBe(1);
    const now = await ask(path(docs[0] as Doc));
    expect(Object.keys(now.doc.custom_fields ?? {})).toHaveLength(8);
  });

  it("who asked to be forgotten stays so", async () => {
    const email = address();
    const doc = await signUp(withEmail(email));
    const db = dbFor(env, group);
    const person = await findPerson(db, idOf(doc));
    const { erasePerson } = await import("../intake/erasure");
    await erasePerson(contextOf(), group, person?.no ?? 0, [], []);
    expect((await ask(path(doc))).doc.error).toBe(`Couldn't find person with id = ${idOf(doc)}`);
    const number = "12025550155";
    const other = await signUp({ identifiers: ["crm:5"], phone_numbers: [{ number }] });
    for (const more of [{}, { identifiers: ["crm:5"] }, { phone_numbers: [{ number }] }]) {
      const again = await post("/people", { person: withEmail(email, more) });
      expect([again.status, again.doc.error]).toEqual([400, expect.stringContaining("forget")]);
    }
    const changed = await put(path(other), withEmail(email, { given_name: "Ola" }));
    expect([changed.status, changed.doc.given_name]).toEqual([200, "Ola"]);
    expect(changed.doc.email_addresses[0]).not.toHaveProperty("address");
  });

  it("keeps what is said under a name much like another, and under two that begin alike", async () => {
    const long = "Which of the following topics would you like to hear about";
    const email = address();
    await signUp(withEmail(email, { custom_fields: { "T-shirt size": "S", [`${long} first`]: "a" } }));
    const doc = await signUp(
      withEmail(email, { custom_fields: { "T shirt size": "M", [`${long} second`]: "b" } }),
    );
    expect(doc.custom_fields).toEqual({
      "T-shirt size": "M",
      [`${long} first`]: "a",
      [`${long} second`]: "b",
    });
  });

  it("has a later modified date for an address, and for a value taken away", async () => {
    const doc = await signUp(withEmail(address(), { custom_fields: { a: "1" } }));
    const { d1, groupNo } = dbFor(env, group);
    const age = () =>
      d1.batch(
        [
          "UPDATE people SET created_at = 1000, email_status_at = 1000, phone_at = 1000 WHERE group_no = ?",
          "UPDATE field_values SET acted_at = 1000 WHERE group_no = ?",
          "UPDATE person_edits SET edited_at = 1000 WHERE group_no = ?",
        ].map((sql) => d1.prepare(sql).bind(groupNo)),
      );
    for (const change of [
      withEmail(address()),
      { phone_numbers: [{ number: "12025550144" }] },
      { custom_fields: { a: null } },
    ]) {
      await age();
      expect((await ask(path(doc))).doc.modified_date).toBe("1970-01-01T00:00:01Z");
      expect(
        new Date(String((await put(path(doc), change)).doc.modified_date)).getFullYear(),
      ).toBeGreaterThan(2000);
      const { doc: found } = await ask("/people?filter=modified_date gt '2000-01-01'");
      expect(found._embedded["osdi:people"]?.map(idOf)).toEqual([idOf(doc)]);
    }
  });

  it("keeps names of other systems, which find it, move with a merge and are nobody else's", async () => {
    const first = await signUp(
      withEmail(address(), { identifiers: ["crm:1", "no colon", "action_network:x"] }),
    );
    const second = await signUp(withEmail(address(), { identifiers: ["crm:2"] }));
    expect(first.identifiers).toEqual([`action_network:${idOf(first)}`, "crm:1"]);
    const byName = await signUp({ given_name: "Named", identifiers: ["crm:1"] });
    expect([idOf(byName), byName.given_name]).toEqual([idOf(first), "Named"]);
    const taken = await put(path(second), { given_name: "Not", identifiers: ["crm:1"] });
    expect([taken.status, taken.doc.error]).toEqual([400, expect.stringContaining("crm:1")]);
    expect((await ask(path(second))).doc.given_name).toBeUndefined();
    const added = await put(path(second), { identifiers: ["erp:9"] });
    expect(added.doc.identifiers.slice(1)).toEqual(["crm:2", "erp:9"]);
    const { mergePeople } = await import("../intake/erasure");
    const db = dbFor(env, group);
    const [kept, lost] = await Promise.all([findPerson(db, idOf(first)), findPerson(db, idOf(second))]);
    await mergePeople(contextOf(), group, { kept: kept?.no ?? 0, lost: lost?.no ?? 0 }, []);
    const found = await ask(`/people?filter=${encodeURIComponent("identifier eq 'erp:9'")}`);
    expect(found.doc._embedded["osdi:people"]?.map(idOf)).toEqual([idOf(first)]);
    const { erasePerson } = await import("../intake/erasure");
    await erasePerson(contextOf(), group, kept?.no ?? 0, [], []);
    expect(await rows("SELECT * FROM foreign_ids WHERE group_no = ?")).toEqual([]);
  });

  it("has what a program changed in their history", async () => {
    const doc = await signUp(withEmail("old@example.org", { given_name: "Ada" }));
    await put(path(doc), { given_name: "Ana", email_addresses: [{ address: "new@example.org" }] });
    const edits = await rows(
      "SELECT act, account_no AS by, changes FROM person_edits WHERE group_no = ? ORDER BY edited_at, id",
    );
    expect(edits.map(({ act, by }) => [act, by])).toEqual([
      ["api", null],
      ["api", null],
    ]);
    expect(JSON.parse(String(edits[1]?.changes))).toEqual([
      { name: "email", from: "old@example.org", to: "new@example.org" },
      { name: "givenName", from: "Ada", to: "Ana" },
    ]);
    expect(await rows("SELECT cause, status FROM subscription_changes WHERE group_no = ?")).toEqual([
      { cause: "api", status: 1 },
    ]);
  });
});

describe("a PUT of a person", () => {
  it("of the whole document changes nothing, as they are known in every state", async () => {
    await makeField(dbFor(env, group), { label: "Comes", type: "yesno" }, 1);
    const docs = [
      await signUp(withEmail(address())),
      await signUp({ phone_numbers: [{ number: "12025550166", status: "subscribed" }] }),
      await signUp(
        withEmail(address(), {
          given_name: "Zoë",
          languages_spoken: ["fr"],
          postal_addresses: [{ address_lines: ["12 rue X", "B"], postal_code: "75001", country: "FR" }],
          custom_fields: { Comes: "1", note: "two\nlines", shirt: "Medium" },
          identifiers: ["crm:7"],
        }),
      ),
    ];
    await dbFor(env, group)
      .d1.prepare("UPDATE people SET email_status = 3 WHERE group_no = ? AND person_no = 3")
      .bind(group.no)
      .run();
    // A field that has become another: what it holds does not fit it any more.
    await dbFor(env, group)
      .d1.prepare("UPDATE custom_fields SET type = 'number' WHERE group_no = ? AND label = 'shirt'")
      .bind(group.no)
      .run();
    const all = async () =>
      JSON.stringify([
        await rows("SELECT * FROM people WHERE group_no = ?"),
        await rows("SELECT * FROM field_values WHERE group_no = ?"),
        await rows("SELECT * FROM person_edits WHERE group_no = ?"),
        await rows("SELECT * FROM subscription_changes WHERE group_no = ?"),
        await rows("SELECT * FROM identities WHERE group_no = ?"),
      ]);
    const before = await all();
    for (const doc of docs) {
      const now = await ask(path(doc));
      const back = await put(path(doc), now.doc);
      expect([back.status, back.doc]).toEqual([200, now.doc]);
    }
    expect(await all()).toBe(before);
  });

  it("who said nothing of mails yet unsubscribes when that alone is said", async () => {
    const doc = await signUp(withEmail(address(), { phone_numbers: [{ number: "12025550133" }] }));
    await dbFor(env, group)
      .d1.prepare("UPDATE people SET email_status = 0, email_status_at = NULL WHERE group_no = ?")
      .bind(group.no)
      .run();
    const statuses = () =>
      rows("SELECT email_status AS email, mobile_status AS mobile FROM people WHERE group_no = ?");
    await put(path(doc), (await ask(path(doc))).doc);
    expect(await statuses()).toEqual([{ email: 0, mobile: 0 }]);
    await put(path(doc), { email_addresses: [{ status: "unsubscribed" }] });
    await put(path(doc), { phone_numbers: [{ status: "unsubscribed" }] });
    expect(await statuses()).toEqual([{ email: 2, mobile: 2 }]);
  });

  it("changes what it says, clears with null, and drops an address that is another's", async () => {
    const other = await signUp(withEmail("taken@example.org"));
    const doc = await signUp(withEmail("mine@example.org", { given_name: "A", family_name: "B" }));
    const changed = await put(path(doc), {
      given_name: null,
      family_name: "C",
      email_addresses: [{ address: "taken@example.org", status: "unsubscribed" }],
      add_tags: ["x"],
    });
    expect(changed.status).toBe(200);
    expect(changed.doc).toMatchObject({
      family_name: "C",
      email_addresses: [{ address: "mine@example.org", status: "unsubscribed" }],
    });
    expect(changed.doc).not.toHaveProperty("given_name");
    expect((await ask(path(other))).doc.email_addresses[0]).toMatchObject({ status: "subscribed" });
    const moved = await send("POST", path(doc), { email_addresses: [{ address: "free@example.org" }] });
    expect(moved.doc.email_addresses[0]).toMatchObject({
      address: "free@example.org",
      status: "unsubscribed",
    });
    expect(idOf(await signUp(withEmail("mine@example.org")))).toBe(idOf(doc));
    const off = await put(path(doc), { phone_numbers: [{ status: "subscribed" }] });
    expect(off.doc.phone_numbers[0]?.status).toBe("unsubscribed");
  });
});

describe("the collection of people", () => {
  async function many(count: number): Promise<void> {
    const { d1, groupNo } = dbFor(env, group);
    await d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO people (group_no, person_no, id, email, given_name, family_name, region, postal_code, created_at)
         SELECT ?1, i, unhex('0190000000007000' || printf('8%015x', i)), 'n' || i || '@example.org', 'G' || (i % 7), 'F' || (i % 5), iif(i % 2, 'NY', 'ON'), printf('%05d', i), i * 1000 FROM n`,
      )
      .bind(groupNo, count)
      .run();
    await d1
      .prepare(
        "INSERT INTO identities (group_no, kind, value, person_no, acted_at) SELECT group_no, 1, email, person_no, 1 FROM people WHERE group_no = ?",
      )
      .bind(groupNo)
      .run();
  }

  it("is walked by next, each person once, without totals, to an empty page without next; numbers of pages work too", async () => {
    await many(60);
    const seen: string[] = [];
    const pages: number[] = [];
    let next: string | undefined = "/people";
    while (next) {
      const { doc }: { doc: Doc } = await ask(next);
      const items = doc._embedded["osdi:people"] ?? [];
      expect(Object.keys(doc._embedded)).toEqual(["osdi:people"]);
      expect(doc).not.toHaveProperty("total_pages");
      expect(doc).toMatchObject({ page: pages.length + 1, per_page: 25 });
      expect((doc._links["osdi:people"] as unknown as { href: string }[]).map(({ href }) => href)).toEqual(
        items.map(path),
      );
      seen.push(...items.map(idOf));
      pages.push(items.length);
      next = doc._links.next?.href;
    }
    expect(pages).toEqual([25, 25, 10, 0]);
    expect(new Set(seen).size).toBe(60);
    const third = await ask("/people?page=3&per_page=100");
    expect(third.doc._embedded["osdi:people"]?.map(idOf)).toEqual(seen.slice(50));
    const ten = await ask("/people/?page=2&per_page=10&limit=3");
    expect(ten.doc._embedded["osdi:people"]?.map(idOf)).toEqual(seen.slice(10, 20));
    expect((await ask("/people?page=99")).doc._embedded["osdi:people"]).toEqual([]);
  });

  it("reads a page of as many rows wherever it is in a walk", async () => {
    await many(3_000);
    const { d1, groupNo } = dbFor(env, group);
    const read: number[] = [];
    const counting = {
      ...d1,
      prepare: (sql: string) => {
        const statement = d1.prepare(sql);
        return {
          bind: (...values: unknown[]) => ({
            all: async () => {
              const result = await statement.bind(...values).all();
              read.push(result.meta.rows_read);
              return result;
            },
          }),
        };
      },
    } as unknown as D1Database;
    for (const before of [3_001, 1_500, 30])
      await newestPeople({ d1: counting, groupNo, db: dbFor(env, group).db }, before, 25);
    expect(Math.max(...read) - Math.min(...read)).toBeLessThanOrEqual(1);
    expect(Math.max(...read)).toBeLessThan(90);
  });

  it.each([
    ["email_address eq 'n7@example.org'", [7]],
    ["email eq 'N7@EXAMPLE.ORG'", [7]],
    ["email_address eq n7@example.org", [7]],
    ["family_name eq 'f2' and given_name eq 'g3'", [52, 17]],
    ["region eq 'on' and created_date lt '1970-01-01T00:00:07Z'", [6, 4, 2]],
    ["created_date gt '1970-01-01T00:00:58Z'", [60, 59]],
    ["created_date gt 1970-01-01T00:00:59Z", [60]],
    ["modified_date gt '1970-01-01 00:00:59'", [60]],
    ["modified_date lt '1970-01-01T00:00:02Z'", [1]],
    ["postal_code eq '00003'", [3]],
    ["(postal_code eq '00003' or email eq 'n9@example.org')", [9, 3]],
    ["email_address eq 'nobody'", []],
    ["phone_number eq '12025550100'", []],
    ["identifier eq 'crm:none'", []],
    ["identifier eq 'action_network:not-an-id'", []],
    ["given_name eq 'G1'' OR 1=1 --'", []],
    ["given_name eq \"G1' OR '1'='1\"", []],
    ["created_date gt '1970-01-01T00:00:58 00:00'", [60, 59]],
    ["created_date gt 1970-01-01T01:00:58 01:00 and created_date lt 1970-01-01 00:01:00", [59]],
  ])("%s", async (filter, expected) => {
    await many(60);
    const { status, doc } = await ask(`/people?filter=${encodeURIComponent(filter)}`);
    expect([status, doc.error]).toEqual([200, undefined]);
    const emails = doc._embedded["osdi:people"]?.map(({ email_addresses: [first] }) => first?.address);
    expect(emails).toEqual(expected.map((no) => `n${no}@example.org`));
  });

  it("walks a filter by next too, and refuses one it cannot read", async () => {
    await many(60);
    const first = await ask("/people?filter=region%20eq%20'NY'");
    const second = await ask(first.doc._links.next?.href ?? "");
    const third = await ask(second.doc._links.next?.href ?? "");
    expect([first, second, third].map(({ doc }) => doc._embedded["osdi:people"]?.length)).toEqual([25, 5, 0]);
    for (const filter of ["nonsense", "shoe_size eq '3'", "given_name eq 'a", "given_name near 'a'"]) {
      const { status, doc } = await ask(`/people?filter=${encodeURIComponent(filter)}`);
      expect([status, typeof doc.error]).toEqual([400, "string"]);
    }
    const undated = await ask("/people?filter=modified_date gt 'yesterday'");
    expect([undated.status, undated.doc.error]).toEqual([400, "modified_date: 'yesterday' is no date"]);
    for (const filter of ["", "None"]) expect((await ask(`/people?filter=${filter}`)).status).toBe(200);
  });

  it("has moved whoever acted to a later modified date", async () => {
    const petition = await makePetition(group, { slug: "air" });
    const id = newId<ParticipationId>();
    const said = {
      e: "acts@example.org",
      la: "en",
      co: 1,
      w: "0".repeat(16),
      nm: 1,
      o: { givenName: "Act" },
    };
    const identity = (await sha256(said.e)).slice(0, 16);
    await storeParticipations(
      dbFor(env, group),
      petition.no,
      [],
      [rowBody(JSON.stringify(said), idToHex(id), Date.UTC(2031, 0, 1), identity, 0, false)],
    );
    const { doc } = await ask("/people?filter=modified_date%20gt%20'2030-12-31'");
    expect(doc._embedded["osdi:people"]?.map(({ modified_date }) => modified_date)).toEqual([
      "2031-01-01T00:00:00Z",
    ]);
  });
});

describe("tags, taggings and lists", () => {
  it("are made, given, walked and taken away, by ids only this group has", async () => {
    const made = await post("/tags", { name: "Volunteer" });
    expect(idOf((await post("/tags", { name: "volunteer" })).doc)).toBe(idOf(made.doc));
    expect((await ask(path(made.doc))).doc).toEqual(made.doc);
    const person = await signUp(withEmail(address()), { add_tags: ["VOLUNTEER", "unknown"] });
    expect((await ask("/tags")).doc._embedded["osdi:tags"]?.map(({ name }) => name)).toEqual(["Volunteer"]);
    const taggings = await ask(made.doc._links["osdi:taggings"]?.href ?? "");
    expect(taggings.doc).toMatchObject({ total_records: 1, total_pages: 1, page: 1 });
    const [tagging] = taggings.doc._embedded["osdi:taggings"] ?? [];
    if (!tagging) throw new Error("no tagging");
    expect(tagging.item_type).toBe("osdi:person");
    for (const rel of ["self", "osdi:tag", "osdi:person"])
      expect((await ask(tagging._links[rel]?.href ?? "")).status).toBe(200);
    const own = await ask(`${path(person)}/taggings`);
    expect(own.doc._embedded["osdi:taggings"]?.map(idOf)).toEqual([idOf(tagging)]);
    expect((await ask(`${path(person)}/taggings/${idOf(tagging)}`)).status).toBe(200);
    const link = {
      _links: { "osdi:person": { href: `https://actionnetwork.org/api/v2/people/${idOf(person)}` } },
    };
    const repeated = await post(`${path(made.doc)}/taggings`, link);
    expect([repeated.status, idOf(repeated.doc)]).toEqual([200, idOf(tagging)]);
    const { person: lost, id: lostId } = await mergedInto(person);
    expect(lost).toBe(idOf(person));
    const ofLost = await post(`${path(made.doc)}/taggings`, {
      _links: { "osdi:person": { href: `/people/${lostId}` } },
    });
    expect([ofLost.status, idOf(ofLost.doc)]).toEqual([200, idOf(tagging)]);
    const gone = await ask(path(tagging), { method: "DELETE" });
    expect(gone.doc).toEqual({ notice: "This tagging was successfully deleted." });
    expect((await ask(path(tagging))).status).toBe(404);
    const wrong = await post(`${path(made.doc)}/taggings`, {
      _links: { "osdi:person": { href: "/people/none" } },
    });
    expect([wrong.status, wrong.doc.error]).toEqual([400, "You must specify a valid person id"]);
    const removed = await signUp(withEmail(person.email_addresses[0]?.address ?? ""), {
      remove_tags: ["Volunteer"],
    });
    expect(idOf(removed)).toBe(idOf(person));
  });

  it("of a group that has as many as it may are found by their names, and no new one is made", async () => {
    await ensureTags(dbFor(env, group), ["Volunteer"], 1);
    const { d1, groupNo } = dbFor(env, group);
    await d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO tags (group_no, tag_no, name, name_key, created_at) SELECT ?1, i, 't' || i, 't' || i, 1 FROM n`,
      )
      .bind(groupNo, TAGS_MAX)
      .run();
    expect((await post("/tags", { name: "VOLUNTEER" })).doc).toMatchObject({ name: "Volunteer" });
    expect((await post("/tags", { name: "One more" })).status).toBe(400);
  });

  it("walks three pages of taggings with right totals", async () => {
    const db = dbFor(env, group);
    const [tagNo = 0] = await ensureTags(db, ["many"], 1);
    await db.d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 55)
         INSERT INTO people (group_no, person_no, id, created_at) SELECT ?1, i, unhex('0190000000007000' || printf('8%015x', i)), 1 FROM n`,
      )
      .bind(group.no)
      .run();
    await tagPeople(
      db,
      tagNo,
      Array.from({ length: 55 }, (_, i) => i + 1),
      5_000,
    );
    const tag = (await ask("/tags")).doc._embedded["osdi:tags"]?.[0] as Doc;
    const seen = new Set<string>();
    let next: string | undefined = tag._links["osdi:taggings"]?.href;
    for (let page = 1; next; page += 1) {
      const { doc }: { doc: Doc } = await ask(next);
      expect(doc).toMatchObject({ page, per_page: 25, total_pages: 3, total_records: 55 });
      expect(Object.keys(doc._links).includes("next")).toBe(page < 3);
      expect(Object.keys(doc._links).includes("previous")).toBe(page > 1);
      for (const item of doc._embedded["osdi:taggings"] ?? []) seen.add(idOf(item));
      next = doc._links.next?.href;
    }
    expect(seen.size).toBe(55);
    expect([...seen].every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/.test(id))).toBe(true);
  });

  it("hold people another system names, and never make one", async () => {
    const [one, two] = [await signUp(withEmail(address())), await signUp(withEmail(address()))];
    const made = await post("/unique_id_lists", {
      name: "Canvass",
      unique_ids: [idOf(one), `action_network:${idOf(two)}`, crypto.randomUUID(), "x"],
    });
    expect(made.doc).toMatchObject({ name: "Canvass", count: 2 });
    expect(made.doc).not.toHaveProperty("unique_ids");
    const whole = await put(path(made.doc), made.doc);
    expect(whole.doc).toEqual(made.doc);
    expect((await put(path(made.doc), { unique_ids: [idOf(two)] })).doc).toMatchObject({
      name: "Canvass",
      count: 1,
    });
    const { id: lost } = await mergedInto(one);
    const merged = await put(path(made.doc), { unique_ids: [lost, idOf(one), idOf(two), idOf(two)] });
    expect(merged.doc.count).toBe(2);
    await put(path(made.doc), { unique_ids: [lost] });
    expect((await ask("/unique_id_lists")).doc).toMatchObject({
      total_records: 1,
      _embedded: { "action_network:unique_id_lists": [{ count: 1 }] },
    });
    expect((await post("/unique_id_lists", {})).status).toBe(400);
    expect(await rows("SELECT person_no AS no FROM unique_id_people WHERE group_no = ?")).toEqual([
      { no: 1 },
    ]);
    expect(await rows("SELECT person_no FROM people WHERE group_no = ?")).toHaveLength(3);
  });

  it("are whom a mailing reached, and saved audiences are queries", async () => {
    const person = await signUp(withEmail(address()));
    const { d1 } = dbFor(env, group);
    await d1.batch([
      d1
        .prepare(
          `INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at, settings)
           VALUES (?1, 1, unhex(?2), 'News', 'sent', 1, 1000, 1000, 2000, '{}'), (?1, 2, unhex(?3), 'Draft', 'draft', 1, 1000, 1000, NULL, '{}')`,
        )
        .bind(group.no, idToHex(newId()), idToHex(newId())),
      d1
        .prepare(
          "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, at_s) VALUES (?1, 1, 1, 3, 2), (?1, 1, 9, 4, 2)",
        )
        .bind(group.no),
      d1
        .prepare(
          `INSERT INTO audiences (group_no, audience_no, id, name, description, tree, is_shared, version, created_by, created_at, updated_by, updated_at)
           VALUES (?1, 1, unhex(?3), 'Everybody', '', ?2, 1, 1, 1, 1000, 1, 1000)`,
        )
        .bind(group.no, JSON.stringify(everybody), idToHex(newId())),
    ]);
    const lists = await ask("/lists");
    expect(lists.doc._embedded["osdi:lists"]).toMatchObject([{ title: "News", description: "Email" }]);
    const [list] = lists.doc._embedded["osdi:lists"] ?? [];
    const items = await ask(list?._links["osdi:items"]?.href ?? "");
    expect([items.status, items.doc.error]).toEqual([200, undefined]);
    expect(items.doc).not.toHaveProperty("total_records");
    const [item] = items.doc._embedded["osdi:items"] ?? [];
    expect(item).toMatchObject({ "action_network:person_id": idOf(person), item_type: "osdi:person" });
    for (const rel of ["self", "osdi:list", "osdi:person"])
      expect((await ask(item?._links[rel]?.href ?? "")).status).toBe(200);
    const queries = await ask("/queries");
    expect([queries.status, queries.doc.error]).toEqual([200, undefined]);
    const [query] = queries.doc._embedded["osdi:queries"] ?? [];
    expect(query?.name).toBe("Everybody");
    expect((await ask(path(query as Doc))).doc).toMatchObject({ name: "Everybody" });
    await d1.prepare("UPDATE audiences SET is_shared = 0 WHERE group_no = ?").bind(group.no).run();
    expect((await ask(path(query as Doc))).status).toBe(404);
  });
});

describe("bad input", () => {
  const wrongs = [
    0,
    "text",
    true,
    null,
    [],
    {},
    [0],
    ["x"],
    [null],
    { a: { b: {} } },
    "\u0000",
    "a".repeat(2_000),
  ];
  const full = {
    given_name: "A",
    family_name: "B",
    languages_spoken: ["en"],
    email_addresses: [{ primary: true, address: "a@example.org", status: "subscribed" }],
    phone_numbers: [{ primary: true, number: "12025550123", status: "subscribed" }],
    postal_addresses: [
      {
        primary: true,
        address_lines: ["1"],
        locality: "T",
        region: "NY",
        postal_code: "1",
        country: "US",
        language: "en",
      },
    ],
    custom_fields: { a: "1" },
    identifiers: ["a:1"],
  };

  /** Every copy of a value with one place in it replaced by each of the wrong ones. */
  function* spoiled(value: unknown): Generator<unknown> {
    yield* wrongs;
    if (Array.isArray(value)) {
      for (const [nth, inner] of value.entries())
        for (const wrong of spoiled(inner)) yield value.with(nth, wrong);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value))
        for (const wrong of spoiled(inner)) yield { ...value, [name]: wrong };
    }
  }

  it("at any place of a person is read or refused in words, and never breaks anything", async () => {
    expect(Object.keys(full).toSorted()).toEqual(Object.keys(personBody.shape).toSorted());
    let refused = 0;
    for (const person of spoiled(full)) {
      try {
        readPerson(checked(personBody, person), group);
      } catch (error) {
        expect(error).toMatchObject({
          name: "ApiError",
          status: 400,
          message: expect.stringMatching(/.{5}/),
        });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
    const doc = await signUp(withEmail(address()));
    for (const name of Object.keys(full)) {
      const values = ["\u0000\ud800", [null], { a: [] }];
      const told = await Promise.all(values.map((value) => put(path(doc), { [name]: value })));
      for (const { status } of told) expect([200, 400]).toContain(status);
    }
  });

  it("is answered with what is wrong, and changes nothing", async () => {
    const cases: [unknown, number, string][] = [
      ["{", 400, "not valid JSON"],
      ["[]", 400, "JSON object"],
      ["", 400, "person"],
      [{ person: {} }, 400, "email address or a phone"],
      [{ person: withEmail("not an address") }, 400, "email_addresses"],
      [{ person: { phone_numbers: [{ number: "12" }] } }, 400, "phone_numbers"],
      [{ person: withEmail("a@example.org", { given_name: "x".repeat(500) }) }, 400, "given_name"],
      [
        { person: withEmail("a@example.org", { postal_addresses: [{ country: "Atlantis" }] }) },
        400,
        "ISO 3166-1",
      ],
      [{ person: withEmail("a@example.org"), add_tags: "x" }, 400, "add_tags"],
    ];
    for (const [body, status, words] of cases) {
      const told = await post("/people", body);
      expect([told.status, told.doc.error]).toEqual([status, expect.stringContaining(words)]);
    }
    expect(await rows("SELECT * FROM people WHERE group_no = ?")).toEqual([]);
    const bare = await post("/people", withEmail("bare@example.org"));
    expect(bare.doc.email_addresses[0]?.address).toBe("bare@example.org");
  });

  it("of a reading key changes nothing, and of another group's ids finds nothing", async () => {
    const doc = await signUp(withEmail(address()));
    const tag = (await post("/tags", { name: "Mine" })).doc;
    const list = (await post("/unique_id_lists", { name: "Mine" })).doc;
    const reading = await keyOf(group, "read");
    expect((await ask("/people", { key: reading })).status).toBe(200);
    for (const [method, to] of [
      ["POST", "/people"],
      ["PUT", path(doc)],
      ["POST", "/tags"],
    ] as const)
      expect((await ask(to, { method, body: "{}", key: reading })).status).toBe(403);
    const other = await makeGroup();
    const mine = group;
    group = other.group;
    keys = [];
    for (const to of [path(doc), path(tag), `${path(tag)}/taggings`, path(list), `${path(doc)}/taggings`]) {
      expect((await ask(to)).status).toBe(404);
      expect((await ask(to, { method: "PUT", body: "{}" })).status).toBeGreaterThanOrEqual(404);
    }
    const cross = await post("/unique_id_lists", { name: "Theirs", unique_ids: [idOf(doc)] });
    expect(cross.doc.count).toBe(0);
    expect(
      (await ask(`/people?filter=identifier eq 'action_network:${idOf(doc)}'`)).doc._embedded["osdi:people"],
    ).toEqual([]);
    group = mine;
    await settled();
  });
});
