import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addPeople, HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { dbFor } from "../groups/shard";
import { mailingByNo } from "../mailings/mailing";
import type { Mailing, MailingSettings } from "../mailings/types";
import { wholeText } from "../platform/mail/mail-text";
import { mailKey } from "../platform/mail-keys";
import { suppress } from "../subscriptions/suppression";
import * as delivery from "./delivery";
import { cohortTotals } from "./down-the-list";
import { released, settlementOf } from "./outcomes";
import { selectBuilds } from "./store";
import { giveUpClaims, settle, settleAndClaim } from "./store-ledger";
import { sumOf } from "./totals";
import { recipientRefused } from "./types";

const BY = { by: 1, startAt: null };

async function begun(
  people: Parameters<typeof makeSenders>[0],
  mailingIs: Parameters<typeof makeMailing>[1] = {},
  settings: Parameters<typeof makeSenders>[1] = {},
) {
  const { group, db } = await makeSenders(people, settings);
  const mailing = await makeMailing(group, mailingIs);
  const driver = new HandDriver(group, mailing);
  const ctx = contextOf(driver.env);
  const result = await delivery.sendMailing(ctx, group, mailing, BY);
  return { group, db, mailing, driver, ctx, result };
}

const rowsOf = async (db: ReturnType<typeof dbFor>, no: number) =>
  (
    await db.d1
      .prepare(
        "SELECT person_no AS no, status, reason, variant_no AS variant, due_s AS due FROM mailing_recipients WHERE group_no = ? AND mailing_no = ? ORDER BY person_no",
      )
      .bind(db.groupNo, no)
      .run<{
        no: number;
        status: number;
        reason: number | null;
        variant: number | null;
        due: number | null;
      }>()
  ).results;

describe("a mailing that is sent", () => {
  it("freezes, sends to everybody once and ends with numbers that add up", async () => {
    const { driver, result } = await begun(250);
    expect(result).toMatchObject({ is: "scheduled" });
    expect(await driver.run()).toBeNull();
    const standing = await driver.standing();
    expect(standing).toMatchObject({
      status: "sent",
      frozen: { candidates: 250, recipients: 250, leftOut: {} },
    });
    expect(await driver.totals()).toMatchObject({ sent: 250, waiting: 0, claimed: 0 });
    expect(driver.sent).toHaveLength(250);
    expect(driver.twice()).toEqual([]);
  });

  it("carries headers to leave by, a list's name and a key of its own in each copy", async () => {
    const { driver, group } = await begun([{ email: "amina@people.example", given_name: "Amina" }]);
    await driver.run();
    const [only] = driver.sent;
    expect(only?.message).toMatchObject({
      ...{ to: "amina@people.example", fromName: "Amina via Groundswell", subject: "News 1" },
      headers: {
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": `<${group.slug}.list.localhost>`,
        Precedence: "bulk",
      },
    });
    expect(wholeText(only?.message.html ?? "")).toContain("Hello Amina");
    const key = await mailKey(
      contextOf().config.SIGNING_KEYS,
      { groupNo: group.no, mailingNo: 1, personNo: 1, isProof: false },
      Date.now(),
    );
    expect(only?.message.key).toBe(key);
    expect(only?.message.headers["List-Unsubscribe"]).toMatch(
      new RegExp(
        `^<http://${group.slug}\\.localhost(:\\d+)?/m/${key}/unsubscribe>, <mailto:u\\+[a-z2-7]+@[^>]+>$`,
      ),
    );
  });

  it("carries the interactive part that was frozen with it, with a key of its own in each copy, and keeps it", async () => {
    const { driver, db, mailing } = await begun([{ given_name: "Amina" }, {}], {
      amp: '<p>Hi {{ first_name | default: "you" }}</p><a href="https://news.example/">More</a>',
    });
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 2 });
    for (const [index, name] of ["Amina", "you"].entries()) {
      const { key, amp = "", html } = driver.sent[index]?.message ?? {};
      expect(wholeText(amp)).toContain(`<p>Hi ${name}</p><a href="`);
      expect(wholeText(amp)).toContain(`/m/${key}/1">More</a>`);
      expect(wholeText(amp)).toContain(`/m/${key}/unsubscribe"`);
      expect(wholeText(html ?? "")).not.toMatch(/<script|amp4email/);
    }
    const [{ amp: stored } = { amp: "" }] = await selectBuilds(db, mailing.no);
    expect(stored).toContain("<html amp4email");
    expect(stored).toContain("{{ mail_key }}/unsubscribe");
  });

  it("leaves people out for the first reason that applies, and counts them", async () => {
    const { group, db, mailing, driver } = await (async () => {
      const made = await makeSenders(
        [
          {},
          { email_status: 2 },
          { email_status: 3 },
          { email_status: 4 },
          { email: null },
          { email_status: 0 },
          {},
          {},
          {},
        ],
        { mail: { undoMinutes: 0, weeklyMax: 1 } as never },
      );
      const draft = await makeMailing(made.group, { settings: { topicNo: 5 } });
      return { ...made, mailing: draft, driver: new HandDriver(made.group, draft) };
    })();
    const now = Date.now();
    const nowS = Math.floor(now / 1000);
    await db.d1.batch([
      db.d1
        .prepare("INSERT INTO mail_wishes (group_no, person_no, paused_until, at) VALUES (?, 7, ?, 1)")
        .bind(group.no, now + 1e9),
      db.d1
        .prepare("INSERT INTO topic_refusals (group_no, topic_no, person_no, at) VALUES (?, 5, 8, 1)")
        .bind(group.no),
      db.d1
        .prepare(
          "INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at) VALUES (?, 900, randomblob(16), '', 'sent', 1, 1, 1, ?)",
        )
        .bind(group.no, now - 1000),
      db.d1
        .prepare(
          "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, at_s) VALUES (?, 900, 9, 3, ?)",
        )
        .bind(group.no, nowS - 100),
    ]);
    const ctx = contextOf(driver.env);
    const estimate = await delivery.estimateAudience(ctx, group, mailing.target ?? never(), mailing.settings);
    await delivery.sendMailing(ctx, group, mailing, BY);
    await driver.run();
    const leftOut = {
      not_subscribed: 2,
      bounced: 1,
      complained: 1,
      no_address: 1,
      pausing: 1,
      topic: 1,
      too_many: 1,
    };
    expect(estimate).toMatchObject({ candidates: 9, recipients: 1, leftOut, isWhole: true });
    expect((await driver.standing())?.frozen).toMatchObject({ candidates: 9, recipients: 1, leftOut });
    expect(await driver.totals()).toMatchObject({ sent: 1, left_out: 8, leftOutBy: leftOut });
    expect(driver.sent.map(({ to }) => to)).toEqual(["p1@people.example"]);
  });

  it("goes to the newest so many of its audience, and counts who is beyond", async () => {
    const people = Array.from({ length: 30 }, (_, n) => ({ email_status: n % 3 === 0 ? 2 : 1 }));
    const target = { audience: { include: { all: [] } }, most: 5 };
    const { driver, db, group } = await begun(people, { target });
    await db.d1.prepare("UPDATE people SET created_at = person_no WHERE group_no = ?").bind(group.no).run();
    await driver.run();
    expect((await driver.standing())?.frozen).toMatchObject({
      ...{ candidates: 30, recipients: 5 },
      leftOut: { not_subscribed: 10, over_limit: 15 },
    });
    const numbers = driver.sent.map(({ to }) => Number(/\d+/.exec(to)?.[0]));
    expect(numbers).toEqual([24, 26, 27, 29, 30]);
  });

  it("sends nothing to whoever leaves, is suppressed or complains while it is under way", async () => {
    const people = Array.from({ length: 60 }, (_, n) =>
      n === 54 ? { email: "p55-hated@people.example" } : {},
    );
    const { driver, db, group, ctx } = await begun(people);
    let asked = 0;
    driver.answer = async () => {
      asked += 1;
      // In the middle of the second twenty: everybody from 41 on leaves, and 55 is suppressed by somebody else's mail.
      if (asked === 25) {
        await db.d1
          .prepare("UPDATE people SET email_status = 2 WHERE group_no = ? AND person_no BETWEEN 41 AND 50")
          .bind(group.no)
          .run();
      }
      return { outcome: "accepted", id: "m" };
    };
    await suppress(ctx, "p55-hated@people.example", "complaint");
    await driver.run();
    expect(driver.sent.map(({ to }) => Number(/\d+/.exec(to)?.[0]))).toEqual([
      ...Array.from({ length: 40 }, (_, n) => n + 1),
      ...[51, 52, 53, 54, 56, 57, 58, 59, 60],
    ]);
    expect(await driver.totals()).toMatchObject({
      sent: 49,
      leftOutBy: { not_subscribed: 10, suppressed: 1 },
    });
  });

  it("writes to the address somebody has now", async () => {
    const { driver, db, group } = await begun(40);
    driver.answer = async (_message, nth) => {
      if (nth === 1)
        await db.d1
          .prepare("UPDATE people SET email = 'new@people.example' WHERE group_no = ? AND person_no = 25")
          .bind(group.no)
          .run();
      return { outcome: "accepted", id: "m" };
    };
    await driver.run();
    expect(driver.sent.map(({ to }) => to)).toContain("new@people.example");
    expect(driver.sent.map(({ to }) => to)).not.toContain("p25@people.example");
    expect(await driver.totals()).toMatchObject({ sent: 40 });
  });
});

