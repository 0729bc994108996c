import { and, asc, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { IS_MIRRORED } from "./store-mirrors";
import { mailings, mailingVersions } from "./tables";
import {
  type AlternatePart,
  MAILING_TAGS_MAX,
  type Mailing,
  type MailingId,
  type MailingSettings,
  type MailingStatus,
  type MailingVersion,
  mailingSettings,
  type Target,
  targetSchema,
} from "./types";

type Row = typeof mailings.$inferSelect;

function toMailing({ groupNo: _, mailingNo, hiddenAt: __, target, settings, ...row }: Row): Mailing {
  return {
    ...row,
    no: mailingNo,
    target: target === null ? null : targetSchema.parse(target),
    settings: mailingSettings.parse(settings),
  };
}

export async function selectMailing({ groupNo, db }: GroupDb, id: MailingId): Promise<Mailing | null> {
  const [row] = await db
    .select()
    .from(mailings)
    .where(and(eq(mailings.groupNo, groupNo), eq(mailings.id, id)));
  return row ? toMailing(row) : null;
}

export async function selectMailingByNo({ groupNo, db }: GroupDb, no: number): Promise<Mailing | null> {
  const [row] = await db
    .select()
    .from(mailings)
    .where(and(eq(mailings.groupNo, groupNo), eq(mailings.mailingNo, no)));
  return row ? toMailing(row) : null;
}

export type MailingFilter = {
  statuses?: readonly MailingStatus[];
  /** Anywhere in the subject or the internal title, in upper or lower case of A to Z. */
  search?: string;
  tag?: string;
  /** The number of a series whose runs they are. */
  series?: number | null;
  /** The `no` of the last one already seen. */
  before?: number | null;
  limit: number;
};

/** Newest first. A group has some hundreds of mailings, so that looking through all of them is one short range. */
export async function selectMailings({ groupNo, db }: GroupDb, filter: MailingFilter): Promise<Mailing[]> {
  const { statuses, search = "", tag = "", series = null, before = null, limit } = filter;
  const contains = (column: typeof mailings.subject | typeof mailings.internalTitle) =>
    sql`instr(lower(${column}), lower(${search})) > 0`;
  const rows = await db
    .select()
    .from(mailings)
    .where(
      and(
        eq(mailings.groupNo, groupNo),
        isNull(mailings.hiddenAt),
        before === null ? undefined : lt(mailings.mailingNo, before),
        series === null
          ? undefined
          : sql`EXISTS (SELECT 1 FROM mail_series_runs AS run WHERE run.group_no = ${groupNo} AND run.series_no = ${series} AND run.mailing_no = ${mailings.mailingNo})`,
        statuses
          ? sql`${mailings.status} IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))`
          : undefined,
        search === ""
          ? undefined
          : sql`(${contains(mailings.subject)} OR ${contains(mailings.internalTitle)})`,
        tag === ""
          ? undefined
          : sql`EXISTS (SELECT 1 FROM json_each(${mailings.tags}) AS tag WHERE tag.value = ${tag})`,
      ),
    )
    .orderBy(desc(mailings.mailingNo))
    .limit(limit);
  return rows.map(toMailing);
}

/** How many there are in each status. */
export async function countByStatus({ groupNo, db }: GroupDb): Promise<Map<MailingStatus, number>> {
  const rows = await db
    .select({ status: mailings.status, count: sql<number>`count(*)` })
    .from(mailings)
    .where(and(eq(mailings.groupNo, groupNo), isNull(mailings.hiddenAt)))
    .groupBy(mailings.status);
  return new Map(rows.map(({ status, count }) => [status, count]));
}

/** Those used most first, without those that are hidden. */
export async function selectTags({ groupNo, d1 }: GroupDb, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT tag.value AS tag, count(*) AS times FROM mailings CROSS JOIN json_each(mailings.tags) AS tag
       WHERE group_no = ?1 AND hidden_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM hidden_mailing_tags AS hidden WHERE hidden.group_no = ?1 AND hidden.tag = tag.value)
       GROUP BY tag.value ORDER BY times DESC, tag LIMIT ?2`,
    )
    .bind(groupNo, limit)
    .run<{ tag: string }>();
  return results.map(({ tag }) => tag);
}

export async function selectVersions({ groupNo, db }: GroupDb, no: number): Promise<MailingVersion[]> {
  const rows = await db
    .select()
    .from(mailingVersions)
    .where(and(eq(mailingVersions.groupNo, groupNo), eq(mailingVersions.mailingNo, no)))
    .orderBy(asc(mailingVersions.variantNo), asc(mailingVersions.language));
  return rows.map(({ groupNo: _, mailingNo: __, updatedBy: ___, updatedAt: ____, ...version }) => version);
}

/** Who saved a version last, and when. */
export async function selectLastSave(
  { groupNo, db }: GroupDb,
  no: number,
  { variantNo, language }: Pick<MailingVersion, "variantNo" | "language">,
): Promise<{ by: number; at: number; revision: number } | null> {
  const [row] = await db
    .select({
      by: mailingVersions.updatedBy,
      at: mailingVersions.updatedAt,
      revision: mailingVersions.revision,
    })
    .from(mailingVersions)
    .where(
      and(
        eq(mailingVersions.groupNo, groupNo),
        eq(mailingVersions.mailingNo, no),
        eq(mailingVersions.variantNo, variantNo),
        eq(mailingVersions.language, language),
      ),
    );
  return row ?? null;
}

const NEW_NO = "(SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'mailings')";

export type NewMailing = {
  id: MailingId;
  subject: string;
  internalTitle: string;
  target: Target | null;
  settings: Partial<MailingSettings>;
  tags: readonly string[];
  copyOf: number | null;
  versions: readonly MailingVersion[];
  by: number;
  now: number;
  /** It is in no list, and nobody edits it. */
  isHidden?: boolean;
};

/** A draft with its versions, in one transaction. */
export async function insertMailing({ groupNo, d1 }: GroupDb, made: NewMailing): Promise<void> {
  const {
    id,
    subject,
    internalTitle,
    target,
    settings,
    tags,
    copyOf,
    versions,
    by,
    now,
    isHidden = false,
  } = made;
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'mailings', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO mailings (group_no, mailing_no, id, subject, internal_title, status, created_by, created_at, updated_at, target, settings, tags, copy_of, hidden_at)
         VALUES (?1, ${NEW_NO}, unhex(?2), ?3, ?4, 'draft', ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11)`,
      )
      .bind(
        ...[groupNo, idToHex(id), subject, internalTitle, by, now],
        ...[target && JSON.stringify(target), JSON.stringify(settings), JSON.stringify(tags), copyOf],
        isHidden ? now : null,
      ),
    // A statement for each: all of them in one parameter could pass what D1 takes.
    ...versions.map((version) =>
      d1
        .prepare(
          `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, from_name, subject, preview, form, body, plain, revision, updated_by, updated_at, amp, part)
           VALUES (?1, ${NEW_NO}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?11, ?12, ?13)`,
        )
        .bind(
          ...[groupNo, version.variantNo, version.language, version.fromName, version.subject],
          ...[version.preview, version.form, version.body, version.plain, by, now, version.amp || null],
          version.part ?? null,
        ),
    ),
  ]);
}

