import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { locales } from "../ui/i18n";
import { mailingSnippets, mailingTemplates, mailingWrappers, mailingWrapperVersions } from "./tables";
import {
  KEPT_MAX,
  type MailingVersion,
  type SnippetId,
  type TemplateId,
  type WrapperId,
  type WrapperVersion,
} from "./types";

/* What a group keeps for its mailings: wrappers, templates and snippets, of which the same is asked. */

type Table = typeof mailingWrappers | typeof mailingTemplates | typeof mailingSnippets;
type Rows<Kept> = (db: GroupDb["db"], where: SQL | undefined) => Promise<Kept[]>;

/** @param rows those of a kind that something holds for, by name */
function questionsOf<Kept, KeptId extends WrapperId | TemplateId | SnippetId>(
  { groupNo: ofGroup, id, removedAt }: Table,
  no: SQL,
  rows: Rows<Kept>,
) {
  const kept = (groupNo: number) => and(eq(ofGroup, groupNo), isNull(removedAt));
  const first = async (found: Promise<Kept[]>) => (await found)[0] ?? null;
  return {
    all: ({ groupNo, db }: GroupDb): Promise<Kept[]> => rows(db, kept(groupNo)),
    byId: ({ groupNo, db }: GroupDb, asked: KeptId): Promise<Kept | null> =>
      first(rows(db, and(kept(groupNo), sql`${id} = unhex(${idToHex(asked)})`))),
    byNo: ({ groupNo, db }: GroupDb, asked: number): Promise<Kept | null> =>
      first(rows(db, and(kept(groupNo), sql`${no} = ${asked}`))),
    /** Also when it was removed: what names it goes on doing so. */
    everByNo: ({ groupNo, db }: GroupDb, asked: number): Promise<Kept | null> =>
      first(rows(db, and(eq(ofGroup, groupNo), sql`${no} = ${asked}`))),
  };
}

export const wrappers = questionsOf<WrapperRow, WrapperId>(
  mailingWrappers,
  sql`${mailingWrappers.wrapperNo}`,
  wrapperRows,
);
export const templates = questionsOf<TemplateRow, TemplateId>(
  mailingTemplates,
  sql`${mailingTemplates.templateNo}`,
  templateRows,
);
export const snippets = questionsOf<SnippetRow, SnippetId>(
  mailingSnippets,
  sql`${mailingSnippets.snippetNo}`,
  snippetRows,
);

type WrapperRow = Awaited<ReturnType<typeof wrapperRows>>[number];
type TemplateRow = Awaited<ReturnType<typeof templateRows>>[number];
type SnippetRow = Awaited<ReturnType<typeof snippetRows>>[number];

async function wrapperRows(db: GroupDb["db"], where: SQL | undefined) {
  const { wrapperNo: no, id, name, language, html, plain, foot, amp, revision, updatedAt } = mailingWrappers;
  const others = sql<string>`(SELECT json_group_array(v.language) FROM mailing_wrapper_versions AS v
    WHERE v.group_no = ${mailingWrappers.groupNo} AND v.wrapper_no = ${mailingWrappers.wrapperNo})`;
  const rows = await db
    .select({ no, id, name, language, html, plain, foot, amp, others, revision, updatedAt })
    .from(mailingWrappers)
    .where(where)
    .orderBy(asc(name), asc(no))
    .limit(KEPT_MAX);
  return rows.map((row) => ({ ...row, others: locales.filter((each) => row.others.includes(`"${each}"`)) }));
}

/** What a wrapper says in other languages than its first. */
export function selectWrapperVersions({ groupNo, db }: GroupDb, no: number): Promise<WrapperVersion[]> {
  const { language, html, plain, foot, amp } = mailingWrapperVersions;
  return db
    .select({ language, html, plain, foot, amp })
    .from(mailingWrapperVersions)
    .where(and(eq(mailingWrapperVersions.groupNo, groupNo), eq(mailingWrapperVersions.wrapperNo, no)))
    .orderBy(asc(language));
}

