import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { claimReceipts, endOfPage, giveUpClaims, settleReceipts, unsettledReceipts } from "./store";

/** The database, noting every statement it is asked to prepare. */
function noting() {
  const statements: string[] = [];
  const d1 = new Proxy(env.SHARD_00, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "prepare") return typeof value === "function" ? value.bind(target) : value;
      return (sql: string) => {
        statements.push(sql);
        return target.prepare(sql);
      };
    },
  });
  return { statements, d1 };
}

it("no statement reads more of a table than the keys it was given, whatever the planner prefers", async () => {
  const { statements, d1 } = noting();
  const db = { groupNo: 1, d1, db: null } as never;
  await claimReceipts(db, 1, [1, 2], 1);
  await settleReceipts(db, 1, [{ personNo: 1, state: 2, at: 1, reason: null }]);
  await giveUpClaims(db, 1, [1], { claimedBy: 1, now: 1 });
  await endOfPage(db, 1, { fromHex: "00", untilHex: "ff", size: 10 });
  await unsettledReceipts(db, 1, "00", "ff");
  expect(statements).toHaveLength(6);
  for (const sql of statements) {
    const parameters = Math.max(...[...sql.matchAll(/\?(\d)/g)].map(([, n]) => Number(n)));
    const { results } = await env.SHARD_00.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...Array(parameters).fill("[]"))
      .all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail);
    // The list that was handed in is the one thing read whole.
    expect(steps.filter((step) => /^SCAN (?!wanted|settled|json_each)/.test(step))).toEqual([]);
    // A person's key, whom they were merged into, or a range of ids: the group and the action alone could be a million rows.
    expect(
      steps.filter((step) => /^SEARCH/.test(step) && !/person_no=\?|root_no=\?|id>\? AND id<\?/.test(step)),
    ).toEqual([]);
  }
});
