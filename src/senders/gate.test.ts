import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { changeGroup, contextOf, makeGroup } from "../../test/groups";
import { withoutD1 } from "../../test/refusing";
import { listRecordedActs } from "../groups/audit";
import type { Group } from "../groups/types";
import type { NamedMailbox } from "../platform/mail/mailbox-provider";
import {
  allowBigSends,
  gateOf,
  gateOfGroup,
  maySend,
  quotaOf,
  resumeSender,
  savePaces,
  senderOf,
  setQuota,
} from "./sender";
import { QUOTA_ALLOWED, QUOTA_NEW, type SenderHealth } from "./types";

const by = { no: 7 };

// Whoever asks an object first waits until the whole worker is loaded.
beforeAll(() => env.GATE.getByName("0").refresh());
const nothing = { accepted: 0, permanent: 0, transient: 0, unknown: 0 };

/** A group, its gate, and what a mailing of it is granted. */
async function gated(daily?: number) {
  const { group } = await makeGroup();
  if (daily !== undefined) await setQuota(contextOf(), group, daily, by);
  const gate = () => gateOfGroup(contextOf(), group);
  const take = (want: number, mailing = "1", mailbox?: NamedMailbox) =>
    gate().take({ mailing, want, ...(mailbox ? { mailbox } : {}) });
  /** Asks until so many were granted, which takes some turns of the shared pace. */
  const takeAll = async (want: number, mailing = "1", mailbox?: NamedMailbox) => {
    let left = want;
    for (let turn = 0; left > 0 && turn < 200; turn += 1) {
      const { granted, retryAfterMs, waiting } = await take(left, mailing, mailbox);
      left -= granted;
      if (waiting === "day" || waiting === "mailbox") break;
      if (left > 0) await new Promise((later) => setTimeout(later, Math.min(retryAfterMs, 100)));
    }
    return want - left;
  };
  return { group, gate, take, takeAll };
}

/** As if the gate's last day had been long ago. */
async function anotherDay(group: Group) {
  await runInDurableObject(gateOfGroup(contextOf(), group), (_gate, { storage }) => {
    for (const [key, value] of storage.kv.list<{ date: string }>())
      if (key === "day" || key.startsWith("warm/")) storage.kv.put(key, { ...value, date: "2020-01-01" });
  });
}

async function ownDomain({ no }: Group, domain = `g${no}.example`) {
  await env.DIRECTORY.prepare(
    "INSERT INTO sending_domains (group_no, domain, detail, found, created_at, verified_at) VALUES (?, ?, '{}', '{}', 1, 1)",
  )
    .bind(no, domain)
    .run();
}

