import { beforeAll, describe, expect, it } from "vitest";
import { BASE, clientOf, type Doc } from "../../test/api-client";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { createDraft, findAction, listActions } from "../actions/action";
import { publishedActions } from "../actions/serving";
import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import { petition as petitionKind } from "../petitions/petition";
import { actionTypes } from "./action-types";
import { actionSchemas } from "./actions-schema";

let group: Group;
let other: Group;
let petition: Action;
/** One made by a client of every type, by its path. */
const made: Record<string, Doc> = {};

const said: Record<string, Record<string, unknown>> = {
  petitions: { petition_text: "Close the streets", target: "The Mayor" },
  forms: { call_to_action: "Join" },
  surveys: { call_to_action: "Answer" },
  events: {
    ...{ start_date: "2030-06-01 18:30:00", end_date: "2030-06-01T20:30:00Z", transparence: "opaque" },
    ...{ visibility: "private", guests_can_invite_others: true, instructions: "<p>Bring water</p>" },
    reminders: [{ method: "email", minutes: 1440 }],
    location: { venue: "Hall", address_lines: ["1 Main St"], locality: "Troy", region: "NY", country: "US" },
  },
  event_campaigns: { host_pitch: "Cook", host_instructions: "<p>For eight</p>" },
  fundraising_pages: { currency: "usd" },
  advocacy_campaigns: { type: "call", targets: "U.S. Senate" },
};
const idOf = (doc: Doc): string => doc._links.self.href.split("/").at(-1);

beforeAll(async () => {
  ({ group } = await makeGroup());
  ({ group: other } = await makeGroup({ shard: "SHARD_00" }));
  petition = await makePetition(group);
  await createDraft(contextOf(), group, petitionKind, { title: "Nobody sees it yet", by: 1 });
  for (const { path } of actionTypes) {
    const answered = await clientOf(group).post(`/${path}`, {
      ...{ title: `A ${path}`, name: "For us", description: "<p>Hello</p>", origin_system: "Sync" },
      ...{ browser_url: `https://act.example/${path}/one`, tag_list: ["Volunteer"], unknown: { key: 1 } },
      ...{ identifiers: [`sync:${path}`], ...said[path] },
    });
    expect(answered).toMatchObject({ status: 200, body: { title: `A ${path}` } });
    made[path] = answered.body;
  }
});

describe("an action that a client makes", () => {
  it.each(actionTypes.map(({ path }) => path))("is read back as it was said: %s", async (path) => {
    const { body } = await clientOf(group).get(`/${path}/${idOf(made[path])}`);
    expect(body).toEqual(made[path]);
    expect(body).toMatchObject({
      ...{ title: `A ${path}`, name: "For us", origin_system: "Sync", tag_list: ["Volunteer"] },
      identifiers: [`action_network:${idOf(body)}`, `sync:${path}`],
      browser_url: `https://act.example/${path}/one`,
      "action_network:sponsor": { title: group.name },
    });
    expect(body.created_date).toBe(body.modified_date);
    expect(body.created_date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body.unknown).toBeUndefined();
  });

  it("keeps a time on the clock, wraps a lone target, and knows both words for a call", () => {
    expect(made.events.start_date).toBe("2030-06-01T18:30:00Z");
    expect(made.petitions.target).toEqual([{ name: "The Mayor" }]);
    expect(made.advocacy_campaigns).toMatchObject({ type: "phone", targets: "U.S. Senate" });
    expect(made.fundraising_pages).toMatchObject({ currency: "USD", total_amount: 0, total_donations: 0 });
    expect(made.events._links.record_attendance_helper).toEqual(made.events._links["osdi:attendances"]);
  });

  it("is on no list of ours, and at no address", async () => {
    const ctx = contextOf();
    const { actions } = await listActions(ctx, group);
    expect(actions.map(({ api }) => api ?? null)).toEqual([null, null]);
    expect(await findAction(ctx, group, idOf(made.petitions))).toBeNull();
    expect((await publishedActions(ctx, group)).map(({ id }) => id)).toEqual([petition.id]);
  });

  it("needs a title, and a name of another system once", async () => {
    const client = clientOf(group);
    expect(await client.post("/petitions", {})).toMatchObject({
      status: 400,
      body: { error: "title: is required" },
    });
    const again = await client.post("/forms", { title: "Renamed", identifiers: ["sync:forms"] });
    expect(again).toMatchObject({
      status: 200,
      body: { identifiers: made.forms.identifiers, title: "Renamed" },
    });
    const wrong = await client.post("/petitions", { title: "x", identifiers: ["sync:forms"] });
    expect(wrong.status).toBe(400);
    await client.put(`/forms/${idOf(made.forms)}`, { title: "A forms" });
  });
});

