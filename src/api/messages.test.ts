import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { addPeople, HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { everybody } from "../audiences/audience";
import type { AudienceId } from "../audiences/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { createKey } from "../keys/key";
import { addAlternate } from "../mailings/alternate";
import { draftVersionsOf, mailingById, saveVersion, versionsOf } from "../mailings/mailing";
import type { MailingId } from "../mailings/types";
import { saveWrapper } from "../mailings/wrapper";
import { newId } from "../platform/ids";
import { messageBody } from "./message-schema";
import { apiRoutes } from "./routes";

const BASE = "http://localhost:8787/api/v2";
const api = apiRoutes({ kinds: [], noteFailure: () => undefined });

/** A document as it came, of which a test says what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what no type can promise.
type Doc = any;
type Answer = { status: number; body: Doc };
type Asks = {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
};

/** A client with a new key for each request: one key has four a second. */
function clientOf(
  group: Group,
  { by = 1, access = "full" as "full" | "read", bindings = env as Env } = {},
): Asks {
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const made = await createKey(contextOf(), group, { no: by }, { name: "Sync", access });
    if (!made) throw new Error("no key");
    const headers = { "Content-Type": "application/json", "OSDI-API-Token": made.secret };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const executionCtx = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const url = path.startsWith("http") ? path : `${BASE}${path}`;
    const response = await api.fetch(new Request(url, init), bindings, executionCtx);
    await env.DIRECTORY.prepare("DELETE FROM api_keys WHERE group_no = ?").bind(group.no).run();
    return { status: response.status, body: await response.json() };
  };
  return {
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    put: (path, body) => ask("PUT", path, body),
    delete: (path) => ask("DELETE", path),
  };
}

let audiences = 0;
async function audienceOf(group: Group): Promise<string> {
  const id = newId<AudienceId>();
  audiences += 1;
  await dbFor(env, group)
    .d1.prepare(
      "INSERT INTO audiences (group_no, audience_no, id, name, tree, created_by, created_at, updated_by, updated_at) VALUES (?, ?, unhex(?), ?, ?, 1, 1, 1, 1)",
    )
    .bind(group.no, audiences, id.replaceAll("-", ""), `A${audiences}`, JSON.stringify(everybody))
    .run();
  return id;
}

const words = {
  subject: "Clean air",
  body: "<p>Hello {{ first_name | default: 'friend' }}</p>",
  from: "Rosa",
};
const ready = { ...words, reply_to: "rosa@clean.example" };
const idIn = (doc: Doc): string => doc.identifiers[0].replace("action_network:", "");

let group: Group;
let client: Asks;
let query: string;

beforeAll(async () => {
  ({ group } = await makeSenders(3));
  client = clientOf(group);
  query = await audienceOf(group);
});

