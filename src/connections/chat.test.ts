import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { canvass, publishEvent, stageOf } from "../../test/events";
import { fakeQueue } from "../../test/fake-mail";
import { changeGroup, contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition, snapshotOf } from "../../test/petitions";
import type { Action } from "../actions/types";
import { currentCursor } from "../changes/change";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import { intakeStub } from "../intake/objects";
import { intakeTarget, takeAction } from "../intake/participation";
import type { Participation } from "../intake/types";
import { petition } from "../petitions/petition";
import { newId } from "../platform/ids";
import { chatByNo, wakeChats, wakeChatsOf } from "./chat";
import { MILESTONES, touchedSince } from "./chat-news";
import { chatLaneOf } from "./chat-objects";
import { pauseChat } from "./chat-pausing";
import { CHAT_FAILURES_MAX } from "./chat-types";

type Team = Awaited<ReturnType<typeof makeOrganisers>>;

let team: Team;
let base: string;
const sent: { url: string; text: string }[] = [];
let answer: () => Promise<Response>;

beforeAll(async () => {
  team = await makeOrganisers();
  base = `${team.base}/integrations/connections`;
});

beforeEach(() => {
  sent.length = 0;
  answer = async () => new Response("ok");
  const real = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    if (url.startsWith("https://cloudflare-dns.com/")) {
      const isInside = url.includes("inside.");
      return Response.json({
        Status: 0,
        Answer: [
          {
            type: url.includes("type=AAAA") ? 28 : 1,
            data: isInside ? "10.0.0.7" : url.includes("type=AAAA") ? "2606:4700::1" : "93.184.215.14",
          },
        ],
      });
    }
    if (!url.startsWith("https://chat.example/")) return real(input, init);
    sent.push({ url, text: String(JSON.parse(String(init?.body)).text) });
    return answer();
  });
});

afterEach(() => void vi.restoreAllMocks());

const form = (changes: Record<string, string | string[]> = {}) => ({
  ...{
    name: "Team channel",
    service: "slack",
    url: "https://chat.example/secret-1",
    locale: "en",
    giftFrom: "50",
  },
  tells: ["milestones", "published", "comments", "gifts", "filling", "daily"],
  ...changes,
});

async function makeChat(changes: Record<string, string | string[]> = {}) {
  const made = await team.owner.post(`${base}/chats`, form(changes));
  const href = made.headers.get("Location")?.split("?")[0] ?? "";
  await runDurableObjectAlarm(chatLaneOf(env, team.group));
  return { href, no: Number(href.split("/").at(-1)) };
}

const look = () => runDurableObjectAlarm(chatLaneOf(env, team.group));
const chatRow = (no: number) =>
  dbFor(env, team.group)
    .d1.prepare("SELECT * FROM chats WHERE group_no = ? AND chat_no = ?")
    .bind(team.group.no, no)
    .first<Record<string, unknown>>();

/** People who sign, stored and counted. */
async function sign(
  group: Group,
  action: Action,
  from: number,
  to: number,
  more: Partial<Participation> = {},
) {
  const target = intakeTarget(await snapshotOf(group, action), petition);
  for (let n = from; n < to; n += 1)
    await takeAction(
      contextOf(),
      target,
      { e: `p${n}@chat.example`, o: { givenName: "Zoe" }, la: "en", co: 0, w: "", nm: 1, ...more },
      undefined,
    );
  await intakeStub(env, "", `${action.id}/enam/0`).drain();
  for (const region of ["weur", "wnam", "apac", "sam", "afr", "me", "oc", "eeur"])
    await intakeStub(env, "", `${action.id}/${region}/0`).drain();
  await expect.poll(async () => (await homeOf(env, target).summary()).total).toBe(to);
}

