import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf } from "../../test/groups";
import { refusingD1 } from "../../test/refusing";
import { countDead, discardDead, emptyOldDead, listDead, replayDead, storeDead } from "./dead-letter";
import { DEAD_LETTER_KEPT_MS, DEAD_LETTERS_PAGE_MAX } from "./types";

const T0 = Date.parse("2030-03-01T12:00:00Z");
const operator = { no: 77 };

function lanes(now = T0) {
  const [events, mail] = [fakeQueue(), fakeQueue()];
  return { events, mail, ctx: contextOf({ ...env, EVENTS: events.binding, MAIL: mail.binding }, now) };
}

function batchOf(queue: string, bodies: unknown[], firstId = 0) {
  const messages = bodies.map((body, n) => ({
    id: `${queue}-${firstId + n}`,
    timestamp: new Date(T0 + n),
    attempts: 21,
    body,
  }));
  return createMessageBatch(queue, messages);
}

async function acts(): Promise<unknown[]> {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT act, subject, account_no, detail FROM audit_log ORDER BY audit_no",
  ).all();
  return results;
}

const numbers = async () =>
  (await listDead(contextOf(), { queue: null, before: null })).letters.map(({ no }) => no);

beforeEach(async () => {
  await env.DIRECTORY.exec("DELETE FROM dead_letters");
});

describe("a dead message", () => {
  it("is kept once, with its live queue and its type, however often it is delivered", async () => {
    const { ctx } = lanes();
    const batch = batchOf("groundswell-mail-dead", [{ type: "receipts.send", people: [1] }, "words", null]);
    await storeDead(ctx, batch);
    await storeDead(ctx, batchOf("groundswell-mail-dead", [{ type: "receipts.send", people: [1] }]));
    expect((await getQueueResult(batch, createExecutionContext())).ackAll).toBe(true);
    const { letters } = await listDead(ctx, { queue: null, before: null });
    expect(letters.map(({ queue, type, diedAt }) => [queue, type, diedAt])).toEqual([
      ["groundswell-mail", "", T0 + 2],
      ["groundswell-mail", "", T0 + 1],
      ["groundswell-mail", "receipts.send", T0],
    ]);
    expect(await countDead(ctx)).toEqual([{ queue: "groundswell-mail", count: 3, oldestAt: T0 }]);
  });

  it("stays on its queue when the directory cannot keep it", async () => {
    const ctx = contextOf({ ...env, DIRECTORY: refusingD1 });
    const batch = batchOf("groundswell-mail-dead", [{ type: "x" }]);
    await expect(storeDead(ctx, batch)).rejects.toThrow("refused");
    expect((await getQueueResult(batch, createExecutionContext())).ackAll).toBe(false);
  });

  it("may be as large as a queue allows, a hundred at once", async () => {
    const { ctx, mail } = lanes();
    await storeDead(
      ctx,
      batchOf(
        "groundswell-mail-dead",
        Array.from({ length: 100 }, (_, n) => ({ n, text: "é".repeat(50_000) })),
      ),
    );
    expect(await countDead(ctx)).toMatchObject([{ count: 100 }]);
    expect(await replayDead(ctx, { queue: "groundswell-mail" }, operator)).toBe(100);
    expect(mail.sent).toHaveLength(100);
  });
});