describe("a message", () => {
  it("is made, counted, and read back with every link; equal dates say that it was added", async () => {
    const made = await client.post("/messages", {
      ...ready,
      ...{
        name: "Spring",
        tag_list: ["air", "air"],
        targets: [{ href: `https://actionnetwork.org/api/v2/queries/${query}` }],
      },
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        ...ready,
        name: "Spring",
        status: "calculating",
        total_targeted: 0,
        type: "email",
        tag_list: ["air"],
      },
    });
    expect(made.body.created_date).toBe(made.body.modified_date);
    expect(made.body.statistics).toBeUndefined();
    const id = idIn(made.body);
    const read = await client.get(`/messages/${id}/`);
    expect(read.body).toMatchObject({
      ...{ status: "draft", total_targeted: 3, targets: [{ href: `${BASE}/queries/${query}` }] },
      _links: {
        self: { href: `${BASE}/messages/${id}` },
        "osdi:send_helper": { href: `${BASE}/messages/${id}/send` },
        "osdi:schedule_helper": { href: `${BASE}/messages/${id}/schedule` },
      },
    });
    expect(read.body._links["osdi:recipients"]).toBeUndefined();
    const { body: list } = await client.get("/messages?filter=name eq 'nobody'");
    expect(list.total_records).toBeGreaterThan(0);
    expect(list.total_pages).toBe(1);
    expect(list._embedded["osdi:messages"][0]).toMatchObject({
      identifiers: [`action_network:${id}`],
      status: "draft",
    });
  });

  it("is shown whoever wrote it, and put back whole it changes nothing, nor makes HTML of what is edited as blocks", async () => {
    const db = dbFor(env, group);
    const mailing = await makeMailing(group, { settings: { replyTo: "answers@clean.example" } });
    const [version] = await draftVersionsOf(db, mailing.no);
    if (!version) throw new Error("no words");
    const document = {
      type: "doc",
      content: [{ type: "paragraph", content: [{ type: "text", text: "Built of blocks" }] }],
    };
    await saveVersion(
      contextOf(),
      group,
      mailing,
      { no: 1 },
      { ...version, form: "visual", body: JSON.stringify(document) },
    );
    const before = [await mailingById(db, mailing.id), await draftVersionsOf(db, mailing.no)];
    const { body: shown } = await client.get(`/messages/${mailing.id}`);
    expect(shown).toMatchObject({ targets: [], reply_to: "answers@clean.example", from: "Amina" });
    expect(shown.body).toContain("Built of blocks");
    expect(
      (await client.put(`/messages/${mailing.id}`, { ...shown, statistics: { sent: 9 }, status: "bouncing" }))
        .status,
    ).toBe(200);
    expect([await mailingById(db, mailing.id), await draftVersionsOf(db, mailing.no)]).toEqual(before);
    await client.put(`/messages/${mailing.id}`, { body: "<p>Now HTML</p>" });
    expect((await draftVersionsOf(db, mailing.no))[0]).toMatchObject({
      form: "html",
      body: "<p>Now HTML</p>",
      subject: "News 1",
    });
  });

  it("with alternates shows and changes the first of each, and keeps the others", async () => {
    const db = dbFor(env, group);
    const mailing = await makeMailing(group);
    await addAlternate(
      contextOf(),
      group,
      mailing,
      { no: 1 },
      { part: "subject", subject: "Other", preview: "" },
    );
    const path = `/messages/${mailing.id}`;
    expect((await client.get(path)).body).toMatchObject({ subject: "News 1", from: "Amina" });
    expect((await client.put(path, { subject: "Changed", body: "<p>New</p>" })).status).toBe(200);
    expect((await versionsOf(db, mailing.no)).map((each) => [each.subject, each.body])).toEqual([
      ["Changed", "<p>New</p>"],
      ["Other", "<p>New</p>"],
    ]);
  });

  it("put back whole goes to audiences that are not shown too, until others are asked for", async () => {
    const hidden = await audienceOf(group);
    const targets = [query, hidden].map((id) => ({ href: `${BASE}/queries/${id}` }));
    const path = `/messages/${idIn((await client.post("/messages", { ...ready, targets })).body)}`;
    await dbFor(env, group)
      .d1.prepare("UPDATE audiences SET is_shared = 0 WHERE group_no = ? AND id = unhex(?)")
      .bind(group.no, hidden.replaceAll("-", ""))
      .run();
    const db = dbFor(env, group);
    const target = async () => (await mailingById(db, path.replace("/messages/", "") as MailingId))?.target;
    const before = await target();
    const { body: shown } = await client.get(path);
    expect(shown.targets).toEqual(targets.slice(0, 1));
    expect((await client.put(path, shown)).status).toBe(200);
    expect([await target(), before]).toEqual([before, expect.objectContaining({ most: null })]);
    await client.put(path, { targets: [] });
    expect(await target()).toBeNull();
  });

  it("is changed by what is said and by nothing else; null empties; POST to it is PUT; url names a target too", async () => {
    const { body } = await client.post("/messages", {
      ...ready,
      targets: [{ url: `${BASE}/queries/${query}` }],
    });
    const path = `/messages/${idIn(body)}`;
    const { body: changed } = await client.put(path, { subject: "Other", reply_to: null, targets: [] });
    expect(changed).toMatchObject({
      ...words,
      subject: "Other",
      reply_to: "",
      targets: [],
      status: "draft",
      total_targeted: 0,
    });
    expect((await client.post(path, { name: "Renamed" })).body).toMatchObject({
      name: "Renamed",
      subject: "Other",
    });
  });

  it("keeps other systems' names, which lead back to it and belong to no other", async () => {
    const { body } = await client.post("/messages", { ...ready, identifiers: ["crm:1", "nothing"] });
    expect(body.identifiers).toEqual([`action_network:${idIn(body)}`, "crm:1"]);
    const again = await client.post("/messages", { identifiers: ["crm:1", "crm:2"], subject: "Again" });
    expect(again.body).toMatchObject({
      identifiers: [...body.identifiers, "crm:2"],
      subject: "Again",
      from: "Rosa",
    });
    const other = await client.post("/messages", ready);
    const refused = await client.put(`/messages/${idIn(other.body)}`, {
      subject: "x",
      identifiers: ["crm:2"],
    });
    expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining("crm:2")]);
    expect((await client.get(`/messages/${idIn(other.body)}`)).body.subject).toBe("Clean air");
  });

  it.each([
    [{ subject: 7 }, "subject"],
    [{ reply_to: "nobody" }, "reply_to"],
    [{ targets: "all" }, "targets"],
    [
      { targets: [{ href: `${BASE}/queries/00000000-0000-7000-8000-000000000000` }] },
      "targets: Couldn't find query with id = 00000000-0000-7000-8000-000000000000",
    ],
    [{ body: "x".repeat(400_001) }, "body"],
    [{ _links: { "osdi:wrapper": { href: `${BASE}/wrappers/x` } } }, "Couldn't find wrapper with id = x"],
  ])("refuses %o by the field that is wrong", async (body, reason) => {
    const refused = await client.post("/messages", body);
    expect(refused.status).toBe(400);
    expect(refused.body.error).toContain(reason);
  });

  it.each(Object.keys(messageBody.shape))(
    "answers whatever type it is given with 200 or by its name: %s",
    async (key) => {
      const { body } = await client.post("/messages", ready);
      for (const value of [1.5, true, "text", "x".repeat(60_000), {}, [[1]], [{ a: 1 }], null]) {
        const answered = await client.put(`/messages/${idIn(body)}`, { [key]: value });
        expect([200, 400], JSON.stringify(value).slice(0, 50)).toContain(answered.status);
        if (answered.status === 400) expect(answered.body).toEqual({ error: expect.stringContaining(key) });
        // Names of other systems that are none are passed over.
        if (typeof value === "number" || value === true)
          expect([value, answered.status]).toEqual([value, key === "identifiers" ? 200 : 400]);
      }
    },
  );

  it("is another group's to nobody, and a key that may only read changes none", async () => {
    const { body } = await client.post("/messages", ready);
    const path = `/messages/${idIn(body)}`;
    const other = clientOf((await makeSenders(0)).group);
    for (const answer of [
      await other.get(path),
      await other.put(path, {}),
      await other.post(`${path}/send`),
      await other.delete(`${path}/schedule`),
    ])
      expect(answer).toMatchObject({
        status: 404,
        body: { error: `Couldn't find message with id = ${idIn(body)}` },
      });
    expect((await other.post("/messages", { targets: [{ href: `${BASE}/queries/${query}` }] })).status).toBe(
      400,
    );
    const reader = clientOf(group, { access: "read" });
    expect((await reader.get(path)).status).toBe(200);
    expect((await reader.post(`${path}/send`)).status).toBe(403);
    expect((await client.delete(path)).status).toBe(405);
    expect((await client.put(`${path}/send`, {})).status).toBe(405);
  });

  it("pages past the first in the order of the first, and says when there are no more", async () => {
    const { group: many } = await makeSenders(0);
    for (let no = 1; no <= 3; no += 1) await makeMailing(many, { variants: 1 });
    const reader = clientOf(many);
    const { body: first } = await reader.get("/messages?per_page=2");
    expect(first).toMatchObject({ total_pages: 2, total_records: 3, page: 1 });
    const { body: next } = await reader.get(first._links.next.href);
    const { body: asked } = await reader.get("/messages?per_page=2&page=2");
    expect(next._embedded).toEqual(asked._embedded);
    expect(next._embedded["osdi:messages"]).toHaveLength(1);
    expect(next._links.next).toBeUndefined();
    expect((await reader.get("/messages?page=9")).body._embedded).toEqual({ "osdi:messages": [] });
  });
});

