import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Visitor } from "../client.ts";
import { signIn, startGroup } from "../seed.ts";
import { type Server, startServer } from "../server.ts";
import { world } from "../world.ts";

/*
 * Power cuts in the middle of an import: node and workerd are killed together again and again, and what is left in the end is what
 * an undisturbed import of the same file leaves in another group.
 */

const ROWS = 40_000;
const KILLS = 5;
const SHARD_NAMES = ["SHARD_00", "SHARD_01"];
const POLL_MS = 10;
const DONE_MS = 180_000;

let dir: string;
let server: Server;
let rosa: Visitor;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "groundswell-imports-"));
  server = await startServer({ dir });
  rosa = await signIn(server, world.organiser);
  for (const slug of ["killed", "quiet"]) await startGroup(rosa, { ...world.group, slug });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** People, some of them twice, with tags of their own; now and then a row that is none. */
function file(): string {
  const lines = ["email,first name,phone,tags"];
  for (let n = 0; n < ROWS; n += 1) {
    const address = n % 97 === 5 ? "nobody" : `p${n % (ROWS - 700)}@people.example`;
    lines.push(`${address},Name ${n},${n % 31 === 3 ? "12" : ""},tag-${n % 4}`);
  }
  return lines.join("\n");
}

/** Uploads the file and starts its import. */
async function start(slug: string): Promise<string> {
  const text = file();
  const begun = await rosa.send(`/groups/${slug}/imports/uploads`, {
    method: "POST",
    body: JSON.stringify({ name: "people.csv", bytes: Buffer.byteLength(text) }),
  });
  const { href } = (await begun.json()) as { href: string };
  await rosa.send(`${href}/parts/1`, { method: "PUT", body: text });
  await rosa.send(`${href}/file`, { method: "POST", body: "" });
  const columns = { "column.0": "email", "column.1": "givenName", "column.2": "phone", "column.3": "tags" };
  await rosa.post(`${href}/mapping`, {
    ...columns,
    do: "start",
    subscribe: "all",
    confirm: "yes",
    name: "Rosa",
  });
  return href;
}

type Standing = { status: string; row_count: number };

async function standing(slug: string): Promise<Standing> {
  const [row] = await ask<Standing>(slug, "SELECT status, row_count FROM imports WHERE group_no = ?");
  return row ?? { status: "none", row_count: 0 };
}

/** Asks the shard the group lives in. */
async function ask<Row>(slug: string, sql: string): Promise<Row[]> {
  const [group] = await server.query<{ group_no: number; shard: string }>(
    "DIRECTORY",
    "SELECT group_no, shard FROM groups WHERE slug = ?",
    slug,
  );
  if (!group || !SHARD_NAMES.includes(group.shard)) throw new Error(`no group ${slug}`);
  return server.query<Row>(group.shard, sql, group.group_no);
}

async function finished(slug: string, href: string): Promise<void> {
  const deadline = Date.now() + DONE_MS;
  while ((await standing(slug)).status !== "finished") {
    if (Date.now() > deadline) throw new Error(`${slug} never ends: ${JSON.stringify(await standing(slug))}`);
    // Whoever looks on wakes a driver that stands still.
    await rosa.get(href);
    await sleep(500);
  }
}

async function leftBehind(slug: string, href: string): Promise<unknown> {
  const problems = await (await rosa.get(`${href}/problems.csv`)).text();
  return {
    problems,
    counts: await ask(
      slug,
      "SELECT row_count, new_count, updated_count, unchanged_count, rejected_count, noted_count, next_byte FROM imports WHERE group_no = ?",
    ),
    people: await ask(
      slug,
      "SELECT person_no, email, given_name, phone, email_status FROM people WHERE group_no = ? ORDER BY person_no",
    ),
    identities: await ask(
      slug,
      "SELECT kind, value, person_no FROM identities WHERE group_no = ? ORDER BY kind, value",
    ),
    taggings: await ask(
      slug,
      "SELECT t.name, g.person_no FROM taggings g JOIN tags t USING (group_no, tag_no) WHERE g.group_no = ? ORDER BY 1, 2",
    ),
    consents: await ask(
      slug,
      "SELECT person_no, answer FROM consent_events WHERE group_no = ? ORDER BY person_no",
    ),
    members: await ask(
      slug,
      "SELECT person_no, is_new FROM import_people WHERE group_no = ? ORDER BY person_no",
    ),
  };
}

test("an import that was killed five times leaves what an undisturbed one leaves", async () => {
  const href = await start("killed");
  let kills = 0;
  let seen = 0;
  while (kills < KILLS) {
    const { row_count: rows, status } = await standing("killed");
    if (status === "finished") break;
    if (rows > seen) {
      seen = rows;
      await sleep((kills * 37) % 120);
      await server.kill();
      kills += 1;
      const { port, directPort } = server;
      server = await startServer({ dir, port, directPort });
    } else await sleep(POLL_MS);
  }
  rosa = await signIn(server, world.organiser);
  await finished("killed", href);
  const quiet = await start("quiet");
  await finished("quiet", quiet);
  expect(kills).toBe(KILLS);
  expect(await leftBehind("killed", href)).toEqual(await leftBehind("quiet", quiet));
});
