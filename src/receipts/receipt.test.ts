import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { fakeEmail, fakeQueue, refusal } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { actions } from "../actions/tables";
import { commonSettings, type Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mergePeople } from "../intake/erasure";
import { participations } from "../intake/tables";
import type { IntakeTarget } from "../intake/types";
import { people } from "../people/tables";
import { petition } from "../petitions/petition";
import { type ActionId, idFromHex, newId, type ParticipationId } from "../platform/ids";
import { MAILS_PER_ADDRESS_MAX } from "../platform/mail/mail";
import { ownCode } from "../sharing/board";
import { findMissingReceipts, onParticipationsRecorded, sendReceipts } from "./receipt";
import { claimReceipts } from "./store";
import { receipts } from "./tables";
import { CLAIM_MS, RECEIPT_TRIES_MAX, type ReceiptPage, receiptStates } from "./types";

const T0 = Date.parse("2030-03-01T12:00:00Z");
const MINUTE = 60_000;
const kinds = [petition];

type World = Awaited<ReturnType<typeof makeWorld>>;

/** A group with one published petition and nobody yet. */
async function makeWorld(changes: Partial<Group> = {}, settings: Record<string, unknown> = {}) {
  const { group } = await makeGroup(changes);
  const db = dbFor(env, group);
  const actionId = newId<ActionId>();
  await db.db.insert(actions).values({
    groupNo: group.no,
    actionNo: 1,
    id: actionId,
    kind: "petition",
    slug: "clean-air",
    status: "published",
    title: "Clean air",
    locale: group.locale,
    settings: commonSettings.parse(settings),
    version: 1,
    createdBy: 1,
    createdAt: 1,
    updatedAt: 1,
  });
  const target: IntakeTarget = {
    groupNo: group.no,
    groupId: group.id,
    shard: group.shard,
    jurisdiction: "",
    actionNo: 1,
    actionId,
    kind: "petition",
    isOnce: true,
    tagNos: [],
    hasReceipt: true,
  };
  return { group, db, target };
}

/** The id a participation taken at that moment has. */
function idAt(ms: number): ParticipationId {
  return idFromHex(ms.toString(16).padStart(12, "0") + newId().replaceAll("-", "").slice(12));
}

/** Stores `count` signers, numbered from `from`, whose participations were taken at `at`. */
async function sign(
  { group, db }: World,
  count: number,
  options: { from?: number; at?: number; email?: string } = {},
) {
  const { from = 1, at = T0 } = options;
  const taken = Array.from({ length: count }, (_, n): [number, ParticipationId] => [from + n, idAt(at)]);
  const statements = taken.flatMap(([no, id]) => [
    db.db.insert(people).values({
      groupNo: group.no,
      personNo: no,
      id: newId(),
      email: options.email ?? `p${no}-g${group.no}@example.org`,
      givenName: `Person ${no}`,
      createdAt: at,
    }),
    db.db.insert(participations).values({
      groupNo: group.no,
      personNo: no,
      actionNo: 1,
      nth: 0,
      id,
      actedAt: at,
      revisedAt: at,
      answer: {},
      isNamed: 1,
    }),
  ]);
  const [first, ...rest] = statements;
  if (first) await db.db.batch([first, ...rest]);
  return {
    type: "participations.recorded" as const,
    target: { groupNo: group.no } as IntakeTarget,
    people: taken,
  };
}

function lane(answer?: Parameters<typeof fakeEmail>[0]) {
  const email = fakeEmail(answer);
  const queue = fakeQueue<ReceiptPage>();
  const contextAt = (now = T0) => contextOf({ ...env, EMAIL: email.binding, RECEIPTS: queue.binding }, now);
  return { email, queue, contextAt };
}

const recipients = (email: ReturnType<typeof fakeEmail>) => email.sent.map(({ to }) => to).sort();

async function rows({ group, db }: World) {
  const found = await db.db.select().from(receipts).where(eq(receipts.groupNo, group.no));
  return found.map(({ personNo, state, attempts, reason }) => ({ personNo, state, attempts, reason }));
}

const pageOf = ({ group }: World, people: number[]): ReceiptPage => ({
  type: "receipts.send",
  groupNo: group.no,
  actionNo: 1,
  people,
});