describe("sending again", () => {
  it("puts one letter on its live queue as it was, marks it, and records who did so", async () => {
    const { ctx, events, mail } = lanes();
    await storeDead(ctx, batchOf("groundswell-events-dead", [{ type: "a", n: 1 }, { type: "b" }]));
    const [, first = 0] = await numbers();
    const before = (await acts()).length;
    expect(await replayDead(ctx, { no: first }, operator)).toBe(1);
    expect(events.sent.map(({ body }) => body)).toEqual([{ type: "a", n: 1 }]);
    expect(mail.sent).toEqual([]);
    expect(await countDead(ctx)).toMatchObject([{ count: 1 }]);
    expect((await acts()).slice(before)).toEqual([
      { act: "deadletters.replayed", subject: String(first), account_no: operator.no, detail: '{"count":1}' },
    ]);
  });

  it("twice sends once", async () => {
    const { ctx, events } = lanes();
    await storeDead(ctx, batchOf("groundswell-events-dead", [{ type: "a" }]));
    const [no = 0] = await numbers();
    expect(await replayDead(ctx, { no }, operator)).toBe(1);
    expect(await replayDead(ctx, { no }, operator)).toBe(0);
    expect(events.sent).toHaveLength(1);
  });

  it("takes all letters of one queue and leaves the others", async () => {
    const { ctx, events, mail } = lanes();
    await storeDead(ctx, batchOf("groundswell-events-dead", [1, 2, 3]));
    await storeDead(ctx, batchOf("groundswell-mail-dead", [4]));
    expect(await replayDead(ctx, { queue: "groundswell-events" }, operator)).toBe(3);
    expect(events.sent.map(({ body }) => body)).toEqual([1, 2, 3]);
    expect(mail.sent).toEqual([]);
    expect(await countDead(ctx)).toMatchObject([{ queue: "groundswell-mail", count: 1 }]);
  });

  it.each([
    ["events", "EVENTS"],
    ["mail", "MAIL"],
    ["receipts", "RECEIPTS"],
    ["views", "VIEWS"],
    ["work", "WORK"],
    ["mailings", "MAILINGS"],
    ["mail-events", "MAIL_EVENTS"],
  ] as const)("reaches the queue of %s", async (name, binding) => {
    const queue = fakeQueue();
    const ctx = contextOf({ ...env, [binding]: queue.binding }, T0);
    await storeDead(ctx, batchOf(`groundswell-${name}-dead`, [{ n: 1 }]));
    expect(await replayDead(ctx, { queue: `groundswell-${name}` }, operator)).toBe(1);
    expect(queue.sent.map(({ body }) => body)).toEqual([{ n: 1 }]);
  });

  it("of a queue that is no more changes nothing and records nothing", async () => {
    const { ctx } = lanes();
    await storeDead(ctx, batchOf("groundswell-old-dead", [1]));
    const before = (await acts()).length;
    expect(await replayDead(ctx, { queue: "groundswell-old" }, operator)).toBe(0);
    expect(await countDead(ctx)).toHaveLength(1);
    expect(await acts()).toHaveLength(before);
  });
});

describe("discarding", () => {
  it("takes letters off the list, sends nothing, and empties them a week later", async () => {
    const { ctx, mail } = lanes();
    await storeDead(ctx, batchOf("groundswell-mail-dead", [{ to: "ana@example.org" }, 2]));
    const [newest = 0] = await numbers();
    expect(await discardDead(ctx, { no: newest }, operator)).toBe(1);
    expect(await discardDead(ctx, { queue: "groundswell-mail" }, operator)).toBe(1);
    expect(await countDead(ctx)).toEqual([]);
    expect(mail.sent).toEqual([]);
    const texts = async () => (await env.DIRECTORY.prepare("SELECT body FROM dead_letters").all()).results;
    await emptyOldDead(lanes(T0 + DEAD_LETTER_KEPT_MS).ctx);
    expect(await texts()).toContainEqual({ body: '{"to":"ana@example.org"}' });
    await emptyOldDead(lanes(T0 + DEAD_LETTER_KEPT_MS + 1).ctx);
    expect(await texts()).toEqual([{ body: "" }, { body: "" }]);
  });
});

describe("the list", () => {
  it("is paged without loss", async () => {
    const { ctx } = lanes();
    await storeDead(
      ctx,
      batchOf(
        "groundswell-mail-dead",
        Array.from({ length: DEAD_LETTERS_PAGE_MAX + 1 }, (_, n) => n),
      ),
    );
    const first = await listDead(ctx, { queue: "groundswell-mail", before: null });
    const second = await listDead(ctx, { queue: "groundswell-mail", before: first.next });
    expect([first.letters.length, second.letters.length, second.next]).toEqual([
      DEAD_LETTERS_PAGE_MAX,
      1,
      null,
    ]);
    expect(new Set([...first.letters, ...second.letters].map(({ no }) => no)).size).toBe(
      DEAD_LETTERS_PAGE_MAX + 1,
    );
  });
});