function never(): never {
  throw new Error("not there");
}

it("is no second copy for whoever got theirs under a number they had before they were merged", async () => {
  const { driver, db, group } = await begun(60);
  const merge = (lost: number, kept: number) => [
    db.d1
      .prepare("UPDATE people SET merged_into = ? WHERE group_no = ? AND person_no = ?")
      .bind(kept, group.no, lost),
    db.d1
      .prepare("INSERT INTO merged_people (group_no, root_no, person_no) VALUES (?, ?, ?)")
      .bind(group.no, kept, lost),
  ];
  driver.answer = async (_message, nth) => {
    if (nth === 1) await db.d1.batch([...merge(3, 50), ...merge(51, 4), ...merge(55, 56)]);
    return { outcome: "accepted", id: "m" };
  };
  await driver.run();
  const sent = driver.sent.map(({ to }) => Number(/\d+/.exec(to)?.[0]));
  expect(sent).toEqual(
    Array.from({ length: 60 }, (_, n) => n + 1).filter((no) => ![50, 51, 55].includes(no)),
  );
  expect(await driver.totals()).toMatchObject({ sent: 57, leftOutBy: { gone: 3 } });
});

describe("what a transport answers", () => {
  it("ends each copy by it, waits after a refusal for now, and never sends an unknown one again", async () => {
    const { driver, db, group } = await begun(40);
    const outcomes = [
      { outcome: "accepted", id: "m" },
      { outcome: "permanent", reason: "E_RECIPIENT_NOT_ALLOWED" },
      { outcome: "transient", reason: "E_RATE_LIMIT_EXCEEDED" },
      { outcome: "unknown", reason: "no_answer" },
    ] as const;
    driver.answer = (message) => outcomes[Number(/\d+/.exec(message.to)?.[0]) % 4] ?? outcomes[0];
    const waitMs = await driver.run();
    expect(waitMs).toBeGreaterThan(200_000);
    expect(waitMs).toBeLessThan(301_000);
    expect(await driver.totals()).toMatchObject({
      ...{ sent: 10, failed: 10, unknown: 10, waiting: 10 },
      failedBy: { refused: 10 },
    });
    const first = driver.sent.length;
    driver.answer = () => ({ outcome: "accepted", id: "m" });
    await db.d1
      .prepare("UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ? AND due_s > 1")
      .bind(group.no)
      .run();
    expect(await driver.run()).toBeNull();
    expect(driver.sent.length - first).toBe(10);
    expect(await driver.totals()).toMatchObject({ sent: 20, failed: 10, unknown: 10, waiting: 0 });
    expect(await driver.standing()).toMatchObject({ status: "sent" });
  });

  it("tells of whom is refused since nobody reads there, and of nobody refused for anything else", async () => {
    const { driver, group } = await begun(5);
    const reasons = [
      "",
      "to_550_5.1.1",
      "to_550",
      "text_554_5.7.1",
      "E_RECIPIENT_SUPPRESSED",
      "to_552_5.2.2",
    ];
    driver.answer = (message) => ({
      ...{ outcome: "permanent", reason: reasons[Number(/\d+/.exec(message.to)?.[0])] ?? "" },
    });
    await driver.run();
    await expect.poll(() => driver.refused.length).toBe(2);
    const about = { type: "mailings.refused", groupNo: group.no };
    expect(driver.refused).toMatchObject([
      { ...about, personNo: 1, to: "p1@people.example", reason: "to_550_5.1.1" },
      { ...about, personNo: 4, to: "p4@people.example" },
    ]);
    expect(recipientRefused.parse(driver.refused[0])).toEqual(driver.refused[0]);
  });

  it("gives up after three days of refusals for now", async () => {
    const { driver, db, group } = await begun(1);
    driver.answer = () => ({ outcome: "transient", reason: "E_RATE_LIMIT_EXCEEDED" });
    let waitedS = 0;
    for (let tries = 0; tries < 30 && (await driver.run()) !== null; tries += 1) {
      const [row] = await rowsOf(db, 1);
      waitedS += (row?.due ?? 0) - Math.floor(Date.now() / 1000);
      await db.d1.prepare("UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ?").bind(group.no).run();
    }
    expect(await driver.totals()).toMatchObject({ failed: 1, failedBy: { gave_up: 1 } });
    expect(waitedS / 3600).toBeGreaterThan(66);
    expect(waitedS / 3600).toBeLessThan(76);
  });

  it("pauses when the sender is refused, and nobody's copy fails for it", async () => {
    const { driver, group, mailing, ctx } = await begun(300);
    driver.answer = () => ({ outcome: "permanent", reason: "E_SENDER_NOT_VERIFIED" });
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({
      status: "paused",
      pauseCause: "sender",
      pauseNote: "sender_refused",
    });
    expect(await driver.totals()).toMatchObject({ waiting: 300, failed: 0 });
    driver.answer = () => ({ outcome: "accepted", id: "m" });
    expect(await delivery.resumeMailing(ctx, group, mailing)).toEqual({ is: "sending" });
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 300 });
  });

  it("pauses when most is refused or unknown", async () => {
    const { driver } = await begun(1200);
    driver.answer = () => ({ outcome: "unknown", reason: "no_answer" });
    await driver.run();
    expect(await driver.standing()).toMatchObject({
      status: "paused",
      pauseCause: "transport",
      pauseNote: "most_unknown",
    });
    expect((await driver.totals()).unknown).toBeLessThanOrEqual(500);
  });

  it("pauses for the gate's reason", async () => {
    const { driver } = await begun(50);
    driver.gate.stop = { cause: "health", why: "bounces" };
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({
      status: "paused",
      pauseCause: "health",
      pauseNote: "bounces",
    });
    expect(driver.sent).toEqual([]);
  });

  it("takes no more from the gate than it grants, and gives back what was not used", async () => {
    const { driver, db, group } = await begun(120);
    driver.gate.most = 7;
    await driver.turn();
    await driver.turn();
    await db.d1
      .prepare("UPDATE people SET email_status = 2 WHERE group_no = ? AND person_no <= 20")
      .bind(group.no)
      .run();
    await driver.turn();
    expect(driver.pages.reduce((sum, { most }) => sum + most, 0)).toBe(7);
    await driver.run({ patienceMs: 50, turns: 400 });
    expect(await driver.totals()).toMatchObject({ sent: 100, left_out: 20 });
    const noted = driver.noted.reduce((sum, note) => sum + (note.accepted ?? 0), 0);
    const back = driver.noted.reduce((sum, note) => sum + (note.transient ?? 0), 0);
    expect([noted, back]).toEqual([100, 20]);
  });

  it("is told by the provider afterwards how an unknown one ended", async () => {
    const { driver, group, ctx, mailing } = await begun(2);
    driver.answer = () => ({ outcome: "unknown", reason: "no_answer" });
    await driver.run();
    const copy = { groupNo: group.no, mailingNo: mailing.no, personNo: 1, isProof: false };
    expect(await delivery.settleCopy(ctx, copy, "sent")).toBe(true);
    expect(await delivery.settleCopy(ctx, copy, "failed")).toBe(false);
    expect(await delivery.settleCopy(ctx, { ...copy, personNo: 2, isProof: true }, "sent")).toBe(false);
    expect(await driver.totals()).toMatchObject({ sent: 1, unknown: 1 });
  });
});

