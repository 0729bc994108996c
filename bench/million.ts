import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { applyLocally } from "../migrations/apply.ts";
import { readDatabases } from "../migrations/databases.ts";
import { startServer } from "../test/server.ts";
import { stageGroup } from "./stage.ts";

/*
 * A group as large as the largest: a million people, five million participations, twenty million mails opened or clicked. Made
 * once, by writing into the very file of the shard that workerd has migrated, and kept out of git. `withMillion` gives a bench a
 * copy of it to work on.
 */

const ROOT = join(import.meta.dirname, "..");
const HOME = join(ROOT, ".wrangler/million");
const DAY_MS = 86_400_000;
const DAY_S = 86_400;

export const PEOPLE = 1_000_000;
export const GROUP_NO = 1;
/** What there is of each action: two that everybody knows, then what a group of this size has. */
const BIG = [600_000, 400_000];
const MIDDLE = 80_000;
export const ACTIONS = 52;
const FUNDRAISERS = { first: 40, last: 44 };
export const TAGS = [300_000, 150_000, 60_000, 20_000];
export const MAILINGS = 60;
/** Ledgers of older mailings are folded away. */
const LEDGERS = 8;
const OPENED_OF_EACH = 333_334;

/** Two primes beyond every number scattered: a step by one through the numbers below the other meets each once. */
const STEP = 618_033_989;