function templateRows(db: GroupDb["db"], where: SQL | undefined) {
  const { templateNo: no, wrapperNo, id, name, subject, preview } = mailingTemplates;
  const { form, body, revision, updatedAt } = mailingTemplates;
  return db
    .select({ no, wrapperNo, id, name, subject, preview, form, body, revision, updatedAt })
    .from(mailingTemplates)
    .where(where)
    .orderBy(asc(name), asc(no))
    .limit(KEPT_MAX);
}

function snippetRows(db: GroupDb["db"], where: SQL | undefined) {
  const { snippetNo: no, id, name, form, body, revision, updatedAt } = mailingSnippets;
  return db
    .select({ no, id, name, form, body, revision, updatedAt })
    .from(mailingSnippets)
    .where(where)
    .orderBy(asc(name), asc(no))
    .limit(KEPT_MAX);
}

/** Of a mailing: a series copies it that is not over. It is in no list, and used all the same. */
const IS_REPEATED = `EXISTS (SELECT 1 FROM mail_series AS s WHERE s.group_no = mailing.group_no AND s.mailing_no = mailing.mailing_no
  AND s.status NOT IN ('stopped', 'ended'))`;

/** Of the mailings in the lists, and of what series copy, by the number of their wrapper. */
export async function countWearing({ groupNo, d1 }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare(
      `SELECT json_extract(settings, '$.wrapperNo') AS no, count(*) AS count FROM mailings AS mailing
       WHERE group_no = ?1 AND (hidden_at IS NULL OR ${IS_REPEATED}) AND json_extract(settings, '$.wrapperNo') IS NOT NULL GROUP BY no`,
    )
    .bind(groupNo)
    .run<{ no: number; count: number }>();
  return new Map(results.map(({ no, count }) => [no, count]));
}

const NAMING_MAX = 50;

/** The subjects of mailings whose audience is not frozen and whose words hold the name of a snippet. */
export async function selectNaming({ groupNo, d1 }: GroupDb, name: string): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT coalesce(nullif(internal_title, ''), subject) AS name FROM mailings AS mailing
       WHERE mailing.group_no = ?1 AND (hidden_at IS NULL OR ${IS_REPEATED}) AND status IN ('draft', 'waiting', 'scheduled')
         AND EXISTS (SELECT 1 FROM mailing_versions AS version WHERE version.group_no = ?1 AND version.mailing_no = mailing.mailing_no
           AND instr(version.body, 'snippet') > 0 AND instr(version.body, ?2) > 0)
       ORDER BY mailing.mailing_no DESC LIMIT ?3`,
    )
    .bind(groupNo, name, NAMING_MAX)
    .run<{ name: string }>();
  return results.map((row) => row.name);
}

type Saving = { by: number; now: number };
type Columns = Record<string, string | number | null>;
type KeptTable = "mailing_wrappers" | "mailing_templates" | "mailing_snippets";

const NUMBER_OF = {
  mailing_wrappers: "wrapper_no",
  mailing_templates: "template_no",
  mailing_snippets: "snippet_no",
} as const satisfies Record<KeptTable, string>;

export type KeptRow = {
  table: KeptTable;
  id: string & (WrapperId | TemplateId | SnippetId);
  columns: Columns;
};

/** Makes one. False when the group has as many as it may, or a snippet's name is taken. */
export async function insertKept(
  { groupNo, d1 }: GroupDb,
  { table, id, columns }: KeptRow,
  { by, now }: Saving,
): Promise<boolean> {
  const names = Object.keys(columns);
  const [, made] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, ?2, 1) ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo, table),
    d1
      .prepare(
        `INSERT INTO ${table} (group_no, ${NUMBER_OF[table]}, id, created_at, updated_by, updated_at, ${names.join(", ")})
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = ?2), unhex(?3), ?4, ?5, ?4, ${names.map((_, index) => `?${index + 7}`).join(", ")}
         WHERE (SELECT count(*) FROM ${table} WHERE group_no = ?1 AND removed_at IS NULL) < ?6 ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, table, idToHex(id), now, by, KEPT_MAX, ...Object.values(columns)),
  ]);
  return (made?.meta.changes ?? 0) > 0;
}