describe("whatever happens to messages and processes", () => {
  it("claims nobody twice when every page comes three times at once", async () => {
    const { driver } = await begun(200);
    driver.queue = (pages) => pages.flatMap((page) => [page, page, page]);
    for (let at = 0; at < 12; at += 1) {
      await driver.turn();
      await Promise.all(driver.pages.splice(0).map((page) => driver.deliver(page)));
    }
    expect(await driver.totals()).toMatchObject({ sent: 200 });
    expect(driver.twice()).toEqual([]);
  });

  it("issues again what a queue swallowed", async () => {
    const { driver } = await begun(300);
    let isLost = true;
    driver.queue = (pages) => (isLost ? [] : pages);
    await driver.run({ patienceMs: 10 });
    expect(driver.sent).toEqual([]);
    isLost = false;
    driver.forget();
    expect(await driver.run()).toBeNull();
    expect(await driver.totals()).toMatchObject({ sent: 300 });
  });

  it("goes on from the rows when the driver forgets everything between any two steps", async () => {
    const { driver } = await begun(350);
    for (let at = 0; at < 40; at += 1) {
      driver.forget();
      const next = await driver.turn();
      for (const page of driver.pages.splice(0)) await driver.deliver(page);
      if (next === null) break;
    }
    expect(await driver.totals()).toMatchObject({ sent: 350 });
    expect(driver.twice()).toEqual([]);
    expect(await driver.standing()).toMatchObject({ status: "sent" });
  });

  it("ends at most twenty as unknown when a consumer dies, two minutes later, and sends the rest", async () => {
    const { driver, db, group } = await begun(100);
    driver.answer = (_message, nth) =>
      nth === 35 ? new Promise<never>(() => {}) : { outcome: "accepted", id: "m" };
    await driver.turn();
    await driver.turn();
    await driver.turn();
    const [page] = driver.pages.splice(0);
    // Nothing follows the 35th hand-over: the process is gone.
    void driver.deliver(page ?? never());
    await expect.poll(async () => (await driver.totals()).claimed).toBe(20);
    await expect.poll(() => driver.sent.length).toBe(40);
    driver.answer = () => ({ outcome: "accepted", id: "m" });
    driver.forget();
    const waitMs = await driver.run();
    expect(waitMs).toBeGreaterThan(60_000);
    expect(await driver.totals()).toMatchObject({ sent: 80, claimed: 20 });
    await db.d1
      .prepare("UPDATE mailing_recipients SET at_s = at_s - 130 WHERE group_no = ? AND status = 2")
      .bind(group.no)
      .run();
    expect(await driver.run()).toBeNull();
    expect(await driver.totals()).toMatchObject({ sent: 80, unknown: 20, claimed: 0 });
    expect(driver.twice()).toEqual([]);
  });

  it("writes down what was handed over once D1 answers again, and else leaves it unknown", async () => {
    const { driver } = await begun(30);
    let isDown = false;
    driver.shard = (d1) => refusingWhen(d1, () => isDown);
    driver.answer = (_message, nth) => {
      if (nth === 15) isDown = true;
      if (nth === 20) setTimeout(() => (isDown = false), 300);
      return { outcome: "accepted", id: "m" };
    };
    await driver.run();
    expect(driver.twice()).toEqual([]);
    expect(await driver.totals()).toMatchObject({ sent: 30 });
  });

  it("lets nobody go whom another consumer has claimed since, however often an end is written down", async () => {
    const { driver, db, mailing } = await begun(1);
    for (let at = 0; at < 3; at += 1) await driver.turn();
    const claimAt = async (now: number) => {
      const judging = { mailingNo: mailing.no, now, topicNo: null, weeklyMax: 0 };
      return (await settleAndClaim(db, judging, [], [1])).claims;
    };
    const letGo = (await claimAt(Date.now() - 5_000)).map((claim) => released(claim, Date.now()));
    await settle(db, mailing.no, letGo);
    const [second = never()] = await claimAt(Date.now());
    // The answer to the first was lost, so it is written again.
    await settle(db, mailing.no, letGo);
    expect(await driver.totals()).toMatchObject({ claimed: 1, waiting: 0 });
    await settle(db, mailing.no, [settlementOf(second, { outcome: "accepted", id: "m" }, Date.now())]);
    expect(await driver.totals()).toMatchObject({ sent: 1, claimed: 0 });
  });

  it("ends whoever is to wait again in a mailing that has ended meanwhile", async () => {
    const { driver, db, mailing } = await begun(3);
    for (let at = 0; at < 3; at += 1) await driver.turn();
    const judging = { mailingNo: mailing.no, now: Date.now(), topicNo: null, weeklyMax: 0 };
    const { claims } = await settleAndClaim(db, judging, [], [1, 2, 3]);
    await giveUpClaims(db, mailing.no, { after: 0, upTo: 3, claimedByS: Math.ceil(Date.now() / 1000) });
    driver.forget();
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({ status: "sent" });
    expect(await driver.totals()).toMatchObject({ unknown: 3 });
    const answers = [
      { outcome: "accepted", id: "m" },
      { outcome: "transient", reason: "later" },
      { outcome: "unknown", reason: "no_answer" },
    ] as const;
    const ends = claims.map((claim, at) => settlementOf(claim, answers[at] ?? never(), Date.now()));
    await settle(db, mailing.no, ends);
    expect(await driver.totals()).toMatchObject({
      ...{ sent: 1, unknown: 1, failed: 1, waiting: 0, claimed: 0 },
      failedBy: { gave_up: 1 },
    });
  });

  it("hands nothing over while the directory cannot say who is suppressed", async () => {
    const { driver } = await begun(30);
    const real = Object.getOwnPropertyDescriptor(HandDriver.prototype, "env")?.get;
    let isDown = true;
    Object.defineProperty(driver, "env", {
      get: () => {
        const whole = real?.call(driver) as typeof env;
        return { ...whole, DIRECTORY: isDown ? onlyGroups(env.DIRECTORY) : env.DIRECTORY };
      },
    });
    for (let at = 0; at < 4; at += 1) {
      await driver.turn();
      for (const page of driver.pages.splice(0)) await driver.deliver(page);
    }
    expect(driver.sent).toEqual([]);
    isDown = false;
    driver.forget();
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 30 });
  });
});

