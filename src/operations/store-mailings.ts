import { and, desc, eq, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import type { Database } from "../platform/context";
import { sendingQuotas } from "../senders/directory-tables";
import { abuseReports } from "./directory-tables";

export type OpenMailing = {
  groupNo: number;
  no: number;
  subject: string;
  status: string;
  at: number;
  recipients: number | null;
};

/**
 * Of one shard, whatever the group: the mailings that wait, are scheduled or are leaving, those that wait first. The one look across
 * groups on a shard, for operators alone; it reads an index that holds nothing else.
 */
export async function openMailings({ d1 }: GroupDb, limit: number): Promise<OpenMailing[]> {
  const { results } = await d1
    .prepare(
      `SELECT group_no AS groupNo, mailing_no AS no, subject, status, updated_at AS at, frozen ->> '$.recipients' AS recipients
       FROM mailings INDEXED BY mailings_open WHERE status IN ('waiting', 'scheduled', 'preparing', 'sending', 'paused')
       ORDER BY status = 'waiting' DESC, group_no, mailing_no LIMIT ?1`,
    )
    .bind(limit)
    .run<OpenMailing>();
  return results;
}

export type ListedMailing = {
  no: number;
  subject: string;
  status: string;
  createdAt: number;
  sentAt: number | null;
  recipients: number | null;
  totals: string | null;
};

/** A group's mailings, the newest first, also those it hid, with what was counted of them. */
export async function mailingsOf(
  { d1, groupNo }: GroupDb,
  { before, limit }: { before: number | null; limit: number },
): Promise<ListedMailing[]> {
  const { results } = await d1
    .prepare(
      `SELECT m.mailing_no AS no, m.subject, m.status, m.created_at AS createdAt, m.sent_at AS sentAt, m.frozen ->> '$.recipients' AS recipients, r.totals
       FROM mailings m LEFT JOIN mailing_results r ON r.group_no = ?1 AND r.mailing_no = m.mailing_no
       WHERE m.group_no = ?1 AND m.mailing_no < ?2 ORDER BY m.mailing_no DESC LIMIT ?3`,
    )
    .bind(groupNo, before ?? Number.MAX_SAFE_INTEGER, limit)
    .run<ListedMailing>();
  return results;
}

/** The groups whose quota changed last: those that send, since a quota grows with every day that was used. */
export async function groupsThatSend(directory: Database, limit: number): Promise<number[]> {
  const rows = await directory
    .select({ no: sendingQuotas.groupNo })
    .from(sendingQuotas)
    .orderBy(desc(sendingQuotas.updatedAt))
    .limit(limit);
  return rows.map(({ no }) => no);
}

export type MailingReport = {
  no: number;
  reason: string;
  detail: string;
  reportedAt: number;
  isSettled: number;
};

/** What was reported of one mailing, the newest first. */
export async function reportsOf(
  directory: Database,
  mailing: { groupNo: number; no: number },
  limit: number,
): Promise<MailingReport[]> {
  return directory
    .select({
      no: abuseReports.reportNo,
      reason: abuseReports.reason,
      detail: abuseReports.detail,
      reportedAt: abuseReports.reportedAt,
      isSettled: sql<number>`${abuseReports.settledAt} IS NOT NULL`,
    })
    .from(abuseReports)
    .where(and(eq(abuseReports.groupNo, mailing.groupNo), eq(abuseReports.mailingNo, mailing.no)))
    .orderBy(desc(abuseReports.reportNo))
    .limit(limit);
}