export const IS_DRAFT =
  "EXISTS (SELECT 1 FROM mailings WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'draft' AND hidden_at IS NULL)";

/** Whole versions and alternates of a part are not mixed: nobody could say what such a mailing compares. */
const IS_OF_ITS_KIND = `(?3 = 1 OR NOT EXISTS (SELECT 1 FROM mailing_versions AS other WHERE other.group_no = ?1 AND other.mailing_no = ?2
  AND other.variant_no > 1 AND (other.part IS NULL) <> (?14 IS NULL)))`;

/** An alternate is begun in all languages at once, within the limit (`insertAlternate`): nothing else makes a row for one. */
const IS_BEGUN = `(?14 IS NULL OR EXISTS (SELECT 1 FROM mailing_versions AS other WHERE other.group_no = ?1 AND other.mailing_no = ?2
  AND other.variant_no = ?3 AND other.part = ?14))`;

/**
 * Saves a version that nobody saved since, while the mailing is a draft; a revision of 0 makes it, and its own begins at the moment: no
 * page that showed another version of that number holds it. False otherwise, with nothing changed.
 * @param listed the mailing is called by the subject of this one in lists
 */
export async function saveVersion(
  { groupNo, d1 }: GroupDb,
  no: number,
  version: MailingVersion,
  { by, now, listed }: { by: number; now: number; listed: boolean },
): Promise<boolean> {
  const { variantNo, language, fromName, subject, preview, form, body, plain, revision } = version;
  const [amp, part] = [version.amp || null, version.part ?? null];
  const words = [
    groupNo,
    no,
    variantNo,
    language,
    fromName,
    subject,
    preview,
    form,
    body,
    plain,
    by,
    now,
    amp,
  ];
  const insert = `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, from_name, subject, preview, form, body, plain, revision, updated_by, updated_at, amp, part)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?12, ?11, ?12, ?13, ?14 WHERE ${IS_DRAFT} AND ${IS_OF_ITS_KIND} AND ${IS_BEGUN} ON CONFLICT DO NOTHING`;
  const update = `UPDATE mailing_versions SET from_name = ?5, subject = ?6, preview = ?7, form = ?8, body = ?9, plain = ?10,
      revision = revision + 1, updated_by = ?11, updated_at = ?12, amp = ?13
    WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no = ?3 AND language = ?4 AND revision = ?14 AND part IS ?15 AND ${IS_DRAFT}`;
  const [saved] = await d1.batch([
    revision === 0
      ? d1.prepare(insert).bind(...words, part)
      : d1.prepare(update).bind(...words, revision, part),
    d1
      .prepare(
        `UPDATE mailings SET updated_at = ?5, subject = CASE WHEN ?6 THEN ?7 ELSE subject END
         WHERE group_no = ?1 AND mailing_no = ?2 AND changes() = 1
           AND EXISTS (SELECT 1 FROM mailing_versions WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no = ?3 AND language = ?4)`,
      )
      .bind(groupNo, no, variantNo, language, now, listed ? 1 : 0, subject),
  ]);
  return (saved?.meta.changes ?? 0) > 0;
}