describe("the gate of a sender", () => {
  it("grants no more in a day than the quota, whatever its mailings ask", async () => {
    const { takeAll, take, gate } = await gated(120);
    expect(await takeAll(100, "1")).toBe(100);
    expect(await takeAll(100, "2")).toBe(20);
    const { granted, waiting, retryAfterMs } = await take(1, "3");
    expect({ granted, waiting }).toEqual({ granted: 0, waiting: "day" });
    expect(retryAfterMs).toBeLessThanOrEqual(86_400_000);
    expect(await gate().health()).toMatchObject({ usedToday: 120, mostToday: 120, stop: null });
  });

  it("does not grant the same twice to two that ask at once", async () => {
    const { take, gate } = await gated(60);
    const grants = await Promise.all(Array.from({ length: 8 }, (_, n) => take(20, String(n))));
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(60);
    expect((await gate().health()).usedToday).toBe(grants.reduce((sum, { granted }) => sum + granted, 0));
  });

  it("gives the day back what was put off", async () => {
    const { takeAll, gate } = await gated(50);
    await takeAll(50);
    await gate().note({ mailing: "1", ...nothing, accepted: 30, transient: 20 });
    expect(await takeAll(50)).toBe(20);
  });

  it("remembers the day, a stop and a hold when it is thrown out of memory", async () => {
    const { takeAll, take, gate } = await gated(100);
    await takeAll(70);
    await gate().note({ mailing: "1", ...nothing, accepted: 200 });
    await gate().hold(60_000);
    await evictDurableObject(gate());
    expect(await take(10)).toMatchObject({ granted: 0, waiting: "hold" });
    expect((await gate().health()).usedToday).toBe(70);
    await gate().feedback({ mailing: "1", hard: 0, complaints: 3 });
    await evictDurableObject(gate());
    expect(await take(10)).toMatchObject({ granted: 0, stop: { cause: "health", why: "complaints" } });
  });

  it("waits while it is held, ten minutes at most, and a shorter hold takes nothing off a longer one", async () => {
    const { take, gate } = await gated();
    await gate().hold(3_600_000);
    await gate().hold(1);
    const { waiting, retryAfterMs } = await take(1);
    expect(waiting).toBe("hold");
    expect(retryAfterMs).toBeGreaterThan(590_000);
    expect(retryAfterMs).toBeLessThanOrEqual(600_000);
  });

  it("stops every mailing of the sender when too much comes back, and goes on when somebody says so", async () => {
    const { group, take, gate } = await gated(1_000);
    await gate().note({ mailing: "1", ...nothing, accepted: 1_000 });
    await gate().feedback({ mailing: "1", hard: 20, complaints: 0 });
    expect((await take(1, "2")).stop).toBeNull();
    await gate().feedback({ mailing: "1", hard: 1, complaints: 0 });
    expect((await take(1, "2")).stop).toEqual({ cause: "health", why: "bounces" });
    expect((await gate().health()).stop).toMatchObject({ why: "bounces", hard: 21, sent: 1_000 });
    expect(await resumeSender(contextOf(), group, by)).toBe(true);
    expect((await take(1, "2")).stop).toBeNull();
    expect(await resumeSender(contextOf(), group, by)).toBe(false);
    await gate().feedback({ mailing: "1", hard: 20, complaints: 1 });
    expect((await take(1, "2")).stop).toBeNull();
    await gate().feedback({ mailing: "1", hard: 1, complaints: 0 });
    expect((await take(1, "2")).stop).toEqual({ cause: "health", why: "bounces" });
    const { acts } = await listRecordedActs(contextOf(), group.no, null);
    expect(acts.filter(({ act }) => act === "sending.resumed")).toHaveLength(1);
  });

  it("counts what a relay refuses for good as come back", async () => {
    const { take, gate } = await gated(1_000);
    await gate().note({ mailing: "1", ...nothing, accepted: 95, permanent: 5 });
    expect((await take(1)).stop).toEqual({ cause: "health", why: "bounces" });
  });

  it("stops for a group that an operator has limited", async () => {
    const { group, gate, take } = await gated();
    expect((await take(1)).stop).toBeNull();
    await changeGroup(group, { status: "limited" });
    await gate().refresh();
    expect((await take(1)).stop).toEqual({ cause: "operator", why: "group_limited" });
  });

  it("grants nothing while it knows nothing of its group", async () => {
    const { group } = await makeGroup();
    await runInDurableObject(gateOfGroup(contextOf(), group), async (gate) => {
      Object.assign(gate, { env: withoutD1(env) });
      expect(await gate.take({ mailing: "1", want: 5 })).toMatchObject({ granted: 0, waiting: "directory" });
    });
    expect(
      await gateOf(env, { gate: "99999999", jurisdiction: "" }).take({ mailing: "1", want: 5 }),
    ).toMatchObject({
      granted: 0,
      waiting: "directory",
    });
  });

  it("keeps a new domain to its first days' share, which grows on days that were used", async () => {
    const { group, gate, takeAll } = await gated();
    await allowBigSends(contextOf(), group, by);
    await ownDomain(group);
    await gate().refresh();
    expect((await gate().health()).warmUp).toMatchObject({ day: 1, most: 500 });
    expect(await takeAll(600)).toBe(500);
    await anotherDay(group);
    expect((await gate().health()).warmUp).toMatchObject({ day: 2, most: 1_000 });
    await anotherDay(group);
    expect((await gate().health()).warmUp).toMatchObject({ day: 2, most: 1_000 });
    await setQuota(contextOf(), group, 2_000_000, by);
    expect(await gate().health()).toMatchObject({ warmUp: null, mostToday: 2_000_000 });
  });

  it("shares one sender's pace among its mailings", async () => {
    const { take } = await gated(1_000_000);
    // What had gathered while nobody asked goes to whoever comes first.
    for (const name of ["one", "two", "one", "two"]) await take(100_000, name);
    const got = { one: 0, two: 0 };
    const asked = { one: 0, two: 0 };
    // By how often was asked and not by the clock: on a busy machine a moment is soon over.
    const run = async (name: "one" | "two", everyMs: number) => {
      while (asked.two < 20) {
        got[name] += (await take(100_000, name)).granted;
        asked[name] += 1;
        await new Promise((later) => setTimeout(later, everyMs));
      }
    };
    await Promise.all([run("one", 10), run("two", 50)]);
    // One asks several times as often, and gets about as much.
    expect(got.one / got.two).toBeGreaterThan(0.5);
    expect(got.one / got.two).toBeLessThan(2);
  });
});

