import type { Env } from "../../src/env";
import { beginning, type Making, makeOn } from "../../src/exports/making";
import { peopleSource } from "../../src/exports/people";
import type { Source } from "../../src/exports/source";
import { dbFor, type GroupDb } from "../../src/groups/shard";
import { sweepOn } from "../../src/reports/sweep";
import { translator } from "../../src/ui/i18n";
import { MANY_PEOPLE } from "./many-people";

/*
 * Takes people out of a shard: `/stream` as a small export is sent, `/make` as a big one is made in R2, both with the time of the
 * longest stretch; `/count` by a plain count of the same rows, `/sweep` as the reports count them. `/fill` puts them there before.
 */

export * from "../../src/worker";

const FILL_ROWS = 20_000;
const group = { no: 1, shard: "SHARD_00" };

type Order = { count: number; columns: string[]; format: "csv" | "jsonl" };
type Answer = { ms: number; rows: number; bytes?: number; longestMs?: number };

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const order = await request.json<Order>();
    const db = dbFor(env, group);
    switch (new URL(request.url).pathname) {
      case "/fill":
        return Response.json(await fill(db, order));
      case "/stream":
        return Response.json(await stream(env, db, order));
      case "/make":
        return Response.json(await make(env, db, order));
      case "/count":
        return Response.json(await count(env, db));
      case "/sweep":
        return Response.json(await sweep(env, db, order));
      default:
        return new Response("not found", { status: 404 });
    }
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};

async function fill({ d1 }: GroupDb, { count: people }: Order): Promise<Answer> {
  for (let from = 1; from <= people; from += FILL_ROWS) {
    await d1
      .prepare(MANY_PEOPLE)
      .bind(from, Math.min(from + FILL_ROWS - 1, people))
      .run();
  }
  return { ms: 0, rows: people };
}

/** The source, and the longest of its stretches so far: statements, and the writing of their rows. */
async function watched(db: GroupDb, order: Order): Promise<{ source: Source; longest(): number }> {
  const wording = { t: translator("en"), timeZone: "America/Toronto" };
  const source = await peopleSource(db, order, { wording, who: "all" });
  let longest = 0;
  return {
    longest: () => longest,
    source: {
      expected: () => source.expected(),
      async read(cursor) {
        const start = performance.now();
        const piece = await source.read(cursor);
        longest = Math.max(longest, performance.now() - start);
        return piece;
      },
    },
  };
}

async function stream(env: Env, db: GroupDb, order: Order): Promise<Answer> {
  const { source, longest } = await watched(db, order);
  let [rows, bytes] = [0, 0];
  const ms = await timed(env, async () => {
    let cursor: string | null = null;
    do {
      const piece = await source.read(cursor);
      rows += piece.rows;
      bytes += piece.bytes.length;
      cursor = piece.next;
    } while (cursor !== null);
  });
  return { ms, rows, bytes, longestMs: longest() };
}

async function make(env: Env, db: GroupDb, order: Order): Promise<Answer> {
  const { source, longest } = await watched(db, order);
  let made: Making = beginning;
  const ms = await timed(env, async () => {
    const deps = { bucket: env.FILES, key: "bench", metadata: {}, source, mayGoOn: () => true };
    const save = async (step: Making) => {
      made = step;
      return true;
    };
    await makeOn({ ...deps, save }, beginning);
  });
  const size = (await env.FILES.head("bench"))?.size ?? 0;
  if (size !== made.bytes) throw new Error(`${size} bytes in R2 instead of ${made.bytes}`);
  return { ms, rows: made.rows, bytes: size, longestMs: longest() };
}

async function count(env: Env, { d1 }: GroupDb): Promise<Answer> {
  let rows = 0;
  const ms = await timed(env, async () => {
    const found = await d1.prepare("SELECT count(*) AS n FROM people WHERE group_no = 1").first<number>("n");
    rows = found ?? 0;
  });
  return { ms, rows };
}

async function sweep(env: Env, db: GroupDb, { count: people }: Order): Promise<Answer> {
  let longest = 0;
  let before = 0;
  const deps = {
    ...{ db, group: { timeZone: "America/Toronto" }, add: () => undefined, save: () => undefined },
    now: () => performance.now(),
    mayGoOn: () => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
      return true;
    },
  };
  const ms = await timed(env, async () => {
    before = performance.now();
    await sweepOn(deps, { no: 1, after: 0, last: people, step: 500, startedAt: Date.now(), spentMs: 0 });
  });
  return { ms, rows: people, longestMs: longest };
}

/** The clock of a worker stands still between two waits, so one is waited for on either side. */
async function timed(env: Env, work: () => Promise<void>): Promise<number> {
  await env.SHARD_01?.prepare("SELECT 1").run();
  const start = performance.now();
  await work();
  return performance.now() - start;
}