describe("changing an action", () => {
  it.each(actionTypes.map(({ path }) => path))(
    "sending the whole document back changes nothing: %s",
    async (path) => {
      const client = clientOf(group);
      const before = (await client.get(`/${path}/${idOf(made[path])}`)).body;
      const after = await client.put(`/${path}/${idOf(made[path])}`, before);
      expect(after).toMatchObject({ status: 200 });
      expect(after.body).toEqual(before);
    },
  );

  it("merges key by key, clears with null, and takes a POST for a PUT", async () => {
    const client = clientOf(group);
    const path = `/events/${idOf(made.events)}`;
    const changed = await client.post(path, {
      location: { venue: "Barn" },
      name: null,
      end_date: null,
      status: "cancelled",
    });
    expect(changed.body).toMatchObject({ title: "A events", name: "A events", status: "confirmed" });
    expect(changed.body.location).toMatchObject({ venue: "Barn", locality: "Troy" });
    expect(changed.body.end_date).toBeUndefined();
    expect((await client.put(path, { title: null })).body).toEqual({ error: "title: is required" });
  });

  it("changes a page of ours, with a line in its history, and only what the API may", async () => {
    const client = clientOf(group);
    const path = `/petitions/${petition.id}`;
    const whole = (await client.get(path)).body;
    expect((await client.put(path, whole)).body).toEqual(whole);
    const { body } = await client.put(path, {
      ...{
        title: "Clean air now",
        description: "<p>Hi<script>alert(1)</script></p>",
        identifiers: ["crm:1"],
      },
      target: [{ name: "Mayor Helen Brandt" }, { name: "The parents" }],
      browser_url: "https://elsewhere.example/",
    });
    expect(body).toMatchObject({ title: "Clean air now", identifiers: [whole.identifiers[0], "crm:1"] });
    expect(body.description).not.toContain("script");
    expect(body.browser_url).toBe(whole.browser_url);
    const settings = (await findAction(contextOf(), group, petition.id))?.settings;
    expect(settings).toMatchObject({ targets: [{ title: "City of Riverside" }, { name: "The parents" }] });
    const refused = await client.put(path, { featured_image_url: "https://x.example/a.png" });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("featured_image_url") },
    });
  });
});

describe("collections of actions", () => {
  it("show what is public, ours and clients', the newest first, with exact totals over three pages", async () => {
    const client = clientOf(group);
    const titles: string[] = [];
    let next: string | undefined = "/petitions?per_page=1";
    let pages = 0;
    while (next) {
      const { body }: { body: Doc } = await client.get(next);
      pages += 1;
      expect(body).toMatchObject({ per_page: 1, page: pages, total_records: 2, total_pages: 2 });
      titles.push(...body._embedded["osdi:petitions"].map(({ title }: Doc) => title));
      next = body._links.next?.href;
    }
    expect(titles).toEqual(["A petitions", "Clean air now"]);
    const beyond = await client.get("/petitions?page=9");
    expect(beyond.body).toMatchObject({ page: 9, _embedded: { "osdi:petitions": [] } });
    expect(beyond.body._links.next).toBeUndefined();
  });

  it.each([
    ["title eq 'A petitions'", 1],
    ["title eq 'O''Neil'' OR 1=1 --'", 0],
    ["origin_system eq 'Sync'", 1],
    ["origin_system eq 'Groundswell'", 1],
    ["identifier eq 'sync:petitions'", 1],
    ["identifier eq 'action_network:00000000-0000-7000-8000-000000000000'", 0],
    ["created_date gt '2020-01-01'", 2],
    ["modified_date lt 2020-01-01T00:00:00Z", 0],
    ["created_date gt '2020-01-01' and (title eq 'A petitions' or title eq 'x')", 1],
  ])("filter %s", async (filter, count) => {
    const { status, body } = await clientOf(group).get(`/petitions?filter=${encodeURIComponent(filter)}`);
    expect(status).toBe(200);
    expect(body.total_records).toBe(count);
    expect(body._embedded["osdi:petitions"]).toHaveLength(count);
  });

  it("filters events by the time on their clock, and refuses fields there are none of", async () => {
    const client = clientOf(group);
    const count = async (filter: string) =>
      (await client.get(`/events?filter=${encodeURIComponent(filter)}`)).body.total_records;
    expect(await count("start_date eq '2030-06-01T18:30:00Z'")).toBe(1);
    expect(await count("start_date gt '2030-06-02'")).toBe(0);
    const wrong = await client.get(`/petitions?filter=${encodeURIComponent("start_date gt '2030'")}`);
    expect(wrong).toMatchObject({ status: 400, body: { error: expect.stringContaining("start_date") } });
  });

  it("puts events into a campaign and counts them", async () => {
    const client = clientOf(group);
    const path = `/event_campaigns/${idOf(made.event_campaigns)}`;
    const event = (await client.post(`${path}/events`, { title: "Dinner" })).body;
    expect(event["action_network:event_campaign_id"]).toBe(idOf(made.event_campaigns));
    expect((await client.get(`${path}/events`)).body).toMatchObject({ total_records: 1 });
    expect((await client.get(`${path}/events/${idOf(event)}`)).body).toEqual(event);
    expect((await client.get(`${path}/events/${idOf(made.events)}`)).status).toBe(404);
    expect((await client.get(path)).body).toMatchObject({ total_events: 1, total_rsvps: 0 });
    expect((await client.get("/campaigns")).body).toMatchObject({ total_records: 0 });
  });
});

