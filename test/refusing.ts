import type { Env } from "../src/env";

function refuse(): never {
  throw new Error("D1_ERROR: refused by a test");
}

/** A D1 that refuses every statement. */
export const refusingD1 = {
  prepare: refuse,
  batch: refuse,
  exec: refuse,
  withSession: refuse,
  dump: refuse,
} as unknown as D1Database;

/** A KV namespace that cannot be reached. */
export const refusingKv = {
  get: async () => refuse(),
  put: async () => refuse(),
  delete: async () => refuse(),
} as unknown as KVNamespace;

/** The same bindings with every D1 refusing: the directory and all shards. */
export function withoutD1(env: Env): Env {
  const shards = Object.keys(env).filter((name) => name.startsWith("SHARD_"));
  return { ...env, ...Object.fromEntries(shards.map((name) => [name, refusingD1])), DIRECTORY: refusingD1 };
}

export function withoutKv(env: Env): Env {
  return { ...env, SITES: refusingKv };
}
