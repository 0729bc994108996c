import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { forgetPages } from "../actions/page-cache";
import type { Action } from "../actions/types";
import type { Env } from "../env";
import { dbFor, type GroupDb } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { kinds } from "../kinds";
import { civilDay } from "../ui/format";
import { selectViews } from "./store";
import type { ViewsSeen } from "./types";
import { noteView, storeViews, tellViews } from "./view";

const BROWSER = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36";

let group: Group;
let db: GroupDb;
let action: Action;
let url: string;

beforeEach(async () => {
  await tellViews(contextOf(withQueue([])), kinds);
  const made = await makeGroup();
  group = made.group;
  db = dbFor(env, group);
  action = await makePetition(group);
  await publishSite(contextOf(), group);
  url = `http://${made.host}:8787/petitions/${action.slug}`;
});

/** Bindings whose queue of views is a list. */
function withQueue(sent: ViewsSeen[], isDown = false): Env {
  const VIEWS = {
    sendBatch: async (messages: { body: ViewsSeen }[]) => {
      if (isDown) throw new Error("the queue is away");
      sent.push(...messages.map(({ body }) => body));
    },
  };
  return { ...env, VIEWS } as unknown as Env;
}

const nobody = {
  waitUntil: () => {},
  passThroughOnException: () => {},
  props: {},
} as unknown as ExecutionContext;

function look(address: string, headers: Record<string, string> = {}, init: RequestInit = {}, status = 200) {
  const request = new Request(address, { ...init, headers: { "User-Agent": BROWSER, ...headers } });
  noteView(request, new Response(null, { status }), env, nobody, kinds);
}

/** What is told of the action now: views of its page and of its embeds. Null when nothing is told of anything. */
async function told(): Promise<[page: number, embeds: number] | null> {
  const sent: ViewsSeen[] = [];
  await tellViews(contextOf(withQueue(sent)), kinds);
  const entries = sent.flatMap(({ views }) => views);
  if (entries.length === 0) return null;
  const sum: [number, number] = [0, 0];
  for (const [groupNo, actionNo, day, page, embeds] of entries) {
    expect([groupNo, actionNo, day]).toEqual([group.no, action.no, today()]);
    sum[0] += page;
    sum[1] += embeds;
  }
  return sum;
}

const today = () => civilDay(Date.now(), group.timeZone);

function message(body: unknown) {
  return { body } as unknown as Message<unknown>;
}

describe("a view", () => {
  it("is a page or an embed sent to a browser, whatever its query, counted together and told once", async () => {
    look(url);
    look(`${url}?source=flyer`);
    look(`${url}/embed`);
    look(`${url}/embed.json?look=site`);
    look(`${url}/embed.json`);
    expect(await told()).toEqual([2, 3]);
    expect(await told()).toBeNull();
  });

  it.each<[string, () => void]>([
    ["HEAD", () => look(url, {}, { method: "HEAD" })],
    ["a form", () => look(url, {}, { method: "POST" })],
    ["a browser that has the page already", () => look(url, {}, {}, 304)],
    ["a page that is not there", () => look(url, {}, {}, 404)],
    ["a preview", () => look(`${url}?source=x&preview=token`)],
    ["a page fetched in advance", () => look(url, { "Sec-Purpose": "prefetch;prerender" })],
    ["a machine", () => look(url, { "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" })],
    ["a link's picture for a chat", () => look(url, { "User-Agent": "WhatsApp/2.23.20.0" })],
    ["somebody who does not say what they are", () => look(url, { "User-Agent": "" })],
    ["thanks", () => look(`${url}/thanks`)],
    ["a count", () => look(`${url}/count.json`)],
    ["the group's page", () => look(new URL("/", url).href)],
    ["an action that is not there", () => look(`${url}-nowhere`)],
    ["a page of the kind's own", () => look(new URL("/files/picture", url).href)],
    ["somebody else's host", () => look("http://nobody.localhost:8787/petitions/air")],
  ])("is not: %s", async (_name, act) => {
    act();
    expect(await told()).toBeNull();
  });

  it("is kept while the queue is away", async () => {
    look(url);
    await tellViews(contextOf(withQueue([], true)), kinds);
    look(url);
    expect(await told()).toEqual([2, 0]);
  });

  it("is counted by the whole worker, the page made or from memory, and comes to be a row", async () => {
    forgetPages();
    for (let time = 0; time < 3; time += 1) {
      const response = await exports.default.fetch(url, { headers: { "User-Agent": BROWSER } });
      expect(response.status).toBe(200);
      expect(response.headers.get("Set-Cookie")).toBeNull();
      await response.text();
    }
    await expect
      .poll(() => selectViews(db, action.no), { timeout: 18_000, interval: 300 })
      .toEqual([{ day: today(), pageViews: 3, embedViews: 0 }]);
  });
});

describe("messages of views", () => {
  const views = (count: number, embeds = 0): ViewsSeen => ({
    type: "views.seen",
    shard: group.shard,
    views: [[group.no, action.no, "2026-03-01", count, embeds]],
  });

  it("add up to one row for an action and a day, and to what was there", async () => {
    await storeViews(contextOf(), [message(views(2)), message(views(3, 1))]);
    await storeViews(contextOf(), [message(views(5))]);
    expect(await selectViews(db, action.no)).toEqual([{ day: "2026-03-01", pageViews: 10, embedViews: 1 }]);
  });

  it("write a row for a hundred isolates", async () => {
    const written: number[] = [];
    const shard = env[group.shard as "SHARD_01"];
    const batch = async (statements: D1PreparedStatement[]) => {
      const results = await shard.batch(statements);
      written.push(...results.map(({ meta }) => meta.rows_written));
      return results;
    };
    const prepare = (sql: string) => shard.prepare(sql);
    const counting = { ...env, [group.shard]: { prepare, batch } } as unknown as Env;
    await storeViews(
      contextOf(counting),
      Array.from({ length: 100 }, () => message(views(50))),
    );
    expect(await selectViews(db, action.no)).toMatchObject([{ pageViews: 5_000 }]);
    expect(written).toEqual([1]);
  });

  it("of a shard that is away are tried again, and no others", async () => {
    const away = { ...views(1), shard: "SHARD_99" };
    const failed = await storeViews(contextOf(), [message(away), message(views(1)), message({ type: "x" })]);
    expect(failed.map(({ body }) => body)).toEqual([away]);
    expect(await selectViews(db, action.no)).toMatchObject([{ pageViews: 1 }]);
  });

  it("say nothing of another group's action of the same number", async () => {
    const other = await makeGroup({ shard: group.shard });
    await storeViews(contextOf(), [message(views(1))]);
    expect(await selectViews(dbFor(env, other.group), action.no)).toEqual([]);
  });
});
