import { drizzle } from "drizzle-orm/d1";
import type { Env } from "../env";
import type { Database } from "../platform/context";
import type { Group } from "./types";

/** A handle to one group's rows: the shard it lives in and the number every statement binds. */
export type GroupDb = { groupNo: number; db: Database; d1: D1Database };

/** The names of the bound shards, in order. Adding one is a block in wrangler.toml. */
export function shardNames(env: Env): `SHARD_${string}`[] {
  return Object.keys(env)
    .filter((name): name is `SHARD_${string}` => name.startsWith("SHARD_"))
    .sort();
}

/** The only way to a shard. Throws when the group's shard is not bound, which is a broken deployment. */
export function dbFor(env: Env, group: Pick<Group, "no" | "shard">): GroupDb {
  const d1 = bound(env, group.shard);
  return { groupNo: group.no, db: drizzle(d1), d1 };
}

function bound(env: Env, shard: string): D1Database {
  const name = shardNames(env).find((candidate) => candidate === shard);
  const d1 = name && env[name];
  if (!d1) throw new Error(`shard ${shard} is not bound`);
  return d1;
}

/** Shards that differ by less count as equally full, so that small groups alternate instead of chasing a few pages. */
const SIZE_STEP_BYTES = 64 * 1024 * 1024;

/**
 * The shard a new group goes to: the smallest database, and of those about equally small the one with the fewest groups.
 * A shard that cannot be asked is passed over: a new group needs a working one. Throws when none can be asked.
 * @param groupsPerShard how many groups live in each, by the directory
 */
export async function emptiestShard(env: Env, groupsPerShard: ReadonlyMap<string, number>): Promise<string> {
  const asked = await Promise.allSettled(shardNames(env).map((name) => fullness(env, name)));
  const shards = asked.filter((answer) => answer.status === "fulfilled").map(({ value }) => value);
  const groupsIn = (name: string) => groupsPerShard.get(name) ?? 0;
  const [emptiest] = shards.toSorted(
    (a, b) => a.steps - b.steps || groupsIn(a.name) - groupsIn(b.name) || a.name.localeCompare(b.name),
  );
  if (!emptiest) throw new Error("no shard answers");
  return emptiest.name;
}

async function fullness(env: Env, name: `SHARD_${string}`): Promise<{ name: string; steps: number }> {
  const { meta } = await bound(env, name).prepare("SELECT 1").run();
  return { name, steps: Math.floor(meta.size_after / SIZE_STEP_BYTES) };
}
