import { and, eq } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { mailingBuilds, mailingLinks } from "../mailings/tables";

/** Mailings on the page of a group's past ones, and in its feed. */
const ARCHIVE_MAX = 50;

/** A mailing's templates as they were frozen; none while it is a draft. */
export function selectBuilds({ db, groupNo }: GroupDb, mailingNo: number) {
  return db
    .select()
    .from(mailingBuilds)
    .where(and(eq(mailingBuilds.groupNo, groupNo), eq(mailingBuilds.mailingNo, mailingNo)));
}

export function selectMailLinks({ db, groupNo }: GroupDb, mailingNo: number) {
  return db
    .select({ no: mailingLinks.linkNo, url: mailingLinks.url, actionNo: mailingLinks.actionNo })
    .from(mailingLinks)
    .where(and(eq(mailingLinks.groupNo, groupNo), eq(mailingLinks.mailingNo, mailingNo)));
}

/** Which variant somebody got; null for one who is among no recipients. */
export async function selectVariant(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  personNo: number,
): Promise<number | null> {
  const row = await d1
    .prepare(
      "SELECT coalesce(variant_no, 1) AS no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3",
    )
    .bind(groupNo, mailingNo, personNo)
    .first<{ no: number }>();
  return row && (row.no > 0 ? row.no : 1);
}

export type ArchivedMailing = { no: number; subject: string; sentAt: number; winnerNo: number | null };

const ARCHIVED = `group_no = ?1 AND sent_at IS NOT NULL AND sent_at <= ?2 AND hidden_at IS NULL AND settings ->> '$.isArchived' = 1`;
const COLUMNS = "mailing_no AS no, subject, sent_at AS sentAt, winner_no AS winnerNo";

/** Mailings anybody may read, the newest first. A group has some hundreds of mailings. */
export async function selectArchived({ d1, groupNo }: GroupDb, now: number): Promise<ArchivedMailing[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM mailings WHERE ${ARCHIVED} ORDER BY sent_at DESC LIMIT ${ARCHIVE_MAX}`)
    .bind(groupNo, now)
    .run<ArchivedMailing>();
  return results;
}

export function selectArchivedMailing(
  { d1, groupNo }: GroupDb,
  no: number,
  now: number,
): Promise<ArchivedMailing | null> {
  return d1
    .prepare(`SELECT ${COLUMNS} FROM mailings WHERE ${ARCHIVED} AND mailing_no = ?3`)
    .bind(groupNo, now, no)
    .first<ArchivedMailing>();
}
