import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  quickstarts,
  quickstartsInto,
  viewerFiles,
  viewerFrom,
  viewerInto,
} from "../../src/reference/make.ts";
import { type Example, inOrder, keepExamples, keptExamples } from "../api-examples.ts";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import type { Visitor } from "../client.ts";
import { makeKey, signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";

const server = sharedServer();
const slug = "programs";
const BASE = `${server.origin}/api/v2`;
/** So many keys go round, each with four requests a second; where that is not enough, a call waits its turn. */
const KEYS = 12;

// biome-ignore lint/suspicious/noExplicitAny: a client reads what no type can promise.
type Doc = any;

let rosa: Visitor;
let keys: string[];
let browser: TestBrowser;

beforeAll(async () => {
  rosa = await signIn(server, { name: world.organiser.name, email: "rosa@programs.example" });
  await startGroup(rosa, { ...world.group, slug });
  keys = [];
  for (let no = 1; no <= KEYS; no += 1) keys.push(await makeKey(rosa, slug, `Program ${no}`));
  browser = await sharedBrowser();
});
afterAll(() => browser.close());

let turn = 0;
function nextKey(): string {
  turn += 1;
  return keys[turn % KEYS] ?? "";
}

async function call(method: string, path: string, body?: unknown): Promise<Doc> {
  const response = await server.fetch(server.platformHost, `/api/v2${path}`, {
    method,
    headers: { "OSDI-API-Token": nextKey(), "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    return call(method, path, body);
  }
  const answer: Doc = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.error}`);
  return answer;
}
const idOf = (doc: Doc): string => doc.identifiers[0].replace("action_network:", "");

describe("the examples of the reference", () => {
  test("are what the server answers (UPDATE_EXAMPLES=1 keeps new ones)", async () => {
    const seen = inOrder(await walk(), server.origin);
    if (process.env.UPDATE_EXAMPLES === "1") keepExamples(seen);
    expect(keptExamples()).toEqual(seen);
  });
});

/** The kinds of actions, what people do with them, and what a program says of both. */
const takings = [
  [
    "petitions",
    "signatures",
    { action: { petition_text: world.petition.ask }, taken: { comments: "For my children" } },
  ],
  ["forms", "submissions", { action: {}, taken: {} }],
  ["surveys", "responses", { action: {}, taken: {} }],
  ["events", "attendances", { action: { start_date: "2030-06-01T18:30:00Z" }, taken: {} }],
  [
    "fundraising_pages",
    "donations",
    {
      action: { currency: "CAD" },
      taken: { recipients: [{ display_name: "Clean Air Now", amount: "25.00" }] },
    },
  ],
  [
    "advocacy_campaigns",
    "outreaches",
    {
      action: { type: "email" },
      taken: { targets: [{ given_name: "Sam", family_name: "Office" }], message: "Please act." },
    },
  ],
] as const;

/** Makes one of everything and reads it, as the pages of the reference show it. */
async function walk(): Promise<Record<string, Example>> {
  const seen: Record<string, Example> = {};
  const show = async (name: string, path: string, request?: unknown): Promise<Doc> => {
    const [method = ""] = name.split(" ");
    const response = await call(method, path, request);
    seen[name] = { ...(request === undefined ? {} : { request }), response };
    return response;
  };
  await show("GET /", "/");
  const [amina] = world.supporters;
  const person = {
    given_name: amina.givenName,
    family_name: amina.familyName,
    email_addresses: [{ address: amina.email }],
  };
  await show("POST /tags", "/tags", { name: "Volunteer" });
  const added = await show("POST /people", "/people", {
    person: { ...person, custom_fields: { school: "Elm Street" } },
    add_tags: ["Volunteer"],
  });
  const people = `/people/${idOf(added)}`;
  await show("GET /people", `/people?filter=${encodeURIComponent(`email_address eq '${amina.email}'`)}`);
  await show("GET /people/{id}", people);
  await show("PUT /people/{id}", people, { postal_addresses: [{ postal_code: "M5V 2T6", country: "CA" }] });
  const {
    "osdi:tags": [tag],
  } = (await show("GET /tags", "/tags"))._embedded;
  const tagging = await call("GET", `${people}/taggings`);
  await show("GET /tags/{id}", `/tags/${idOf(tag)}`);
  await show("GET /tags/{id}/taggings", `/tags/${idOf(tag)}/taggings`);
  await show(
    "DELETE /tags/{id}/taggings/{sub_id}",
    `/tags/${idOf(tag)}/taggings/${idOf(tagging._embedded["osdi:taggings"][0])}`,
  );
  await show("POST /tags/{id}/taggings", `/tags/${idOf(tag)}/taggings`, {
    _links: { "osdi:person": { href: BASE + people } },
  });
  for (const [type, sub, body] of takings) {
    const made = await show(`POST /${type}`, `/${type}`, { title: world.petition.title, ...body.action });
    const path = `/${type}/${idOf(made)}`;
    const taken = await show(`POST /${type}/{id}/${sub}`, `${path}/${sub}`, { person, ...body.taken });
    await show(`GET /${type}`, `/${type}`);
    await show(`GET /${type}/{id}`, path);
    await show(`PUT /${type}/{id}`, path, { description: "<p>Collected at the school gates.</p>" });
    await show(`GET /${type}/{id}/${sub}`, `${path}/${sub}`);
    await show(`GET /${type}/{id}/${sub}/{sub_id}`, `${path}/${sub}/${idOf(taken)}`);
  }
  await show("GET /donations", "/donations");
  await show("GET /people/{id}/signatures", `${people}/signatures`);
  await show("POST /event_campaigns", "/event_campaigns", { title: "Walk to school day" });
  await show("GET /event_campaigns", "/event_campaigns");
  await show("POST /unique_id_lists", "/unique_id_lists", {
    name: "Door knockers",
    unique_ids: [idOf(added)],
  });
  await show("GET /unique_id_lists", "/unique_id_lists");
  await show("GET /lists", "/lists");
  await show("GET /queries", "/queries");
  await show("GET /metadata", "/metadata");
  await show("GET /metadata/custom_fields", "/metadata/custom_fields");
  const message = {
    ...{
      name: "Spring",
      subject: "Clean air for every school",
      body: "<p>Hello {{ first_name | default: 'friend' }},</p><p>Please sign.</p>",
    },
    ...{ from: world.organiser.name, reply_to: world.group.replyTo },
  };
  const made = await show("POST /messages", "/messages", message);
  await show("GET /messages", "/messages");
  await show("GET /messages/{id}", `/messages/${idOf(made)}`);
  await show("PUT /messages/{id}", `/messages/${idOf(made)}`, { subject: "Clean air, now" });
  await show("GET /wrappers", "/wrappers");
  return seen;
}

describe("what the reference is made of", () => {
  test("is what its sources make (npm run reference), and evaluates no text where our policy forbids it", () => {
    expect(readFileSync(quickstartsInto, "utf8")).toBe(quickstarts());
    for (const file of viewerFiles)
      expect(readFileSync(join(viewerInto, file)).equals(readFileSync(join(viewerFrom, file))), file).toBe(
        true,
      );
  });

  test("is OpenAPI 3.1: every reference leads somewhere, every call has its page, no two have one name", async () => {
    const response = await server.fetchWhole(server.platformHost, "/api/v2/openapi.json");
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    const description: Doc = await response.json();
    expect(description.openapi).toBe("3.1.0");
    expect(description.servers).toEqual([{ url: BASE }]);
    const refs = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(Object.keys(description.components.schemas)).toEqual(expect.arrayContaining([...new Set(refs)]));
    const calls = Object.values<Doc>(description.paths).flatMap((path) => Object.values<Doc>(path));
    expect(calls.length).toBeGreaterThan(80);
    expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(calls.length);
    for (const page of new Set<string>(calls.map(({ externalDocs }) => externalDocs.url)))
      expect((await server.fetch(server.platformHost, page)).status, page).toBe(200);
    expect((await server.fetch(server.platformHost, "/docs/v2/osdi:people")).status).toBe(200);
    expect((await server.fetch(server.platformHost, "/docs/v2/nothing")).status).toBe(404);
    const docs = new URL((await call("GET", "/"))._links.docs.href);
    expect((await server.fetch(server.platformHost, docs.pathname)).headers.get("location")).toBe("/docs/v2");
  });
});

/*
 * js-actionnetwork 1.0.7 (npm; NirTatcher/actionnetworkjs), as its source asks: the same paths, bodies and loops. The package is not in
 * the registry any more, so that it cannot be installed here; decision 0049 says how it was run itself.
 */
describe("the calls of the published JavaScript client", () => {
  /** It goes on until it has as many as `total_records` says, and reads the first key of `_embedded`. */
  async function everyPage(path: string): Promise<Doc[]> {
    const found: Doc[] = [];
    let answer: Doc;
    let page = 0;
    do {
      page += 1;
      answer = await call("GET", `${path}/?page=${page}&per_page=25`);
      found.push(...(Object.values<Doc[]>(answer._embedded)[0] ?? []));
    } while (found.length < answer.total_records);
    return found;
  }

  test("read every collection to its end, and each thing in it by its id", async () => {
    const made = await call("POST", "/people", {
      person: { email_addresses: [{ address: "published@client.example" }] },
    });
    for (const name of [
      "people",
      "petitions",
      "forms",
      "events",
      "event_campaigns",
      "fundraising_pages",
      "advocacy_campaigns",
      "donations",
      "campaigns",
      "tags",
      "lists",
      "queries",
      "messages",
      "wrappers",
    ])
      for (const thing of (await everyPage(`/${name}`)).slice(0, 3))
        expect((await call("GET", `/${name}/${idOf(thing)}`)).identifiers).toEqual(thing.identifiers);
    for (const sub of ["attendances", "signatures", "submissions", "donations", "outreaches", "taggings"])
      expect(await everyPage(`/people/${idOf(made)}/${sub}`), sub).toEqual([]);
    expect(await call("GET", "/metadata/custom_fields")).toHaveProperty(["action_network:custom_fields"]);
    expect(await call("GET", "/metadata")).toHaveProperty("name");
  });

  test("make and change each kind of thing, and what people do with it", async () => {
    const person = { email_addresses: [{ address: "writes@client.example" }] };
    const known = await call("POST", "/people", { person });
    expect((await call("PUT", `/people/${idOf(known)}`, { given_name: "Wri" })).given_name).toBe("Wri");
    for (const [type, sub, body] of takings) {
      const made = await call("POST", `/${type}`, { title: "By a client", ...body.action });
      const path = `/${type}/${idOf(made)}`;
      expect((await call("PUT", path, { title: "Changed by a client" })).title, type).toBe(
        "Changed by a client",
      );
      const links = {
        _links: { "osdi:person": { href: `https://actionnetwork.org/api/v2/people/${idOf(known)}` } },
      };
      const taken = await call("POST", `${path}/${sub}`, { ...links, ...body.taken });
      expect(taken._links["osdi:person"].href, sub).toBe(`${BASE}/people/${idOf(known)}`);
      expect(idOf(await call("PUT", `${path}/${sub}/${idOf(taken)}`, taken))).toBe(idOf(taken));
      expect(idOf(await call("GET", `/people/${idOf(known)}/${sub}/${idOf(taken)}`))).toBe(idOf(taken));
      expect(await everyPage(`${path}/${sub}`)).toHaveLength(1);
    }
    const message = await call("POST", "/messages", { subject: "By a client" });
    expect((await call("PUT", `/messages/${idOf(message)}`, { subject: "Changed" })).subject).toBe("Changed");
    const campaign = await call("POST", "/event_campaigns", { title: "By a client" });
    expect((await call("PUT", `/event_campaigns/${idOf(campaign)}`, { title: "Changed" })).title).toBe(
      "Changed",
    );
  });
});

