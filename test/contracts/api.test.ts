import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { everybody } from "../../src/audiences/audience";
import { dbFor } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import { createKey, listKeys, revokeKey } from "../../src/keys/key";
import { saveWrapper } from "../../src/mailings/wrapper";
import { newId } from "../../src/platform/ids";
import { openApi } from "../../src/reference/openapi";
import { contextOf, makeGroup } from "../groups";

/* Every path of the contract's endpoint index (osdi-api.md §3), whoever built what is behind it. */

const BASE = "http://localhost:8787/api/v2";
const NOBODY = "00000000-0000-7000-8000-000000000000";
/** So many keys go round, each with four requests a second. */
const KEYS = 40;
const RETRY_MS = 100;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what no type can promise.
type Doc = any;
type Answer = { status: number; body: Doc; allow: string | null };

const perAction = {
  petitions: "signatures",
  forms: "submissions",
  surveys: "responses",
  events: "attendances",
  fundraising_pages: "donations",
  advocacy_campaigns: "outreaches",
} as const;
const ofPerson = [
  "attendances",
  "signatures",
  "submissions",
  "donations",
  "outreaches",
  "taggings",
  "responses",
];

type Row = [path: string, methods: string, rel: string];
/** What a list is embedded under, where it is not `osdi:` and the last part of the path (osdi-api.md §1.7). */
const rels: Record<string, string> = Object.fromEntries(
  ["campaigns", "event_campaigns", "surveys", "responses", "unique_id_lists"].map((name) => [
    name,
    `action_network:${name}`,
  ]),
);
function collection(path: string, methods: string, item: string): Row[] {
  const name = path.split("/").at(-1) ?? "";
  return [
    [path, methods, rels[name] ?? `osdi:${name}`],
    [`${path}/{${name}}`, item, ""],
  ];
}

const rows: Row[] = [
  ["/", "GET", ""],
  ...collection("/people", "GET POST", "GET PUT"),
  ...ofPerson.flatMap((sub) =>
    collection(`/people/{people}/${sub}`, "GET", sub === "taggings" ? "GET DELETE" : "GET"),
  ),
  ...Object.entries(perAction).flatMap(([type, sub]) => [
    ...collection(`/${type}`, "GET POST", "GET PUT"),
    ...collection(`/${type}/{${type}}/${sub}`, "GET POST", "GET PUT"),
    [`/${type}/{${type}}/embed`, "GET", ""] satisfies Row,
  ]),
  ...collection("/event_campaigns", "GET POST", "GET PUT"),
  ...collection("/event_campaigns/{event_campaigns}/events", "GET POST", "GET"),
  ["/event_campaigns/{event_campaigns}/embed", "GET", ""],
  ...collection("/campaigns", "GET", "GET"),
  ...collection("/donations", "GET", "GET"),
  ...collection("/tags", "GET POST", "GET"),
  ...collection("/tags/{tags}/taggings", "GET POST", "GET DELETE"),
  ...collection("/lists", "GET", "GET"),
  ...collection("/lists/{lists}/items", "GET", "GET"),
  ...collection("/queries", "GET", "GET"),
  ...collection("/wrappers", "GET", "GET"),
  ...collection("/unique_id_lists", "GET POST", "GET PUT"),
  ...collection("/messages", "GET POST", "GET PUT"),
  ["/messages/{messages}/send", "POST DELETE", ""],
  ["/messages/{messages}/schedule", "POST DELETE", ""],
  ["/metadata", "GET", ""],
  ["/metadata/custom_fields", "GET", ""],
];
/** A single thing that can be PUT takes POST for it too (osdi-api.md §9.13); lists of unique ids may be deleted or not. */
const loose = new Set(["POST"]);

let own: Group;
let other: Group;
let keys: string[];
let foreignKeys: string[];
let turn = 0;

async function keysOf(group: Group): Promise<string[]> {
  const made: string[] = [];
  for (let no = 1; no <= KEYS; no += 1) {
    const key = await createKey(contextOf(), group, { no: 1 }, { name: `Walk ${no}`, access: "full" });
    if (!key) throw new Error("no key");
    made.push(key.secret);
  }
  return made;
}