/** Some work on the state folder of a server that holds the large group: a copy, with every migration there is by now. */
export async function withMillion(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "groundswell-million-"));
  try {
    cpSync(await millionDir(), dir, { recursive: true });
    await applyLocally(dir, readDatabases(join(ROOT, "wrangler.toml")));
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** That folder as it was made, made now if it is not there. Takes a few minutes the first time. */
async function millionDir(now = Date.now()): Promise<string> {
  const dir = join(HOME, stamp());
  if (existsSync(join(dir, "made"))) return dir;
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  const draft = join(HOME, "draft");
  const server = await startServer({ dir: draft });
  try {
    await stageGroup(server, "million");
    await server.query(
      "SHARD_00",
      "INSERT INTO numbers (group_no, noun, last) VALUES (?, 'million', 1)",
      GROUP_NO,
    );
  } finally {
    await server.stop();
  }
  fill(shardFile(draft), now);
  renameSync(draft, dir);
  writeFileSync(join(dir, "made"), String(now));
  return dir;
}

/** Changes whenever this file or its tables do. Migrations of others are applied to the copy. */
function stamp(): string {
  const hash = createHash("sha256").update(readFileSync(import.meta.filename));
  for (const name of ["0000_start", "0019_audiences"])
    hash.update(readFileSync(join(ROOT, `migrations/shard/${name}.sql`)));
  return hash.digest("hex").slice(0, 12);
}

/** The database among a server's files that holds the group. */
export function shardFile(dir: string): string {
  for (const file of globSync("v3/d1/**/*.sqlite", { cwd: dir })) {
    const path = join(dir, file);
    const database = new DatabaseSync(path);
    try {
      if (database.prepare("SELECT 1 FROM numbers WHERE noun = 'million'").get()) return path;
    } catch {
      // Another database, without that table.
    } finally {
      database.close();
    }
  }
  throw new Error(`no shard of the million in ${dir}`);
}

function fill(path: string, now: number): void {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -3000000; PRAGMA temp_store = MEMORY",
  );
  for (const [name, statements] of Object.entries(steps(now))) {
    const startedAt = performance.now();
    database.exec("BEGIN");
    for (const sql of statements) database.exec(sql);
    database.exec("COMMIT");
    console.log(`million: ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
}

/** The numbers 1 to `count`, as `n.i`. */
function numbers(count: number): string {
  return `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i FROM n) n`;
}

/** Somebody other for each `i`, scattered as those who open or sign are; `start` is where a list of people begins. */
function scattered(start: number): string {
  return `1 + (n.i * ${STEP} + ${start * 104_729}) % ${PEOPLE}`;
}

/** Who opens mail at all: 45 of a hundred, the same ones time and again. */
const READERS = 450_000;
function readers(start: number): string {
  const nth = `((n.i * ${STEP} + ${start * 104_729}) % ${READERS})`;
  return `1 + ${nth} / 9 * 20 + ${nth} % 9`;
}

/** A UUIDv7 of a moment (SQL, in ms). */
function uuidAt(moment: string): string {
  return `unhex(printf('%012x7', ${moment}) || substr(hex(randomblob(2)), 1, 3) || '8' || substr(hex(randomblob(8)), 1, 15))`;
}

function steps(now: number): Record<string, string[]> {
  const joined = (no: string) =>
    `${now} - ${5 * 365 * DAY_MS} + ${no} * ${Math.floor((5 * 365 * DAY_MS) / PEOPLE)}`;
  return {
    people: [peopleOf(joined)],
    identities: [
      `INSERT INTO identities SELECT group_no, 1, email, person_no, created_at FROM people WHERE group_no = ${GROUP_NO} ORDER BY email`,
    ],
    actions: [actionsAt(now)],
    participations: Array.from({ length: ACTIONS }, (_, index) => participationsOf(index + 1, now)),
    "tags and fields": tagsAndFields(now),
    "mailings and their recipients": mailingsAt(now),
    "mails opened and clicked": Array.from({ length: MAILINGS }, (_, index) => openedOf(index + 1, now)),
    readers: [
      `INSERT INTO mail_readers SELECT group_no, person_no, max(opened_s), max(clicked_s) FROM mail_events WHERE group_no = ${GROUP_NO} GROUP BY person_no`,
    ],
  };
}

function peopleOf(joined: (no: string) => string): string {
  const fsas = readFileSync(join(ROOT, "public/data/places/ca.txt"), "utf8")
    .split("\n")
    .map((each) => each.slice(0, 3))
    .filter((each) => /^[A-Z]\d[A-Z]$/.test(each));
  const at = joined("n.i");
  return `
    INSERT INTO people (group_no, person_no, id, email, given_name, family_name, locality, region, postal_code, country, language,
      given_name_at, family_name_at, locality_at, region_at, postal_code_at, country_at, language_at, email_status, email_status_at,
      email_status_cause, first_action_no, created_at)
    SELECT ${GROUP_NO}, n.i, ${uuidAt(at)}, printf('%x.%d@supporters.example', (n.i * 2654435761) % 4294967296, n.i),
      json_extract('["Amina","Jean-Luc","Mei","Oluwaseun","María José","Ingrid"]', '$[' || (n.i % 6) || ']'),
      json_extract('["Sow","Tremblay","Chen","Adeyemi","Núñez","Bjørnstad"]', '$[' || (n.i / 6 % 6) || ']'),
      json_extract('["Toronto","Montréal","Ottawa","Vancouver","Halifax"]', '$[' || (n.i / 7 % 5) || ']'),
      json_extract('["ON","ON","ON","ON","QC","QC","BC","AB","MB","NS"]', '$[' || (n.i / 3 % 10) || ']'),
      f.value || ' ' || (n.i % 10) || 'T' || (n.i / 10 % 10), 'CA', iif(n.i % 5 = 0, 'fr', 'en'),
      ${Array.from({ length: 7 }, () => at).join(", ")},
      CASE WHEN n.i % 100 < 75 THEN 1 WHEN n.i % 100 < 90 THEN 2 WHEN n.i % 100 < 93 THEN 3 ELSE 0 END, ${at}, 'action', 1 + n.i % ${ACTIONS}, ${at}
    FROM ${numbers(PEOPLE)} CROSS JOIN (SELECT json('${JSON.stringify(fsas)}') AS all_of_them) CROSS JOIN json_each(all_of_them, '$[' || ((n.i * 7919) % ${fsas.length}) || ']') f`;
}

function kindOf(no: number): string {
  if (no >= FUNDRAISERS.first && no <= FUNDRAISERS.last) return "fundraiser";
  return no % 10 === 0 ? "event" : no % 7 === 0 ? "letter" : "petition";
}

function actionsAt(now: number): string {
  const rows = Array.from({ length: ACTIONS }, (_, index) => {
    const no = index + 1;
    return `(${GROUP_NO}, ${no}, randomblob(16), '${kindOf(no)}', 'action-${no}', 'published', 'Action ${no}', 'en', '{}', 1, 1, ${now}, ${now}, ${now})`;
  });
  return `INSERT INTO actions (group_no, action_no, id, kind, slug, status, title, locale, settings, version, created_by, created_at, updated_at, published_at) VALUES ${rows.join(", ")}`;
}

/** In the order in which people came, not in that of their numbers, so that pages are as full as they are in life. */
function participationsOf(no: number, now: number): string {
  const count = BIG[no - 1] ?? MIDDLE;
  const isGift = kindOf(no) === "fundraiser";
  const of = isGift ? 20_000 : count;
  const at = `(${now} - ${(ACTIONS - no) * 30} * ${DAY_MS} - (${of} - n.i) * ${Math.floor((40 * DAY_MS) / of)})`;
  return `
    INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, referrer, amount, currency)
    SELECT ${GROUP_NO}, ${scattered(no)}, ${no}, ${isGift ? "n.i" : 0}, ${uuidAt(at)}, ${at}, ${at}, '{}', n.i % 2,
      CASE n.i % 4 WHEN 0 THEN 'newsletter' WHEN 1 THEN 'facebook' END, iif(n.i % 3 = 0, 'https://news.example/clean-air', NULL),
      ${isGift ? "500 * (1 + n.i % 40), 'CAD'" : "NULL, NULL"}
    FROM ${numbers(of)}`;
}

function tagsAndFields(now: number): string[] {
  return [
    ...TAGS.flatMap((count, index) => [
      `INSERT INTO tags (group_no, tag_no, name, created_at) VALUES (${GROUP_NO}, ${index + 1}, 'Tag ${index + 1}', ${now})`,
      `INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) SELECT ${GROUP_NO}, ${index + 1}, ${scattered(index + 100)}, ${now} FROM ${numbers(count)}`,
    ]),
    `INSERT INTO custom_fields (group_no, field_no, key, label, type, choices, created_at) VALUES (${GROUP_NO}, 1, 'travel', 'How do you travel?', 'text', '[]', ${now}), (${GROUP_NO}, 2, 'age', 'Age', 'number', '[]', ${now})`,
    `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at) SELECT ${GROUP_NO}, 1, ${scattered(200)}, json_extract('["Bus","Bike","On foot","Car"]', '$[' || (n.i % 4) || ']'), ${now} FROM ${numbers(400_000)}`,
    `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at) SELECT ${GROUP_NO}, 2, ${scattered(201)}, 18 + n.i % 70, ${now} FROM ${numbers(300_000)}`,
  ];
}

/** One a week; the newest left three days ago. */
function sentMs(no: number, now: number): number {
  return now - (3 + (MAILINGS - no) * 7) * DAY_MS;
}

function mailingsAt(now: number): string[] {
  const rows = Array.from({ length: MAILINGS }, (_, index) => {
    const at = sentMs(index + 1, now);
    return `(${GROUP_NO}, ${index + 1}, randomblob(16), 'Mailing ${index + 1}', 'sent', 1, ${at}, ${at}, ${at})`;
  });
  return [
    `INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at) VALUES ${rows.join(", ")}`,
    ...Array.from(
      { length: LEDGERS },
      (_, index) =>
        `INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status)
         SELECT ${GROUP_NO}, ${MAILINGS - index}, person_no, 3 FROM people WHERE group_no = ${GROUP_NO} AND email_status = 1 AND person_no % 3 <> ${index % 3}`,
    ),
  ];
}

function openedOf(no: number, now: number): string {
  const at = Math.floor(sentMs(no, now) / 1000);
  return `
    INSERT INTO mail_events (group_no, mailing_no, person_no, opened_s, clicked_s, flags)
    SELECT ${GROUP_NO}, ${no}, ${readers(no * 31)}, min(${at} + (n.i * 7919) % ${30 * DAY_S} * (n.i % 10 = 0) + (n.i * 6271) % ${2 * DAY_S}, ${Math.floor(now / 1000)}),
      iif(n.i % 8 = 0, min(${at} + (n.i * 6271) % ${2 * DAY_S} + 60, ${Math.floor(now / 1000)}), NULL), iif(n.i % 4 = 0, 1, NULL)
    FROM ${numbers(OPENED_OF_EACH)}`;
}

if (import.meta.main) console.log(await millionDir());