describe("the pace of a mailbox provider", () => {
  const paceOf = async ({ health }: { health(): Promise<SenderHealth> }, mailbox: string) =>
    (await health()).mailboxes.find((each) => each.mailbox === mailbox);

  it("is what somebody of the group set for the domain it sends from, on disk, and slows nobody else down", async () => {
    const { group, gate, take, takeAll } = await gated(1_000_000);
    expect((await take(10)).paced).toEqual([]);
    await savePaces(contextOf(), group, { gmail: 600 }, by);
    expect((await take(10)).paced).toEqual([{ mailbox: "gmail", perHour: 600, why: "set" }]);
    expect(await takeAll(20, "1", "gmail")).toBe(20);
    const next = await take(500, "1", "gmail");
    expect(next).toMatchObject({ granted: 0, waiting: "mailbox", stop: null });
    expect(next.retryAfterMs).toBeGreaterThan(100_000);
    await evictDurableObject(gate());
    expect(await take(500, "1", "gmail")).toMatchObject({ granted: 0, waiting: "mailbox" });
    expect(await takeAll(30, "1", "yahoo")).toBe(30);
    // What was not used comes back, to the provider and to the day.
    const { usedToday } = await gate().health();
    await gate().giveBack({ count: 20, mailbox: "gmail" });
    expect((await gate().health()).usedToday).toBe(usedToday - 20);
    expect(await takeAll(20, "1", "gmail")).toBe(20);
    // Another domain is another sender to a provider, and begins without.
    await ownDomain(group);
    await gate().refresh();
    expect((await take(1)).paced).toEqual([]);
    const { acts } = await listRecordedActs(contextOf(), group.no, null);
    expect(acts.map(({ act }) => act)).toContain("sending.paces");
  });

  it("is halved when it puts off more than now and then, and only its own", async () => {
    const { take, gate } = await gated(1_000_000);
    const note = (gmail: { sent: number; deferred: number }) =>
      gate().note({
        ...{ mailing: "1", ...nothing, accepted: gmail.sent + 1_000, transient: gmail.deferred },
        mailboxes: { gmail: { ...gmail, hard: 0 }, yahoo: { sent: 1_000, hard: 0, deferred: 2 } },
      });
    await note({ sent: 600, deferred: 5 });
    expect((await take(1)).paced).toEqual([]);
    await note({ sent: 0, deferred: 100 });
    const { paced } = await take(1);
    expect(paced).toEqual([{ mailbox: "gmail", perHour: 18_000, why: "deferred" }]);
    await evictDurableObject(gate());
    expect(await paceOf(gate(), "gmail")).toMatchObject({
      ...{ sent: 600, deferred: 105, pace: { perHour: 18_000, why: "deferred" } },
    });
    expect((await paceOf(gate(), "yahoo"))?.pace).toBeNull();
    // What was under way when it was cut says nothing more.
    await note({ sent: 0, deferred: 100 });
    expect((await take(1)).paced).toEqual(paced);
    expect((await gate().health()).stop).toBeNull();
  });

  it("is halved for what bounces or is complained of at one provider, before the whole sender must stop", async () => {
    const { gate, take } = await gated(1_000_000);
    const sent = { sent: 200, hard: 0, deferred: 0 };
    await gate().note({ mailing: "1", ...nothing, accepted: 4_000, mailboxes: { orange: sent } });
    for (let each = 0; each < 5; each += 1)
      await gate().feedback({ mailing: "1", hard: 1, complaints: 0, mailbox: "orange" });
    expect(await take(1)).toMatchObject({ stop: null, paced: [{ mailbox: "orange", why: "bounces" }] });
    await gate().feedback({ mailing: "1", hard: 0, complaints: 2, mailbox: "outlook" });
    expect((await take(1)).paced?.map(({ why }) => why)).toEqual(["complaints", "bounces"]);
    await gate().feedback({ mailing: "1", hard: 0, complaints: 0, deferred: 3, mailbox: "yahoo" });
    expect((await take(1)).paced?.map(({ why }) => why)).toEqual(["complaints", "deferred", "bounces"]);
  });

  it("is half of each day while a domain is new, and all that was granted counts", async () => {
    const { group, gate, take, takeAll } = await gated();
    await allowBigSends(contextOf(), group, by);
    await ownDomain(group);
    await gate().refresh();
    expect((await take(0)).paced).toHaveLength(6);
    expect(await takeAll(300, "1", "gmail")).toBe(250);
    expect(await take(10, "1", "gmail")).toMatchObject({ granted: 0, waiting: "mailbox" });
    expect(await takeAll(1)).toBe(1);
    await anotherDay(group);
    expect(await takeAll(1, "1", "gmail")).toBe(1);
  });

  it("lets a domain warm up whose list is all of one provider, though not all of its share is used", async () => {
    const { group, gate, take, takeAll } = await gated();
    await allowBigSends(contextOf(), group, by);
    await ownDomain(group);
    await gate().refresh();
    expect(await takeAll(250, "1", "gmail")).toBe(250);
    // Fifty had unsubscribed meanwhile, and two were put off: those are tried again today.
    const mailboxes = { gmail: { sent: 198, hard: 0, deferred: 2 } };
    await gate().note({ mailing: "1", ...nothing, accepted: 198, transient: 52, mailboxes });
    expect(await takeAll(3, "1", "gmail")).toBe(2);
    expect(await take(1, "1", "gmail")).toMatchObject({ granted: 0, waiting: "mailbox" });
    await anotherDay(group);
    expect((await gate().health()).warmUp).toMatchObject({ day: 2, most: 1_000 });
  });
});

