import type { Env } from "../../src/env";

/** What is broken. Kept in KV, so that a process started anew finds it broken too. */
export type Faults = {
  /** Every D1, the directory and the shards alike. `hangs`: answers nothing for ten seconds, then fails. */
  d1: "works" | "refuses" | "hangs";
  /** Per queue, by its binding: messages arrive, never, or twice. */
  events: "works" | "drops" | "doubles";
  mail: "works" | "drops" | "doubles";
  receipts: "works" | "drops" | "doubles";
  mailings: "works" | "drops" | "doubles";
  /** Every consumer handles each batch twice, at the same time. */
  consumers: "work" | "double";
  homes: "work" | "refuse";
  /** D1 refuses each statement that is given a text with this in it; "" refuses none. */
  poison: string;
};

export const noFaults: Faults = {
  d1: "works",
  events: "works",
  mail: "works",
  receipts: "works",
  mailings: "works",
  consumers: "work",
  homes: "work",
  poison: "",
};

const KEY = "test/faults";
const HANG_MS = 10_000;

// All objects and requests of a local runtime share one isolate, so what is set here is known to all at once.
let current: Promise<Faults> | undefined;

export function faultsNow(env: Env): Promise<Faults> {
  current ??= env.SITES.get<Faults>(KEY, "json").then((kept) => ({ ...noFaults, ...kept }));
  return current;
}

export async function setFaults(env: Env, changes: Partial<Faults>): Promise<Faults> {
  const faults = { ...(await faultsNow(env)), ...changes };
  await env.SITES.put(KEY, JSON.stringify(faults));
  current = Promise.resolve(faults);
  return faults;
}

const wrapped = new WeakMap<object, Env>();

/** The same bindings with the faults of the moment between them and whoever uses them. */
export function faultyEnv(env: Env): Env {
  const known = wrapped.get(env);
  if (known) return known;
  const databases = Object.keys(env).filter(
    (name): name is `SHARD_${string}` => name.startsWith("SHARD_") || name === "DIRECTORY",
  );
  const faulty = {
    ...env,
    ...Object.fromEntries(databases.map((name) => [name, faultyD1(env, env[name] as D1Database)])),
    EVENTS: faultyQueue(env, env.EVENTS, "events"),
    MAIL: faultyQueue(env, env.MAIL, "mail"),
    RECEIPTS: faultyQueue(env, env.RECEIPTS, "receipts"),
    MAILINGS: faultyQueue(env, env.MAILINGS, "mailings"),
    HOME: faultyHomes(env, env.HOME),
  };
  wrapped.set(env, faulty);
  return faulty;
}

const real = Symbol("the statement behind");
type Wrapped = D1PreparedStatement & { [real]: { statement: D1PreparedStatement; values: unknown[] } };

function faultyD1(env: Env, d1: D1Database): D1Database {
  const pass = async <Result>(values: unknown[], go: () => Promise<Result>): Promise<Result> => {
    const faults = await faultsNow(env);
    if (faults.d1 === "hangs") await scheduler.wait(HANG_MS);
    if (faults.d1 !== "works") throw new Error("D1_ERROR: refused by a test");
    if (faults.poison !== "" && values.some((value) => String(value).includes(faults.poison)))
      throw new Error("D1_ERROR: poisoned by a test: SQLITE_CONSTRAINT");
    return go();
  };
  const wrap = (statement: D1PreparedStatement, values: unknown[]): Wrapped =>
    ({
      [real]: { statement, values },
      bind: (...given: unknown[]) => wrap(statement.bind(...given), given),
      run: () => pass(values, () => statement.run()),
      all: () => pass(values, () => statement.all()),
      first: (...column: [string]) => pass(values, () => statement.first(...column)),
      raw: (...options: [{ columnNames: true }]) => pass(values, () => statement.raw(...options)),
    }) as unknown as Wrapped;
  return {
    prepare: (query: string) => wrap(d1.prepare(query), []),
    batch: (statements: Wrapped[]) =>
      pass(
        statements.flatMap((one) => one[real].values),
        () => d1.batch(statements.map((one) => one[real].statement)),
      ),
  } as unknown as D1Database;
}

function faultyQueue(env: Env, queue: Queue, name: "events" | "mail" | "receipts" | "mailings"): Queue {
  const pass = async (go: () => Promise<unknown>): Promise<void> => {
    const how = (await faultsNow(env))[name];
    if (how === "drops") return;
    await go();
    if (how === "doubles") await go();
  };
  return {
    send: (...given: Parameters<Queue["send"]>) => pass(() => queue.send(...given)),
    sendBatch: (messages: Iterable<MessageSendRequest>, ...options: [QueueSendBatchOptions?]) => {
      const all = [...messages];
      return pass(() => queue.sendBatch(all, ...options));
    },
  } as unknown as Queue;
}

function faultyHomes(env: Env, homes: Env["HOME"]): Env["HOME"] {
  const stub = (name: string) =>
    new Proxy({} as Record<string, unknown>, {
      get: (_nothing, method: string) => {
        // A stub is no promise: whoever awaits one must not call a method of that name.
        if (method === "then") return undefined;
        return async (...given: unknown[]) => {
          if ((await faultsNow(env)).homes === "refuse") throw new Error("the home is away, says a test");
          const home = homes.getByName(name) as unknown as Record<
            string,
            (...given: unknown[]) => Promise<unknown>
          >;
          return home[method]?.(...given);
        };
      },
    });
  return { getByName: stub } as unknown as Env["HOME"];
}