/** A shard that refuses when it is told to. */
function refusingWhen(d1: D1Database, isDown: () => boolean): D1Database {
  const check = () => {
    if (isDown()) throw new Error("D1_ERROR: refused by a test");
  };
  return new Proxy(d1, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        check();
        return value.apply(target, given);
      };
    },
  });
}

/** A directory that answers everything but who is suppressed. */
function onlyGroups(d1: D1Database): D1Database {
  return new Proxy(d1, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "prepare") return typeof value === "function" ? value.bind(target) : value;
      return (query: string) => {
        if (query.includes("suppressions")) throw new Error("D1_ERROR: refused by a test");
        return target.prepare(query);
      };
    },
  });
}

it("writes three rows in D1 for each mail, and a message for each two hundred", async () => {
  let rows = 0;
  const { driver } = await begun(400);
  const count = <Result extends D1Result>(result: Result) => {
    rows += result.meta.rows_written ?? 0;
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
        if (name === "prepare") return (query: string) => statement(target.prepare(query));
        if (name === "batch")
          return async (statements: D1PreparedStatement[]) => (await target.batch(statements)).map(count);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  let pages = 0;
  driver.queue = (given) => {
    pages += given.length;
    return given;
  };
  await driver.run();
  expect(await driver.totals()).toMatchObject({ sent: 400 });
  expect(rows / 400).toBeGreaterThan(2.9);
  expect(rows / 400).toBeLessThan(3.1);
  expect(pages).toBe(2);
});

describe("what organisers decide on the way", () => {
  it("stops claiming at the next twenty when it is paused, and goes on when it is resumed", async () => {
    const { driver, group, mailing, ctx } = await begun(100);
    driver.answer = async (_message, nth) => {
      if (nth === 25) await delivery.pauseMailing(ctx, group, mailing, "organiser", { by: 1 });
      return { outcome: "accepted", id: "m" };
    };
    await driver.run();
    expect(driver.sent).toHaveLength(40);
    expect(await driver.standing()).toMatchObject({ status: "paused", pauseCause: "organiser" });
    expect(await delivery.resumeMailing(ctx, group, mailing, { by: 1 })).toEqual({ is: "sending" });
    expect(await delivery.resumeMailing(ctx, group, mailing, { by: 1 })).toEqual({ is: "not_paused" });
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 100 });
  });

  it("is let go by nobody of the group once an operator holds it, though they pressed the button before", async () => {
    const { driver, group, mailing, ctx, db } = await begun(20);
    await db.d1
      .prepare(
        "UPDATE mailings SET status = 'paused', pause_cause = 'operator' WHERE group_no = ? AND mailing_no = ?",
      )
      .bind(group.no, mailing.no)
      .run();
    expect(await delivery.resumeMailing(ctx, group, mailing, { by: 1 })).toEqual({ is: "not_paused" });
    await driver.run();
    expect(driver.sent).toEqual([]);
  });

  it("ends everybody who still waits when it is stopped", async () => {
    const { driver, group, mailing, ctx } = await begun(100);
    driver.answer = async (_message, nth) => {
      if (nth === 25) await delivery.stopMailing(ctx, group, mailing, { by: 1 });
      return nth === 28 ? { outcome: "transient", reason: "later" } : { outcome: "accepted", id: "m" };
    };
    await driver.run();
    expect(await driver.standing()).toMatchObject({ status: "stopped" });
    expect(await driver.totals()).toMatchObject({
      sent: 39,
      failed: 61,
      failedBy: { stopped: 61 },
      waiting: 0,
    });
    const after = await mailingByNo(dbFor(env, group), mailing.no);
    expect(after?.finishedAt).not.toBeNull();
    expect(await delivery.stopMailing(ctx, group, mailing)).toBe(false);
  });

  it("is a draft again when it is taken back, with nothing left behind, and can be sent anew", async () => {
    const { driver, group, mailing, ctx, db } = await begun(50);
    await driver.turn();
    expect(await driver.standing()).toMatchObject({ status: "preparing" });
    expect(await delivery.takeBack(ctx, group, mailing, { by: 1 })).toBe(true);
    await driver.run();
    expect(await driver.standing()).toMatchObject({ status: "draft", startAt: null });
    expect(await rowsOf(db, mailing.no)).toEqual([]);
    await addPeople(db, [{}], 51);
    const draft = (await mailingByNo(db, mailing.no)) ?? never();
    expect(await delivery.sendMailing(ctx, group, draft, BY)).toMatchObject({ is: "scheduled" });
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 51 });
    expect(await delivery.takeBack(ctx, group, mailing)).toBe(false);
  });

  it("waits for its time, which may be changed", async () => {
    const { group } = await makeSenders(3, { mail: { undoMinutes: 10 } as never });
    const mailing = await makeMailing(group);
    const driver = new HandDriver(group, mailing);
    const ctx = contextOf(driver.env);
    const sent = await delivery.sendMailing(ctx, group, mailing, BY);
    expect(sent).toEqual({ is: "scheduled", startAt: ctx.now + 600_000 });
    expect(await driver.run()).toBeGreaterThan(590_000);
    expect(await delivery.sendMailing(ctx, group, mailing, BY)).toEqual({ is: "not_a_draft" });
    await delivery.rescheduleMailing(ctx, group, mailing, { startAt: ctx.now + 7_200_000, by: 1 });
    expect(await driver.run()).toBeGreaterThan(7_100_000);
    expect(driver.sent).toEqual([]);
  });

  it("sends at each person's own time", async () => {
    const people = [
      { country: "US", region: "ca" },
      { country: "CA", region: "NL" },
      { country: "FR" },
      {},
      { country: "JP", region: 'x"' },
      { country: "FR" },
    ];
    const startAt = Date.UTC(2027, 0, 12, 8);
    const { group, db } = await makeSenders(people);
    // Whoever said whose clock they go by is asked before their address.
    await db.d1
      .prepare("UPDATE people SET time_zone = 'America/Los_Angeles' WHERE group_no = ? AND person_no = 6")
      .bind(group.no)
      .run();
    const mailing = await makeMailing(group, { settings: { localTime: "09:30" } });
    const driver = new HandDriver(group, mailing);
    await delivery.sendMailing(contextOf(driver.env), group, mailing, { by: 1, startAt });
    await driver.turn(startAt);
    await db.d1.prepare("UPDATE mailings SET status = 'preparing' WHERE group_no = ?").bind(group.no).run();
    await driver.turn(startAt);
    const due = (await rowsOf(db, 1)).map((row) => row.due && new Date(row.due * 1000).toISOString());
    // Tokyo's half past nine was over when it began.
    expect(due).toEqual([
      "2027-01-12T17:30:00.000Z",
      "2027-01-12T13:00:00.000Z",
      "2027-01-12T08:30:00.000Z",
      "2027-01-12T14:30:00.000Z",
      null,
      "2027-01-12T17:30:00.000Z",
    ]);
  });
});

