import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { changeGroup, contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { actsOf, makeTeam } from "../../test/teams";
import type { Env } from "../env";
import { nounsOf } from "../exports/store-archive";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { rowBody } from "../intake/drain";
import { erasePerson } from "../intake/erasure";
import { removeParticipations, undoRemoval } from "../intake/removal";
import { storeParticipations } from "../intake/store";
import { addPerson } from "../people/edit";
import { sha256 } from "../platform/crypto";
import { type ActionId, idToHex, newId, type ParticipationId, type PersonId } from "../platform/ids";
import { isSignedMessage } from "../platform/signed-webhook";
import { forgetElsewhere } from "../privacy/store-erasure";
import { problemOf } from "./address";
import { laneOf } from "./objects";
import { pauseWebhook } from "./pausing";
import { hashesOf } from "./payload";
import { secretOf } from "./secret";
import { insertDeliveries, selectGroupsOn } from "./store";
import type { Done } from "./store-events";
import { FAILURES_MAX, type Filters, type Webhook } from "./types";
import * as webhooks from "./webhook";

const NOW = Date.UTC(2026, 5, 1);
const by = { no: 1 };
const DNS = "https://cloudflare-dns.com";

type Asked = { url: string; body: string; headers: Headers };
const asked: Asked[] = [];
/** How receivers answer, by the path of their address. */
const receivers = new Map<string, () => Response | Promise<Response>>();
/** "name type" → addresses. */
const zone = new Map<string, string[]>();

// The first object that is called loads the whole worker.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));
beforeEach(() => {
  asked.length = 0;
  receivers.clear();
  zone.clear();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(String(input));
    if (url.origin === DNS) {
      const type = url.searchParams.get("type") ?? "";
      const found = zone.get(`${url.searchParams.get("name")} ${type}`);
      if (!found) return Response.json({ Status: 3 });
      return Response.json({
        Status: 0,
        Answer: found.map((data) => ({ type: type === "A" ? 1 : 28, data })),
      });
    }
    expect(init?.redirect).toBe("manual");
    asked.push({ url: url.href, body: String(init?.body), headers: new Headers(init?.headers) });
    return receivers.get(url.pathname)?.() ?? new Response("ok");
  });
});
afterEach(() => vi.restoreAllMocks());

type Changes = Partial<Pick<webhooks.WebhookForm, "trigger" | "actionId" | "isSigned">> & {
  filters?: Partial<Filters>;
};

async function makeHook(group: Group, { filters, ...changes }: Changes = {}, isOn = true) {
  const ctx = contextOf();
  const path = `/${newId()}`;
  const made = await webhooks.makeWebhook(ctx, group, by, {
    ...{ name: "CRM", url: `http://127.0.0.1:9${path}`, trigger: "actions", actionId: "", isSigned: false },
    ...changes,
    filters: { types: [], source: "", ...filters },
  });
  if ("problem" in made) throw new Error(JSON.stringify(made));
  const webhook = await webhooks.webhookById(ctx, group, made.id);
  if (!webhook) throw new Error("no webhook");
  if (isOn) await webhooks.switchOn(ctx, group, by, webhook);
  const lane = laneOf(env, group, webhook.id);
  // An alarm that is due rings by itself too: a turn may be under way.
  const turn = async () => {
    for (let nth = 0; nth < 60 && !(await runDurableObjectAlarm(lane)); nth += 1) await scheduler.wait(5);
  };
  const seen = () => asked.filter(({ url }) => url.endsWith(path));
  return { webhook, lane, path, turn, seen };
}

async function makeWorld() {
  const { group } = await makeGroup();
  const db = dbFor(env, group);
  const action = await makePetition(group, { slug: "air" });
  const sign = async (email: string, more: object = {}, actionNo = action.no) => {
    const said = {
      ...{ e: email, la: "en", co: 1, w: "0".repeat(16), nm: 1 },
      o: { givenName: "Ada", region: "NY", country: "US" },
    };
    const id = newId<ParticipationId>();
    const row = rowBody(
      JSON.stringify({ ...said, ...more }),
      idToHex(id),
      NOW,
      (await sha256(email)).slice(0, 16),
      0,
      false,
    );
    await storeParticipations(db, actionNo, [], [row]);
    return id;
  };
  return { group, db, action, sign };
}

