import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { mailboxes, mailboxOf, type NamedMailbox, providerDomains } from "../platform/mail/mailbox-provider";
import { mailboxSql } from "../platform/mail/store-mailbox";
import { gateOfGroup, savePaces } from "../senders/sender";
import { pauseMailing, progressOf, resumeMailing, sendMailing, sendPage } from "./delivery";
import { driverOf, refOf } from "./objects";
import { sumOf } from "./totals";
import type { MailingPage } from "./types";

/* Mailings to people of several mailbox providers, of which some get mail more slowly. */

const DOMAINS = ["gmail.com", "group.example", "hotmail.fr", "group.example"] as const;

/** People of Gmail, of nobody's, of Outlook, of nobody's, in turns. */
async function begun(people: number, paced: Partial<Record<NamedMailbox, number>>) {
  const list = Array.from({ length: people }, (_, at) => ({ email: `p${at + 1}@${DOMAINS[at % 4]}` }));
  const { group, db } = await makeSenders(list);
  const mailing = await makeMailing(group);
  const driver = new HandDriver(group, mailing);
  for (const [mailbox, most] of Object.entries(paced)) driver.paced.set(mailbox as NamedMailbox, most);
  await sendMailing(contextOf(driver.env), group, mailing, { by: 1, startAt: null });
  const at = (domain: string) => driver.sent.filter(({ to }) => to.endsWith(`@${domain}`)).length;
  return { group, db, mailing, driver, at };
}

/** Counts what is read in D1, and keeps what is asked. */
function metered(driver: HandDriver) {
  const meter = { rows: 0, asked: [] as string[] };
  const count = <Result extends D1Result>(result: Result) => {
    meter.rows += result.meta.rows_read ?? 0;
    return result;
  };
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "bind") return (...given: unknown[]) => statement(target.bind(...given));
        if (name === "run" || name === "all") return async () => count(await target.run());
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  driver.shard = (d1) =>
    new Proxy(d1, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "prepare")
          return (query: string) => {
            meter.asked.push(query);
            return statement(target.prepare(query));
          };
        if (name === "batch")
          return async (statements: D1PreparedStatement[]) => (await target.batch(statements)).map(count);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return meter;
}

it("has one list of whose mailbox an address is in, as code and as SQL", async () => {
  const labels = ["yahoo", "ymail", "aol", "hotmail", "outlook", "live", "msn", "toString", "gmail"];
  const domains = [
    ...providerDomains.keys(),
    ...labels.flatMap((label) =>
      [".fr", ".co.uk", ".com.au", ".org", ".co.uk.com"].map((end) => label + end),
    ),
    ...["", "group.example", "mail.gmail.com", "notgmail.com"],
  ];
  const emails = domains.map((domain) => `a@${domain}`);
  const { results } = await env.DIRECTORY.prepare(
    `SELECT value AS email, ${mailboxSql("value")} AS place FROM json_each(?)`,
  )
    .bind(JSON.stringify(emails))
    .run<{ email: string; place: number }>();
  expect(results).toEqual(emails.map((email) => ({ email, place: mailboxes.indexOf(mailboxOf(email)) })));
  expect(new Set(results.map(({ place }) => place)).size).toBe(mailboxes.length);
});

