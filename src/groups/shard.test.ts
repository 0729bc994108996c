import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { refusingD1 } from "../../test/refusing";
import { dbFor, emptiestShard, shardNames } from "./shard";

const MB = 1024 * 1024;

/** A shard whose database says it has this size. */
function shardOf(bytes: number): D1Database {
  return { prepare: () => ({ run: async () => ({ meta: { size_after: bytes } }) }) } as unknown as D1Database;
}

test.each([
  ["the smallest database", [900 * MB, 100 * MB], [0, 50], "SHARD_01"],
  ["of two about equally small ones, the one with fewer groups", [10 * MB, 40 * MB], [7, 3], "SHARD_01"],
  ["the first, when nothing tells them apart", [10 * MB, 10 * MB], [2, 2], "SHARD_00"],
])("a new group goes to %s", async (_, sizes, groups, expected) => {
  const bindings = { ...env, SHARD_00: shardOf(sizes[0] ?? 0), SHARD_01: shardOf(sizes[1] ?? 0) };
  const counts = new Map([
    ["SHARD_00", groups[0] ?? 0],
    ["SHARD_01", groups[1] ?? 0],
  ]);
  expect(await emptiestShard(bindings, counts)).toBe(expected);
});

test("a shard that does not answer gets no new group", async () => {
  expect(await emptiestShard({ ...env, SHARD_00: refusingD1 }, new Map([["SHARD_01", 9]]))).toBe("SHARD_01");
});

test("with no shard that answers there is no new group", async () => {
  await expect(
    emptiestShard({ ...env, SHARD_00: refusingD1, SHARD_01: refusingD1 }, new Map()),
  ).rejects.toThrow();
});

test("real shards tell their size", async () => {
  expect(shardNames(env)).toEqual(["SHARD_00", "SHARD_01"]);
  expect(await emptiestShard(env, new Map([["SHARD_00", 1]]))).toBe("SHARD_01");
});

test("a group's rows are reached in its own shard and no other", () => {
  expect(dbFor(env, { no: 5, shard: "SHARD_01" })).toMatchObject({ groupNo: 5, d1: env.SHARD_01 });
  expect(() => dbFor(env, { no: 5, shard: "SHARD_99" })).toThrow("not bound");
  expect(() => dbFor(env, { no: 5, shard: "DIRECTORY" })).toThrow("not bound");
});
