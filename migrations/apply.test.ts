import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyLocally, remoteCommands } from "./apply.ts";
import { readDatabases } from "./databases.ts";

const root = join(import.meta.dirname, "..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groundswell-migrations-"));
  for (const kind of ["directory", "shard"]) mkdirSync(join(folder, "migrations", kind), { recursive: true });
  writeFileSync(
    join(folder, "migrations/directory/0000_start.sql"),
    "CREATE TABLE places (id INTEGER PRIMARY KEY);",
  );
  writeFileSync(
    join(folder, "migrations/shard/0000_start.sql"),
    "CREATE TABLE things (id INTEGER PRIMARY KEY);",
  );
  writeConfig(["SHARD_01", "DIRECTORY", "SHARD_00"]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeConfig(bindings: string[]): void {
  const blocks = bindings.map(
    (binding, index) => `[[d1_databases]]
binding = "${binding}"
database_name = "db-${binding.toLowerCase()}"
database_id = "00000000-0000-0000-0000-00000000000${index}"
migrations_dir = "migrations/${binding === "DIRECTORY" ? "directory" : "shard"}"`,
  );
  const head = ['name = "x"', 'main = "x.js"', 'compatibility_date = "2026-11-01"'];
  writeFileSync(join(folder, "wrangler.toml"), [...head, ...blocks].join("\n"));
}

const databases = () => readDatabases(join(folder, "wrangler.toml"));
const state = () => join(folder, "state");

test("the directory comes first, then every shard of wrangler.toml in order", () => {
  expect(databases().map(({ binding }) => binding)).toEqual(["DIRECTORY", "SHARD_00", "SHARD_01"]);
  expect(remoteCommands(databases())).toEqual(
    ["db-directory", "db-shard_00", "db-shard_01"].map((name) => [
      "d1",
      "migrations",
      "apply",
      name,
      "--remote",
    ]),
  );
});

test("a shard added to wrangler.toml is migrated, and the others are left alone", async () => {
  await applyLocally(state(), databases());
  writeConfig(["SHARD_01", "DIRECTORY", "SHARD_00", "SHARD_02"]);
  expect(await applyLocally(state(), databases())).toEqual([
    "DIRECTORY: up to date",
    "SHARD_00: up to date",
    "SHARD_01: up to date",
    "SHARD_02: 0000_start.sql",
  ]);
});

test("a new migration reaches every shard once, in the order of its number", async () => {
  await applyLocally(state(), databases());
  writeFileSync(join(folder, "migrations/shard/0002_second.sql"), "ALTER TABLE things ADD COLUMN b TEXT;");
  writeFileSync(join(folder, "migrations/shard/0010_third.sql"), "ALTER TABLE things ADD COLUMN c TEXT;");
  const lines = await applyLocally(state(), databases());
  expect(lines.slice(1)).toEqual([
    "SHARD_00: 0002_second.sql, 0010_third.sql",
    "SHARD_01: 0002_second.sql, 0010_third.sql",
  ]);
  expect(await applyLocally(state(), databases())).toContain("SHARD_00: up to date");
});

test("a migration that fails names itself, leaves nothing of itself behind, and can be run again once it is mended", async () => {
  const file = join(folder, "migrations/shard/0001_broken.sql");
  writeFileSync(
    file,
    "CREATE TABLE half (id INTEGER);\n--> statement-breakpoint\nCREATE TABLE things (id INTEGER);",
  );
  await expect(applyLocally(state(), databases())).rejects.toThrow(/0001_broken\.sql.*already exists/);
  writeFileSync(file, "CREATE TABLE half (id INTEGER);");
  expect(await applyLocally(state(), databases())).toContain("SHARD_00: 0001_broken.sql");
});

test("a database without migrations, and a configuration without shards, are refused", () => {
  writeConfig(["DIRECTORY"]);
  expect(databases).toThrow(/SHARD_00/);
  writeFileSync(join(folder, "wrangler.toml"), 'name = "x"\n[[d1_databases]]\nbinding = "SHARD_00"');
  expect(databases).toThrow(/SHARD_00 needs/);
});

test("wrangler agrees that nothing is left to apply", async () => {
  await applyLocally(state(), databases());
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const list = ["d1", "migrations", "list", "db-shard_00", "--local", "--persist-to", state()];
  const output = execFileSync(process.execPath, [wrangler, ...list], { cwd: folder, encoding: "utf8" });
  expect(output).toContain("No migrations to apply");
});
