import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { applyLocally, DEFAULT_STATE } from "../migrations/apply.ts";
import { readDatabases } from "../migrations/databases.ts";
import { type Client, createClient } from "../test/client.ts";
import { developmentVariables, OPERATOR_EMAIL } from "../test/variables.ts";
import { world } from "../test/world.ts";
import { fillSecrets } from "./secrets.ts";

/*
 * npm run dev: from an empty clone to a running server with the demo world in it. What it makes stays in .wrangler/state and
 * .dev.vars; remove both to begin again.
 */

const root = join(import.meta.dirname, "..");
const infoFile = join(root, ".dev/info.json");
const port = Number(process.env.PORT ?? 8787);
const petitionPath = `/petitions/${world.petition.slug}`;
const HEALTH_TIMEOUT_MS = 60_000;

function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

function writeSecrets(): void {
  const path = join(root, ".dev.vars");
  const existing = existsSync(path) ? readFileSync(path, "utf8") : "";
  const filled = fillSecrets(readFileSync(join(root, ".dev.vars.example"), "utf8"), existing);
  if (filled !== existing) writeFileSync(path, filled, { mode: 0o600 });
}

/** `wrangler dev`: the server itself, which builds again and reloads whenever a source file changes. */
function startWrangler() {
  const variables = Object.entries(developmentVariables(port)).flatMap(([name, value]) => [
    "--var",
    `${name}:${value}`,
  ]);
  const options = ["--port", String(port), "--local", "--persist-to", DEFAULT_STATE, "--log-level", "error"];
  const quiet = ["--show-interactive-dev-session=false"];
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  return spawn(process.execPath, [wrangler, "dev", ...options, ...quiet, ...variables], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    // Without this it asks the network where this machine is, and complains when there is none.
    env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false" },
  });
}

async function untilHealthy(client: Client): Promise<void> {
  const deadline = Date.now() + HEALTH_TIMEOUT_MS;
  while (!(await answers(client, client.platformHost, "/health"))) {
    if (Date.now() > deadline) throw new Error(`/health did not answer within ${HEALTH_TIMEOUT_MS / 1000} s`);
    await sleep(100);
  }
}

async function answers(client: Client, host: string, path: string): Promise<boolean> {
  const response = await client.fetch(host, path).catch(() => null);
  return response?.status === 200;
}

function portIsTaken(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.destroy() && resolve(true));
    socket.once("error", () => resolve(false));
  });
}

/** The addresses a person or a tool starts from. */
function describe(client: Client, apiKey: string) {
  const groupHost = `http://${client.groupHost(world.group.slug)}`;
  return {
    platform: client.origin,
    groupHost,
    petition: `${groupHost}${petitionPath}`,
    organiserEmail: world.organiser.email,
    signInUrl: `${client.origin}/dev/sign-in?email=${encodeURIComponent(world.organiser.email)}`,
    apiKey,
  };
}

/** Writes `.dev/info.json` for tools, and tells people. */
function announce(client: Client, apiKey: string): void {
  const info = describe(client, apiKey);
  mkdirSync(join(root, ".dev"), { recursive: true });
  writeFileSync(infoFile, `${JSON.stringify(info, null, 2)}\n`);
  say(`
  Groundswell    ${info.platform}
  Demo petition  ${info.petition}
  Sign in        ${info.signInUrl}
                 (one click, as ${info.organiserEmail}; ${OPERATOR_EMAIL} runs the installation)
  Captured mail  ${info.platform}/dev/mail
  API            ${info.platform}/api/v2 (a full key is in .dev/info.json)

  The server reloads when a source file changes. Ctrl-C stops it.
`);
}

async function main(): Promise<void> {
  if (await portIsTaken())
    throw new Error(`port ${port} is in use; try another: PORT=${port + 1} npm run dev`);
  writeSecrets();
  say("Setting up the databases …");
  await applyLocally(DEFAULT_STATE, readDatabases(join(root, "wrangler.toml")));
  const server = startWrangler();
  server.once("exit", (code) => process.exit(code ?? 0));
  process.once("exit", () => server.kill("SIGTERM"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => server.kill("SIGTERM"));

  const client = createClient(port);
  await untilHealthy(client);
  if (!(await answers(client, client.groupHost(world.group.slug), petitionPath))) {
    say("Seeding the demo world, once …");
    const { seed } = await import("../test/seed.ts");
    await seed(client);
  }
  announce(client, await demoKey(client));
}

/** A key of the demo group, made once as anybody makes theirs; the one kept in `.dev/info.json` as long as it opens the API. */
async function demoKey(client: Client): Promise<string> {
  const kept = keptKey();
  if (kept !== null && (await opens(client, kept))) return kept;
  const { makeKey, signIn } = await import("../test/seed.ts");
  return makeKey(await signIn(client, world.organiser), world.group.slug, "Demo");
}

function keptKey(): string | null {
  try {
    const info: unknown = JSON.parse(readFileSync(infoFile, "utf8"));
    const key = typeof info === "object" && info !== null && "apiKey" in info ? info.apiKey : null;
    return typeof key === "string" ? key : null;
  } catch {
    return null;
  }
}

async function opens(client: Client, key: string): Promise<boolean> {
  const response = await client.fetch(client.platformHost, "/api/v2/people", {
    headers: { "OSDI-API-Token": key },
  });
  return response.status !== 403;
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`npm run dev: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