async function log(db: GroupDb, { no }: Webhook) {
  const { results } = await db.d1
    .prepare(
      "SELECT id, state, tries, status, due_at AS dueAt, answer FROM webhook_deliveries WHERE group_no = ? AND webhook_no = ?",
    )
    .bind(db.groupNo, no)
    .all<{
      id: string;
      state: number;
      tries: number;
      status: number | null;
      dueAt: number | null;
      answer: string | null;
    }>();
  return results;
}

const makeDue = (db: GroupDb, { no }: Webhook) =>
  db.d1
    .prepare(
      "UPDATE webhook_deliveries SET due_at = 1 WHERE group_no = ? AND webhook_no = ? AND due_at IS NOT NULL",
    )
    .bind(db.groupNo, no)
    .run();

describe("somebody who signs", () => {
  it("is told once, signed, as the contract has it", async () => {
    const { group, action, sign, db } = await makeWorld();
    const { webhook, turn, seen } = await makeHook(group, { isSigned: true });
    const id = await sign("ada@example.org", { s: "flyer", rf: "https://example.org/join" });
    await turn();
    await turn();
    expect(seen()).toHaveLength(1);
    const [{ body, headers }] = seen() as [Asked];
    const [hash, ...others] = JSON.parse(body) as Record<string, Record<string, unknown>>[];
    expect(others).toEqual([]);
    const base = "http://localhost:8787/api/v2";
    const { person, ...payload } = hash?.["osdi:signature"] ?? {};
    expect(payload).toEqual({
      identifiers: [`action_network:${id}`],
      created_date: "2026-06-01T00:00:00Z",
      modified_date: "2026-06-01T00:00:00Z",
      add_tags: [],
      "action_network:referrer_data": { source: "flyer", website: "https://example.org/join" },
      _links: {
        self: { href: `${base}/petitions/${action.id}/signatures/${id}` },
        "osdi:petition": { href: `${base}/petitions/${action.id}` },
        "osdi:person": { href: expect.stringMatching(`^${base}/people/[0-9a-f-]{36}$`) },
      },
    });
    expect(person).toEqual({
      created_date: "2026-06-01T00:00:00Z",
      modified_date: "2026-06-01T00:00:00Z",
      given_name: "Ada",
      languages_spoken: ["en"],
      email_addresses: [{ primary: true, address: "ada@example.org", status: "subscribed" }],
      postal_addresses: [{ primary: true, region: "New York", country: "US" }],
    });
    expect(hash?.idempotency_key).toMatch(/^[0-9a-f]{32}$/);
    expect(hash?.["action_network:sponsor"]).toEqual({
      title: group.name,
      url: `http://localhost:8787/groups/${group.slug}`,
    });
    const signed = {
      id: headers.get("webhook-id") ?? "",
      timestamp: headers.get("webhook-timestamp") ?? "",
      signature: headers.get("webhook-signature") ?? "",
    };
    const secret = (await secretOf(contextOf().config, webhook)) ?? "";
    expect(await isSignedMessage(secret, signed, body, Date.now())).toBe(true);
    expect(await isSignedMessage(secret, signed, `${body} `, Date.now())).toBe(false);
    expect(JSON.stringify(await db.d1.prepare("SELECT * FROM webhooks").all())).not.toContain(
      secret.slice(6),
    );
  });

  it("is told only from the switching on, only by the hooks whose filters they pass", async () => {
    const { group, action, sign } = await makeWorld();
    const other = await makePetition(group, { slug: "water" });
    await sign("before@example.org");
    const hooks = {
      all: await makeHook(group),
      off: await makeHook(group, {}, false),
      one: await makeHook(group, { trigger: "action", actionId: action.id }),
      source: await makeHook(group, { filters: { source: "flyer" } }),
      donations: await makeHook(group, { filters: { types: ["osdi:donation"] } }),
      subscriptions: await makeHook(group, { trigger: "subscriptions" }),
      everything: await makeHook(group, { trigger: "everything" }),
    };
    await sign("a@example.org", { s: "flyer" });
    await sign("b@example.org", { co: 2 }, other.no);
    await addPerson(contextOf(), dbFor(env, group), {
      ...{ email: "c@example.org", phone: null, details: { givenName: "Cy" }, hash: null, by: 1 },
    });
    const removed = await removeParticipations(contextOf(), group, action, {
      ...{ by: 1, filter: { state: "counted" } },
    });
    // What was told or happened before is no news when it is put back.
    await undoRemoval(contextOf(), group, action, removed?.removalNo ?? 0, 1);
    const told: Record<string, string[]> = {};
    for (const [name, hook] of Object.entries(hooks)) {
      await hook.turn();
      told[name] = hook
        .seen()
        .map(({ body }) => `${Object.keys(JSON.parse(body)[0] ?? {})[0]} ${/[abc]@|before/.exec(body)?.[0]}`)
        .toSorted();
    }
    expect(told).toEqual({
      all: ["osdi:signature a@", "osdi:signature b@"],
      off: [],
      one: ["osdi:signature a@"],
      source: ["osdi:signature a@"],
      donations: [],
      subscriptions: ["osdi:signature a@"],
      everything: ["action_network:upload c@", "osdi:signature a@", "osdi:signature b@"],
    });
  });
});

