import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, call, clientOf, type Doc } from "../../test/api-client";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { close } from "../actions/publication";
import type { Action } from "../actions/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailSettings } from "../groups/types";
import { erasePerson, mergePeople } from "../intake/erasure";
import type { intakeStub } from "../intake/objects";
import { storeParticipations } from "../intake/store";
import { createKey } from "../keys/key";
import { unsubscribe } from "../people/person";
import { livePages } from "../people/source";
import { ensureTags, tagsOf } from "../people/tag";
import { type ActionId, idToHex, newId, parseId } from "../platform/ids";
import { unsettledReceipts } from "../receipts/store";
import { actionTypes, type ItemType } from "./action-types";
import { giftBody } from "./donations";
import { outreachBody } from "./outreaches";
import { common } from "./participation-body";
import { giveSaidTags, tagsSaid } from "./said-tags";
import { findOne } from "./store-actions";
import { forgetSubjects } from "./subject";

let group: Group;
let other: Group;
let petition: Action;
const client = () => clientOf(group);
const signatures = () => `/petitions/${petition.id}/signatures`;
/** Actions made by a client, by their path. */
const made: Record<string, Doc> = {};
const idOf = (doc: Doc): string => doc._links.self.href.split("/").at(-1);
const inline = (email: string, more: object = {}) => ({
  person: { email_addresses: [{ address: email }], ...more },
});

async function personOf(id: string) {
  const row = await dbFor(env, group)
    .d1.prepare("SELECT * FROM people WHERE group_no = ?1 AND id = unhex(?2)")
    .bind(group.no, id.replaceAll("-", ""))
    .first<Doc>();
  return row;
}

beforeAll(async () => {
  ({ group } = await makeGroup());
  ({ group: other } = await makeGroup({ shard: "SHARD_00" }));
  petition = await makePetition(group, { settings: { tags: ["Signer"] } });
  await ensureTags(dbFor(env, group), ["Volunteer", "Old"]);
  for (const { path, item } of actionTypes)
    if (item) made[path] = (await client().post(`/${path}`, { title: `A ${path}` })).body;
});

