import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { withoutD1 } from "../../test/refusing";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { createKey } from "../keys/key";
import { maybeLater, runRequest } from "./background";
import { apiRequestDue } from "./background-types";
import { BODY_BYTES_MAX, readBody } from "./body";
import { answerCollection } from "./collection";
import { answer, answerItem, type Item, identity, idInLink, type Link } from "./hal";
import { ApiError } from "./problem";
import { apiRoutes } from "./routes";
import { overdueRequests } from "./store-background";
import type { ApiEnv } from "./web";

/* What every resource of the API shares, with a resource made for it. */

let group: Group;
const numbers = Array.from({ length: 60 }, (_, index) => 60 - index);
const made: { body: unknown; makes: string | null; groupNo: number }[] = [];
let trouble: Error | null = null;

function numberItem(base: string, no: number): Item {
  return {
    ...identity(`n${no}`, [], no * 1000, no * 1000),
    _links: { self: { href: `${base}/numbers/${no}` } },
  };
}

/** The real surface, and below it routes as a resource has them. */
const api = apiRoutes({ kinds: [], noteFailure: () => undefined });
const own = new Hono<ApiEnv>({ strict: false });
own.get("/numbers", (c) =>
  answerCollection(c, {
    path: "/numbers",
    rel: "osdi:numbers",
    fields: ["identifier"],
    find: async ({ limit, skip, after }) => {
      const from = after === null ? skip : numbers.indexOf(Number(after)) + 1;
      const rows = numbers.slice(from, from + limit);
      return { rows, cursor: rows.length > 0 ? String(rows.at(-1)) : null, total: numbers.length };
    },
    render: (no) => numberItem(c.var.base, no),
  }),
);
own.get("/numbers/:no", (c) => answerItem(c, numberItem(c.var.base, Number(c.req.param("no")))));
own.post("/numbers", maybeLater, async (c) => {
  const body = await readBody(c);
  if (trouble) throw trouble;
  made.push({ body, makes: c.var.makes, groupNo: c.var.caller.group.no });
  return answer(c, { made: made.length });
});
api.route("/", own);

type Document = {
  page?: number;
  error?: string;
  _embedded: Record<string, Item[]>;
  _links: Record<string, Link | Link[]>;
};

/** A key each time: four requests of one in a second are as many as there may be. */
async function keyOf(of: Group, access: "full" | "read" = "full"): Promise<string> {
  const key = await createKey(contextOf(), of, { no: 1 }, { name: crypto.randomUUID(), access });
  if (!key) throw new Error("no key");
  return key.secret;
}

async function ask(path: string, init: RequestInit & { key?: string } = {}, bindings: Env = env as Env) {
  const { key = await keyOf(group), ...rest } = init;
  const headers = { "Content-Type": "application/json", "OSDI-API-Token": key, ...rest.headers };
  const executionCtx = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  const response = await api.fetch(
    new Request(`http://localhost:8787/api/v2${path}`, { ...rest, headers }),
    bindings,
    executionCtx,
  );
  return { response, status: response.status, body: (await response.json()) as Document };
}
const post = (path: string, body: unknown, bindings?: Env) =>
  ask(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }, bindings);

beforeAll(async () => {
  ({ group } = await makeGroup());
});

describe("a collection", () => {
  it("is walked by `next` to the last page, each row once, with envelopes that add up", async () => {
    const seen: string[] = [];
    let path = "/numbers";
    for (let page = 1; page <= 3; page += 1) {
      const { body } = await ask(path);
      expect(body).toMatchObject({ total_pages: 3, total_records: 60, per_page: 25, page });
      const links = body._links;
      const items = body._embedded["osdi:numbers"] ?? [];
      expect(Object.keys(body._embedded)).toEqual(["osdi:numbers"]);
      expect(links["osdi:numbers"]).toEqual(items.map(({ _links }) => _links.self));
      expect(links.self).toEqual({ href: "http://localhost:8787/api/v2/numbers" });
      seen.push(...items.map(({ _links }) => _links.self.href));
      expect("next" in links).toBe(page < 3);
      expect("previous" in links).toBe(page > 1);
      const next = (links.next ?? { href: "" }) as Link;
      path = next.href.replace("http://localhost:8787/api/v2", "");
    }
    expect(seen).toEqual(numbers.map((no) => `http://localhost:8787/api/v2/numbers/${no}`));
  });

  it.each([
    ["page=2", 2, 25, "35"],
    ["page=3", 3, 10, "10"],
    ["page=99", 99, 0, undefined],
    ["per_page=7&page=2", 2, 7, "53"],
    ["per_page=100", 1, 25, "60"],
    ["per_page=0&page=-3", 1, 25, "60"],
    ["per_page=25filter=None&perPage=3&limit=1", 1, 25, "60"],
    ["filter=&page=x", 1, 25, "60"],
    ["filter=None", 1, 25, "60"],
  ])("takes %s", async (query, page, count, first) => {
    const { status, body } = await ask(`/numbers?${query}`);
    expect([status, body.page]).toEqual([200, page]);
    const items = body._embedded["osdi:numbers"] ?? [];
    expect(items).toHaveLength(count);
    expect(items[0]?._links.self.href.split("/").at(-1)).toBe(first);
  });

  it("refuses a filter it cannot read with the reason, and answers with a slash at the end too", async () => {
    expect(await ask("/numbers?filter=colour%20eq%20'red'")).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("cannot filter by 'colour'") },
    });
    const { status, response } = await ask("/numbers/?page=1");
    expect(status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/hal+json; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toBe("max-age=0, private, must-revalidate");
  });
});