describe("whoever must confirm first", () => {
  it("is subscribed for receivers when they confirmed, and not before", async () => {
    const { group, db, sign } = await makeWorld();
    const all = await makeHook(group);
    const subscriptions = await makeHook(group, { trigger: "subscriptions" });
    await sign("ada@example.org", { co: 3 });
    await all.turn();
    await subscriptions.turn();
    expect(all.seen()).toHaveLength(1);
    expect(all.seen()[0]?.body).toContain("ada@example.org");
    expect(all.seen()[0]?.body).not.toContain("subscribed");
    expect(subscriptions.seen()).toEqual([]);
    await db.d1.prepare("UPDATE people SET email_status = 1 WHERE group_no = ?").bind(db.groupNo).run();
    await webhooks.wakeWebhooks(contextOf(), group);
    await subscriptions.turn();
    expect(subscriptions.seen()).toHaveLength(1);
  });
});

describe("a receiver", () => {
  it("that fails is asked again under the same key, and no more once it took it", async () => {
    const { group, db, sign } = await makeWorld();
    const { webhook, path, turn, seen } = await makeHook(group);
    receivers.set(path, () => new Response("x".repeat(9_000), { status: 500 }));
    await sign("ada@example.org");
    await turn();
    const [failed] = await log(db, webhook);
    expect(failed).toMatchObject({ state: 1, tries: 1, status: 500 });
    expect(failed?.answer).toHaveLength(4_096);
    expect((failed?.dueAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
    await turn();
    expect(seen()).toHaveLength(1);
    receivers.set(
      path,
      () => new Response(null, { status: 302, headers: { Location: "http://127.0.0.1/" } }),
    );
    await makeDue(db, webhook);
    await turn();
    receivers.delete(path);
    await makeDue(db, webhook);
    await turn();
    await turn();
    expect(seen()).toHaveLength(3);
    expect(new Set(seen().map(({ body }) => body)).size).toBe(1);
    expect(await log(db, webhook)).toMatchObject([{ state: 2, tries: 3, status: 200, dueAt: null }]);
  });

  it("that takes nothing is given up after four tries, then switched off, and administrators are told once", async () => {
    const { group } = await makeTeam();
    const db = dbFor(env, group);
    const action = await makePetition(group);
    const { webhook, path, turn, seen } = await makeHook(group, { trigger: "action", actionId: action.id });
    receivers.set(path, () => {
      throw new Error("refused");
    });
    await db.d1
      .prepare("UPDATE webhooks SET failures = ? WHERE group_no = ?")
      .bind(FAILURES_MAX - 1, db.groupNo)
      .run();
    const row = rowBody(
      JSON.stringify({ e: "a@example.org", la: "en", co: 0, w: "", nm: 0, o: {} }),
      ...([idToHex(newId()), NOW, new Uint8Array(16), 0, false] as const),
    );
    await storeParticipations(db, action.no, [], [row]);
    for (let nth = 0; nth < 6; nth += 1) {
      await turn();
      await makeDue(db, webhook);
    }
    expect(seen()).toHaveLength(4);
    expect(await log(db, webhook)).toMatchObject([
      { state: 3, tries: 4, dueAt: null, answer: "unreachable" },
    ]);
    expect((await webhooks.webhookById(contextOf(), group, webhook.id))?.state).toBe("paused");
    expect((await actsOf(group)).map(({ act }) => act)).toEqual([
      "webhook.paused",
      "webhook.on",
      "webhook.created",
    ]);

    const mail = fakeQueue<{ message: { to: string; subject: string } }>();
    const ctx = contextOf({ ...env, MAIL: mail.binding } as Env);
    await pauseWebhook(ctx, group, webhook);
    expect(mail.sent).toEqual([]);
    await webhooks.switchOn(ctx, group, by, webhook);
    // Whoever dies before everybody is told begins again.
    const broken = { send: () => Promise.reject(new Error("away")) } as unknown as Queue;
    await expect(pauseWebhook(contextOf({ ...env, MAIL: broken } as Env), group, webhook)).rejects.toThrow();
    expect((await webhooks.webhookById(ctx, group, webhook.id))?.state).toBe("on");
    await pauseWebhook(ctx, group, webhook);
    expect(mail.sent).toHaveLength(2);
    expect(mail.sent[0]?.body.message.subject).toContain("CRM");
  });

  it("that is slow holds up neither its group's other webhooks nor other groups", async () => {
    const { group, sign } = await makeWorld();
    const other = await makeWorld();
    const slow = await makeHook(group);
    const hooks = [await makeHook(group), await makeHook(other.group)];
    let isReleased = false;
    receivers.set(slow.path, async () => {
      while (!isReleased) await scheduler.wait(5);
      return new Response("ok");
    });
    await sign("ada@example.org");
    await other.sign("ben@example.org");
    const waiting = slow.turn();
    for (const { turn, seen } of hooks) {
      await turn();
      expect(seen()).toHaveLength(1);
    }
    await vi.waitFor(() => expect(slow.seen()).toHaveLength(1));
    isReleased = true;
    await waiting;
  });
});

/** Rows of a log that nobody looks into. */
const fill = (db: GroupDb, { no }: Webhook, count: number, state: number, dueAt: number | null) =>
  db.d1
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
       INSERT INTO webhook_deliveries (group_no, webhook_no, id, at, state, due_at, body)
       SELECT ?1, ?2, printf('%032x', i + 100000 * ?4), i, ?4, ?5, '[]' FROM n`,
    )
    .bind(db.groupNo, no, count, state, dueAt)
    .run();

describe("a backlog", () => {
  it("is not added to while a thousand wait, and nothing is lost by that", async () => {
    const { group, db, sign } = await makeWorld();
    const { webhook, lane, turn, seen } = await makeHook(group);
    await fill(db, webhook, 1_000, 1, Date.now() + 3_600_000);
    await sign("ada@example.org");
    await turn();
    expect(seen()).toEqual([]);
    expect(await log(db, webhook)).toHaveLength(1_000);
    await db.d1
      .prepare("UPDATE webhook_deliveries SET due_at = NULL, state = 3 WHERE group_no = ? AND at > 500")
      .bind(db.groupNo)
      .run();
    await lane.wake(group, webhook.no);
    await turn();
    expect(seen()).toHaveLength(1);
  });

  it("is sent in turns that are bounded, each once, and of what was sent the newest is kept", async () => {
    const { group, db } = await makeWorld();
    const { webhook, lane, turn, seen } = await makeHook(group);
    await turn();
    await fill(db, webhook, 9_990, 2, null);
    await fill(db, webhook, 204, 1, Date.now());
    await runInDurableObject(lane, async (_, state) => void state.storage.kv.put("tried", 800));
    await lane.wake(group, webhook.no);
    await turn();
    await vi.waitFor(() => expect(seen()).toHaveLength(204));
    await turn();
    expect(seen()).toHaveLength(204);
    // It was cut after two hundred of them, when there were 10,194 rows, of which four waited.
    expect(await log(db, webhook)).toHaveLength(10_000);
  });

  it("is written with one statement for a megabyte", async () => {
    const { group, db } = await makeWorld();
    const { webhook } = await makeHook(group, {}, false);
    const news = Array.from({ length: 200 }, (_, nth) => ({
      ...{ id: String(nth).padStart(32, "0"), personNo: null },
      body: nth < 3 ? "é".repeat(300_000) : '["a"]',
    }));
    const statements = insertDeliveries(db, webhook.no, news, NOW);
    expect(statements).toHaveLength(3);
    await db.d1.batch(statements);
    await db.d1.batch(insertDeliveries(db, webhook.no, news, NOW));
    expect(await log(db, webhook)).toHaveLength(200);
    expect((await webhooks.deliveryOf(contextOf(), group, webhook, news[9]?.id ?? ""))?.body).toBe('["a"]');
  });
});

describe("a lane", () => {
  it("passes over what cannot be read, and says so", async () => {
    const { group, db, sign } = await makeWorld();
    const { turn, seen } = await makeHook(group);
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await sign("ada@example.org");
    await db.d1.prepare("UPDATE participations SET answer = '{' WHERE group_no = ?").bind(db.groupNo).run();
    await sign("ben@example.org");
    await turn();
    expect(seen().map(({ body }) => /ada@|ben@/.exec(body)?.[0])).toEqual(["ben@"]);
    expect(said.mock.calls.join()).toContain("webhooks.untold");
  });

  it("of a suspended group rests where it is, and goes on when the group may again", async () => {
    const { group, sign } = await makeWorld();
    const { lane, turn, seen } = await makeHook(group);
    await changeGroup(group, { status: "suspended" });
    await sign("ada@example.org");
    await turn();
    expect(seen()).toEqual([]);
    expect(await runInDurableObject(lane, (_, state) => state.storage.getAlarm())).toBeNull();
    const changed = { type: "group.status", groupNo: group.no } as const;
    await webhooks.wakeAfterStatus(contextOf(), changed);
    expect(await runInDurableObject(lane, (_, state) => state.storage.getAlarm())).toBeNull();
    await changeGroup(group, { status: "active" });
    await webhooks.wakeAfterStatus(contextOf(), changed);
    await turn();
    expect(seen()).toHaveLength(1);
  });

  it("that sleeps is woken by the clock within some hours, whatever its group", async () => {
    const { group } = await makeWorld();
    await makeHook(group);
    const { d1 } = dbFor(env, group);
    const turns = await Promise.all([0, 1, 2].map((nth) => selectGroupsOn(d1, nth, 1_000)));
    expect(turns.every((found) => found.includes(group.no))).toBe(true);
    const all = turns[0] ?? [];
    const one = await Promise.all(all.map((_, nth) => selectGroupsOn(d1, 7 * all.length + nth, 1)));
    expect(one.flat().toSorted((a, b) => a - b)).toEqual(all);
    const { lane, turn } = await makeHook(group);
    await turn();
    await runInDurableObject(lane, (_, state) => state.storage.deleteAlarm());
    for (let nth = 0; nth <= all.length / 10; nth += 1)
      await webhooks.wakeSleepers(contextOf(env, Date.now() + nth * 3_600_000));
    expect(await runInDurableObject(lane, (_, state) => state.storage.getAlarm())).not.toBeNull();
  });
});

describe("a lane that dies", () => {
  it("tells everything once more at most, under the same key", async () => {
    const { group, db, sign } = await makeWorld();
    const { webhook, lane, turn, seen } = await makeHook(group);
    await sign("ada@example.org");
    await turn();
    // It died after the request and before it could write that down.
    await db.d1
      .prepare("UPDATE webhook_deliveries SET state = 1, due_at = 1, tries = 0 WHERE group_no = ?")
      .bind(db.groupNo)
      .run();
    // It died after it had read the feed and before it could keep the place.
    await runInDurableObject(lane, async (_, state) => void state.storage.kv.delete("cursor"));
    await webhooks.wakeWebhooks(contextOf(), group);
    await webhooks.wakeWebhooks(contextOf(), group);
    await turn();
    await turn();
    expect(seen()).toHaveLength(2);
    expect(new Set(seen().map(({ body }) => body)).size).toBe(1);
    expect(await log(db, webhook)).toHaveLength(1);
  });

  it("goes on from now where its place is no longer kept", async () => {
    const { group, db, sign } = await makeWorld();
    const { lane, turn, seen } = await makeHook(group);
    const from = (await webhooks.listWebhooks(contextOf(), group))[0]?.fromCursor;
    await runInDurableObject(lane, async (_, state) => {
      state.storage.kv.put("cursor", { from, at: "99999" });
    });
    await sign("ada@example.org");
    await turn();
    await sign("ben@example.org");
    await turn();
    expect(seen().map(({ body }) => /ada@|ben@/.exec(body)?.[0])).toEqual(["ben@"]);
    expect(db.groupNo).toBe(group.no);
  });
});

describe("whoever is erased", () => {
  it("is in no log, and nothing that waits of them is sent", async () => {
    const { group, db, sign } = await makeWorld();
    const { webhook, path, turn, seen } = await makeHook(group);
    receivers.set(path, () => new Response("no", { status: 503 }));
    await sign("ada@example.org");
    await turn();
    await erasePerson(contextOf(), group, 1, [], [], { more: forgetElsewhere(db, 1) });
    await makeDue(db, webhook);
    await turn();
    expect(seen()).toHaveLength(1);
    expect(await log(db, webhook)).toEqual([]);
  });
});

describe("an address", () => {
  const production = () => {
    const ctx = contextOf();
    return { ...ctx, config: { ...ctx.config, isDevelopment: false } };
  };

  it.each([
    ["", "notUrl"],
    ["example.org/hook", "notUrl"],
    ["ftp://example.org/", "notUrl"],
    ["javascript:alert(1)", "notUrl"],
    ["https://user:secret@example.org/", "notUrl"],
    ["http://example.org/hook", "notHttps"],
    ["http://127.0.0.1/", "notHttps"],
    ["https://127.0.0.1/", "private"],
    ["https://2130706433/", "private"],
    ["https://0x7f.1/", "private"],
    ["https://0177.0.0.1/", "private"],
    ["https://10.1.2.3/", "private"],
    ["https://172.31.255.255/", "private"],
    ["https://192.168.0.1/", "private"],
    ["https://169.254.169.254/latest/meta-data", "private"],
    ["https://100.64.0.1/", "private"],
    ["https://0.0.0.0/", "private"],
    ["https://224.0.0.1/", "private"],
    ["https://255.255.255.255/", "private"],
    ["https://[::1]/", "private"],
    ["https://[::]/", "private"],
    ["https://[::ffff:10.0.0.1]/", "private"],
    ["https://[::ffff:8.8.8.8]/", "private"],
    ["https://[fd00::1]/", "private"],
    ["https://[fe80::1]/", "private"],
    ["https://[ff02::1]/", "private"],
    ["https://[64:ff9b::a00:1]/", "private"],
    ["https://[2002:a00:1::]/", "private"],
    ["https://localhost/", "private"],
    ["https://a.localhost./", "private"],
    ["https://router.local/", "private"],
    ["https://intranet/", "private"],
    ["https://metadata.google.internal/", "private"],
    ["https://x.groundswell.test.localhost/", "private"],
    ["https://inside.example.org/", "private"],
    ["https://half.example.org/", "private"],
    ["https://nowhere.example.org/", "noSuchName"],
    ["https://8.8.8.8/hook", null],
    ["https://[2606:4700::1111]/hook", null],
    ["https://hooks.example.org/x?secret=1", null],
  ])("%s: %s", async (url, problem) => {
    zone.set("inside.example.org A", ["10.0.0.5"]);
    zone.set("half.example.org A", ["93.184.216.34"]);
    zone.set("half.example.org AAAA", ["::1"]);
    zone.set("hooks.example.org A", ["93.184.216.34"]);
    expect(await problemOf(production(), url)).toBe(problem);
  });

  it("of a name with more addresses than are looked at is none", async () => {
    zone.set(
      "many.example.org A",
      Array.from({ length: 101 }, () => "93.184.216.34"),
    );
    expect(await problemOf(production(), "https://many.example.org/")).toBe("unknown");
  });

  it("is in no archive, since it may hold a secret", async () => {
    const nouns = await nounsOf(dbFor(env, (await makeGroup()).group));
    const columns = nouns.find(({ table }) => table === "webhooks")?.columns.map(({ name }) => name);
    expect(columns).toContain("name");
    expect(columns).not.toContain("url");
  });

  it("of a group's own host is none to send to", async () => {
    const ctx = production();
    const { host } = await makeGroup();
    expect(await problemOf(ctx, `https://${host}/`)).toBe("private");
    expect(
      await problemOf(
        { ...ctx, config: { ...ctx.config, ROOT_DOMAIN: "ours.example" } },
        "https://group.ours.example/",
      ),
    ).toBe("own");
  });
});