/** The bodies of a mailing that are locked, as `withLock` writes them. */
export async function selectLockedBodies({ groupNo, d1 }: GroupDb, no: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT body FROM mailing_versions WHERE group_no = ?1 AND mailing_no = ?2 AND form = 'visual'
         AND instr(body, '"locked":true') > 0`,
    )
    .bind(groupNo, no)
    .run<{ body: string }>();
  return results.map(({ body }) => body);
}

/**
 * Takes versions away while the mailing is a draft: a language of all, or a whole version, or an alternate of a part.
 * @param which.revision the sum over the languages of an alternate, as it was when it was shown; null: whatever it is
 */
export async function deleteVersions(
  { groupNo, d1 }: GroupDb,
  no: number,
  which: {
    variantNo: number | null;
    language: string | null;
    part: AlternatePart | null;
    revision: number | null;
  },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `DELETE FROM mailing_versions WHERE group_no = ?1 AND mailing_no = ?2
         AND (?3 IS NULL OR variant_no = ?3) AND (?4 IS NULL OR language = ?4) AND ${IS_DRAFT}
         AND (?3 IS NULL OR part IS ?5)
         AND (?6 IS NULL OR ?6 = (SELECT sum(v.revision) FROM mailing_versions AS v WHERE v.group_no = ?1 AND v.mailing_no = ?2 AND v.variant_no = ?3))`,
    )
    .bind(groupNo, no, which.variantNo, which.language, which.part, which.revision)
    .run();
  return meta.changes > 0;
}

export type MailingChange = {
  settings?: Partial<MailingSettings>;
  target?: Target | null;
  internalTitle?: string;
  tags?: readonly string[];
};

/** Changes what is named and leaves the rest as it is now, whoever saves at the same moment. False when it is no draft. */
export async function updateDraft(
  { groupNo, d1 }: GroupDb,
  no: number,
  { settings, target, internalTitle, tags }: MailingChange,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailings SET updated_at = ?3, settings = json_patch(settings, ?4),
         target = CASE WHEN ?5 THEN ?6 ELSE target END,
         internal_title = coalesce(?7, internal_title), tags = coalesce(?8, tags)
       WHERE group_no = ?1 AND mailing_no = ?2 AND status = 'draft' AND hidden_at IS NULL`,
    )
    .bind(
      ...[groupNo, no, now, JSON.stringify(settings ?? {})],
      ...[target === undefined ? 0 : 1, target ? JSON.stringify(target) : null],
      ...[internalTitle ?? null, tags ? JSON.stringify(tags) : null],
    )
    .run();
  return meta.changes > 0;
}