describe("news of participations", () => {
  it("becomes one mail each, recorded as sent", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane();
    const news = await sign(world, 25);
    await onParticipationsRecorded(contextAt(), { ...news, target: world.target });
    expect(queue.sent.map(({ body }) => body)).toEqual([
      pageOf(
        world,
        news.people.map(([no]) => no),
      ),
    ]);
    for (const { body } of queue.sent) await sendReceipts(contextAt(), body, kinds);
    expect(recipients(email)).toEqual(
      news.people.map(([no]) => `p${no}-g${world.group.no}@example.org`).sort(),
    );
    expect(new Set((await rows(world)).map(({ state }) => state))).toEqual(new Set([receiptStates.sent]));
    expect(email.sent[0]?.html).toContain(
      `http://${world.group.slug}.localhost:8787/petitions/clean-air?source=email`,
    );
  });

  it("of an action without a thank-you mail asks for none", async () => {
    const world = await makeWorld();
    const { queue, contextAt } = lane();
    const news = await sign(world, 1);
    await onParticipationsRecorded(contextAt(), { ...news, target: { ...world.target, hasReceipt: false } });
    expect(queue.sent).toEqual([]);
  });

  it("carries a link of the person's own where each supporter gets one, which says who brought others", async () => {
    const world = await makeWorld({}, { share: { links: "links" } });
    const email = fakeEmail();
    const { people: taken } = await sign(world, 2);
    await sendReceipts(
      contextOf({ ...env, EMAIL: email.binding }, T0),
      { type: "receipts.send", groupNo: world.group.no, actionNo: 1, people: [1, 2] },
      kinds,
    );
    const codes = email.sent.map((mail) => /\?source=r-([0-9a-z]{12})\b/.exec(mail.text ?? "")?.[1] ?? "");
    expect(codes.toSorted()).toEqual(
      (await Promise.all(taken.map(([, id]) => ownCode(contextOf(), world.group, id)))).toSorted(),
    );
    expect(email.sent[0]?.text).toContain("The link below is yours alone");
  });

  it("that comes after the mail was switched off sends none", async () => {
    const world = await makeWorld({}, { autoresponse: { isOn: false, subject: "", body: "", replyTo: "" } });
    const { email, contextAt } = lane();
    await sign(world, 1);
    await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
    expect(email.sent).toEqual([]);
    expect(await findMissingReceipts(contextAt(), { target: world.target, sinceMs: 0, untilMs: T0 })).toBe(0);
  });

  it("fits a queue message and passes through a real batch unchanged", async () => {
    const world = await makeWorld();
    const page = pageOf(
      world,
      Array.from({ length: 100 }, (_, n) => 1_000_000 + n),
    );
    const batch = createMessageBatch("groundswell-receipts", [
      { id: "1", timestamp: new Date(T0), attempts: 1, body: page },
    ]);
    expect(batch.messages[0]?.body).toEqual(page);
    expect(JSON.stringify(page).length).toBeLessThan(2_000);
  });
});

describe("a doubled message", () => {
  it("sends one mail, also when both arrive at once", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 30);
    const page = pageOf(
      world,
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
    await Promise.all([sendReceipts(contextAt(), page, kinds), sendReceipts(contextAt(), page, kinds)]);
    await sendReceipts(contextAt(T0 + 1), page, kinds);
    expect(recipients(email)).toHaveLength(30);
    expect(new Set(recipients(email)).size).toBe(30);
  });

  it("that overlaps another page sends nobody two", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 6);
    await sendReceipts(contextAt(), pageOf(world, [1, 2, 3, 3]), kinds);
    await sendReceipts(contextAt(), pageOf(world, [2, 3, 4, 5, 6]), kinds);
    expect(email.sent).toHaveLength(6);
  });
});

