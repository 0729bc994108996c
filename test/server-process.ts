import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { Log, LogLevel, Miniflare, type WorkerOptions } from "miniflare";
import { migrateDatabase } from "../migrations/local.ts";
import { PLAN_FILE, type ServerPlan } from "./build.ts";

/*
 * The process that `startServer` makes: Miniflare, and workerd as its child. It lives exactly as long as the one that started
 * it: when the channel between them closes, it goes too.
 */

export type ServerOrder = {
  build: string;
  dir: string;
  port: number;
  directPort: number;
  variables: Record<string, string>;
  inspectObjects: boolean;
  externals: Record<string, string>;
};
export type ServerRequest = { id: number } & (
  | { ask: "query"; database: string; sql: string; values: unknown[] }
  | { ask: "object"; className: string; name: string; sql: string; values: unknown[] }
);
export type ServerReply =
  | { ready: true }
  | { failed: string }
  | { id: number; rows: unknown[] }
  | { id: number; failed: string };

const MODULE_TYPES = {
  ".js": "esm",
  ".css": "text",
  ".txt": "text",
  ".html": "text",
  ".wasm": "wasm",
  ".bin": "data",
} as const;
const SCHEMA_STAMP = "schema.json";

const order: ServerOrder = JSON.parse(process.argv[2] ?? "null");
const reply = (message: ServerReply) => process.send?.(message);
process.on("disconnect", () => process.exit());

try {
  const { miniflare, name } = await start(order);
  process.on("SIGTERM", () => miniflare.dispose().finally(() => process.exit()));
  process.on("message", (request: ServerRequest) => {
    answer(miniflare, name, request).then(reply, (error) => reply({ id: request.id, failed: String(error) }));
  });
  reply({ ready: true });
} catch (error) {
  reply({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}

async function start({ build, dir, port, directPort, variables, inspectObjects, externals }: ServerOrder) {
  const plan: ServerPlan = JSON.parse(readFileSync(join(build, PLAN_FILE), "utf8"));
  const { worker, mainModule } = plan;
  const texts = Object.entries(variables).map(([key, value]) => [key, { type: "text" as const, value }]);
  const services = Object.entries(externals).map(([key, address]) => [
    key,
    { type: "external" as const, address, http: {} },
  ]);
  worker.config.env = { ...worker.config.env, ...Object.fromEntries([...texts, ...services]) };
  worker.config.manifest = { mainModule, modulesRoot: build, modules: readModules(build) };
  mkdirSync(dir, { recursive: true });
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    unsafeTriggerHandlers: true,
    unsafeInspectDurableObjects: inspectObjects,
    resourcePersistencePath: join(dir, "v3"),
    resourceTmpPath: join(dir, "tmp"),
    workers: [worker, directSocketTo(worker.config.name, directPort)],
  });
  await miniflare.ready;
  await migrate(miniflare, worker.config.name, plan, join(dir, SCHEMA_STAMP));
  return { miniflare, name: worker.config.name };
}

/**
 * A socket of workerd that leads to the worker itself. On its own port Miniflare puts its entry worker and the router of static
 * assets before it, which answer 700 constant pages a second where the worker answers 5,000 (2 cores). The serviceName of a
 * worker without assets is the only way past them.
 */
function directSocketTo(serviceName: string, port: number): WorkerOptions {
  const modules = { "none.js": { type: "esm" as const, contents: "export default {}" } };
  return {
    config: {
      name: "direct-socket",
      compatibilityDate: "2026-11-01",
      manifest: { mainModule: "none.js", modules },
    },
    dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port, serviceName }] },
  };
}

function readModules(build: string) {
  const files = readdirSync(build).flatMap((file) => {
    const type = MODULE_TYPES[extname(file) as keyof typeof MODULE_TYPES];
    return type ? [[file, { type, contents: readFileSync(join(build, file)) }] as const] : [];
  });
  return Object.fromEntries(files);
}

/** Opening Miniflare's door to D1 takes 0.3 s, so a directory that is known to be up to date is left alone. */
async function migrate(
  miniflare: Miniflare,
  workerName: string,
  { migrations }: ServerPlan,
  stamp: string,
): Promise<void> {
  const schema = JSON.stringify(
    migrations.map(({ binding, files }) => [binding, files.map((file) => file.name)]),
  );
  if (readIfThere(stamp) === schema) return;
  await Promise.all(
    migrations.map(async ({ binding, files }) =>
      migrateDatabase(await miniflare.getD1Database(binding, workerName), files),
    ),
  );
  writeFileSync(stamp, schema);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

async function answer(
  miniflare: Miniflare,
  workerName: string,
  request: ServerRequest,
): Promise<ServerReply> {
  switch (request.ask) {
    case "query": {
      const database = await miniflare.getD1Database(request.database, workerName);
      const { results } = await database
        .prepare(request.sql)
        .bind(...request.values)
        .all();
      return { id: request.id, rows: results };
    }
    case "object": {
      const { className, name, sql, values } = request;
      const storage = await miniflare.unsafeGetDurableObjectStorage(workerName, className, { name });
      return { id: request.id, rows: await storage.exec(sql, ...values) };
    }
  }
}
