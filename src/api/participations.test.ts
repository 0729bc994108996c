import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, call, clientOf, type Doc } from "../../test/api-client";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { close } from "../actions/publication";
import type { Action } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { unsubscribe } from "../people/person";
import { ensureTags, tagsOf } from "../people/tag";
import { newId } from "../platform/ids";
import { unsettledReceipts } from "../receipts/store";
import { actionTypes, type ItemType } from "./action-types";
import { forgetSubjects } from "./helpers";

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