describe("nobody is written to who", () => {
  it("was removed from the action, was erased, or has no address", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 4);
    const { db, group } = world;
    const person = (no: number) => and(eq(people.groupNo, group.no), eq(people.personNo, no));
    await db.db
      .update(participations)
      .set({ removalNo: 1 })
      .where(and(eq(participations.groupNo, group.no), eq(participations.personNo, 1)));
    await db.db.update(people).set({ erasedAt: T0 }).where(person(2));
    await db.db.update(people).set({ email: null, phone: "+15550100" }).where(person(3));
    await sendReceipts(contextAt(), pageOf(world, [1, 2, 3, 4, 99]), kinds);
    expect(recipients(email)).toEqual([`p4-g${group.no}@example.org`]);
    expect(await rows(world)).toEqual([
      { personNo: 4, state: receiptStates.sent, attempts: 1, reason: null },
    ]);
    expect(
      await findMissingReceipts(contextAt(T0 + MINUTE), { target: world.target, sinceMs: 0, untilMs: T0 }),
    ).toBe(0);
  });

  it("bounced or complained before; the row says why", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 2);
    await world.db.db
      .update(people)
      .set({ emailStatus: 4 })
      .where(and(eq(people.groupNo, world.group.no), eq(people.personNo, 1)));
    await world.db.db
      .update(people)
      .set({ emailStatus: 2 })
      .where(and(eq(people.groupNo, world.group.no), eq(people.personNo, 2)));
    await sendReceipts(contextAt(), pageOf(world, [1, 2]), kinds);
    expect(recipients(email)).toEqual([`p2-g${world.group.no}@example.org`]);
    expect(await rows(world)).toContainEqual({
      personNo: 1,
      state: receiptStates.refused,
      attempts: 1,
      reason: "suppressed",
    });
  });

  it("is a supporter of a suspended group", async () => {
    const world = await makeWorld({ status: "suspended" });
    const { email, contextAt } = lane();
    await sign(world, 1);
    await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
    expect(email.sent).toEqual([]);
    expect(await rows(world)).toEqual([
      { personNo: 1, state: receiptStates.refused, attempts: 1, reason: "group_suspended" },
    ]);
  });

  it("belongs to another group, though the numbers are the same", async () => {
    const [one, other] = [await makeWorld({ shard: "SHARD_00" }), await makeWorld({ shard: "SHARD_00" })];
    const { email, contextAt } = lane();
    await sign(one, 1);
    await sign(other, 1);
    await sendReceipts(contextAt(), pageOf(one, [1]), kinds);
    expect(recipients(email)).toEqual([`p1-g${one.group.no}@example.org`]);
    expect(await rows(other)).toEqual([]);
  });
});

describe("how each hand-over ends", () => {
  it.each([
    ["E_RECIPIENT_SUPPRESSED", receiptStates.refused],
    ["E_INTERNAL_SERVER_ERROR", receiptStates.unknown],
  ])("%s is final and never sent again", async (code, state) => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane(() => refusal(code));
    await sign(world, 1);
    await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
    await sendReceipts(contextAt(T0 + 60 * MINUTE), pageOf(world, [1]), kinds);
    expect(await rows(world)).toEqual([{ personNo: 1, state, attempts: 1, reason: code }]);
    expect(
      await findMissingReceipts(contextAt(T0 + 60 * MINUTE), {
        target: world.target,
        sinceMs: 0,
        untilMs: T0,
      }),
    ).toBe(0);
    expect(email.sent).toHaveLength(1);
    expect(queue.sent).toEqual([]);
  });

  it("put off by the provider, it waits, is asked for again after a while, and is sent once", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane((_n, { to }) =>
      String(to).startsWith("p2-") && email.sent.filter((mail) => mail.to === to).length === 1
        ? refusal("E_RATE_LIMIT_EXCEEDED")
        : "m",
    );
    await sign(world, 3);
    await sendReceipts(contextAt(), pageOf(world, [1, 2, 3]), kinds);
    expect(queue.sent).toEqual([{ body: pageOf(world, [2]), delaySeconds: 30 }]);
    await sendReceipts(contextAt(T0 + 10_000), pageOf(world, [1, 2, 3]), kinds);
    expect(email.sent).toHaveLength(3);
    await sendReceipts(contextAt(T0 + 30_000), pageOf(world, [2]), kinds);
    await sendReceipts(contextAt(T0 + 30_000), pageOf(world, [2]), kinds);
    expect(email.sent).toHaveLength(4);
    expect(await rows(world)).toContainEqual({
      personNo: 2,
      state: receiptStates.sent,
      attempts: 2,
      reason: null,
    });
  });

  it("put off for ever, it is given up with the provider's reason", async () => {
    const world = await makeWorld();
    const { queue, contextAt } = lane(() => refusal("E_DAILY_LIMIT_EXCEEDED"));
    await sign(world, 1);
    let now = T0;
    for (let tries = 0; tries < RECEIPT_TRIES_MAX; tries += 1) {
      await sendReceipts(contextAt(now), pageOf(world, [1]), kinds);
      now += (queue.sent.at(-1)?.delaySeconds ?? 0) * 1_000;
    }
    expect(now - T0).toBeGreaterThan(24 * 60 * MINUTE);
    expect(queue.sent).toHaveLength(RECEIPT_TRIES_MAX - 1);
    expect(await rows(world)).toEqual([
      {
        personNo: 1,
        state: receiptStates.refused,
        attempts: RECEIPT_TRIES_MAX,
        reason: "E_DAILY_LIMIT_EXCEEDED",
      },
    ]);
  });

  it("beyond the hourly cap of an address, it is capped and stays so", async () => {
    const { email, contextAt } = lane();
    const worlds: World[] = [];
    for (let n = 0; n < MAILS_PER_ADDRESS_MAX + 1; n += 1) {
      const world = await makeWorld();
      await sign(world, 1, { email: "flooded-by-forms@example.org" });
      await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
      worlds.push(world);
    }
    expect(email.sent).toHaveLength(MAILS_PER_ADDRESS_MAX);
    const last = worlds.at(-1);
    if (!last) throw new Error("no group was made");
    expect(await rows(last)).toEqual([
      { personNo: 1, state: receiptStates.capped, attempts: 1, reason: "address" },
    ]);
    await sendReceipts(contextAt(), pageOf(last, [1]), kinds);
    expect(email.sent).toHaveLength(MAILS_PER_ADDRESS_MAX);
  });
});