describe("a mailing to people of a slow mailbox provider", () => {
  it("goes on with all others, and waits for it until more may leave", async () => {
    const { driver, at } = await begun(400, { gmail: 30 });
    const waitMs = await driver.run();
    expect([at("gmail.com"), at("group.example"), at("hotmail.fr")]).toEqual([30, 200, 100]);
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    expect((await driver.standing())?.status).toBe("sending");
    expect(driver.underWay.pass?.lanes.filter(({ left }) => left > 0)).toMatchObject([
      { mailbox: "gmail", left: 70 },
    ]);
    driver.paced.set("gmail", 50);
    driver.goOn();
    await driver.run();
    expect(at("gmail.com")).toBe(80);
    // A pace that is over lets the rest leave.
    driver.paced.delete("gmail");
    driver.goOn();
    await driver.run();
    expect((await driver.standing())?.status).toBe("sent");
    expect(driver.twice()).toEqual([]);
    expect(await driver.totals()).toMatchObject({ sent: 400, waiting: 0 });
  });

  it("heeds a pace that comes in the midst of it, and gives back what it had in hand", async () => {
    const { driver, at } = await begun(1_200, {});
    while (driver.pages.length === 0) await driver.turn();
    for (const page of driver.pages.splice(0)) await driver.deliver(page);
    const before = at("hotmail.fr");
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(300);
    driver.paced.set("outlook", 20);
    await driver.run();
    expect([at("gmail.com"), at("group.example")]).toEqual([300, 600]);
    // The grant it had was of a time without a pace.
    expect(at("hotmail.fr")).toBeLessThanOrEqual(before + 20 + 100);
    expect(at("hotmail.fr")).toBeLessThan(300);
    driver.paced.set("outlook", 1_000);
    driver.goOn();
    await driver.run();
    expect(at("hotmail.fr")).toBe(300);
    // What was granted was used, or came back.
    const outstanding = driver.underWay.pass?.lanes.reduce((sum, { inHand }) => sum + inHand, 0) ?? 0;
    expect(outstanding).toBe(0);
    expect(driver.twice()).toEqual([]);
  });

  it("gives back nothing twice where the gate is away in the midst of it", async () => {
    const { driver } = await begun(20, { gmail: 1, outlook: 1 });
    await driver.run();
    const { pass } = driver.underWay;
    if (!pass) throw new Error("nobody waits");
    for (const lane of pass.lanes) lane.inHand = lane.mailbox ? 3 : 0;
    pass.isEnded = true;
    const given: unknown[] = [];
    const real = driver.env;
    const giveBack = async (back: { mailbox?: NamedMailbox }) => {
      given.push(back.mailbox);
      if (given.length === 2) throw new Error("away");
    };
    const gate = { ...real.GATE.getByName("x"), giveBack };
    Object.defineProperty(driver, "env", { get: () => ({ ...real, GATE: { getByName: () => gate } }) });
    await expect(driver.turn()).rejects.toThrow("away");
    await driver.turn();
    expect(given.toSorted()).toEqual(["gmail", "outlook"]);
  });

  it("mails others who are due meanwhile, and nobody waits for the slow ones", async () => {
    const { driver, db, at } = await begun(200, { gmail: 0 });
    driver.answer = ({ to }) =>
      to === "p2@group.example" && driver.sent.filter((each) => each.to === to).length === 1
        ? { outcome: "transient", reason: "slow" }
        : { outcome: "accepted", id: "m" };
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 149, waiting: 51 });
    await db.d1
      .prepare("UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ? AND due_s > 1")
      .bind(db.groupNo)
      .run();
    driver.goOn(600_000);
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 150, waiting: 50 });
    expect(at("gmail.com")).toBe(0);
  });

  it("stands still within a claim when it is paused, and goes on from there", async () => {
    const { driver, group, mailing, at } = await begun(200, { gmail: 20 });
    await driver.run();
    await pauseMailing(contextOf(), group, mailing, "organiser");
    driver.paced.set("gmail", 40);
    driver.goOn();
    await driver.run();
    expect(at("gmail.com")).toBe(20);
    await resumeMailing(contextOf(), group, mailing);
    driver.forget();
    await driver.run();
    expect(at("gmail.com")).toBe(50);
    expect(driver.twice()).toEqual([]);
  });

  it("reads little more for each mail however long it takes, also when its driver forgets everything each time", async () => {
    const rows = async (lump: number | null) => {
      const { driver } = await begun(240, lump === null ? {} : { gmail: 0, outlook: 0 });
      const meter = metered(driver);
      for (let round = 0; (await driver.standing())?.status !== "sent" && round < 60; round += 1) {
        await driver.run();
        for (const mailbox of driver.paced.keys()) driver.paced.set(mailbox, lump ?? 0);
        driver.forget();
        driver.goOn();
      }
      expect(await driver.totals()).toMatchObject({ sent: 240 });
      expect(driver.twice()).toEqual([]);
      return meter.rows / 240;
    };
    const [free, slow, slower] = [await rows(null), await rows(20), await rows(10)];
    expect(free).toBeLessThan(30);
    expect(slow - free).toBeLessThan(14);
    // Twice the rounds cost next to nothing.
    expect(slower - slow).toBeLessThan(2);
  });

  it("asks nothing of anybody's provider where none has a pace", async () => {
    const { driver } = await begun(300, {});
    const meter = metered(driver);
    const pages: MailingPage[] = [];
    driver.queue = (given) => {
      pages.push(...given);
      return given;
    };
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 300 });
    expect(meter.asked.length).toBeGreaterThan(10);
    expect(meter.asked.filter((query) => query.includes("gmail.com"))).toEqual([]);
    expect(pages.filter((page) => "whose" in page)).toEqual([]);
  });
});