describe("who may send", () => {
  it("has a second person agree above the group's size, and not the one who asked", async () => {
    const { group } = await makeSenders(10, { mail: { undoMinutes: 0, approvalFrom: 10 } as never });
    const mailing = await makeMailing(group);
    const driver = new HandDriver(group, mailing);
    const ctx = contextOf(driver.env);
    expect(await delivery.sendMailing(ctx, group, mailing, BY)).toEqual({
      is: "needs_approval",
      from: "colleague",
    });
    await driver.run();
    expect(driver.sent).toEqual([]);
    const waiting = (await mailingByNo(dbFor(env, group), mailing.no)) ?? never();
    expect(await delivery.approveMailing(ctx, group, waiting, { by: 1, as: "colleague" })).toEqual({
      is: "own",
    });
    expect(await delivery.approveMailing(ctx, group, waiting, { by: 3, as: "colleague" })).toMatchObject({
      is: "over_ceiling",
    });
    expect(await delivery.approveMailing(ctx, group, waiting, { by: 2, as: "colleague" })).toMatchObject({
      is: "scheduled",
    });
    await driver.run();
    expect(await driver.totals()).toMatchObject({ sent: 10 });
  });

  it("asks again when the audience has grown past the size by the time it is frozen", async () => {
    const { group, db } = await makeSenders(9, { mail: { undoMinutes: 0, approvalFrom: 10 } as never });
    const mailing = await makeMailing(group);
    const driver = new HandDriver(group, mailing);
    expect(await delivery.sendMailing(contextOf(driver.env), group, mailing, BY)).toMatchObject({
      is: "scheduled",
    });
    await addPeople(db, [{}], 10);
    await driver.run();
    expect(await driver.standing()).toMatchObject({ status: "waiting", pauseNote: "needs_colleague" });
    expect(driver.sent).toEqual([]);
    expect(await rowsOf(db, mailing.no)).toEqual([]);
  });

  it("keeps organisers below their ceiling", async () => {
    const { group } = await makeSenders(10);
    const mailing = await makeMailing(group);
    const ctx = contextOf(new HandDriver(group, mailing).env);
    const by = { by: 3, startAt: null };
    expect(await delivery.sendMailing(ctx, group, mailing, by)).toEqual({
      is: "over_ceiling",
      ceiling: 0,
      recipients: 10,
    });
    await env.DIRECTORY.prepare(
      "UPDATE memberships SET mail_ceiling = 10 WHERE group_no = ? AND account_no = 3",
    )
      .bind(group.no)
      .run();
    expect(await delivery.sendMailing(ctx, group, mailing, by)).toMatchObject({ is: "scheduled" });
  });

  it("refuses a mailing to nobody, without a subject, or of a group without an address", async () => {
    const { group } = await makeSenders(0);
    const mailing = await makeMailing(group);
    const ctx = contextOf(new HandDriver(group, mailing).env);
    expect(await delivery.sendMailing(ctx, group, mailing, BY)).toEqual({
      is: "problems",
      problems: ["nobody"],
    });
    const bare: Mailing = { ...mailing, target: null };
    const poor = { ...group, postalAddress: "", status: "suspended" as const };
    expect(await delivery.sendMailing(ctx, poor, bare, BY)).toEqual({
      is: "problems",
      problems: ["group_closed", "no_postal_address", "no_audience"],
    });
  });
});