describe("a payload", () => {
  const doneOf = (kind: string, more: Partial<Done> = {}): Done => ({
    ...{ id: newId<ParticipationId>(), personNo: 1, personId: newId<PersonId>(), personCreatedAt: NOW },
    ...{ email: "ada@example.org", language: "en", consent: 2, comment: null, referrer: null, standing: 0 },
    ...{ actedAt: NOW, revisedAt: NOW, tags: ["Volunteer"], questions: [], source: null, answer: {} },
    ...{ amount: null, currency: null, interval: null },
    action: { no: 1, id: newId<ActionId>(), kind },
    ...more,
  });
  const known = {
    ...{ base: "https://api.example/api/v2", sponsor: { title: "Group", url: "" } },
    fields: new Map([[4, "Favourite colour"]]),
    texts: new Map([["h1", { subject: "Dear", body: "Act" }]]),
    locate: ({ postalCode }: { postalCode: string }) =>
      postalCode === "12180"
        ? { location: { latitude: 42.7, longitude: -73.6, accuracy: "Approximate" as const } }
        : {},
  };
  const render = (kind: string, more: Partial<Done> = {}) => hashesOf(doneOf(kind, more), known);

  it.each([
    ["petition", "osdi:signature", "osdi:petition"],
    ["form", "osdi:submission", "osdi:form"],
    ["event", "osdi:attendance", "osdi:event"],
    ["fundraiser", "osdi:donation", "osdi:fundraising_page"],
    ["letter", "osdi:outreach", "osdi:advocacy_campaign"],
    ["call", "osdi:outreach", "osdi:advocacy_campaign"],
    ["survey", "action_network:response", "action_network:survey"],
  ])("of a %s is %s and leads to %s", (kind, type, rel) => {
    const [hash] = render(kind);
    expect(hash?.type).toBe(type);
    expect(Object.keys(hash?.payload._links as object)).toEqual(["self", rel, "osdi:person"]);
    expect(hash?.payload.identifiers).toHaveLength(1);
    expect(hash?.payload.add_tags).toEqual(["Volunteer"]);
    // Who did not subscribe by this has no status.
    expect(hash?.payload.person).toHaveProperty("email_addresses", [
      { primary: true, address: "ada@example.org" },
    ]);
  });

  it("of something without a type of its own has neither identifiers nor a link to itself", () => {
    const [hash] = render("something");
    expect(hash?.type).toBe("action_network:action");
    expect(hash?.payload).not.toHaveProperty("identifiers");
    expect(Object.keys(hash?.payload._links as object)).toEqual(["osdi:person"]);
  });

  it("of a gift says the money as text, and how often", () => {
    const [hash] = render("fundraiser", { amount: 2_001, currency: "USD", interval: "month" });
    expect(hash?.payload).toMatchObject({
      currency: "USD",
      amount: "20.01",
      recipients: [{ display_name: "Group", amount: "20.01" }],
      payment: { method: "Credit Card", authorization_stored: false },
      "action_network:recurrence": { recurring: true, period: "Monthly" },
    });
  });

  it("of letters is one for each target, in their words; of the first page alone one without", () => {
    const to = ["Ana Ruiz", "Bo"].map((n, nth) => ({ k: n, n, t: nth ? "" : "Senator", l: "en" }));
    const hashes = render("letter", { answer: { own: { to, text: { en: { v: "h1" } } } } });
    expect(hashes.map(({ payload }) => payload)).toMatchObject([
      {
        type: "email",
        subject: "Dear",
        message: "Act",
        targets: [{ title: "Senator", given_name: "Ana", family_name: "Ruiz" }],
      },
      { type: "email", subject: "Dear", message: "Act", targets: [{ given_name: "Bo" }] },
    ]);
    const [early] = render("letter");
    expect(early?.payload).not.toHaveProperty("targets");
  });

  it("of what a program says was done elsewhere is what it said: a call's length, a gift's parts", () => {
    const [one, two] = [{ given_name: "Ana" }, { given_name: "Bo", ocdid: "ocd-division/country:us" }];
    const outreach = { duration: 90, targets: [one, two] };
    expect(render("call", { answer: { own: { outreach } } }).map(({ payload }) => payload)).toMatchObject([
      { type: "phone", duration: 90, targets: [one] },
      { type: "phone", duration: 90, targets: [two] },
    ]);
    const parts = [500, 1_500].map((amount, nth) => ({ name: `Part ${nth}`, amount }));
    const own = { recipients: parts, period: "Every 3 Months" };
    const [gift] = render("fundraiser", { amount: 2_000, currency: "USD", answer: { own } });
    expect(gift?.payload).toMatchObject({
      amount: "20.00",
      recipients: [
        { display_name: "Part 0", amount: "5.00" },
        { display_name: "Part 1", amount: "15.00" },
      ],
      "action_network:recurrence": { recurring: true, period: "Every 3 Months" },
    });
  });

  it("says where a postal code lies, where that is known", () => {
    const personOf = (answer: Done["answer"]) => render("petition", { answer })[0]?.payload.person;
    expect(personOf({ postalCode: "12180", country: "US" })).toHaveProperty("postal_addresses.0.location", {
      latitude: 42.7,
      longitude: -73.6,
      accuracy: "Approximate",
    });
    expect(personOf({ postalCode: "99999", country: "US" })).not.toHaveProperty(
      "postal_addresses.0.location",
    );
  });

  it("says answers under the names their fields are shown by, digits of a phone, and the region in full", () => {
    const [hash] = render("form", {
      questions: [
        { key: "colour", fieldNo: 4, label: "Colour?" },
        { key: "why", label: "Why?" },
      ],
      answer: {
        ...{ phone: "+12025550123", region: "ON", country: "CA", street: "1 Main St", postalCode: "M4M" },
        answers: { colour: ["red", "blue"], why: "because" },
      },
    });
    expect(hash?.payload.person).toMatchObject({
      custom_fields: { "Favourite colour": "red, blue", "Why?": "because" },
      phone_numbers: [{ primary: true, number: "12025550123", number_type: "Mobile" }],
      postal_addresses: [
        { primary: true, address_lines: ["1 Main St"], region: "Ontario", postal_code: "M4M", country: "CA" },
      ],
    });
  });
});