it("is slowed down for one provider that puts mail off, says so, and remembers it when it is thrown out of memory", async () => {
  const list = Array.from({ length: 240 }, (_, at) => ({ email: `p${at + 1}@${DOMAINS[at % 4]}` }));
  const { group } = await makeSenders(list);
  const mailing = await makeMailing(group);
  const ctx = contextOf();
  const stub = driverOf(env, refOf(group, mailing.no));
  const pages: MailingPage[] = [];
  const listen = () =>
    runInDurableObject(stub, (driver) => {
      const own = driver as unknown as { env: typeof env };
      const MAILINGS = {
        sendBatch: async (messages: Iterable<{ body: MailingPage }>) => {
          for (const { body } of messages) pages.push(body);
        },
      };
      own.env = { ...own.env, MAILINGS } as unknown as typeof env;
    });
  await listen();
  await savePaces(ctx, group, { outlook: 60 }, { no: 1 });
  const hand = new HandDriver(group, mailing);
  hand.answer = ({ to }) =>
    to.endsWith("@gmail.com")
      ? { outcome: "transient", reason: "to_421_4.7.28" }
      : { outcome: "accepted", id: "m" };
  await sendMailing(ctx, group, mailing, { by: 1, startAt: null });
  const deadline = Date.now() + 15_000;
  let progress = await progressOf(ctx, group, mailing);
  while (Date.now() < deadline && (progress.totals.sent < 122 || !progress.slow[0]?.until)) {
    await runDurableObjectAlarm(stub);
    for (const page of pages.splice(0)) await sendPage(contextOf(), page, hand.lane);
    progress = await progressOf(ctx, group, mailing);
  }
  expect(progress.status).toBe("sending");
  expect(progress.totals.sent).toBe(122);
  expect(progress.slow).toMatchObject([
    { mailbox: "outlook", why: "set", perHour: 60, left: 58 },
    { mailbox: "gmail", why: "deferred", until: progress.nextDueAt },
  ]);
  expect(progress.slow[0]?.until).toBeGreaterThan(Date.now());
  // What a page came to is passed on by the driver's next turn.
  const health = async (mailbox: NamedMailbox) => {
    await runDurableObjectAlarm(stub);
    const all = (await gateOfGroup(ctx, group).health()).mailboxes;
    return all.find((each) => each.mailbox === mailbox);
  };
  await expect
    .poll(() => health("gmail"))
    .toMatchObject({ deferred: 60, pace: { why: "deferred", perHour: 60 } });
  expect((await health("yahoo"))?.pace).toBeNull();
  const { owner } = await makeOrganisers();
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, 'administrator', 1) ON CONFLICT DO NOTHING",
  )
    .bind(group.no, owner.accountNo)
    .run();
  const page = await (await owner.get(`/groups/${group.slug}/mailings/${mailing.id}/progress`)).text();
  for (const words of [
    "Some providers get mail more slowly",
    "Waiting for Gmail until",
    "Pace now: 60 an hour.",
    "58 people there",
  ])
    expect(page).toContain(words);
  expect(page).toContain("Waiting for Outlook, Hotmail until");
  await evictDurableObject(stub);
  const again = await progressOf(ctx, group, mailing);
  expect(again.slow).toMatchObject([{ mailbox: "outlook", left: 58 }]);
  expect(sumOf(again.totals)).toBe(240);
});