describe("tests of several variants", () => {
  const plan = {
    share: 4_000,
    measure: "opens" as const,
    hours: 2,
    isAutomatic: true,
    unsubscribeShareMax: null,
    cohorts: null,
  };
  let made: Awaited<ReturnType<typeof begun>>;
  beforeEach(async () => {
    made = await begun(200, { variants: 2, settings: { test: plan } });
    await made.driver.run();
  });

  const openBy = (variantNo: number, count: number, column = "opened_s", flags: number | null = null) =>
    made.db.d1
      .prepare(
        `INSERT INTO mail_events (group_no, mailing_no, person_no, ${column}, flags)
         SELECT group_no, mailing_no, person_no, 1, ?3 FROM mailing_recipients
         WHERE group_no = ?1 AND mailing_no = 1 AND status = 3 AND coalesce(variant_no, 1) = ?2 LIMIT ?4
         ON CONFLICT DO UPDATE SET flags = excluded.flags`,
      )
      .bind(made.group.no, variantNo, flags, count)
      .run();
  const timeIsOver = () =>
    made.db.d1.prepare("UPDATE mailings SET test_ends_at = 1 WHERE group_no = ?").bind(made.group.no).run();

  it("sends a share first, says nothing before its time, and then the best to the rest", async () => {
    const { driver } = made;
    const sample = driver.sent.length;
    expect(sample).toBeGreaterThan(50);
    expect(sample).toBeLessThan(110);
    await openBy(2, 20);
    const waitMs = await driver.run();
    expect(waitMs).toBeGreaterThan(7_000_000);
    expect(await driver.standing()).toMatchObject({ status: "sending", verdict: null, winnerNo: null });
    await timeIsOver();
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({
      ...{ status: "sent", winnerNo: 2 },
      verdict: { bestNo: 2, isTripped: false },
    });
    const rest = driver.sent.slice(sample);
    expect(rest.every(({ message }) => message.subject === "News 2")).toBe(true);
    expect(driver.sent).toHaveLength(200);
    expect(driver.twice()).toEqual([]);
  });

  it("sends the first of equals, and says that it is a tie", async () => {
    await timeIsOver();
    await made.driver.run();
    expect(await made.driver.standing()).toMatchObject({ winnerNo: 1, verdict: { is: "nothing" } });
    expect(await made.driver.totals()).toMatchObject({ sent: 200 });
  });

  it("goes to nobody else when too many of the sample left, until somebody chooses", async () => {
    const { group, mailing, driver, ctx, db } = made;
    await db.d1
      .prepare(
        "UPDATE mailings SET settings = json_set(settings, '$.test.unsubscribeShareMax', 100) WHERE group_no = ?",
      )
      .bind(group.no)
      .run();
    await openBy(1, 3, "opened_s", 2);
    await timeIsOver();
    const sample = driver.sent.length;
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({
      status: "paused",
      pauseCause: "test",
      pauseNote: "unsubscribed",
    });
    expect(driver.sent).toHaveLength(sample);
    expect(await delivery.resumeMailing(ctx, group, mailing, { by: 1 })).toEqual({ is: "choose" });
    expect(await delivery.chooseWinner(ctx, group, mailing, 7, { by: 1 })).toBe("moved_on");
    expect(await delivery.chooseWinner(ctx, group, mailing, 2, { by: 1 })).toBe("chosen");
    expect(await delivery.chooseWinner(ctx, group, mailing, 1, { by: 1 })).toBe("moved_on");
    expect(await driver.run()).toBeNull();
    expect(await driver.totals()).toMatchObject({ sent: 200 });
  });

  it("waits for an organiser where they want to choose", async () => {
    const { group, mailing, driver, ctx, db } = made;
    await db.d1
      .prepare(
        "UPDATE mailings SET settings = json_set(settings, '$.test.isAutomatic', json('false')) WHERE group_no = ?",
      )
      .bind(group.no)
      .run();
    await timeIsOver();
    expect(await driver.run()).toBeNull();
    expect(await driver.standing()).toMatchObject({
      status: "sending",
      winnerNo: null,
      verdict: { bestNo: 1 },
    });
    await delivery.chooseWinner(ctx, group, mailing, 2, { by: 1 });
    expect(await driver.run()).toBeNull();
    expect(await driver.totals()).toMatchObject({ sent: 200 });
  });
});