/** What organisers call it and how they find it may change at any time. */
export async function updateNames(
  { groupNo, d1 }: GroupDb,
  no: number,
  { internalTitle, tags, note }: { internalTitle: string; tags: readonly string[]; note: string },
): Promise<void> {
  await d1
    .prepare(
      "UPDATE mailings SET internal_title = ?3, tags = ?4, settings = json_set(settings, '$.note', ?5) WHERE group_no = ?1 AND mailing_no = ?2",
    )
    .bind(groupNo, no, internalTitle, JSON.stringify(tags), note)
    .run();
}

/** So may what tells its people apart; null: what the group has as its default. */
export async function updateBreakdown(
  { groupNo, d1 }: GroupDb,
  no: number,
  breakdownNo: number | null,
): Promise<void> {
  await d1
    .prepare(
      "UPDATE mailings SET settings = json_set(settings, '$.breakdownNo', ?3) WHERE group_no = ?1 AND mailing_no = ?2",
    )
    .bind(groupNo, no, breakdownNo)
    .run();
}

/** Gives a tag to some mailings, as far as they have room for it, or takes it away. */
export async function updateTag(
  { groupNo, d1 }: GroupDb,
  nos: readonly number[],
  tag: string,
  isGiven: boolean,
): Promise<void> {
  const change = isGiven
    ? `SET tags = json_insert(tags, '$[#]', ?3) WHERE json_array_length(tags) < ${MAILING_TAGS_MAX}
         AND NOT EXISTS (SELECT 1 FROM json_each(mailings.tags) AS tag WHERE tag.value = ?3) AND`
    : "SET tags = (SELECT json_group_array(tag.value) FROM json_each(mailings.tags) AS tag WHERE tag.value <> ?3) WHERE";
  await d1
    .prepare(`UPDATE mailings ${change} group_no = ?1 AND mailing_no IN (SELECT value FROM json_each(?2))`)
    .bind(groupNo, JSON.stringify(nos), tag)
    .run();
}

/** Of a mailing: the series that copied it is about to send it, or gave it up. */
const IS_RUN_IN_HIDING = `EXISTS (SELECT 1 FROM mail_series AS s CROSS JOIN mail_series_runs AS r ON r.group_no = ?1 AND r.series_no = s.series_no
  WHERE s.group_no = ?1 AND s.mailing_no = mailings.copy_of AND r.mailing_id = mailings.id AND (r.state = 'taken' OR (r.state = 'called_off' AND r.recipients IS NULL)))`;

/**
 * Takes a mailing that sends nothing out of the lists, or brings it back. False when it is so already, on its way, mirrored by one that is
 * not frozen, what a series copies, or a run of one that nobody has seen.
 */
export async function updateHidden(
  { groupNo, d1 }: GroupDb,
  no: number,
  hiddenAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE mailings SET hidden_at = ?3 WHERE group_no = ?1 AND mailing_no = ?2 AND (hidden_at IS NULL) = (?3 IS NOT NULL)
         AND status IN ('draft', 'sent', 'stopped') AND (?3 IS NULL OR NOT ${IS_MIRRORED})
         AND NOT EXISTS (SELECT 1 FROM mail_series AS s WHERE s.group_no = ?1 AND s.mailing_no = ?2)
         AND (?3 IS NOT NULL OR NOT ${IS_RUN_IN_HIDING})`,
    )
    .bind(groupNo, no, hiddenAt)
    .run();
  return meta.changes > 0;
}

/** Notes that somebody is there and forgets who is gone; gives the names of the others. */
export async function notePresence(
  { groupNo, d1 }: GroupDb,
  no: number,
  who: { no: number; name: string },
  { now, since }: { now: number; since: number },
): Promise<string[]> {
  const [, , others] = await d1.batch<{ name: string }>([
    d1
      .prepare(
        `INSERT INTO mailing_presence (group_no, mailing_no, account_no, name, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (group_no, mailing_no, account_no) DO UPDATE SET name = excluded.name, at = excluded.at`,
      )
      .bind(groupNo, no, who.no, who.name, now),
    d1
      .prepare("DELETE FROM mailing_presence WHERE group_no = ?1 AND mailing_no = ?2 AND at < ?3")
      .bind(groupNo, no, since),
    d1
      .prepare(
        "SELECT name FROM mailing_presence WHERE group_no = ?1 AND mailing_no = ?2 AND account_no <> ?3 ORDER BY at DESC LIMIT 10",
      )
      .bind(groupNo, no, who.no),
  ]);
  return others?.results.map(({ name }) => name) ?? [];
}
