import type { Env } from "../../src/env";
import { dbFor } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import { searchPeople } from "../../src/people/search";
import { indexPeople } from "../../src/people/search-index";
import { selectProgress } from "../../src/people/store-search-index";
import { createContext } from "../../src/platform/context";

/*
 * Indexes the people of the million and searches them. `/index` works as long as one message of the queue does and says how far it
 * came and which statement held up the shard longest; `/search` finds people, `/plain` counts them.
 */

export * from "../../src/worker";

const SHARD = "SHARD_00";

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    const groupNo = Number(url.searchParams.get("group"));
    const watched = watch(env);
    const ctx = createContext(watched.env, "bench", (work) => executionCtx.waitUntil(work));
    const db = dbFor(watched.env, { no: groupNo, shard: SHARD });
    const startedAt = Date.now();
    const answer = (more: object) =>
      Response.json({
        ms: Date.now() - startedAt,
        longestMs: watched.longestMs(),
        written: watched.written(),
        ...more,
      });
    switch (url.pathname) {
      case "/index": {
        await indexPeople(ctx, { type: "people.index", groupNo, shard: SHARD, people: [], isNews: false });
        return answer(await selectProgress(db));
      }
      case "/search": {
        const group = { no: groupNo, shard: SHARD, country: "CA" } as Group;
        const found = await searchPeople(ctx, group, url.searchParams.get("q") ?? "");
        return answer({ count: found.length, first: found[0]?.name ?? "" });
      }
      case "/plain": {
        await db.d1.prepare("SELECT count(*) FROM people WHERE group_no = ?1").bind(groupNo).first();
        return answer({});
      }
      default:
        return new Response("not found", { status: 404 });
    }
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};

/** The shard with every batch looked at: how long it took in SQLite, and how many rows it wrote. */
function watch(env: Env) {
  let [longest, written] = [0, 0];
  const note = (results: D1Result[]) => {
    for (const { meta } of results) {
      longest = Math.max(longest, meta.duration);
      written += meta.rows_written;
    }
  };
  const d1 = env[SHARD];
  if (!d1) throw new Error("the shard is not bound");
  const shard: D1Database = Object.assign(Object.create(d1), {
    prepare: (sql: string) => d1.prepare(sql),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await d1.batch(statements);
      note(results);
      return results;
    },
  });
  return {
    env: { ...env, [SHARD]: shard },
    longestMs: () => longest,
    written: () => written,
  };
}
