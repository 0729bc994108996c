import { type ChildProcess, fork } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildServer } from "./build.ts";
import { type Client, createClient } from "./client.ts";
import type { ServerOrder, ServerReply, ServerRequest } from "./server-process.ts";
import { developmentVariables, testSecrets } from "./variables.ts";

export type ServerOptions = {
  /** Where all state lives: databases, objects, queues' leftovers, captured mail, `server.log`. */
  dir: string;
  /** Ports to use again after a kill, so that clients need not notice; free ones are found when absent. */
  port?: number;
  directPort?: number;
  /** Another worker, from the root of the repository, such as `test/faults/worker.ts`. */
  entry?: string;
  /** Variables that replace those of development. */
  vars?: Record<string, string>;
  /**
   * Service bindings that lead straight to an address of this machine, such as `127.0.0.1:4000`: what a global `fetch` asks goes through
   * a worker of Miniflare's first, which costs more than the asking.
   */
  externals?: Record<string, string>;
  /** Lets `queryObject` look into objects. Off by default: it puts a wrapper around every object's class. */
  inspectObjects?: boolean;
};

/** `fetch` goes to a socket of workerd that leads straight to the worker: no static files and no invented `request.cf`. */
export type Server = Client & {
  directPort: number;
  /** The leader of the process group: node, with workerd under it. */
  pid: number;
  /** SIGKILL to the process group, node and workerd alike, and the wait until nothing answers any more. */
  kill(): Promise<void>;
  /** A shutdown in good order. */
  stop(): Promise<void>;
  /** Runs a statement in a D1 database, by its binding. */
  query<Row>(database: string, sql: string, ...values: unknown[]): Promise<Row[]>;
  /** Runs a statement in the storage of one Durable Object, by its class and name (`inspectObjects`). */
  queryObject<Row>(className: string, name: string, sql: string, ...values: unknown[]): Promise<Row[]>;
  /** What the server printed so far. */
  log(): string;
};

const START_TIMEOUT_MS = 60_000;
/** Below the ports a system gives to connections that go out: else one of them may sit on a killed server's port. */
const PORTS = { min: 20_000, max: 32_000 };
const STOP_TIMEOUT_MS = 5_000;
const KILL_TIMEOUT_MS = 10_000;

/**
 * Starts the whole server on the runtime itself, as one process group. Migrates the databases when they need it.
 * Throws with the server's own words when it does not start.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const build = await buildServer(options.entry);
  const port = options.port ?? (await freePort());
  const directPort = options.directPort ?? (await freePort());
  const variables = { ...developmentVariables(port), ...testSecrets, ...options.vars };
  const logFile = join(options.dir, "server.log");
  mkdirSync(options.dir, { recursive: true });
  const inspectObjects = options.inspectObjects ?? false;
  const child = spawnServer(
    {
      ...{ build, dir: options.dir, port, directPort, variables, inspectObjects },
      externals: options.externals ?? {},
    },
    logFile,
  );
  const replies = repliesOf(child);
  try {
    await replies.ready;
  } catch (error) {
    killGroup(child);
    throw new Error(
      `the server did not start: ${error instanceof Error ? error.message : error}\n${readFileSync(logFile, "utf8")}`,
    );
  }
  return serverOf({ child, replies, port, directPort, logFile });
}

/** A port nobody listens on now: the preferred one if it is free. */
export function freePort(preferred = randomInt(PORTS.min, PORTS.max)): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(freePort());
      else reject(error);
    });
    probe.listen(preferred, "127.0.0.1", () => probe.close(() => resolve(preferred)));
  });
}

/** Detached makes it the leader of a process group, and workerd inherits that group. */
function spawnServer(order: ServerOrder, logFile: string): ChildProcess {
  const output = openSync(logFile, "a");
  const child = fork(join(import.meta.dirname, "server-process.ts"), [JSON.stringify(order)], {
    detached: true,
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", output, output, "ipc"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, "../.wrangler/compile-cache") },
  });
  closeSync(output);
  return child;
}

type Replies = {
  ready: Promise<void>;
  ask(request: DistributiveOmit<ServerRequest, "id">): Promise<unknown[]>;
};
type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

function repliesOf(child: ChildProcess): Replies {
  const waiting = new Map<number, { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it took too long")), START_TIMEOUT_MS).unref();
    child.once("exit", (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
    child.once("message", (message: ServerReply) => {
      clearTimeout(timer);
      if ("ready" in message) resolve();
      else reject(new Error("failed" in message ? message.failed : "it answered before it was ready"));
    });
  });
  child.on("message", (message: ServerReply) => {
    if (!("id" in message)) return;
    const asker = waiting.get(message.id);
    waiting.delete(message.id);
    if ("failed" in message) asker?.reject(new Error(message.failed));
    else asker?.resolve(message.rows);
  });
  child.once("exit", () => {
    for (const asker of waiting.values()) asker.reject(new Error("the server was killed"));
  });
  return {
    ready,
    ask: (request) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ ...request, id }, (error) => error && reject(error));
      }),
  };
}

type Running = { child: ChildProcess; replies: Replies; port: number; directPort: number; logFile: string };

function serverOf({ child, replies, port, directPort, logFile }: Running): Server {
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = async () => {
    killGroup(child);
    await exited;
    await Promise.all([untilClosed(port), untilClosed(directPort)]);
  };
  return {
    ...createClient(port, directPort),
    directPort,
    pid: child.pid ?? -1,
    kill,
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.race([exited, sleep(STOP_TIMEOUT_MS)]);
      await kill();
    },
    query: async <Row>(database: string, sql: string, ...values: unknown[]) =>
      (await replies.ask({ ask: "query", database, sql, values })) as Row[],
    queryObject: async <Row>(className: string, name: string, sql: string, ...values: unknown[]) =>
      (await replies.ask({ ask: "object", className, name, sql, values })) as Row[],
    log: () => readFileSync(logFile, "utf8"),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

async function untilClosed(port: number): Promise<void> {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  while (await accepts(port)) {
    if (Date.now() > deadline) throw new Error(`something still answers on port ${port}`);
    await sleep(5);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.destroy() && resolve(true));
    socket.once("error", () => resolve(false));
  });
}
