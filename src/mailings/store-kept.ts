import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { mailingSnippets, mailingTemplates, mailingWrappers } from "./tables";
import { KEPT_MAX, type SnippetId, type TemplateId, type WrapperId } from "./types";

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

function wrapperRows(db: GroupDb["db"], where: SQL | undefined) {
  const { wrapperNo: no, id, name, html, plain, revision, updatedAt } = mailingWrappers;
  return db
    .select({ no, id, name, html, plain, revision, updatedAt })
    .from(mailingWrappers)
    .where(where)
    .orderBy(asc(name), asc(no))
    .limit(KEPT_MAX);
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

/** Of the mailings in the lists, by the number of their wrapper. */
export async function countWearing({ groupNo, d1 }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare(
      `SELECT json_extract(settings, '$.wrapperNo') AS no, count(*) AS count FROM mailings
       WHERE group_no = ?1 AND hidden_at IS NULL AND json_extract(settings, '$.wrapperNo') IS NOT NULL GROUP BY no`,
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
       WHERE mailing.group_no = ?1 AND hidden_at IS NULL AND status IN ('draft', 'waiting', 'scheduled')
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