describe("the quick starts", () => {
  const folder = join(import.meta.dirname, "../../docs/quickstart");
  test.each([
    ["sh", "curl.sh", /"email_address|ada@curl\.example"/],
    ["python3", "python.py", /added action_network:[0-9a-f-]{36}\npeople .*Bo/],
    [process.execPath, "javascript.mjs", /recorded action_network:[0-9a-f-]{36}\nsignatures 1/],
  ])("run as they stand: %s %s", async (program, file, says) => {
    const env = { ...process.env, API_URL: BASE, API_KEY: nextKey() };
    const { stdout } = await promisify(execFile)(program, [join(folder, file)], { env, timeout: 60_000 });
    expect(stdout).toMatch(says);
  });
});

describe("the viewer", () => {
  test("shows every call under our policy, tries one out, and is usable small and dark", async () => {
    const page = await browser.newPage();
    const trouble = watchForTrouble(page);
    await page.goto(`${server.origin}/docs/api#/Messages`);
    await page.getByText("List messages").first().waitFor();
    await page.getByRole("button", { name: "Authorize" }).click();
    await page.locator(".auth-container input").fill(keys[0] ?? "");
    await page.locator(".modal-ux .auth-btn-wrapper .authorize").click();
    await page.locator(".modal-ux .btn-done").click();
    await page.locator("#operations-Messages-get_messages .opblock-summary-control").click();
    await page.getByRole("button", { name: "Try it out" }).click();
    await page.getByRole("button", { name: "Execute" }).click();
    await page.locator(".live-responses-table .response .response-col_status", { hasText: "200" }).waitFor();
    expect(await page.locator(".live-responses-table").textContent()).toContain("total_records");
    expect(trouble).toEqual([]);
    await page.setViewportSize({ width: 360, height: 667 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    const small = await browser.newPage({ width: 360, theme: "dark", locale: "fr" });
    await small.goto(`${server.origin}/docs/v2/messages`);
    expect(await accessibilityViolations(small)).toEqual([]);
    expect(await small.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  });
});