/** Waits its turn, as a client does, where the keys of a round were faster than four requests a second each. */
async function ask(method: string, path: string, body?: unknown, from = keys): Promise<Answer> {
  for (;;) {
    const answered = await askOnce(method, path, body, from);
    if (answered.status !== 429) return answered;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function askOnce(method: string, path: string, body: unknown, from: string[]): Promise<Answer> {
  turn += 1;
  const response = await exports.default.fetch(BASE + path, {
    method,
    headers: { "Content-Type": "application/json", "OSDI-API-Token": from[turn % from.length] ?? "" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), allow: response.headers.get("Allow") };
}

async function make(path: string, body: unknown): Promise<string> {
  const { status, body: made } = await ask("POST", path, body);
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${made.error}`);
  return made.identifiers[0].replace("action_network:", "");
}

const ids: Record<string, string> = {};
function filled(path: string, from: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name) => from[name] ?? NOBODY);
}
/** What makes one of each, where a client can. */
const person = { email_addresses: [{ address: "amina@walk.example" }] };
const bodies: Record<string, unknown> = {
  donations: { person, recipients: [{ display_name: "Us", amount: "5.00" }] },
};

beforeAll(async () => {
  ({ group: own } = await makeGroup());
  ({ group: other } = await makeGroup());
  keys = await keysOf(own);
  foreignKeys = await keysOf(other);
  ids.people = await make("/people", { person });
  for (const [type, sub] of Object.entries(perAction)) {
    ids[type] = await make(`/${type}`, { title: `One of ${type}` });
    ids[sub] = await make(`/${type}/${ids[type]}/${sub}`, bodies[sub] ?? { person });
  }
  ids.event_campaigns = await make("/event_campaigns", { title: "Days of action" });
  ids.tags = await make("/tags", { name: "Walked" });
  const _links = { "osdi:person": { href: `${BASE}/people/${ids.people}` } };
  ids.taggings = await make(`/tags/${ids.tags}/taggings`, { _links });
  ids.unique_id_lists = await make("/unique_id_lists", { name: "Some", unique_ids: [ids.people] });
  ids.messages = await make("/messages", { subject: "Ours" });
  ids.queries = await audience(own);
  const wrapper = { id: null, name: "Ours", html: "{{ content }}", plain: "", revision: 0 };
  const saved = await saveWrapper(contextOf(), own, { no: 1 }, wrapper);
  if (saved.is === "saved") ids.wrappers = saved.id;
});

async function audience(group: Group): Promise<string> {
  const id = newId();
  await dbFor(env, group)
    .d1.prepare(
      "INSERT INTO audiences (group_no, audience_no, id, name, tree, created_by, created_at, updated_by, updated_at) VALUES (?, 1, unhex(?), 'All', ?, 1, 1, 1, 1)",
    )
    .bind(group.no, id.replaceAll("-", ""), JSON.stringify(everybody))
    .run();
  return id;
}

describe("every path of the contract", () => {
  it.each(rows)("%s has %s and no more", async (path, methods) => {
    const allowed = methods.split(" ");
    for (const method of ["GET", "POST", "PUT", "DELETE"]) {
      const { status, body, allow } = await ask(method, filled(path), method === "GET" ? undefined : {});
      const said = `${method} ${path}: ${status} ${body.error ?? ""}`;
      if (allowed.includes(method)) {
        expect([405, 500, 503], said).not.toContain(status);
        expect(body.error ?? "", said).not.toContain("There is nothing at");
      } else if (!(loose.has(method) && allowed.includes("PUT")) && !/unique_id_lists\}$/.test(path)) {
        expect(status, said).toBe(405);
        expect(body, said).toEqual({ error: expect.any(String) });
        expect(allow, said).toContain(allowed[0]);
      }
    }
  });

  it.each(rows.filter(([, , rel]) => rel !== ""))("%s lists in its envelope (%s)", async (path, _, rel) => {
    const at = filled(path, ids);
    const { status, body } = await ask("GET", at);
    // A list of people that something produced is there once something did.
    if (at.includes(NOBODY)) return void expect(status).toBe(404);
    expect([status, Object.keys(body._embedded)], body.error).toEqual([200, [rel]]);
    expect(body).toMatchObject({
      per_page: 25,
      page: 1,
      _links: { self: { href: BASE + at }, [rel]: expect.any(Array) },
    });
    expect(body._links.curies.map(({ name }: Doc) => name)).toEqual(["osdi", "action_network"]);
    const hasTotals = rel !== "osdi:people" && rel !== "osdi:items";
    expect("total_pages" in body, "totals").toBe(hasTotals);
    expect(await ask("GET", `${at}/?page=99`)).toMatchObject({
      status: 200,
      body: { page: 99, _embedded: { [rel]: [] } },
    });
    for (const item of body._embedded[rel]) {
      const read = await ask("GET", item._links.self.href.replace(BASE, ""));
      expect([read.status, read.body.identifiers?.[0]], item._links.self.href).toEqual([
        200,
        item.identifiers[0],
      ]);
      expect(item.identifiers[0]).toBe(`action_network:${item._links.self.href.split("/").at(-1)}`);
    }
  });

  it("is described, and nothing is described that is not there", async () => {
    const paths = Object.entries(openApi("http://localhost:8787").paths as Doc);
    const described = new Map<string, Set<string>>();
    for (const [path, calls] of paths)
      described.set(path.replace(/\{\w+\}/g, "{}"), new Set(Object.keys(calls as Doc)));
    for (const [path, methods] of rows)
      for (const method of methods.split(" "))
        expect(
          described.get(path.replace(/\{\w+\}/g, "{}"))?.has(method.toLowerCase()),
          `${method} ${path}`,
        ).toBe(true);
    for (const [path, calls] of paths)
      for (const method of Object.keys(calls as Doc)) {
        const { status, body } = await ask(
          method.toUpperCase(),
          filled(path),
          method === "get" ? undefined : {},
        );
        expect(status === 405 || /There is nothing at/.test(body.error ?? ""), `${method} ${path}`).toBe(
          false,
        );
      }
  });
});

describe("keys", () => {
  const ofThings = rows.filter(([path]) => path.includes("{"));

  it("of another group find none of its things, change none, and learn no more than of what never was", async () => {
    const documents = async () => {
      const seen = new Map<string, Answer>();
      for (const [path, methods] of ofThings)
        if (methods.includes("GET")) seen.set(path, await ask("GET", filled(path, ids)));
      return seen;
    };
    const before = await documents();
    for (const [path, methods] of ofThings)
      for (const method of methods.split(" ")) {
        const body = method === "GET" ? undefined : { title: "Stolen", name: "Stolen", person };
        const { status, body: said } = await ask(method, filled(path, ids), body, foreignKeys);
        expect([status, Object.keys(said)], `${method} ${path}: ${JSON.stringify(said)}`).toEqual([
          404,
          ["error"],
        ]);
      }
    expect(await documents()).toEqual(before);
  });

  it("that may only read are refused whatever would change something", async () => {
    const made = await createKey(contextOf(), own, { no: 1 }, { name: "Reader", access: "read" });
    const reader = [made?.secret ?? ""];
    for (const [path, method] of [
      ["/tags", "POST"],
      ["/people/{people}", "PUT"],
      ["/tags/{tags}/taggings/{taggings}", "DELETE"],
    ])
      expect((await ask(method ?? "", filled(path ?? "", ids), {}, reader)).status, path).toBe(403);
  });

  it("that were revoked open nothing any more, and are told so in the words clients look for", async () => {
    for (const key of await listKeys(contextOf(), other)) await revokeKey(contextOf(), other, { no: 1 }, key);
    for (const [path, methods] of rows) {
      const method = methods.split(" ").at(-1) ?? "GET";
      const { status, body } = await ask(
        method,
        filled(path, ids),
        method === "GET" ? undefined : {},
        foreignKeys,
      );
      if (path === "/") expect([status, "osdi:tags" in body._links]).toEqual([200, false]);
      else
        expect([status, body.error?.slice(0, 30)], `${method} ${path}`).toEqual([
          403,
          "API Key invalid or not present",
        ]);
    }
  });
});