describe("a quota", () => {
  it("is small for a new group, whose first big send waits for an operator", async () => {
    const { group } = await makeGroup();
    const ctx = contextOf();
    expect(await quotaOf(ctx, group)).toEqual({
      dailyMax: QUOTA_NEW,
      usedToday: 0,
      approvedAt: null,
      isFixed: false,
    });
    expect(await maySend(ctx, group, 1_000)).toEqual({ is: "yes" });
    expect(await maySend(ctx, group, 1_001)).toEqual({ is: "approval" });
    await allowBigSends(ctx, group, by);
    expect(await maySend(ctx, group, 1_001)).toEqual({ is: "yes" });
    expect(await maySend(ctx, group, QUOTA_ALLOWED + 1)).toEqual({
      is: "quota",
      left: QUOTA_ALLOWED,
      daily: QUOTA_ALLOWED,
    });
    const { acts } = await listRecordedActs(ctx, group.no, null);
    expect(acts.map(({ act }) => act)).toContain("sending.allowed");
  });

  it("doubles after a day that was used well, up to what good behaviour alone reaches", async () => {
    const { group, takeAll, gate } = await gated();
    const daily = async () => (await quotaOf(contextOf(), group)).dailyMax;
    for (const expected of [2_000, 4_000, 5_000, 5_000]) {
      await takeAll(Math.ceil((await daily()) / 2));
      await anotherDay(group);
      await gate().health();
      expect(await daily()).toBe(expected);
    }
  });

  it("stays after a day that was hardly used, and after one with a stop it halves", async () => {
    const { group, takeAll, gate } = await gated();
    await takeAll(10);
    await anotherDay(group);
    await gate().health();
    expect((await quotaOf(contextOf(), group)).dailyMax).toBe(QUOTA_NEW);
    await allowBigSends(contextOf(), group, by);
    await takeAll(1_000);
    await gate().feedback({ mailing: "1", hard: 0, complaints: 5 });
    await expect.poll(async () => (await quotaOf(contextOf(), group)).dailyMax).toBe(QUOTA_ALLOWED / 2);
    await anotherDay(group);
    await gate().health();
    expect((await quotaOf(contextOf(), group)).dailyMax).toBe(QUOTA_ALLOWED / 2);
  });

  it("that an operator set neither grows nor shrinks, until it is let go", async () => {
    const { group, takeAll, gate } = await gated(300);
    const daily = async () => (await quotaOf(contextOf(), group)).dailyMax;
    await takeAll(300);
    await anotherDay(group);
    await gate().feedback({ mailing: "1", hard: 0, complaints: 5 });
    await allowBigSends(contextOf(), group, by);
    expect(await daily()).toBe(300);
    await setQuota(contextOf(), group, null, by);
    expect((await quotaOf(contextOf(), group)).isFixed).toBe(false);
  });

  it("is of one group alone", async () => {
    const [one, other] = [await gated(10), await gated(10)];
    expect(await one.takeAll(10)).toBe(10);
    expect(await other.takeAll(10)).toBe(10);
    await one.gate().feedback({ mailing: "1", hard: 0, complaints: 5 });
    expect((await other.take(0)).stop).toBeNull();
  });
});

describe("a sender", () => {
  it("without a domain is at the platform's, with answers to the group", async () => {
    const { group } = await makeGroup({ settings: { replyTo: "team@gmail.com" } });
    expect(await senderOf(contextOf(), group)).toMatchObject({
      fromEmail: `${group.slug}@groundswell.example`,
      fromSuffix: " via Groundswell",
      replyTo: "team@gmail.com",
      isOwnDomain: false,
    });
  });

  it("with a domain of its own is there, and again at the platform's when the domain is removed", async () => {
    const { group } = await makeGroup();
    await ownDomain(group, `river-${group.no}.example`);
    expect(await senderOf(contextOf(), group)).toMatchObject({
      fromEmail: `${group.slug}@river-${group.no}.example`,
      fromSuffix: "",
      isOwnDomain: true,
    });
    await env.DIRECTORY.prepare("UPDATE sending_domains SET removed_at = 2 WHERE group_no = ?")
      .bind(group.no)
      .run();
    expect(await senderOf(contextOf(), group)).toMatchObject({ isOwnDomain: false });
  });
});