describe("a caller", () => {
  it.each(["", "no-such-key", `gs_${"a".repeat(40)}`])(
    "with %o for a key is refused in the known words",
    async (key) => {
      const { status, body } = await ask("/numbers", { key });
      expect(status).toBe(403);
      expect(body).toEqual({ error: `API Key invalid or not present ${key}`.trimEnd() });
    },
  );

  it("with a key for reading reads and changes nothing", async () => {
    const key = await keyOf(group, "read");
    expect(await ask("/numbers/1", { key })).toMatchObject({ status: 200 });
    const before = made.length;
    expect(await ask("/numbers", { key, method: "POST", body: "{}" })).toMatchObject({ status: 403 });
    expect(made).toHaveLength(before);
  });

  it("of a group that was stopped is told so", async () => {
    const { group: stopped } = await makeGroup({ status: "suspended" });
    expect(await ask("/numbers/1", { key: await keyOf(stopped) })).toMatchObject({
      status: 403,
      body: { error: "This group is suspended" },
    });
  });

  it("makes four requests a second, and is told to wait at the fifth", async () => {
    const key = await keyOf(group);
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask("/numbers/1", { key })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(refused?.body).toEqual({ error: "Too many requests" });
    expect(refused?.response.headers.get("Retry-After")).toBe("1");
  });
});

describe("a body", () => {
  it.each([
    ["{", 400, "not valid JSON"],
    ["[]", 400, "must be a JSON object"],
    ["null", 400, "must be a JSON object"],
    ['"text"', 400, "must be a JSON object"],
    [`{"a":${"[".repeat(30)}${"]".repeat(30)}}`, 400, "levels"],
    [`{"a":"${"x".repeat(BODY_BYTES_MAX)}"}`, 413, "kB"],
  ])("of %.40s is refused", async (text, status, words) => {
    const before = made.length;
    expect(await post("/numbers", text)).toMatchObject({
      status,
      body: { error: expect.stringContaining(words) },
    });
    expect(made).toHaveLength(before);
  });

  it("may be missing, and may have keys nobody knows", async () => {
    expect(await post("/numbers", "")).toMatchObject({ status: 200 });
    expect(await post("/numbers", { anything: [1, { else: null }] })).toMatchObject({ status: 200 });
  });

  it("that is not UTF-8 is refused", async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect(await ask("/numbers", { method: "POST", body })).toMatchObject({ status: 400 });
  });

  it("names things by links, whatever host they are written with", () => {
    const id = "0b3cf1e2-0000-4000-8000-000000000001";
    const named = (found: unknown) => idInLink({ "osdi:person": found }, "osdi:person");
    expect(named({ href: `https://actionnetwork.org/api/v2/people/${id}` })).toBe(id);
    expect(named([{ href: `http://localhost:8787/api/v2/people/${id}/?x=1` }])).toBe(id);
    expect(named(`people/action_network:${id}`)).toBe(id);
    for (const none of [undefined, null, 7, {}, [], { href: 7 }, { href: "" }])
      expect(named(none)).toBeNull();
  });
});

describe("a request to be done later", () => {
  const later = (query: string, body: unknown, bindings: Env) =>
    post(`/numbers?background_request=${query}`, body, bindings);
  const dueOf = (queue: ReturnType<typeof fakeQueue>) =>
    queue.sent.map(({ body }) => apiRequestDue.parse(body));
  const overdue = async () =>
    (await overdueRequests(dbFor(env as Env, group).d1, Date.now() + 600_000, 100)).filter(
      ({ groupNo }) => groupNo === group.no,
    );

  it("is answered at once with nothing, done once however often its message comes, and then forgotten", async () => {
    const queue = fakeQueue();
    const before = made.length;
    const { status, body } = await later("true", { a: 1 }, { ...(env as Env), EVENTS: queue.binding });
    expect([status, body]).toEqual([200, {}]);
    expect(made).toHaveLength(before);
    const [due] = dueOf(queue);
    if (!due) throw new Error("no message");
    for (let time = 0; time < 3; time += 1) await runRequest(contextOf(), due, api);
    expect(made.slice(before)).toEqual([{ body: { a: 1 }, makes: due.id, groupNo: group.no }]);
    expect(await overdue()).toEqual([]);
  });

  it.each(["false", "", "TRUEISH"])("is done now with %o", async (value) => {
    const before = made.length;
    expect((await later(value, {}, env as Env)).body).toEqual({ made: before + 1 });
  });

  it("by the name some clients use is done now", async () => {
    expect((await post("/numbers?background_processing=true", {})).body).toEqual({ made: made.length });
  });

  it("that fails on our side stays and makes under the same id what it makes; one that is refused is forgotten", async () => {
    const queue = fakeQueue();
    const bindings = { ...(env as Env), EVENTS: queue.binding };
    await later("true", { b: 2 }, bindings);
    const [due] = dueOf(queue);
    if (!due) throw new Error("no message");
    trouble = new Error("the database is away");
    await expect(runRequest(contextOf(), due, api)).rejects.toThrow("503");
    expect(await overdue()).toHaveLength(1);
    trouble = new ApiError(400, "no");
    await runRequest(contextOf(), due, api);
    trouble = null;
    expect(await overdue()).toEqual([]);
    await runRequest(contextOf(), due, api);
    expect(made.at(-1)?.body).not.toEqual({ b: 2 });
  });

  it("is promised only when it is stored", async () => {
    const { status, response } = await later("true", {}, withoutD1(env as Env));
    expect(status).toBe(503);
    expect(response.headers.get("Retry-After")).not.toBeNull();
  });
});

it("what is nowhere is told as JSON", async () => {
  expect(await ask("/nothing-of-ours")).toMatchObject({ status: 404, body: { error: expect.any(String) } });
});
