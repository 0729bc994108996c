import { and, asc, eq, isNull } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { mailingSnippets, mailingTemplates, mailingWrappers } from "./tables";
import {
  KEPT_MAX,
  type Snippet,
  type SnippetId,
  type Template,
  type TemplateId,
  type Wrapper,
  type WrapperId,
} from "./types";

/* What a group keeps for its mailings: wrappers, templates and snippets. */

const wrapper = {
  no: mailingWrappers.wrapperNo,
  id: mailingWrappers.id,
  name: mailingWrappers.name,
  html: mailingWrappers.html,
  plain: mailingWrappers.plain,
  revision: mailingWrappers.revision,
  updatedAt: mailingWrappers.updatedAt,
};

/** By its number, also when it was removed. */
export async function selectWrapper({ groupNo, db }: GroupDb, no: number): Promise<Wrapper | null> {
  const [row] = await db
    .select(wrapper)
    .from(mailingWrappers)
    .where(and(eq(mailingWrappers.groupNo, groupNo), eq(mailingWrappers.wrapperNo, no)));
  return row ?? null;
}

export async function selectWrapperById({ groupNo, db }: GroupDb, id: WrapperId): Promise<Wrapper | null> {
  const [row] = await db
    .select(wrapper)
    .from(mailingWrappers)
    .where(
      and(
        eq(mailingWrappers.groupNo, groupNo),
        eq(mailingWrappers.id, id),
        isNull(mailingWrappers.removedAt),
      ),
    );
  return row ?? null;
}

export async function selectWrappers({ groupNo, db }: GroupDb): Promise<Wrapper[]> {
  return db
    .select(wrapper)
    .from(mailingWrappers)
    .where(and(eq(mailingWrappers.groupNo, groupNo), isNull(mailingWrappers.removedAt)))
    .orderBy(asc(mailingWrappers.name), asc(mailingWrappers.wrapperNo))
    .limit(KEPT_MAX);
}

const template = {
  no: mailingTemplates.templateNo,
  id: mailingTemplates.id,
  name: mailingTemplates.name,
  subject: mailingTemplates.subject,
  preview: mailingTemplates.preview,
  form: mailingTemplates.form,
  body: mailingTemplates.body,
  wrapperNo: mailingTemplates.wrapperNo,
  revision: mailingTemplates.revision,
  updatedAt: mailingTemplates.updatedAt,
};

export async function selectTemplate({ groupNo, db }: GroupDb, no: number): Promise<Template | null> {
  const [row] = await db
    .select(template)
    .from(mailingTemplates)
    .where(
      and(
        eq(mailingTemplates.groupNo, groupNo),
        eq(mailingTemplates.templateNo, no),
        isNull(mailingTemplates.removedAt),
      ),
    );
  return row ?? null;
}

export async function selectTemplateById({ groupNo, db }: GroupDb, id: TemplateId): Promise<Template | null> {
  const [row] = await db
    .select(template)
    .from(mailingTemplates)
    .where(
      and(
        eq(mailingTemplates.groupNo, groupNo),
        eq(mailingTemplates.id, id),
        isNull(mailingTemplates.removedAt),
      ),
    );
  return row ?? null;
}

export async function selectTemplates({ groupNo, db }: GroupDb): Promise<Template[]> {
  return db
    .select(template)
    .from(mailingTemplates)
    .where(and(eq(mailingTemplates.groupNo, groupNo), isNull(mailingTemplates.removedAt)))
    .orderBy(asc(mailingTemplates.name), asc(mailingTemplates.templateNo))
    .limit(KEPT_MAX);
}

const snippet = {
  no: mailingSnippets.snippetNo,
  id: mailingSnippets.id,
  name: mailingSnippets.name,
  form: mailingSnippets.form,
  body: mailingSnippets.body,
  revision: mailingSnippets.revision,
  updatedAt: mailingSnippets.updatedAt,
};

export async function selectSnippetById({ groupNo, db }: GroupDb, id: SnippetId): Promise<Snippet | null> {
  const [row] = await db
    .select(snippet)
    .from(mailingSnippets)
    .where(
      and(
        eq(mailingSnippets.groupNo, groupNo),
        eq(mailingSnippets.id, id),
        isNull(mailingSnippets.removedAt),
      ),
    );
  return row ?? null;
}

export async function selectSnippets({ groupNo, db }: GroupDb): Promise<Snippet[]> {
  return db
    .select(snippet)
    .from(mailingSnippets)
    .where(and(eq(mailingSnippets.groupNo, groupNo), isNull(mailingSnippets.removedAt)))
    .orderBy(asc(mailingSnippets.name), asc(mailingSnippets.snippetNo))
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
  return made?.meta.changes === 1;
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
  return meta.changes === 1;
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
  return meta.changes === 1;
}