/** Saves one from the revision somebody began with. False when somebody saved since, or a snippet's name is taken. */
export async function updateKept(
  { groupNo, d1 }: GroupDb,
  { table, id, columns }: KeptRow,
  revision: number,
  { by, now }: Saving,
): Promise<boolean> {
  const names = Object.keys(columns);
  const { meta } = await d1
    .prepare(
      `UPDATE OR IGNORE ${table} SET ${names.map((name, index) => `${name} = ?${index + 6}`).join(", ")},
         revision = revision + 1, updated_by = ?4, updated_at = ?5
       WHERE group_no = ?1 AND id = unhex(?2) AND revision = ?3 AND removed_at IS NULL`,
    )
    .bind(groupNo, idToHex(id), revision, by, now, ...Object.values(columns))
    .run();
  return meta.changes > 0;
}

const WRAPPER = "group_no = ?1 AND id = unhex(?2) AND removed_at IS NULL";

/**
 * Saves what a wrapper says in another language than its first, from the revision of the wrapper somebody began with. False when
 * somebody saved since.
 */
export async function saveWrapperVersion(
  { groupNo, d1 }: GroupDb,
  { id, name, ...words }: WrapperVersion & { id: WrapperId; name: string },
  { by, now, revision, first }: Saving & { revision: number; first: MailingVersion["language"] },
): Promise<boolean> {
  const { language, html, plain, foot, amp } = words;
  const [saved] = await d1.batch([
    d1
      .prepare(
        `UPDATE mailing_wrappers SET name = ?4, language = coalesce(language, ?7), revision = revision + 1, updated_by = ?5, updated_at = ?6
         WHERE ${WRAPPER} AND revision = ?3`,
      )
      .bind(groupNo, idToHex(id), revision, name, by, now, first),
    d1
      .prepare(
        `INSERT INTO mailing_wrapper_versions (group_no, wrapper_no, language, html, plain, foot, amp)
         SELECT group_no, wrapper_no, ?3, ?4, ?5, ?6, ?7 FROM mailing_wrappers WHERE ${WRAPPER} AND changes() = 1
         ON CONFLICT (group_no, wrapper_no, language) DO UPDATE SET html = excluded.html, plain = excluded.plain, foot = excluded.foot, amp = excluded.amp`,
      )
      .bind(groupNo, idToHex(id), language, html, plain, foot, amp),
  ]);
  return (saved?.meta.changes ?? 0) > 0;
}

/** Takes a language other than its first from a wrapper. False when it has none. */
export async function deleteWrapperVersion(
  { groupNo, d1 }: GroupDb,
  id: WrapperId,
  language: MailingVersion["language"],
  { by, now }: Saving,
): Promise<boolean> {
  const [deleted] = await d1.batch([
    d1
      .prepare(
        `DELETE FROM mailing_wrapper_versions WHERE group_no = ?1 AND language = ?3
           AND wrapper_no = (SELECT wrapper_no FROM mailing_wrappers WHERE ${WRAPPER})`,
      )
      .bind(groupNo, idToHex(id), language),
    d1
      .prepare(
        `UPDATE mailing_wrappers SET revision = revision + 1, updated_by = ?3, updated_at = ?4 WHERE ${WRAPPER} AND changes() = 1`,
      )
      .bind(groupNo, idToHex(id), by, now),
  ]);
  return (deleted?.meta.changes ?? 0) > 0;
}

/** Takes one out of the lists or brings it back; false when it is so already, or its name is taken meanwhile. */
export async function updateKeptRemoved(
  { groupNo, d1 }: GroupDb,
  { table, id }: Pick<KeptRow, "table" | "id">,
  removedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE OR IGNORE ${table} SET removed_at = ?3 WHERE group_no = ?1 AND id = unhex(?2) AND (removed_at IS NULL) = (?3 IS NOT NULL)`,
    )
    .bind(groupNo, idToHex(id), removedAt)
    .run();
  return meta.changes > 0;
}
