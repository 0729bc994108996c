import { idToHex } from "../platform/ids";
import type { InboundKind, KeptMailId } from "./types";

export type KeptMail = {
  no: number;
  at: number;
  fromEmail: string;
  toEmail: string;
  subject: string;
  cause: string;
  size: number;
  raw: string;
  groupNo: number | null;
  settledAt: number | null;
};

const COLUMNS = `mail_no AS no, at, from_email AS fromEmail, to_email AS toEmail, subject, cause, size, raw, group_no AS groupNo,
  settled_at AS settledAt`;

export async function insertKept(
  directory: D1Database,
  mail: Omit<KeptMail, "no" | "settledAt"> & { id: KeptMailId },
): Promise<void> {
  await directory
    .prepare(
      `INSERT INTO kept_mails (id, at, from_email, to_email, subject, cause, size, raw, group_no)
       VALUES (unhex(?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    )
    .bind(
      ...[idToHex(mail.id), mail.at, mail.fromEmail, mail.toEmail, mail.subject],
      ...[mail.cause, mail.size, mail.raw, mail.groupNo],
    )
    .run();
}

export async function countSince(directory: D1Database, since: number): Promise<number> {
  const row = await directory
    .prepare("SELECT count(*) AS n FROM kept_mails INDEXED BY kept_mails_by_time WHERE at > ?1")
    .bind(since)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

export async function selectKept(
  directory: D1Database,
  { before, isSettled, limit }: { before: number | null; isSettled: boolean; limit: number },
): Promise<KeptMail[]> {
  const { results } = await directory
    .prepare(
      `SELECT ${COLUMNS} FROM kept_mails WHERE mail_no < ?1 AND settled_at IS ${isSettled ? "NOT NULL" : "NULL"}
       ORDER BY mail_no DESC LIMIT ?2`,
    )
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<KeptMail>();
  return results;
}

export function keptByNo(directory: D1Database, no: number): Promise<KeptMail | null> {
  return directory.prepare(`SELECT ${COLUMNS} FROM kept_mails WHERE mail_no = ?1`).bind(no).first<KeptMail>();
}

export async function updateSettled(
  directory: D1Database,
  no: number,
  by: number,
  now: number,
): Promise<boolean> {
  const { meta } = await directory
    .prepare(
      "UPDATE kept_mails SET settled_at = ?3, settled_by = ?2 WHERE mail_no = ?1 AND settled_at IS NULL",
    )
    .bind(no, by, now)
    .run();
  return meta.changes > 0;
}

export async function selectOlder(
  directory: D1Database,
  before: number,
  limit: number,
): Promise<{ no: number; raw: string }[]> {
  const { results } = await directory
    .prepare("SELECT mail_no AS no, raw FROM kept_mails INDEXED BY kept_mails_by_time WHERE at < ?1 LIMIT ?2")
    .bind(before, limit)
    .all<{ no: number; raw: string }>();
  return results;
}

export async function deleteKept(directory: D1Database, nos: readonly number[]): Promise<void> {
  await directory
    .prepare("DELETE FROM kept_mails WHERE mail_no IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(nos))
    .run();
}

export type InboundCount = { day: number; kind: InboundKind; count: number };

export async function countInbound(directory: D1Database, day: number, kind: InboundKind): Promise<void> {
  await directory
    .prepare(
      `INSERT INTO inbound_counts (day, kind, count) VALUES (?1, ?2, 1)
       ON CONFLICT (day, kind) DO UPDATE SET count = count + 1`,
    )
    .bind(day, kind)
    .run();
}

export async function selectCounts(directory: D1Database, fromDay: number): Promise<InboundCount[]> {
  const { results } = await directory
    .prepare("SELECT day, kind, count FROM inbound_counts WHERE day >= ?1 ORDER BY day DESC")
    .bind(fromDay)
    .all<InboundCount>();
  return results;
}
