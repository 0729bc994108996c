import { countAudience } from "../../src/audiences/audience";
import { audienceSchema } from "../../src/audiences/types";
import type { Env } from "../../src/env";
import { dbFor, type GroupDb } from "../../src/groups/shard";
import { rowBody } from "../../src/intake/drain";
import { storeParticipations } from "../../src/intake/store";
import { createContext } from "../../src/platform/context";
import { idToHex, newId } from "../../src/platform/ids";
import { participationOf } from "../people";

/*
 * Counts audiences in the shard of the million and says how long that took, and which of its statements held up the shard
 * longest. `/drain` stores signatures into the same shard at the same time.
 */

export * from "../../src/worker";

const SHARD = "SHARD_00";
const PAGE_ROWS = 500;
/** Longer than any count here. */
const BUDGET_MS = 60_000;

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    const groupNo = Number(url.searchParams.get("group"));
    const db = dbFor(env, { no: groupNo, shard: SHARD });
    if (url.pathname === "/drain") return Response.json(await drain(db, await request.json()));
    if (url.pathname === "/plain") return Response.json(await plain(db));
    const ctx = createContext(env, "bench", (work) => executionCtx.waitUntil(work));
    const statements: number[] = [];
    const audience = audienceSchema.parse(await request.json());
    const startedAt = performance.now();
    const counted = await countAudience(ctx, watched(db, statements), audience, {
      budgetMs: BUDGET_MS,
      maxAgeMs: 0,
    });
    const ms = performance.now() - startedAt;
    return Response.json({
      ...counted,
      ms,
      statements: statements.length,
      longestMs: Math.max(...statements),
    });
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};

/** The same handle, which notes how long the database worked on each statement. */
function watched(db: GroupDb, statements: number[]): GroupDb {
  const note = (results: D1Result[]) => {
    for (const { meta } of results) statements.push(meta.duration);
  };
  const statement = (inner: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(inner, {
      get(target, name) {
        if (name === "inner") return target;
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        const all = async () => {
          const result = await target.all<Record<string, unknown>>();
          note([result]);
          return result;
        };
        if (name === "all" || name === "run") return all;
        if (name === "first")
          return async (column?: string) => {
            const row = (await all()).results[0] ?? null;
            return column && row ? row[column] : row;
          };
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const d1 = new Proxy(db.d1, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => statement(target.prepare(sql));
      if (name === "batch")
        return async (list: (D1PreparedStatement & { inner?: D1PreparedStatement })[]) => {
          const results = await target.batch(list.map((each) => each.inner ?? each));
          note(results);
          return results;
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...db, d1 };
}

/** The least a count can do: every row of the people, without a question. */
async function plain({ d1, groupNo }: GroupDb): Promise<{ ms: number; count: number }> {
  const startedAt = performance.now();
  const row = await d1
    .prepare("SELECT count(*) AS n FROM people WHERE group_no = ?1")
    .bind(groupNo)
    .first<{ n: number }>();
  return { ms: performance.now() - startedAt, count: row?.n ?? 0 };
}

async function drain(
  db: GroupDb,
  { first, count, actionNo }: { first: number; count: number; actionNo: number },
): Promise<{ ms: number; count: number }> {
  const startedAt = performance.now();
  for (let at = first; at < first + count; at += PAGE_ROWS) {
    const page = Array.from({ length: Math.min(PAGE_ROWS, first + count - at) }, (_, index) =>
      rowOf(at + index),
    );
    await storeParticipations(db, actionNo, [], page);
  }
  return { ms: performance.now() - startedAt, count };
}

function rowOf(n: number): string {
  const identity = new Uint8Array(16);
  new DataView(identity.buffer).setUint32(4, n);
  return rowBody(JSON.stringify(participationOf(n)), idToHex(newId()), Date.now(), identity, 0, false);
}