describe("a test down the list", () => {
  const DAY_MS = 86_400_000;
  const goesDown = {
    size: 20,
    isInOrder: true,
    shareOfBestMin: 50,
    unsubscribeShareMax: 1_000,
    complaintShareMax: null,
  };
  const plan = {
    ...{ share: 2_000, measure: "clicks" as const, hours: 2, isAutomatic: true, unsubscribeShareMax: null },
    cohorts: goesDown,
  };
  const DAYS_AGO = [5, 40, 100, 300, 500];

  /** Fifty people of each cohort, whose sample is sent. */
  async function tested(
    settings: Partial<MailingSettings> = {},
    { variants = 2, cohorts = {} }: { variants?: number; cohorts?: Partial<typeof goesDown> } = {},
  ) {
    const people = Array.from({ length: 250 }, (_, index) => ({
      created_at: Date.now() - (DAYS_AGO[index % 5] ?? 0) * DAY_MS,
    }));
    const test = { ...plan, ...settings.test, cohorts: { ...goesDown, ...cohorts } };
    const made = await begun(people, { variants, settings: { ...settings, test } });
    await made.driver.run();
    return made;
  }

  const cohortOf = (to: string) => ((Number(to.slice(1, to.indexOf("@"))) - 1) % 5) + 1;
  const sentTo = (driver: HandDriver, from = 0) => {
    const counts = [0, 0, 0, 0, 0];
    for (const { to } of driver.sent.slice(from))
      counts[cohortOf(to) - 1] = (counts[cohortOf(to) - 1] ?? 0) + 1;
    return counts;
  };
  /** So many of each cohort's sample click, among those of a variant. */
  async function click(
    db: ReturnType<typeof dbFor>,
    counts: number[],
    variantNo = 1,
    flags: number | null = null,
  ) {
    for (const [index, count] of counts.entries())
      await db.d1
        .prepare(
          `INSERT INTO mail_events (group_no, mailing_no, person_no, clicked_s, flags)
           SELECT group_no, mailing_no, person_no, iif(?5 IS NULL, 1, NULL), ?5 FROM mailing_recipients
           WHERE group_no = ?1 AND cohort = ?2 AND status = 3 AND coalesce(variant_no, 1) = ?3 LIMIT ?4
           ON CONFLICT DO UPDATE SET flags = excluded.flags`,
        )
        .bind(db.groupNo, index + 1, variantNo, count, flags)
        .run();
  }
  const timeIsOver = (db: ReturnType<typeof dbFor>) =>
    db.d1.prepare("UPDATE mailings SET test_ends_at = 1 WHERE group_no = ?").bind(db.groupNo).run();
  const over = async (driver: HandDriver) => {
    expect(await driver.run()).toBeNull();
    const totals = await driver.totals();
    expect(sumOf(totals)).toBe(250);
    expect(totals).toMatchObject({ waiting: 0, claimed: 0 });
    expect(driver.twice()).toEqual([]);
    return totals;
  };

  it("knows when people were last active by all that they did, under every number of theirs", async () => {
    const long = Date.now() - 700 * DAY_MS;
    const { group, db } = await makeSenders(
      Array.from({ length: 8 }, (_, index) => ({
        created_at: long,
        ...(index === 7 ? { merged_into: 7 } : {}),
      })),
    );
    const ago = (days: number) => Date.now() - days * DAY_MS;
    const read = (no: number, opened: number | null, clicked: number | null) =>
      db.d1
        .prepare("INSERT INTO mail_readers (group_no, person_no, opened_s, clicked_s) VALUES (?, ?, ?, ?)")
        .bind(group.no, no, opened && Math.floor(opened / 1000), clicked && Math.floor(clicked / 1000))
        .run();
    await read(1, ago(700), ago(10));
    await read(2, ago(45), null);
    const act = (no: number, days: number, removalNo: number) =>
      db.d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, removal_no)
           VALUES (?1, ?2, 1, 0, randomblob(16), ?3, ?3, '{}', 0, ?4)`,
        )
        .bind(group.no, no, ago(days), removalNo)
        .run();
    await act(3, 100, 0);
    await act(4, 5, 9);
    await db.d1
      .prepare("UPDATE people SET email_status_at = ?2 WHERE group_no = ?1 AND person_no = 5")
      .bind(group.no, ago(200))
      .run();
    await db.d1
      .prepare(
        "INSERT INTO merged_people (group_no, root_no, person_no) VALUES (?, 7, 8) ON CONFLICT DO NOTHING",
      )
      .bind(group.no)
      .run();
    await read(8, ago(20), null);
    const mailing = await makeMailing(group, { settings: { test: plan } });
    const driver = new HandDriver(group, mailing);
    await delivery.sendMailing(contextOf(driver.env), group, mailing, BY);
    for (let turns = 0; turns < 2; turns += 1) await driver.turn();
    const { results } = await db.d1
      .prepare("SELECT cohort FROM mailing_recipients WHERE group_no = ? ORDER BY person_no")
      .bind(group.no)
      .run<{ cohort: number | null }>();
    expect(results.map(({ cohort }) => cohort)).toEqual([1, 2, 3, 5, 4, 5, 1]);
  });

  it("tries on a sample of each cohort, and sends the winner down to those that perform, the freshest first", async () => {
    const { driver, db } = await tested();
    const { frozen } = (await driver.standing()) ?? never();
    const sample = driver.sent.length;
    for (const [index, each] of (frozen?.cohorts ?? []).entries()) {
      expect(each.people).toBe(50);
      expect(each.sample).toBeGreaterThan(8);
      expect(each.sample).toBeLessThan(34);
      expect(sentTo(driver)[index]).toBe(each.sample);
    }
    expect(frozen?.variants["0"]).toBe(250 - sample);
    // The third does not click, so the fourth, which does, gets nothing either.
    await click(db, [9, 8, 0, 9, 0], 2);
    await timeIsOver(db);
    const totals = await over(driver);
    expect(await driver.standing()).toMatchObject({ status: "sent", winnerNo: 2 });
    const [first = 0, second = 0, ...rest] = sentTo(driver, sample);
    const [one, two] = frozen?.cohorts ?? [];
    expect([first, second]).toEqual([50 - (one?.sample ?? 0), 50 - (two?.sample ?? 0)]);
    expect(rest).toEqual([0, 0, 0]);
    expect(totals.leftOutBy).toEqual({ cohort: 250 - sample - first - second });
    const order = driver.sent.slice(sample).map(({ to }) => cohortOf(to));
    expect(order).toEqual(order.toSorted());
    expect(driver.sent.slice(sample).every(({ message }) => message.subject === "News 2")).toBe(true);
  });

  it("judges each cohort on its own where the plan says so, and needs no second version", async () => {
    const { driver, db } = await tested({}, { variants: 1, cohorts: { isInOrder: false } });
    const sample = driver.sent.length;
    await click(db, [6, 6, 0, 6, 6]);
    await click(db, [0, 0, 0, 0, 5], 1, 2);
    await timeIsOver(db);
    await over(driver);
    const sent = sentTo(driver, sample).map((count) => count > 0);
    expect(sent).toEqual([true, true, false, true, false]);
  });

  it("goes to a cohort that fails, and not to one that performs, when an organiser says so, until it has ended", async () => {
    const { driver, db, group, mailing, ctx } = await tested();
    const sample = driver.sent.length;
    const choose = (cohort: number, choice: "send" | "leave" | null) =>
      delivery.chooseCohort(ctx, group, mailing, { cohort, choice, by: 1 });
    expect(await choose(5, "send")).toBe(true);
    expect(await choose(2, "leave")).toBe(true);
    expect(await choose(4, "send")).toBe(true);
    expect(await choose(4, null)).toBe(true);
    await click(db, [9, 9, 9, 0, 0], 1);
    await timeIsOver(db);
    await over(driver);
    expect(sentTo(driver, sample).map((count) => count > 0)).toEqual([true, false, true, false, true]);
    expect(await choose(4, "send")).toBe(false);
  });

  it("stops within a cohort that is left out while it is sent", async () => {
    const { driver, db, group, mailing, ctx } = await tested();
    await click(db, [9, 9, 9, 9, 9], 1);
    await timeIsOver(db);
    const sample = driver.sent.length;
    while (driver.pages.length === 0) await driver.turn();
    await delivery.chooseCohort(ctx, group, mailing, { cohort: 1, choice: "leave", by: 1 });
    await over(driver);
    expect(sentTo(driver, sample).map((count) => count > 0)).toEqual([false, true, true, true, true]);
  });

  it("asks an organiser when no cohort performs, and judges at once for who chooses early", async () => {
    const none = await tested();
    await timeIsOver(none.db);
    const sample = none.driver.sent.length;
    expect(await none.driver.run()).toBeNull();
    expect(await none.driver.standing()).toMatchObject({
      status: "paused",
      pauseCause: "test",
      pauseNote: "no_cohort",
    });
    expect(none.driver.sent).toHaveLength(sample);
    const { ctx, group, mailing } = none;
    expect(await delivery.chooseWinner(ctx, group, mailing, 1, { by: 1 })).toBe("no_cohort");
    await delivery.chooseCohort(ctx, group, mailing, { cohort: 3, choice: "send", by: 1 });
    await delivery.chooseWinner(ctx, group, mailing, 1, { by: 1 });
    await over(none.driver);
    expect(sentTo(none.driver, sample).map((count) => count > 0)).toEqual([false, false, true, false, false]);

    // Chosen before its time, it is judged then: nobody is shut out for good without a word of the organiser's.
    const hasty = await tested();
    await delivery.chooseWinner(hasty.ctx, hasty.group, hasty.mailing, 1, { by: 1 });
    expect(await hasty.driver.run()).toBeNull();
    expect(await hasty.driver.standing()).toMatchObject({
      ...{ status: "paused", pauseCause: "test", pauseNote: "no_cohort", winnerNo: null },
      cohorts: { open: 0, shut: 0 },
    });
    await delivery.chooseCohort(hasty.ctx, hasty.group, hasty.mailing, { cohort: 2, choice: "send", by: 1 });
    expect(await delivery.chooseWinner(hasty.ctx, hasty.group, hasty.mailing, 2, { by: 1 })).toBe("chosen");
    expect((await over(hasty.driver)).leftOutBy.cohort).toBeGreaterThan(0);

    const early = await tested();
    await click(early.db, [9, 0, 0, 0, 0], 2);
    const before = early.driver.sent.length;
    await delivery.chooseWinner(early.ctx, early.group, early.mailing, 2, { by: 1 });
    await over(early.driver);
    expect(sentTo(early.driver, before).map((count) => count > 0)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect((await early.driver.standing())?.verdict?.cohorts).toHaveLength(10);
  });

  it("goes on from the rows when the driver forgets everything between any two steps", async () => {
    const { driver, db } = await tested({ localTime: "00:00" });
    await click(db, [9, 9, 9, 0, 0], 1);
    await timeIsOver(db);
    const sample = driver.sent.length;
    for (let turns = 0; turns < 60 && (await driver.standing())?.status === "sending"; turns += 1) {
      driver.forget();
      await driver.turn();
      for (const page of driver.pages.splice(0)) await driver.deliver(page);
    }
    await over(driver);
    expect(sentTo(driver, sample).map((count) => count > 0)).toEqual([true, true, true, false, false]);
  });

  it("counts for a cohort whom it was handed over for, and nobody who was stopped", async () => {
    const { driver, db, group, mailing, ctx } = await tested();
    const sample = driver.sent.length;
    await delivery.stopMailing(ctx, group, mailing, { by: 1 });
    expect(await over(driver)).toMatchObject({ sent: sample, failed: 250 - sample });
    const totals = await cohortTotals(db, mailing.no);
    expect(totals.reduce((sum, { sent }) => sum + sent, 0)).toBe(sample);
  });

  it("sends at once to all of cohorts that are no larger than their sample", async () => {
    const { driver } = await tested({}, { cohorts: { size: 60 } });
    expect((await driver.standing())?.status).toBe("sent");
    expect(driver.sent).toHaveLength(250);
  });
});

it("gives variants without a test to equal shares of everybody", async () => {
  const { driver } = await begun(600, { variants: 3 });
  await driver.run();
  const { variants } = (await driver.standing())?.frozen ?? never();
  for (const no of ["1", "2", "3"]) {
    expect(variants[no]).toBeGreaterThan(150);
    expect(variants[no]).toBeLessThan(250);
  }
  expect(await driver.totals()).toMatchObject({ sent: 600 });
});

it("keeps the weekly cap when two mailings are sent at once", async () => {
  const { group } = await makeSenders(100, { mail: { undoMinutes: 0, weeklyMax: 1 } as never });
  const drivers = [];
  for (let each = 0; each < 2; each += 1) {
    const mailing = await makeMailing(group);
    const driver = new HandDriver(group, mailing);
    await delivery.sendMailing(contextOf(driver.env), group, mailing, BY);
    drivers.push(driver);
  }
  // Both frozen before either has sent.
  for (const driver of drivers) for (let turns = 0; turns < 2; turns += 1) await driver.turn();
  await Promise.all(drivers.map((driver) => driver.run()));
  const everybody = drivers.flatMap((driver) => driver.sent.map(({ to }) => to));
  expect(everybody).toHaveLength(100);
  expect(new Set(everybody).size).toBe(100);
  for (const driver of drivers) expect(sumOf(await driver.totals())).toBe(100);
});

it("writes to nobody of another group that has people of the same numbers", async () => {
  const one = await begun(5);
  const other = await makeSenders(20);
  await one.driver.run();
  expect(one.driver.sent).toHaveLength(5);
  const { results } = await other.db.d1
    .prepare("SELECT 1 FROM mailing_recipients WHERE group_no = ?")
    .bind(other.group.no)
    .run();
  expect(results).toEqual([]);
});
