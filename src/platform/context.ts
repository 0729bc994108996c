import { drizzle } from "drizzle-orm/d1";
import { type Config, configOf, type Env } from "../env";
import { createLog, type Log } from "./log";

export type Database = ReturnType<typeof drizzle>;

/**
 * What a verb needs of the outside, built once for a request, a message or an alarm and handed down.
 * Group data is reached through `dbFor` (groups/shard.ts) alone; `directory` holds what belongs to no one group.
 */
export type Context = {
  env: Env;
  config: Config;
  directory: Database;
  now: number;
  log: Log;
  requestId: string;
  /** Work that may go on after the reply. Its failure is logged, never shown: nothing that must happen goes here. */
  later(work: Promise<unknown>): void;
};

const directories = new WeakMap<D1Database, Database>();

/** Made once for a binding: it holds nothing of a request, and making it costs a tenth of taking a signature. */
function directoryOf({ DIRECTORY }: Env): Database {
  const known = directories.get(DIRECTORY) ?? drizzle(DIRECTORY);
  directories.set(DIRECTORY, known);
  return known;
}

export function createContext(
  env: Env,
  requestId: string,
  waitUntil: (work: Promise<unknown>) => void,
  now: number = Date.now(),
): Context {
  const log = createLog({ requestId });
  return {
    env,
    config: configOf(env),
    directory: directoryOf(env),
    now,
    log,
    requestId,
    later: (work) => waitUntil(work.catch((error: unknown) => log.error("later.failed", error))),
  };
}
