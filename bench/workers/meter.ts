import type { Env } from "../../src/env";

/*
 * Counts what the platform would bill, where it happens: rows by the cursors and answers of SQLite itself, calls of objects,
 * alarms, queue operations, KV. Everything is counted under a name of the form "what place detail". An object counts as busy from a
 * call's start to its reply, so calls that overlap count more than they should.
 */

export type Counts = Record<string, number>;

let counts: Counts = {};

export function add(name: string, n = 1): void {
  if (n !== 0) counts[name] = (counts[name] ?? 0) + n;
}

/** What was counted since the last time. */
export function takeCounts(): Counts {
  for (const fold of unread.values()) fold();
  const taken = counts;
  counts = {};
  return taken;
}

const OBJECTS = ["INTAKE", "HOME", "LIMITS", "OPERATIONS", "MAILING", "GATE"] as const;
export type ObjectBinding = (typeof OBJECTS)[number];

export type Method = (...values: unknown[]) => unknown;

/** Puts `around` in the place of a method of everything made by the same class as `instance`. */
export function replace(
  instance: object,
  method: string,
  around: (self: object, original: Method) => Method,
): void {
  let prototype: object | null = instance;
  while (prototype && !Object.hasOwn(prototype, method)) prototype = Object.getPrototypeOf(prototype);
  if (!prototype) throw new Error(`the runtime has no ${method} here any more`);
  const original = Reflect.get(prototype, method) as Method;
  Object.defineProperty(prototype, method, {
    configurable: true,
    value(this: object, ...values: unknown[]) {
      return around(this, original)(...values);
    },
  });
}

let stubOf: Method = () => undefined;

/** Watches databases, objects and KV. To be called once in an isolate. */
export function installMeter(env: Env): void {
  watchD1(env);
  watchObjects(env);
  for (const method of ["get", "getWithMetadata", "list"]) {
    replace(env.SITES, method, (self, original) => (...values) => {
      add("kv read");
      return original.apply(self, values);
    });
  }
  replace(env.SITES, "put", (self, original) => (...values) => {
    add("kv write");
    return original.apply(self, values);
  });
}

/** An object by its name, without a call being counted. */
export function uncountedStub<O>(env: Env, binding: ObjectBinding, name: string): O {
  return stubOf.call(env[binding], name) as O;
}

function watchObjects(env: Env): void {
  const bindings = new Map<object, ObjectBinding>(OBJECTS.map((name) => [env[name], name]));
  replace(env.INTAKE, "getByName", (self, original) => {
    stubOf = original;
    const binding = bindings.get(self);
    if (!binding) throw new Error("an object namespace the meter does not know");
    return (...values) => countingStub(original.apply(self, values) as object, binding);
  });
  // The first call tells the meter how to make a stub that is not counted.
  env.INTAKE.getByName("meter");
}

function countingStub(stub: object, binding: ObjectBinding): object {
  return new Proxy(stub, {
    get: (target, method) => {
      if (method === "then" || typeof method === "symbol") return undefined;
      return (...values: unknown[]) => {
        add(`call ${binding} ${method}`);
        const start = performance.now();
        const done = () => add(`busy ms ${binding}`, performance.now() - start);
        // Taken from the stub at the very call, as the runtime makes these methods up.
        const reply = (target as Record<string, Method>)[method]?.(...values);
        void Promise.resolve(reply).then(done, done);
        return reply;
      };
    },
  });
}

type D1Answer = { meta?: { rows_read?: number; rows_written?: number } };

/** Every road into D1 ends in one of two methods of its session. */
export function watchD1(env: Env): void {
  const session = Reflect.get(env.DIRECTORY, "alwaysPrimarySession") as object;
  replace(session, "_send", (self, original) => async (...values) => {
    const answer = (await original.apply(self, values)) as D1Answer | D1Answer[];
    countD1([values[1] as string | string[]].flat(), [answer].flat());
    return answer;
  });
  replace(session, "_queryOrThrow", (self, original) => async (...values) => {
    const answers = (await original.apply(self, values)) as D1Answer[];
    countD1(
      (values[0] as { queries: { sql: string }[] }).queries.map(({ sql }) => sql),
      answers,
    );
    return answers;
  });
}

function countD1(statements: string[], answers: D1Answer[]): void {
  add("d1 round trip");
  for (const [position, { meta }] of answers.entries()) {
    add("read D1", meta?.rows_read ?? 0);
    add(`row D1 ${tableOf(statements[position] ?? "")}`, meta?.rows_written ?? 0);
  }
}

/** The table a statement writes to: every writing statement of ours names one. */
function tableOf(sql: string): string {
  return /\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+["`]?(\w+)/i.exec(sql)?.[1] ?? "other";
}

/** The last cursor of each object: what it read is known only once it was read to the end. */
const unread = new Map<SqlStorage, () => void>();

/** Counts the rows of one object. Works on the instance, before the object's own constructor sees it. */
export function watchSql(binding: ObjectBinding, sql: SqlStorage): void {
  const exec = sql.exec.bind(sql) as (
    ...values: unknown[]
  ) => SqlStorageCursor<Record<string, SqlStorageValue>>;
  const counted = (query: string, ...values: unknown[]) => {
    unread.get(sql)?.();
    const cursor = exec(query, ...values);
    unread.set(sql, () => {
      unread.delete(sql);
      add(`read ${binding}`, cursor.rowsRead);
      add(`row ${binding} ${tableOf(query)}`, cursor.rowsWritten);
    });
    return cursor;
  };
  Object.defineProperty(sql, "exec", { value: counted });
}