describe("what is refused", () => {
  it.each(actionTypes.map(({ path }) => path))("another group's, a draft's and no id: %s", async (path) => {
    const foreign = clientOf(other);
    const id = idOf(made[path]);
    for (const answered of [
      await foreign.get(`/${path}/${id}`),
      await foreign.put(`/${path}/${id}`, { title: "Mine" }),
      await foreign.get(`/${path}/${id}/embed`),
      await clientOf(group).get(`/${path}/none`),
    ])
      expect(answered).toMatchObject({
        status: 404,
        body: { error: expect.stringContaining("Couldn't find") },
      });
    expect((await foreign.get(`/${path}`)).body.total_records).toBe(0);
  });

  it("a key that only reads, DELETE, and what is no JSON", async () => {
    expect((await clientOf(group, "read").post("/petitions", { title: "x" })).status).toBe(403);
    expect((await clientOf(group, "read").get("/petitions")).status).toBe(200);
    const client = clientOf(group);
    expect(await client.delete(`/petitions/${petition.id}`)).toMatchObject({
      status: 405,
      body: { error: expect.any(String) },
    });
    expect(await client.post("/petitions", "{")).toMatchObject({
      status: 400,
      body: { error: "The body is not valid JSON" },
    });
  });
});

describe("fields of a wrong type", () => {
  const values = [1.5, true, "text", "x".repeat(60_000), {}, [], [[1]], { name: 1 }, [{ name: 1 }], null];

  it.each(actionTypes.map(({ path }) => path))("are refused by name, and nothing fails: %s", async (path) => {
    const client = clientOf(group);
    const created = (await client.post(`/${path}`, { title: "Whatever comes" })).body;
    for (const key of Object.keys(actionSchemas[path].shape))
      for (const value of values) {
        const { status, body } = await client.put(`/${path}/${idOf(created)}`, {
          title: "Kept",
          [key]: value,
        });
        expect([200, 400]).toContain(status);
        if (status === 400) expect(body).toEqual({ error: expect.stringContaining(key) });
        else expect(body.title).toBe(key === "title" ? "text" : "Kept");
        if (typeof value === "number" || value === true)
          expect([key, value, status]).toEqual([
            key,
            value,
            key === "guests_can_invite_others" && value === true ? 200 : 400,
          ]);
      }
  });
});

describe("the embed resource", () => {
  it("has six snippets for a page of ours and none for a client's", async () => {
    const client = clientOf(group);
    const { body } = await client.get(`/petitions/${petition.id}/embed`);
    expect(Object.keys(body).filter((key) => key.startsWith("embed_"))).toHaveLength(6);
    expect(body.embed_full_no_styles).toContain("&style=full'></script><div id='can-petition-area-");
    expect(body._links.self.href).toBe(`${BASE}/petitions/${petition.id}/embed`);
    expect((await client.get(`/embeds/petitions/${petition.id}/embed`)).body).toEqual(body);
    expect((await client.get(`/petitions/${idOf(made.petitions)}/embed`)).status).toBe(404);
  });
});