describe("a chat", () => {
  it("hears of milestones, goals, comments and what is published, once each, and of no person", async () => {
    const { group } = team;
    const before = await makePetition(group, {
      title: "Old <one>",
      settings: { goal: { mode: "fixed", target: 30 } },
    });
    await makeChat();
    await sign(group, before, 0, 24);
    await look();
    expect(sent).toEqual([]);
    await sign(group, before, 24, 26, { cm: "Secret words", cs: 1 });
    await look();
    expect(sent.map(({ text }) => text.split("\n")[0])).toEqual([
      "Old &lt;one&gt; has passed 25.",
      "2 comments on Old &lt;one&gt; wait to be read.",
    ]);
    await look();
    expect(sent).toHaveLength(2);
    await sign(group, before, 26, 31);
    await look();
    expect(sent.at(-1)?.text).toContain("has reached its goal of 30.");
    expect(JSON.stringify(sent)).not.toMatch(/Zoe|Secret|p2\d@/);
  });

  it("hears of a publication, of a gift that is large enough, and of an event that fills up", async () => {
    const { group, owner } = team;
    await makeChat();
    await look();
    sent.length = 0;
    const href = await publishEvent(owner, team.base, { ...canvass, capacity: "5" }, "Canvass");
    await look();
    expect(sent.map(({ text }) => text.split("\n")[0])).toEqual(Array(2).fill("Published: Canvass"));
    const stage = stageOf(group, href, "canvass");
    for (const [nth, guests] of ["3", "0"].entries())
      await stage.rsvp({ givenName: "Zoe", familyName: "Q", email: `g${nth}@chat.example` }, { guests });
    await stage.drain();
    sent.length = 0;
    await look();
    expect(sent[0]?.text).toMatch(/^Canvass is full: all 5 places are taken\./);
    sent.length = 0;
    const action = await makePetition(group, { title: "Roof" });
    for (const [n, am] of [4_999, 5_000].entries())
      await sign(group, action, n, n + 1, { k: newId(), am, cu: "CAD" });
    await look();
    expect(
      sent.filter(({ url }) => url.endsWith("/secret-1")).map(({ text }) => text.split("\n")[0]),
    ).toEqual(Array(2).fill("A gift of $50 to Roof."));
  });

  it("that takes nothing is tried again later, given up, and paused with a word to administrators; others are told meanwhile", async () => {
    const { group, owner } = team;
    const action = await makePetition(group, { title: "Broken" });
    const bad = await makeChat({ url: "https://chat.example/broken", tells: ["milestones"] });
    await sign(group, action, 0, 26);
    answer = async () => new Response("no", { status: 500 });
    await look();
    expect((await chatRow(bad.no))?.last_problem).toBe("HTTP 500");
    const lane = chatLaneOf(env, group);
    for (let tried = 0; tried < 40 && (await chatRow(bad.no))?.state === "on"; tried += 1) {
      await runInDurableObject(lane, (_lane, { storage }) => {
        storage.sql.exec("UPDATE waiting SET due_at = 0");
        const waiting = storage.sql
          .exec("SELECT count(*) AS n FROM waiting WHERE chat_no = ?", bad.no)
          .one().n;
        if (waiting === 0)
          storage.sql.exec(
            "INSERT INTO waiting (chat_no, notice, tries, due_at) VALUES (?, ?, 3, 0)",
            ...[bad.no, JSON.stringify({ is: "published", title: "x", url: "https://x.example/" })],
          );
      });
      await look();
    }
    expect(await chatRow(bad.no)).toMatchObject({ state: "paused" });
    const tries = sent.filter(({ url }) => url.endsWith("/broken")).length;
    expect(tries).toBe(4 + CHAT_FAILURES_MAX - 1);
    answer = async () => new Response("ok");
    await look();
    expect(sent.filter(({ url }) => url.endsWith("/broken"))).toHaveLength(tries);
    expect((await owner.post(`${bad.href}/state`, { state: "on" })).status).toBe(303);
    expect((await chatRow(bad.no))?.failures).toBe(0);
    const mail = fakeQueue<{ message: { subject: string; text: string } }>();
    const ctx = contextOf({ ...env, MAIL: mail.binding });
    const chat = await chatByNo(ctx, group, bad.no);
    for (let times = 0; chat && times < 2; times += 1) await pauseChat(ctx, group, chat);
    // The owner and the administrator, not the organiser; once each.
    expect(mail.sent.map(({ body }) => body.message.subject)).toEqual(
      Array(2).fill("The chat “Team channel” was paused"),
    );
    expect(mail.sent[0]?.body.message.text).toContain(`/integrations/connections/chats/${bad.no}`);
  });

  it("hears each morning what came since the one before", async () => {
    const { group } = team;
    const { no } = await makeChat({ url: "https://chat.example/daily", tells: ["daily"] });
    await runInDurableObject(chatLaneOf(env, group), (_lane, { storage }) => {
      storage.kv.put("daily", "2020-01-01");
      for (const [key] of [...storage.kv.list({ prefix: "action/" })]) storage.kv.delete(key);
      const known = { base: 10, waiting: 0, places: {}, isPublished: true };
      storage.kv.put("action/901", { ...known, title: "Air", total: 13 });
      storage.kv.put("action/902", { ...known, title: "Water", total: 11 });
    });
    // It is past eight somewhere: the group lives there.
    const timeZone = new Date().getUTCHours() < 8 ? "Pacific/Kiritimati" : "UTC";
    await changeGroup(group, { timeZone });
    await look();
    const daily = sent.filter(({ url }) => url.endsWith("/daily")).map(({ text }) => text);
    expect(daily).toHaveLength(1);
    expect(daily[0]).toContain("Clean Air Now: 4 people took part since yesterday.\nAir: 3\nWater: 1");
    await look();
    expect(sent.filter(({ url }) => url.endsWith("/daily"))).toHaveLength(1);
    expect(no).toBeGreaterThan(0);
  });

  it("is reached on the open internet alone, tested at once, and is nobody else's", async () => {
    const { owner, stranger, organiser, group } = team;
    for (const url of [
      "http://chat.example/x",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://10.1.2.3/",
      "https://inside.example.com/",
      "ftp://chat.example/",
      "https://user:pw@chat.example/",
    ]) {
      const refused = await owner.post(`${base}/chats`, form({ url }));
      const isLocal = url.includes("127.0.0.1") || url.includes("[::1]");
      // This machine is allowed where one develops.
      expect([url, refused.status]).toEqual([url, isLocal ? 303 : 422]);
    }
    const { href, no } = await makeChat();
    const tested = await owner.post(`${href}/test`);
    expect([tested.status, (await tested.text()).includes("The test arrived.")]).toEqual([200, true]);
    expect(sent.at(-1)?.text).toContain("This is a test from Clean Air Now");
    answer = async () => Response.redirect("https://127.0.0.1/", 302);
    expect(await (await owner.post(`${href}/test`)).text()).toContain("HTTP 302");
    const other = `/groups/${group.slug.replace("team-", "other-")}/integrations/connections/chats/${no}`;
    expect((await stranger.get(href)).status).toBe(404);
    expect((await organiser.get(href)).status).toBe(403);
    for (const path of ["", "/test", "/state", "/deletion", "/restoration"])
      expect((await stranger.post(other + path, form())).status).toBe(404);
    expect((await owner.post(`${href}/deletion`)).status).toBe(303);
    expect((await owner.get(href)).status).toBe(404);
    expect((await owner.post(`${href}/restoration`)).status).toBe(303);
    expect((await owner.get(href)).status).toBe(200);
    expect((await owner.post(`${base}/chats`, form({ tells: [] }))).status).toBe(422);
  });

  it("is told from the amount that was typed, also in a currency without decimals", async () => {
    const { group, owner } = team;
    await changeGroup(group, { currency: "JPY" });
    const { href, no } = await makeChat({ giftFrom: "5000" });
    expect((await chatRow(no))?.gift_from).toBe(5_000);
    expect(await (await owner.get(href)).text()).toContain('value="5000"');
    expect((await owner.post(href, form({ giftFrom: "50.5" }))).status).toBe(422);
    await changeGroup(group, { currency: "CAD" });
    await owner.post(href, form({ giftFrom: "12,50" }));
    expect((await chatRow(no))?.gift_from).toBe(1_250);
    expect(await (await owner.get(href)).text()).toContain('value="12.50"');
  });

  it("that is slow gets one notice in a turn, and four are told at the same time at most", async () => {
    const { group } = team;
    const nos: number[] = [];
    for (let n = 0; n < 6; n += 1) nos.push((await makeChat({ url: `https://chat.example/many-${n}` })).no);
    await look();
    const notice = JSON.stringify({ is: "published", title: "x", url: "https://x.example/" });
    await runInDurableObject(chatLaneOf(env, group), (_lane, { storage }) => {
      for (const no of [...nos, ...nos])
        storage.sql.exec(
          "INSERT INTO waiting (chat_no, notice, tries, due_at) VALUES (?, ?, 0, 0)",
          no,
          notice,
        );
    });
    const real = Date.now.bind(Date);
    let ahead = 0;
    vi.spyOn(Date, "now").mockImplementation(() => real() + ahead);
    let open = 0;
    let most = 0;
    answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await scheduler.wait(1);
      ahead += 2_100;
      open -= 1;
      return new Response("ok");
    };
    sent.length = 0;
    await look();
    expect([sent.filter(({ url }) => url.includes("/many-")).length, most]).toEqual([6, 4]);
    await look();
    expect(sent.filter(({ url }) => url.includes("/many-"))).toHaveLength(12);
  });

  it("loses nothing of a rush that is longer than a turn", async () => {
    const { group } = team;
    const db = dbFor(env, group);
    const cursor = await currentCursor(db);
    await db.d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2600)
         INSERT INTO changes (group_no, change_no, at, what, change, no)
         SELECT ?1, (SELECT max(change_no) FROM changes WHERE group_no = ?1) + i, ?2, 1, 2, 1 FROM n`,
      )
      .bind(group.no, Date.now())
      .run();
    const action = await makePetition(group, { title: "After the rush" });
    const first = await touchedSince(db, cursor);
    expect([first.touched.size, first.isMore]).toEqual([0, true]);
    const second = await touchedSince(db, first.next);
    expect([[...second.touched.keys()], second.isMore]).toEqual([[action.no], false]);
  });

  it("is told again once its group is back, and when an alarm was lost", async () => {
    const { group } = team;
    const lane = chatLaneOf(env, group);
    const isAwake = () =>
      runInDurableObject(lane, async (_lane, { storage }) => (await storage.getAlarm()) !== null);
    const told = { type: "group.status", groupNo: group.no } as const;
    await makeChat();
    await changeGroup(group, { status: "limited" });
    await look();
    await wakeChatsOf(contextOf(), told);
    await wakeChats(contextOf());
    expect(await isAwake()).toBe(false);
    await changeGroup(group, { status: "active" });
    await wakeChatsOf(contextOf(), told);
    await expect.poll(isAwake).toBe(true);
    await runInDurableObject(lane, (_lane, { storage }) => storage.deleteAlarm());
    expect(await isAwake()).toBe(false);
    await wakeChats(contextOf());
    await expect.poll(isAwake).toBe(true);
  });

  it("has milestones that only rise", () => {
    expect(MILESTONES).toEqual([...MILESTONES].sort((one, other) => one - other));
    expect(new Set(MILESTONES).size).toBe(MILESTONES.length);
  });
});
