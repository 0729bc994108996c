import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Server, startServer } from "./server.ts";

const dir = mkdtempSync(join(tmpdir(), "groundswell-server-"));
const options = { dir, entry: "test/tooling-worker.ts", inspectObjects: true };
let server: Server;

beforeAll(async () => {
  server = await startServer(options);
});

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function note(word: string): Promise<unknown> {
  return (await server.fetch("any", `/note?word=${encodeURIComponent(word)}`)).json();
}

const patiently = { timeout: 20_000, interval: 50 };

function livingProcesses(group: number): string[] {
  const lines = execFileSync("ps", ["-eo", "pgid=,stat=,comm="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.trim().startsWith(`${group} `) && !/^\s*\d+\s+Z/.test(line));
}

test("the worker sees the host and the address a client sends, and development's variables", async () => {
  const response = await server.fetch("some-group.localhost:8787", "/who", {
    headers: { "cf-connecting-ip": "203.0.113.9" },
  });
  expect(await response.json()).toEqual({
    host: "some-group.localhost:8787",
    ip: "203.0.113.9",
    mode: "development",
  });
});

test("through the whole stack the host arrives too", async () => {
  const response = await server.fetchWhole(server.groupHost("some-group"), "/who");
  expect(await response.json()).toMatchObject({ host: `some-group.localhost:${server.port}` });
});

test("a visitor posts forms with repeated fields and their own Origin", async () => {
  const response = await server.visit(server.platformHost).post("/form", { name: "Zoë", tag: ["a", "b"] });
  expect(await response.json()).toEqual([
    ["name", "Zoë"],
    ["tag", "a"],
    ["tag", "b"],
  ]);
});

test("every database of wrangler.toml is there and migrated", async () => {
  for (const binding of ["DIRECTORY", "SHARD_00", "SHARD_01"]) {
    const rows = await server.query<{ name: string }>(binding, "SELECT name FROM d1_migrations");
    expect(rows.length, binding).toBeGreaterThan(0);
  }
});

test("queues, alarms, cron lines and inbound mail reach the worker", async () => {
  await server.fetch("any", "/send?word=hello");
  await server.fetch("any", "/wake?word=50");
  await server.cron("17 * * * *");
  const raw = "From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n";
  expect(await server.receiveMail({ from: "a@example.org", to: "b@example.org", raw })).toMatchObject({
    status: 200,
  });
  const notes = async () => Promise.all(["cron", "mail", "alarm", "queue hello"].map(note));
  const expected = ["17 * * * *", "a@example.org to b@example.org", "rang", "groundswell-events"];
  await vi.waitFor(async () => expect(await notes()).toEqual(expected), patiently);
});

test("kill ends node and workerd at once, and what was acknowledged is there after a restart on the same ports", async () => {
  await server.fetch("any", "/see?word=before");
  const { pid, port, directPort } = server;
  expect(livingProcesses(pid).filter((line) => line.includes("workerd"))).toHaveLength(1);
  await server.kill();
  expect(livingProcesses(pid)).toEqual([]);
  await expect(server.fetch("any", "/who")).rejects.toThrow();

  server = await startServer({ ...options, port, directPort });
  expect(server.port).toBe(port);
  expect(await server.queryObject("ActionIntake", "one", "SELECT word FROM seen")).toEqual([
    { word: "before" },
  ]);
});

test("when the one who started it is killed, no server is left behind", async () => {
  const starter = `import { startServer } from ${JSON.stringify(join(import.meta.dirname, "server.ts"))};
    const { pid } = await startServer(${JSON.stringify({ ...options, dir: join(dir, "orphan") })});
    process.stdout.write(String(pid));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", starter], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(child.stdout, "data");
  const group = Number(String(output));
  expect(livingProcesses(group)).not.toEqual([]);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(livingProcesses(group)).toEqual([]), patiently);
});

test("a server that cannot start says why", async () => {
  const occupied = { ...options, dir: join(dir, "second"), port: server.port };
  await expect(startServer(occupied)).rejects.toThrow(/did not start[\s\S]*in use/i);
});