describe("what was lost on the way", () => {
  const window = (world: World, sinceMs = T0 - MINUTE, untilMs = T0 + MINUTE) => ({
    target: world.target,
    sinceMs,
    untilMs,
  });

  it("is found by the follow-up, mailed once, and then nothing is missing", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane();
    await sign(world, 12);
    await sendReceipts(contextAt(), pageOf(world, [1, 2, 3, 4, 5]), kinds);
    expect(await findMissingReceipts(contextAt(T0 + 5 * MINUTE), window(world))).toBe(7);
    const asked = queue.sent.flatMap(({ body }) => body.people);
    expect(asked.sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11, 12]);
    for (const { body } of queue.sent) await sendReceipts(contextAt(T0 + 5 * MINUTE), body, kinds);
    expect(await findMissingReceipts(contextAt(T0 + 6 * MINUTE), window(world))).toBe(0);
    expect(new Set(recipients(email)).size).toBe(12);
    expect(email.sent).toHaveLength(12);
  });

  it("is looked for in the window only, both ends included", async () => {
    const world = await makeWorld();
    const { contextAt } = lane();
    await sign(world, 1, { from: 1, at: T0 - 1 });
    await sign(world, 1, { from: 2, at: T0 });
    await sign(world, 1, { from: 3, at: T0 + 10 });
    await sign(world, 1, { from: 4, at: T0 + 11 });
    expect(await findMissingReceipts(contextAt(T0 + MINUTE), window(world, T0, T0 + 10))).toBe(2);
  });

  it("is asked for in messages of a hundred", async () => {
    const world = await makeWorld();
    const { queue, contextAt } = lane();
    await sign(world, 101);
    expect(await findMissingReceipts(contextAt(T0 + MINUTE), window(world))).toBe(101);
    expect(queue.sent.map(({ body }) => body.people.length)).toEqual([100, 1]);
  });

  it("with a claim whose owner died becomes unknown, never a second mail", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane();
    await sign(world, 12);
    await claimReceipts(world.db, 1, [1, 2], T0);
    await sendReceipts(contextAt(T0 + 1), pageOf(world, [1, 2, 3]), kinds);
    expect(recipients(email)).toEqual([`p3-g${world.group.no}@example.org`]);
    expect(await findMissingReceipts(contextAt(T0 + CLAIM_MS - 1), window(world))).toBe(11);
    for (const { body } of queue.sent) await sendReceipts(contextAt(T0 + CLAIM_MS - 1), body, kinds);
    expect(await findMissingReceipts(contextAt(T0 + CLAIM_MS), window(world))).toBe(0);
    expect((await rows(world)).filter(({ state }) => state === receiptStates.unknown)).toEqual([
      { personNo: 1, state: receiptStates.unknown, attempts: 1, reason: "claim_expired" },
      { personNo: 2, state: receiptStates.unknown, attempts: 1, reason: "claim_expired" },
    ]);
    await sendReceipts(contextAt(T0 + 2 * CLAIM_MS), pageOf(world, [1, 2]), kinds);
    expect(email.sent).toHaveLength(10);
  });

  it("by a crash between two chunks leaves the rest to the follow-up", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane();
    await sign(world, 25);
    const d1 = world.db.d1;
    let batches = 0;
    const dying = new Proxy(d1, {
      get(target, name) {
        if (name === "batch") {
          batches += 1;
          if (batches === 2) return () => Promise.reject(new Error("the process was killed"));
        }
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const context = contextOf({ ...env, ...contextAt().env, SHARD_01: dying }, T0);
    const everyone = Array.from({ length: 25 }, (_, n) => n + 1);
    await expect(sendReceipts(context, pageOf(world, everyone), kinds)).rejects.toThrow("killed");
    expect(email.sent).toHaveLength(10);
    expect(await findMissingReceipts(contextAt(T0 + 5 * MINUTE), window(world))).toBe(15);
    for (const { body } of queue.sent) await sendReceipts(contextAt(T0 + 5 * MINUTE), body, kinds);
    expect(new Set(recipients(email)).size).toBe(25);
    expect(email.sent).toHaveLength(25);
  });

  it("is not that of somebody who was thanked before they turned out to be another", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane();
    await sign(world, 1);
    await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
    await world.db.db.insert(people).values({
      ...{ groupNo: world.group.no, personNo: 2, id: newId(), createdAt: T0 },
      email: `kept-g${world.group.no}@example.org`,
    });
    expect(await mergePeople(contextAt(), world.group, { kept: 2, lost: 1 }, [])).not.toBeNull();
    expect(await findMissingReceipts(contextAt(T0 + MINUTE), window(world))).toBe(0);
    await sendReceipts(contextAt(), pageOf(world, [1, 2]), kinds);
    expect(queue.sent).toEqual([]);
    expect(email.sent).toHaveLength(1);
  });

  it("is nobody's whom a file says to have taken part, however new that is", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 2);
    await world.db.db
      .update(participations)
      .set({ answer: sql`json_object('import', 1)` })
      .where(and(eq(participations.groupNo, world.group.no), eq(participations.personNo, 1)));
    expect(await findMissingReceipts(contextAt(T0 + MINUTE), window(world))).toBe(1);
    await sendReceipts(contextAt(), pageOf(world, [1, 2]), kinds);
    expect(recipients(email)).toEqual([`p2-g${world.group.no}@example.org`]);
  });

  it("by a database that fails before the mail is written is sent at the next try", async () => {
    const world = await makeWorld();
    const { email, contextAt } = lane();
    await sign(world, 3);
    let isAway = true;
    const telling: Kind = {
      ...petition,
      receipt: {
        ...{ subject: "receipts.subject", body: "receipts.body" },
        blocks: async () => {
          if (isAway) throw new Error("D1_ERROR: refused by a test");
          return new Map();
        },
      },
    };
    await expect(sendReceipts(contextAt(), pageOf(world, [1, 2, 3]), [telling])).rejects.toThrow("refused");
    isAway = false;
    await sendReceipts(contextAt(), pageOf(world, [1, 2, 3]), [telling]);
    expect(email.sent).toHaveLength(3);
  });

  it("while waiting for its next try is asked for again when that message never came", async () => {
    const world = await makeWorld();
    const { email, queue, contextAt } = lane((n) => (n === 1 ? refusal("E_RATE_LIMIT_EXCEEDED") : "m"));
    await sign(world, 1);
    await sendReceipts(contextAt(), pageOf(world, [1]), kinds);
    queue.sent.length = 0;
    expect(await findMissingReceipts(contextAt(T0 + MINUTE), window(world))).toBe(1);
    expect(queue.sent).toEqual([]);
    expect(await findMissingReceipts(contextAt(T0 + 5 * MINUTE), window(world))).toBe(1);
    for (const { body } of queue.sent) await sendReceipts(contextAt(T0 + 5 * MINUTE), body, kinds);
    expect(await findMissingReceipts(contextAt(T0 + 6 * MINUTE), window(world))).toBe(0);
    expect(email.sent).toHaveLength(2);
  });
});