describe("sending", () => {
  async function drafted(changes: Doc = {}, to?: Group) {
    const { group: own } = to ? { group: to } : await makeSenders(3);
    const target = await audienceOf(own);
    const asks = clientOf(own);
    const { body } = await asks.post("/messages", {
      ...ready,
      targets: [{ href: `/queries/${target}` }],
      ...changes,
    });
    const id = idIn(body) as MailingId;
    const mailing = await mailingById(dbFor(env, own), id);
    if (!mailing) throw new Error("no mailing");
    const driver = new HandDriver(own, mailing);
    return {
      own,
      id,
      path: `/messages/${id}`,
      mailing,
      driver,
      sends: clientOf(own, { bindings: driver.env }),
    };
  }

  it("leaves to everybody once, is read as sent with all spellings, and cannot be sent or changed again", async () => {
    const { own, path, id, driver, sends } = await drafted();
    expect(await sends.post(`${path}/send/`)).toEqual({
      status: 200,
      body: { message: "Your email has been sent." },
    });
    expect((await sends.post(`${path}/send`)).body.error).toMatch(/Only a draft can be sent/);
    await driver.run();
    expect(driver.sent.map(({ to }) => to).toSorted()).toEqual([
      "p1@people.example",
      "p2@people.example",
      "p3@people.example",
    ]);
    const [first] = driver.sent;
    expect(first?.message.headers["List-Unsubscribe"]).toContain("/unsubscribe>");
    const { body } = await sends.get(path);
    expect(body).toMatchObject({
      ...{
        status: "sent",
        total_targeted: 3,
        _links: { "osdi:recipients": { href: `${BASE}/lists/${id}` } },
      },
      statistics: {
        ...{ sent: 3, opened: 0, clicked: 0, actions: 0, unsubscribed: 0, bounced: 0, spam_reports: 0 },
        ...{ "action_network:donated": 0, "action_network:total_amount": 0 },
        ...{ verified_opened: 0, verified_opens: 0, machine_opened: 0 },
      },
    });
    expect(body.sent_start_date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect((await sends.put(path, body)).status).toBe(200);
    expect((await sends.put(path, { name: "Named later" })).body.name).toBe("Named later");
    expect((await sends.put(path, { subject: "Too late" })).body.error).toMatch(/this one is sent/);
    expect((await sends.delete(`${path}/send`)).body.error).toMatch(/not being sent/);
    const acts = await env.DIRECTORY.prepare(
      "SELECT act, account_no AS by, detail FROM audit_log WHERE group_no = ? AND act LIKE 'mailing.asked%' ORDER BY 1",
    )
      .bind(own.no)
      .all<{ act: string; by: number; detail: string }>();
    expect(acts.results.map(({ act, by }) => [act, by])).toEqual([
      ["mailing.asked", 1],
      ["mailing.asked_by_key", 1],
    ]);
    expect(acts.results[1]?.detail).toContain('"key":"Sync"');
  });

  it("twice at the same moment sends once", async () => {
    const { path, sends, driver } = await drafted();
    const answers = await Promise.all([sends.post(`${path}/send`), sends.post(`${path}/send`)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    await driver.run();
    expect(driver.twice()).toEqual([]);
  });

  it("waits for its time under either name of the date, is called off, and is a draft again", async () => {
    const { path, sends } = await drafted();
    const at = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
    expect((await sends.post(`${path}/schedule/`, { scheduled_date: at })).body).toEqual({
      message: "Your message has been scheduled",
    });
    expect((await sends.get(path)).body).toMatchObject({ status: "scheduled", scheduled_start_date: at });
    expect((await sends.put(path, { body: "<p>x</p>" })).status).toBe(400);
    expect((await sends.delete(`${path}/schedule/`)).body).toEqual({
      message: "Your message scheduling has been canceled",
    });
    expect((await sends.delete(`${path}/schedule`)).body.error).toMatch(/not scheduled; it is draft/);
    expect((await sends.post(`${path}/schedule`, { scheduled_start_date: at })).status).toBe(200);
    expect((await sends.delete(`${path}/send`)).body).toEqual({ message: "Your email has been stopped." });
    expect((await sends.get(path)).body).toMatchObject({ status: "draft" });
  });

  it.each([
    [{ scheduled_start_date: "2020-01-01T00:00:00Z" }, "future"],
    [{ scheduled_start_date: "2999-01-01T00:00:00Z" }, "400 days"],
    [{ scheduled_start_date: "soon" }, "date such as"],
    [{}, "date such as"],
  ])("is not scheduled for %o", async (body, reason) => {
    const { path, sends } = await drafted({}, group);
    expect((await sends.post(`${path}/schedule`, body)).body.error).toContain(reason);
  });

  it.each([
    [{ subject: "", reply_to: null }, "needs subject, reply_to before"],
    [{ body: "" }, "needs body before"],
    [{ from: null }, "needs from before"],
    [{ targets: [] }, "needs targets before"],
    [{ body: "{{ first_name" }, "Body"],
  ])("is refused with %o missing or wrong", async (changes, reason) => {
    const { path, sends } = await drafted(changes, group);
    const refused = await sends.post(`${path}/send`);
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.stringMatching(new RegExp(reason, "i")),
    ]);
  });

  it("is refused to nobody, and beyond what whoever made the key may send", async () => {
    const { group: empty } = await makeSenders(0);
    const alone = await drafted({}, empty);
    expect((await alone.sends.post(`${alone.path}/send`)).body.error).toContain(
      "Nobody would get this message",
    );
    await addPeople(dbFor(env, empty), [{}]);
    const organiser = clientOf(empty, { by: 3, bindings: alone.driver.env });
    const other = await drafted({}, empty);
    expect((await organiser.post(`${other.path}/send`)).body.error).toContain("may send to 0 people at most");
  });

  it("waits for a colleague where the group wants one, and says so", async () => {
    const { group: careful } = await makeSenders(3, { mail: { undoMinutes: 0, approvalFrom: 2 } } as never);
    const { path, sends } = await drafted({}, careful);
    expect((await sends.post(`${path}/send`)).body).toEqual({
      message: "Your email waits until another member of the group approves it",
    });
    expect((await sends.get(path)).body.status).toBe("scheduled");
    expect((await sends.delete(`${path}/schedule`)).status).toBe(200);
  });
});

describe("a wrapper", () => {
  it("is read in two halves, and worn by a message that links to it", async () => {
    const saved = await saveWrapper(
      contextOf(),
      group,
      { no: 1 },
      {
        ...{ id: null, name: "Green", html: "<h1>Head</h1>{{ content }}<p>Foot</p>", plain: "", revision: 0 },
      },
    );
    if (saved.is !== "saved") throw new Error("no wrapper");
    const { body: list } = await client.get("/wrappers");
    expect(list).toMatchObject({ total_records: 1, total_pages: 1 });
    const { body: wrapper } = await client.get(`/wrappers/${saved.id}`);
    expect(wrapper).toMatchObject({
      name: "Green",
      header: "<h1>Head</h1>",
      footer: "<p>Foot</p>",
      wrapper_type: "email",
      default: false,
    });
    const { body } = await client.post("/messages", {
      ...ready,
      _links: { "osdi:wrapper": wrapper._links.self },
    });
    expect(body._links["osdi:wrapper"]).toEqual(wrapper._links.self);
    expect(body._links["osdi:wrappers"]).toEqual(wrapper._links.self);
    expect((await client.get("/wrappers/x")).body).toEqual({ error: "Couldn't find wrapper with id = x" });
    expect((await client.post("/wrappers", {})).status).toBe(405);
  });
});