describe("the pages of webhooks", () => {
  it("add one, test it, switch it, show what was sent, send it again, delete it and bring it back", async () => {
    const { administrator: admin, organiser, stranger, base, group } = await makeOrganisers();
    const list = `${base}/integrations/webhooks`;
    expect((await organiser.get(list)).status).toBe(403);
    const fields = { name: "CRM <b>", url: "http://127.0.0.1:9/page", trigger: "actions", signed: "yes" };
    const refused = await admin.post(list, { ...fields, url: "https://10.0.0.1/" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("not on the open internet");
    const created = await admin.post(list, fields);
    const href = (created.headers.get("Location") ?? "").split("?")[0] ?? "";
    expect(await (await admin.get(list)).text()).toContain("CRM &lt;b&gt;");
    receivers.set("/page", () => new Response("<script>x</script>", { status: 418 }));
    expect((await admin.post(`${href}/test`)).headers.get("Location")).toContain("done=failed");
    const page = await (await admin.get(href)).text();
    expect(page).toContain("HTTP 418");
    expect(page).toContain("whsec_");
    const delivery = /deliveries\/[0-9a-f]{32}/.exec(page)?.[0];
    expect(await (await admin.get(`${href}/${delivery}`)).text()).toContain("&lt;script&gt;");
    receivers.delete("/page");
    expect((await admin.post(`${href}/${delivery}/retry`)).headers.get("Location")).toContain("done=taken");
    await admin.post(`${href}/on`);
    expect(await (await admin.get(href)).text()).toContain("Switch off");
    await admin.post(`${href}/off`);
    const removed = (await admin.post(`${href}/removal`)).headers.get("Location") ?? "";
    expect(await (await admin.get(removed)).text()).toContain(`${href}/restoration`);
    expect((await admin.get(href)).status).toBe(404);
    await admin.post(`${href}/restoration`);
    expect((await admin.get(href)).status).toBe(200);
    expect((await actsOf(group)).map(({ act }) => act)).toEqual([
      "webhook.restored",
      "webhook.deleted",
      "webhook.off",
      "webhook.on",
      "webhook.created",
    ]);
    // Four times it was asked for something that goes to another host.
    for (let nth = 4; nth < 10; nth += 1) await admin.post(`${href}/test`);
    const tooMany = await admin.post(`${href}/test`);
    expect(tooMany.status).toBe(429);
    expect(Number(tooMany.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect((await admin.post(list, fields)).status).toBe(429);
    expect((await stranger.get(href)).status).toBe(404);
    const theirs = await makeOrganisers();
    expect((await theirs.owner.get(href.replace(base, theirs.base))).status).toBe(404);
    expect((await theirs.owner.post(`${href.replace(base, theirs.base)}/on`)).status).toBe(404);
  });
});