describe("a signature by helper", () => {
  it("is stored, read back at once and counted, and its person is new on the list", async () => {
    const { status, body } = await client().post(signatures(), {
      ...inline("ada@example.org", { given_name: "Ada", postal_addresses: [{ postal_code: "M4M 2T1" }] }),
      comments: "Yes",
      add_tags: ["volunteer", "None of this name"],
      "action_network:referrer_data": { source: "ads", website: "https://example.org/join?secret=1" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      comments: "Yes",
      "action_network:petition_id": petition.id,
      "action_network:referrer_data": { source: "ads", website: "https://example.org/join" },
    });
    expect(body.created_date).toBe(body.modified_date);
    expect((await client().get(`${signatures()}/${idOf(body)}`)).body).toEqual(body);
    const person = await personOf(body["action_network:person_id"]);
    expect(person).toMatchObject({
      given_name: "Ada",
      email_status: 1,
      email_status_cause: "api",
      language: null,
    });
    const tags = await tagsOf(dbFor(env, group), person?.person_no);
    expect(tags.map(({ name }) => name)).toEqual(["Signer", "Volunteer"]);
    expect((await client().get(`/petitions/${petition.id}`)).body.total_signatures).toBe(1);
  });

  it("comes again as the same one, with what is new and without losing what is not said", async () => {
    const [first] = (await client().get(signatures())).body._embedded["osdi:signatures"];
    const { body } = await client().post(signatures(), {
      ...inline("ADA@example.org"),
      remove_tags: ["Volunteer"],
    });
    expect(body).toMatchObject({
      identifiers: first.identifiers,
      comments: "Yes",
      created_date: first.created_date,
    });
    const row = await dbFor(env, group)
      .d1.prepare("SELECT answer FROM participations WHERE group_no = ?1 AND action_no = ?2")
      .bind(group.no, petition.no)
      .first<{ answer: string }>();
    expect(JSON.parse(row?.answer ?? "")).toMatchObject({ givenName: "Ada", postalCode: "M4M 2T1", api: 1 });
    expect((await client().get(`/petitions/${petition.id}`)).body.total_signatures).toBe(1);
  });

  it("puts nobody back on the list who left it, unless that is said", async () => {
    const { body } = await client().post(signatures(), inline("left@example.org"));
    const id = body["action_network:person_id"];
    await unsubscribe(dbFor(env, group), (await personOf(id))?.person_no, "page", Date.now());
    await client().post(signatures(), inline("left@example.org", { given_name: "Lee" }));
    expect(await personOf(id)).toMatchObject({ email_status: 2, given_name: "Lee" });
    const back = { person: { email_addresses: [{ address: "left@example.org", status: "subscribed" }] } };
    await client().post(signatures(), back);
    expect(await personOf(id)).toMatchObject({ email_status: 1 });
    const leaving = {
      person: { email_addresses: [{ address: "left@example.org", status: "unsubscribed" }] },
    };
    await client().post(signatures(), leaving);
    expect(await personOf(id)).toMatchObject({ email_status: 1 });
  });

  it("may be somebody's with a phone alone, who can act again", async () => {
    const person = { person: { phone_numbers: [{ number: "4165550123" }], given_name: "Fay" } };
    const { body, status } = await client().post(signatures(), person);
    expect(status).toBe(200);
    const again = await client().post(signatures(), person);
    expect(again.body.identifiers).toEqual(body.identifiers);
    const form = `/forms/${idOf(made.forms)}/submissions`;
    const next = await client().post(form, person);
    expect(next.body["action_network:person_id"]).toBe(body["action_network:person_id"]);
    expect(await personOf(body["action_network:person_id"])).toMatchObject({
      email: null,
      phone: "+14165550123",
    });
  });

  it("writes custom fields and other systems' names of the person and of itself", async () => {
    const { body } = await client().post(signatures(), {
      ...inline("bo@example.org", { identifiers: ["crm:7"], custom_fields: { "I drive": true, Age: 41 } }),
      identifiers: ["sheet:3"],
    });
    expect(body.identifiers).toEqual([`action_network:${idOf(body)}`, "sheet:3"]);
    const person = (await client().get(body._links["osdi:person"].href)).body;
    expect(person.custom_fields).toEqual({ "I drive": "1", Age: "41" });
    expect(person.identifiers).toContain("crm:7");
    const again = await client().post(signatures(), {
      ...inline("somebody@example.org"),
      identifiers: ["sheet:3"],
      comments: "Now",
    });
    expect(again.body).toMatchObject({ identifiers: body.identifiers, comments: "Now" });
  });

  it("takes a day in the past, and no other", async () => {
    const past = await client().post(signatures(), {
      ...inline("cy@example.org"),
      created_date: "2020-02-03T04:05:06Z",
    });
    expect(past.body.created_date).toBe("2020-02-03T04:05:06Z");
    const future = await client().post(signatures(), {
      ...inline("di@example.org"),
      created_date: "2099-01-01",
    });
    expect(future.body.created_date < "2099").toBe(true);
  });

  it("mails nobody unless it is asked to", async () => {
    await client().post(signatures(), {
      ...inline("ed@example.org"),
      triggers: { autoresponse: { enabled: true } },
    });
    const waiting = await unsettledReceipts(dbFor(env, group), petition.no, "0".repeat(32), "f".repeat(32));
    const emails = await Promise.all(
      waiting.map(async ({ personNo }) =>
        dbFor(env, group)
          .d1.prepare("SELECT email FROM people WHERE group_no = ?1 AND person_no = ?2")
          .bind(group.no, personNo)
          .first("email"),
      ),
    );
    expect(emails).toEqual(["ed@example.org"]);
  });
});

describe("a plain POST", () => {
  it("names somebody known by any host's link, once", async () => {
    const [first] = (await client().get(signatures())).body._embedded["osdi:signatures"];
    const person = first["action_network:person_id"];
    const link = { "osdi:person": { href: `https://actionnetwork.org/api/v2/people/${person}` } };
    const form = `/forms/${idOf(made.forms)}/submissions`;
    const one = await client().post(form, { _links: link });
    expect(one).toMatchObject({ status: 200, body: { "action_network:person_id": person } });
    expect((await client().post(form, { _links: link })).body.identifiers).toEqual(one.body.identifiers);
  });

  it.each([{}, { _links: { "osdi:person": { href: "x" } } }, { _links: "x" }])(
    "needs a person: %j",
    async (body) => {
      expect(await client().post(signatures(), body)).toMatchObject({
        status: 400,
        body: { error: "You must specify a valid person id" },
      });
    },
  );
});

const ways: [ItemType["path"], object][] = [
  ["signatures", { comments: "Hello" }],
  ["submissions", {}],
  ["responses", {}],
  ["attendances", {}],
  [
    "donations",
    {
      recipients: [
        { display_name: "Fund", amount: "20.01" },
        { display_name: "Else", amount: 5 },
      ],
    },
  ],
  [
    "outreaches",
    {
      subject: "Air",
      message: "Please",
      targets: [{ given_name: "Helen", family_name: "Brandt", ocdid: "ocd-division/country:ca" }],
    },
  ],
];
const typeOf = (path: string) => actionTypes.find(({ item }) => item?.path === path);
const pathOf = (items: string) => {
  const path = typeOf(items)?.path ?? "";
  return `/${path}/${idOf(made[path])}/${items}`;
};

describe.each(ways)("%s", (items, said) => {
  it("are made at a client's action, found under both parents, and come back whole without a change", async () => {
    const path = pathOf(items);
    const { body, status } = await client().post(path, { ...said, ...inline("kim@example.org") });
    expect(status).toBe(200);
    expect(body).toMatchObject(items === "donations" || items === "signatures" ? {} : said);
    expect((await client().get(`${path}/${idOf(body)}`)).body).toEqual(body);
    const person = body["action_network:person_id"];
    expect((await client().get(`/people/${person}/${items}/${idOf(body)}`)).body).toEqual(body);
    const theirs = await client().get(`/people/${person}/${items}`);
    expect(theirs.body).toMatchObject({ total_records: 1, page: 1 });
    expect((await client().put(`${path}/${idOf(body)}`, body)).body).toEqual(body);
    expect(
      (await client().get(`${path}?filter=${encodeURIComponent(`identifier eq '${body.identifiers[0]}'`)}`))
        .body.total_records,
    ).toBe(1);
  });

  it("are counted once or each time, as their kind is", async () => {
    const path = pathOf(items);
    const before = (await client().get(path)).body.total_records;
    const twice = { ...said, ...inline("twice@example.org") };
    const one = await client().post(path, twice);
    const two = await client().post(path, twice);
    const isOnce = typeOf(items)?.item?.isOnce;
    expect(idOf(one.body) === idOf(two.body)).toBe(isOnce);
    const { body } = await client().get(path);
    const total = before + (isOnce ? 1 : 2);
    expect(body.total_records).toBe(total);
    expect(body._embedded[typeOf(items)?.item?.rel ?? ""]).toHaveLength(total);
    const type = typeOf(items);
    const action = await client().get(`/${type?.path}/${idOf(made[type?.path ?? ""])}`);
    expect(action.body[type?.total ?? ""]).toBe(total);
  });

  it("are nobody else's, and no other path's", async () => {
    const [row] = (await client().get(pathOf(items))).body._embedded[typeOf(items)?.item?.rel ?? ""];
    const foreign = clientOf(other);
    const theirs = await makePetition(other);
    for (const answered of [
      await foreign.get(pathOf(items)),
      await foreign.post(pathOf(items), { ...said, ...inline("x@example.org") }),
      await foreign.get(`/petitions/${theirs.id}/signatures/${idOf(row)}`),
      await foreign.get(`/people/${row["action_network:person_id"]}/${items}`),
      await client().get(`/petitions/${petition.id}/signatures/${idOf(row)}`),
    ])
      expect(answered.status).toBe(404);
  });
});

describe("gifts", () => {
  it("add up, keep their parts, and are listed for the group", async () => {
    const path = pathOf("donations");
    const { body } = await client().post(path, {
      ...inline("gift@example.org"),
      ...{
        recipients: [{ display_name: "Fund", amount: "6.67" }],
        currency: "usd",
        created_date: "2019-01-02T03:04:05Z",
      },
      "action_network:recurrence": { recurring: true, period: "Quarterly" },
    });
    expect(body).toMatchObject({
      ...{ amount: "6.67", currency: "USD", created_date: "2019-01-02T03:04:05Z" },
      recipients: [{ display_name: "Fund", amount: "6.67" }],
      payment: { method: "Credit Card", reference_number: idOf(body), authorization_stored: false },
      "action_network:recurrence": { recurring: true, period: "Every 3 Months" },
    });
    const more = await client().put(`${path}/${idOf(body)}`, {
      recipients: [{ display_name: "Else", amount: "1.00" }],
    });
    expect(more.body).toMatchObject({ amount: "7.67" });
    expect(more.body.recipients).toHaveLength(2);
    expect((await client().get(`/donations/${idOf(body)}`)).body).toEqual(more.body);
    const all = await client().get("/donations?per_page=2");
    expect(all.body).toMatchObject({ total_records: 4, total_pages: 2 });
    // A walk counts once, on its first page.
    expect(new URL(all.body._links.next.href).searchParams.get("after")).toMatch(/-4$/);
    const rest = await client().get(all.body._links.next.href);
    const ids = [...all.body._embedded["osdi:donations"], ...rest.body._embedded["osdi:donations"]].map(idOf);
    expect(new Set(ids).size).toBe(4);
    const ledger = await dbFor(env, group)
      .d1.prepare("SELECT count(*) AS n FROM ledger_entries WHERE group_no = ?1")
      .bind(group.no)
      .first("n");
    expect(ledger).toBe(0);
  });

  it.each([
    [{}, "recipients"],
    [{ recipients: [] }, "recipients"],
    [{ recipients: [{ display_name: "x", amount: "ten" }] }, "recipients.0.amount"],
    [{ recipients: [{ display_name: "x", amount: "-1" }] }, "recipients.0.amount"],
    [{ recipients: [{ display_name: "x", amount: "1.005" }] }, "recipients.0.amount"],
    [{ recipients: [{ display_name: "x", amount: "1" }], currency: "XXQ" }, "currency"],
  ])("are refused: %j", async (said, field) => {
    const { status, body } = await client().post(pathOf("donations"), {
      ...inline("no@example.org"),
      ...said,
    });
    expect(status).toBe(400);
    expect(body.error).toContain(field);
  });
});

describe("a request that is worked on again", () => {
  it("makes a gift and a letter once", async () => {
    const makes = newId();
    for (const [items, said] of ways.filter(([path]) => path === "donations" || path === "outreaches")) {
      const before = (await client().get(pathOf(items))).body.total_records;
      for (let nth = 0; nth < 2; nth += 1) {
        const answered = await clientOf(group, "full", makes).post(pathOf(items), {
          ...said,
          ...inline("late@example.org"),
        });
        expect(answered.status).toBe(200);
      }
      expect((await client().get(pathOf(items))).body.total_records).toBe(before + 1);
    }
  });
});

describe("changing what somebody did", () => {
  it("changes a comment, clears it with null, and adds a name that cannot be another's", async () => {
    const path = pathOf("signatures");
    const [row] = (await client().get(path)).body._embedded["osdi:signatures"];
    const changed = await client().put(`${path}/${idOf(row)}`, { comments: "Changed", identifiers: ["s:1"] });
    expect(changed.body).toMatchObject({ comments: "Changed", identifiers: [row.identifiers[0], "s:1"] });
    expect((await client().put(`${path}/${idOf(row)}`, { comments: null })).body.comments).toBeUndefined();
    const [, second] = (await client().get(path)).body._embedded["osdi:signatures"];
    expect(await client().put(`${path}/${idOf(second)}`, { identifiers: ["s:1"] })).toMatchObject({
      status: 400,
    });
  });
});

describe("without a key", () => {
  const headers = { Origin: "https://site.example" };

  it("a browser may sign, is told nothing, and nobody can tell who is known", async () => {
    const fresh = await makePetition(group);
    const path = `/petitions/${fresh.id}/signatures`;
    const asked = await call("OPTIONS", path, { headers });
    expect(asked).toMatchObject({ status: 204 });
    expect(asked.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(asked.headers.get("Access-Control-Allow-Headers")).toBe("Content-Type");
    for (const email of ["new@example.org", "ada@example.org"]) {
      const answered = await call("POST", path, {
        headers,
        body: { ...inline(email), remove_tags: ["Signer"], created_date: "2001-01-01" },
      });
      expect(answered).toMatchObject({ status: 200, body: {} });
      expect(answered.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(Object.keys(answered.body)).toEqual([]);
    }
    // A client reads back what it writes, and with it what waited beside it.
    await client().post(path, inline("third@example.org"));
    const { body } = await client().get(path);
    expect(body.total_records).toBe(3);
    expect(body._embedded["osdi:signatures"]).toHaveLength(3);
    expect(body._embedded["osdi:signatures"].every((each: Doc) => each.created_date > "2020")).toBe(true);
    const known = await client().get("/people?filter=email_address eq 'ada@example.org'");
    const tags = await client().get(known.body._embedded["osdi:people"][0]._links["osdi:taggings"].href);
    expect(tags.body.total_records).toBe(1);
  });

  it.each(["/people", "donations"])("%s need one", async (what) => {
    const path = what === "donations" ? pathOf("donations") : what;
    const answered = await call("POST", path, {
      body: { ...inline("x@example.org"), recipients: [{ amount: "1" }] },
    });
    expect(answered).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/^API Key invalid or not present/) },
    });
  });

  it("too many from one place are asked to wait, and a wrong key is no key at all", async () => {
    const fresh = await makePetition(group);
    const path = `/petitions/${fresh.id}/signatures`;
    const wrong = await call("POST", path, { key: "nothing", body: inline("x@example.org") });
    expect(wrong.status).toBe(403);
    const bindings = { ...env, PUBLIC_RATE: { limit: async () => ({ success: false }) } };
    const headers = { "CF-Connecting-IP": "203.0.113.9" };
    const statuses = [];
    for (let nth = 0; nth < 7; nth += 1)
      statuses.push((await call("POST", path, { headers, body: { person: {} }, bindings })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
  });
});

describe("what is refused", () => {
  it("what is over, what is taken on its page alone, and a key that only reads", async () => {
    const fresh = await makePetition(group);
    const path = `/petitions/${fresh.id}/signatures`;
    const ctx = contextOf();
    await close(ctx, group, fresh, 1, { close: async () => undefined, reopen: async () => undefined });
    forgetSubjects();
    expect(await client().post(path, inline("x@example.org"))).toMatchObject({
      status: 400,
      body: { error: "This petition is closed" },
    });
    expect((await clientOf(group, "read").post(signatures(), inline("x@example.org"))).status).toBe(403);
  });

  it.each([
    { person: "x" },
    { person: { email_addresses: "x" } },
    { person: { email_addresses: [{ address: "not an address" }] } },
    { person: { given_name: {} } },
    { person: { postal_addresses: [{ address_lines: 1 }] } },
    { person: { custom_fields: [] } },
    { ...inline("x@example.org"), comments: 1 },
    { ...inline("x@example.org"), add_tags: "x" },
    { ...inline("x@example.org"), remove_tags: [1] },
    { ...inline("x@example.org"), triggers: true },
    { ...inline("x@example.org"), identifiers: "x" },
    { ...inline("x@example.org"), "action_network:referrer_data": [] },
    "[]",
    '"x"',
  ])("a wrong type: %j", async (body) => {
    const answered = await client().post(signatures(), body);
    expect(answered.status).toBe(400);
    expect(answered.body).toEqual({ error: expect.stringMatching(/./) });
  });
});

describe("fields of a wrong type", () => {
  const values = [1.5, true, "text", "x".repeat(60_000), {}, [[1]], [{ a: 1 }], null];
  /** What a body needs so that nothing but the field tried is wrong. */
  const usual: Partial<Record<ItemType["path"], object>> = {
    donations: { recipients: [{ display_name: "Fund", amount: "3" }] },
    outreaches: { targets: [{ family_name: "Office" }] },
  };

  it.each([
    ["signatures", common],
    ["donations", giftBody],
    ["outreaches", outreachBody],
  ] as const)("are refused by name, and nothing fails: %s", async (item, schema) => {
    for (const key of Object.keys(schema.shape))
      for (const value of values) {
        const body = { ...inline("wrong@example.org"), ...usual[item], [key]: value };
        const answered = await client().post(pathOf(item), body);
        expect([200, 400], `${key}: ${JSON.stringify(value).slice(0, 50)}`).toContain(answered.status);
        if (answered.status === 400) expect(answered.body).toEqual({ error: expect.stringContaining(key) });
        const isNumber = key === "duration" && value === 1.5;
        if (typeof value === "number" || value === true)
          expect([key, value, answered.status]).toEqual([key, value, isNumber ? 200 : 400]);
      }
  });
});

describe("collections of what people did", () => {
  let path: string;

  beforeAll(async () => {
    const action = (await client().post("/petitions", { title: "Walked" })).body;
    path = `/petitions/${idOf(action)}/signatures`;
    for (let nth = 0; nth < 7; nth += 1)
      await client().post(path, { ...inline(`walk${nth}@example.org`), created_date: `2020-01-0${nth + 1}` });
  });

  it("are walked by next over three pages, each once, with totals that add up", async () => {
    const seen: string[] = [];
    let next: string | undefined = `${path}?per_page=3`;
    let page = 0;
    while (next) {
      const { body }: { body: Doc } = await client().get(next);
      page += 1;
      expect(body).toMatchObject({ page, per_page: 3, total_records: 7, total_pages: 3 });
      expect(body._links["osdi:signatures"]).toEqual(
        body._embedded["osdi:signatures"].map((item: Doc) => ({ href: item._links.self.href })),
      );
      seen.push(...body._embedded["osdi:signatures"].map(idOf));
      next = body._links.next?.href;
    }
    expect(page).toBe(3);
    expect(new Set(seen).size).toBe(7);
    expect(
      (await client().get(`${path}?per_page=3&page=3`)).body._embedded["osdi:signatures"].map(idOf),
    ).toEqual(seen.slice(6));
  });

  it.each([
    ["created_date gt '2020-01-05'", 2],
    ["created_date lt '2020-01-03'", 2],
    ["created_date eq '2020-01-03T00:00:00Z'", 1],
    ["modified_date gt '2099-01-01'", 0],
    ["created_date ge '2020-01-02' and created_date le '2020-01-04'", 3],
    ["identifier eq 'x:y'", 0],
    ["identifier eq ''' OR 1=1'", 0],
  ])("filter %s", async (filter, count) => {
    const { body } = await client().get(`${path}?per_page=2&filter=${encodeURIComponent(filter)}`);
    expect(body.total_records).toBe(count);
    let found = body._embedded["osdi:signatures"].length;
    let next = body._links.next?.href;
    while (next) {
      const page = (await client().get(next)).body;
      expect(page.total_records).toBe(count);
      found += page._embedded["osdi:signatures"].length;
      next = page._links.next?.href;
    }
    expect(found).toBe(count);
  });
});

describe("what goes wrong between", () => {
  /** Objects that take what they are given, and have no time to bring it to the database. */
  const busy = {
    ...env,
    INTAKE: {
      idFromName: (name: string) => env.INTAKE.idFromName(name),
      get: (id: DurableObjectId) => ({
        record: (...said: Parameters<ReturnType<typeof intakeStub>["record"]>) =>
          env.INTAKE.get(id).record(...said),
        store: async () => false,
      }),
    },
  } as unknown as Env;
  const gift = (email: string, more: object = {}) => ({
    ...inline(email),
    recipients: [{ display_name: "Fund", amount: "3" }],
    ...more,
  });
  let key = "";

  beforeAll(async () => {
    key = (await createKey(contextOf(), group, { no: 1 }, { name: "Real", access: "full" }))?.secret ?? "";
  });

  it("a gift under a name is counted once however often it is sent, and one without is not sent again", async () => {
    const path = pathOf("donations");
    const before = (await client().get(path)).body.total_records;
    const named = gift("late1@example.org", { identifiers: ["bank:1"] });
    expect((await call("POST", path, { key, body: named, bindings: busy })).status).toBe(503);
    const again = await client().post(path, named);
    expect(again.body.identifiers).toContain("bank:1");
    const bare = await call("POST", path, { key, body: gift("late2@example.org"), bindings: busy });
    expect(bare).toMatchObject({ status: 200, body: { amount: "3.00", currency: "CAD" } });
    await client().post(path, gift("late3@example.org"));
    const { body } = await client().get(path);
    expect(body.total_records).toBe(before + 3);
    expect(body._embedded["osdi:donations"].map(idOf)).toContain(idOf(bare.body));
  });

  it("a gift that is not stored yet brings its tags when it is, however often and early the message comes", async () => {
    const events = fakeQueue<unknown>();
    const body = gift("late5@example.org", { add_tags: ["Volunteer"] });
    const bindings = { ...busy, EVENTS: events.binding };
    const taken = await call("POST", pathOf("donations"), { key, body, bindings });
    expect(taken.status).toBe(200);
    const waits = tagsSaid.parse(events.sent.at(-1)?.body);
    await expect(giveSaidTags(contextOf(), waits)).rejects.toThrow("not stored yet");
    await client().post(pathOf("donations"), gift("late6@example.org"));
    for (let time = 0; time < 2; time += 1) await giveSaidTags(contextOf(), waits);
    const found = (await client().get("/people?filter=email_address eq 'late5@example.org'")).body;
    const { person_no: no } = await personOf(idOf(found._embedded["osdi:people"][0]));
    expect(await tagsOf(dbFor(env, group), no)).toMatchObject([{ name: "Volunteer" }]);
  });

  it("a signature that is not stored yet may be sent again", async () => {
    const body = inline("late4@example.org");
    expect((await call("POST", signatures(), { key, body, bindings: busy })).status).toBe(503);
    expect((await client().post(signatures(), body)).status).toBe(200);
  });
});

describe("whom a client cannot bring", () => {
  it("is whoever asked to be forgotten, who may act by themselves and is on no list", async () => {
    const { body } = await client().post(signatures(), inline("gone@example.org"));
    const { person_no: no } = await personOf(body["action_network:person_id"]);
    await erasePerson(contextOf(), group, no, [], []);
    const refused = await client().post(signatures(), inline("gone@example.org"));
    expect(refused).toMatchObject({ status: 400, body: { error: expect.stringContaining("forget") } });
    const blind = await call("POST", signatures(), { body: inline("gone@example.org") });
    expect(blind).toMatchObject({ status: 200, body: {} });
    await client().post(signatures(), inline("after@example.org"));
    const back = (await client().get("/people?filter=email_address eq 'gone@example.org'")).body;
    const [person] = back._embedded["osdi:people"];
    expect(await personOf(idOf(person))).toMatchObject({ email_status: 0 });
  });

  it("is whom a link names no more: whoever was made one with others is who they are now", async () => {
    const ids: string[] = [];
    for (const name of ["m1", "m2", "m3"])
      ids.push(idOf((await client().post("/people", inline(`${name}@example.org`))).body));
    const [first, second, third] = await Promise.all(ids.map((id) => personOf(id)));
    await mergePeople(contextOf(), group, { kept: second.person_no, lost: first.person_no }, []);
    await mergePeople(contextOf(), group, { kept: third.person_no, lost: second.person_no }, []);
    const link = { "osdi:person": { href: `https://actionnetwork.org/api/v2/people/${ids[0]}` } };
    const { body } = await client().post(signatures(), { _links: link });
    expect(body["action_network:person_id"]).toBe(ids[2]);
    expect((await client().get(`/people/${ids[0]}/signatures`)).body.total_records).toBe(1);
  });
});

/** A row as an object would store it. */
const rowOf = (e: string, more: object = {}) =>
  JSON.stringify({
    ...{ i: idToHex(newId()), e, h: e, t: Date.now() - 5_000, n: 0, o: {}, la: null, co: 0, w: "", nm: 0 },
    ...more,
  });

describe("what stands already", () => {
  const stored = (no: number, email: string) =>
    dbFor(env, group)
      .d1.prepare(
        `SELECT p.is_named AS isNamed, p.answer, person.email FROM participations p
         CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
         CROSS JOIN identities i ON i.group_no = p.group_no AND i.kind = 1 AND i.value = ?3 AND i.person_no = p.person_no
         WHERE p.group_no = ?1 AND p.action_no = ?2`,
      )
      .bind(group.no, no, email)
      .first<{ isNamed: number; answer: string; email: string | null }>();

  it("keeps its signer named, and an alias is nobody's address", async () => {
    const alias = `person:${newId()}`;
    await storeParticipations(
      dbFor(env, group),
      petition.no,
      [],
      [rowOf("named@example.org", { nm: 1 }), rowOf(alias)],
    );
    await client().post(signatures(), { ...inline("named@example.org"), comments: "New" });
    expect(await stored(petition.no, "named@example.org")).toMatchObject({ isNamed: 1 });
    expect(await stored(petition.no, alias)).toMatchObject({ email: null });
  });

  it("leaves whoever is coming their guests, and takes nobody for what is over", async () => {
    const event = (await client().post("/events", { title: "Soon" })).body;
    const path = `/events/${idOf(event)}/attendances`;
    const { no } = (await findOne(
      dbFor(env, group),
      { kinds: ["event"] },
      parseId<ActionId>(idOf(event)) ?? newId(),
    )) ?? { no: 0 };
    const own = { guests: 2, shifts: [] };
    await storeParticipations(dbFor(env, group), no, [], [rowOf("host@example.org", { o: { own } })]);
    expect((await call("POST", path, { body: inline("host@example.org") })).status).toBe(200);
    await client().post(path, inline("guest@example.org"));
    expect(JSON.parse((await stored(no, "host@example.org"))?.answer ?? "").own).toEqual(own);
    const over = (await client().post("/events", { title: "Over" })).body;
    const past = `/events/${idOf(over)}/attendances`;
    await dbFor(env, group)
      .d1.prepare(
        "UPDATE actions SET settings = json_set(settings, '$.startsAt', '2020-01-01T10:00') WHERE group_no = ?1 AND id = unhex(?2)",
      )
      .bind(group.no, idOf(over).replaceAll("-", ""))
      .run();
    expect((await call("POST", past, { body: inline("x1@example.org") })).status).toBe(400);
    expect((await client().post(past, inline("x1@example.org"))).status).toBe(400);
    const brought = { ...inline("x1@example.org"), created_date: "2020-01-01T09:00:00Z" };
    expect((await client().post(past, brought)).status).toBe(200);
  });

  it("takes tags and what is new of its person with a name that is known, and may have been taken out", async () => {
    const said = { ...inline("again@example.org"), identifiers: ["sheet:9"] };
    const { body } = await client().post(signatures(), said);
    const more = { ...inline("again@example.org", { given_name: "Gil" }), add_tags: ["Old"] };
    await client().post(signatures(), { ...more, identifiers: ["sheet:9"] });
    const person = await personOf(body["action_network:person_id"]);
    expect(person.given_name).toBe("Gil");
    const tags = await tagsOf(dbFor(env, group), person.person_no);
    expect(tags.map(({ name }) => name)).toContain("Old");
    await dbFor(env, group)
      .d1.prepare("UPDATE participations SET removal_no = 1 WHERE group_no = ?1 AND person_no = ?2")
      .bind(group.no, person.person_no)
      .run();
    expect(await client().post(signatures(), said)).toMatchObject({
      status: 200,
      body: { identifiers: body.identifiers },
    });
  });

  it("offers no link to a page that is none", async () => {
    const titles = (await livePages(dbFor(env, group))).map(({ title }) => title);
    expect(titles).not.toContain("A petitions");
    expect(titles.length).toBeGreaterThan(0);
  });
});

describe("what a browser sends", () => {
  it("brings the phone and the fields there are, and looks for few actions that are none", async () => {
    await client().post("/people", inline("field@example.org", { custom_fields: { Shoe: "40" } }));
    const person = { custom_fields: { Shoe: 41, Unheard: "x" }, phone_numbers: [{ number: "4165550177" }] };
    await call("POST", signatures(), { body: inline("shoe@example.org", person) });
    await client().post(signatures(), inline("after2@example.org"));
    const found = (await client().get("/people?filter=email_address eq 'shoe@example.org'")).body;
    expect(found._embedded["osdi:people"][0]).toMatchObject({
      custom_fields: { Shoe: "41" },
      phone_numbers: [{ number: "14165550177" }],
    });
    const bindings = { ...env, PUBLIC_RATE: { limit: async () => ({ success: false }) } };
    const statuses = [];
    for (let nth = 0; nth < 6; nth += 1) {
      const headers = { "CF-Connecting-IP": "203.0.113.77" };
      const path = `/petitions/${newId()}/signatures`;
      statuses.push((await call("POST", path, { headers, body: inline("x@example.org"), bindings })).status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429]);
  });

  it("asks a stranger to confirm, and nobody who is known, and is no consent to our wording", async () => {
    const { group: careful } = await makeGroup({
      settings: { mail: mailSettings.parse({ doubleOptIn: true }) },
    });
    const { id, no } = await makePetition(careful);
    const path = `/petitions/${id}/signatures`;
    await clientOf(careful).post("/people", inline("known@example.org"));
    for (const name of ["known", "stranger"])
      await call("POST", path, { body: inline(`${name}@example.org`) });
    await clientOf(careful).post(path, inline("last@example.org"));
    const { results } = await dbFor(env, careful)
      .d1.prepare(
        `SELECT person.email, p.consent, lower(hex(p.wording_hash)) AS wording, person.email_status AS status FROM participations p
         CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
         WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.answer ->> '$.api' IS NOT NULL ORDER BY person.email`,
      )
      .bind(careful.no, no)
      .all();
    expect(results).toEqual([
      { email: "known@example.org", consent: 0, wording: "", status: 1 },
      { email: "last@example.org", consent: 0, wording: "", status: 1 },
      { email: "stranger@example.org", consent: 1, wording: "", status: 0 },
    ]);
  });
});

describe("links", () => {
  it("lead somewhere, every one", async () => {
    const seen = new Set<string>();
    const waiting = ["/petitions", "/events", "/fundraising_pages", "/advocacy_campaigns", "/donations"].map(
      (path) => BASE + path,
    );
    const collect = (value: unknown): void => {
      if (Array.isArray(value)) for (const each of value) collect(each);
      else if (typeof value === "object" && value !== null) {
        const { href, templated } = value as { href?: unknown; templated?: unknown };
        if (typeof href === "string" && !templated && !seen.has(href) && href.startsWith(BASE))
          waiting.push(href);
        for (const each of Object.values(value)) collect(each);
      }
    };
    for (let url = waiting.shift(); url; url = waiting.shift()) {
      if (seen.has(url) || seen.size > 60) continue;
      seen.add(url);
      const { status, body } = await client().get(url);
      expect([url, status]).toEqual([url, 200]);
      collect(body._links);
      collect(body._embedded);
    }
    expect(seen.size).toBeGreaterThan(30);
  });
});
