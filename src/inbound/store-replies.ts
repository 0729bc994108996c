import type { GroupDb } from "../groups/shard";
import type { MailingId } from "../mailings/types";
import { idFromHex, idToHex, type PersonId } from "../platform/ids";
import type { ReplyId, ReplyState } from "./types";

export type Reply = {
  no: number;
  id: ReplyId;
  personNo: number | null;
  mailingNo: number | null;
  person: { id: PersonId; name: string; email: string | null; emailStatus: number } | null;
  mailing: { id: MailingId; subject: string } | null;
  fromEmail: string;
  fromName: string;
  subject: string;
  text: string;
  raw: string;
  fileCount: number;
  at: number;
  doneAt: number | null;
  assignedTo: number | null;
};

type Stored = Omit<Reply, "id" | "person" | "mailing"> & {
  id: string;
  personId: string | null;
  name: string | null;
  email: string | null;
  emailStatus: number | null;
  mailingId: string | null;
  mailingSubject: string | null;
};

const SELECT = `SELECT r.reply_no AS no, hex(r.id) AS id, p.person_no AS personNo, hex(p.id) AS personId,
    trim(coalesce(p.given_name, '') || ' ' || coalesce(p.family_name, '')) AS name, p.email, p.email_status AS emailStatus,
    m.mailing_no AS mailingNo, hex(m.id) AS mailingId, coalesce(nullif(m.internal_title, ''), m.subject) AS mailingSubject, r.from_email AS fromEmail,
    r.from_name AS fromName, r.subject, r.text, r.raw, r.file_count AS fileCount, r.at, r.done_at AS doneAt, r.assigned_to AS assignedTo
  FROM mail_replies r
  LEFT JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no AND p.erased_at IS NULL
  LEFT JOIN mailings m ON m.group_no = ?1 AND m.mailing_no = r.mailing_no
  WHERE r.group_no = ?1`;

function replyOf(row: Stored): Reply {
  const { personId, name, email, emailStatus, mailingId, mailingSubject, ...rest } = row;
  return {
    ...rest,
    id: idFromHex<ReplyId>(row.id),
    person: personId
      ? { id: idFromHex<PersonId>(personId), name: name ?? "", email, emailStatus: emailStatus ?? 0 }
      : null,
    mailing: mailingId ? { id: idFromHex<MailingId>(mailingId), subject: mailingSubject ?? "" } : null,
  };
}

export type NewReply = {
  id: ReplyId;
  /** 16 hexadecimal digits: the hash of the mail. */
  event: string;
  personNo: number | null;
  mailingNo: number | null;
  fromEmail: string;
  fromName: string;
  subject: string;
  text: string;
  raw: string;
  fileCount: number;
  at: number;
};

/** Keeps an answer, once. False when the same mail was kept before. */
export async function insertReply({ groupNo, d1 }: GroupDb, reply: NewReply): Promise<boolean> {
  const known = await d1
    .prepare("SELECT 1 AS n FROM mail_replies WHERE group_no = ?1 AND event = unhex(?2)")
    .bind(groupNo, reply.event)
    .first();
  if (known) return false;
  const results = await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'replies', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO mail_replies (group_no, reply_no, id, event, person_no, mailing_no, from_email, from_name, subject, text, raw, file_count, at)
         SELECT ?1, last, unhex(?2), unhex(?3), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM numbers WHERE group_no = ?1 AND noun = 'replies'
         ON CONFLICT DO NOTHING`,
      )
      .bind(
        ...[groupNo, idToHex(reply.id), reply.event, reply.personNo, reply.mailingNo, reply.fromEmail],
        ...[reply.fromName, reply.subject, reply.text, reply.raw, reply.fileCount, reply.at],
      ),
  ]);
  return (results[1]?.meta.changes ?? 0) > 0;
}

/** A page of answers, the newest first, by keyset. */
export async function selectReplies(
  { groupNo, d1 }: GroupDb,
  {
    state,
    assignedTo,
    before,
    limit,
  }: { state: ReplyState; assignedTo: number | null; before: number | null; limit: number },
): Promise<Reply[]> {
  const { results } = await d1
    .prepare(
      `${SELECT} AND r.reply_no < ?2 AND r.done_at IS ${state === "done" ? "NOT NULL" : "NULL"} AND (?3 IS NULL OR r.assigned_to = ?3)
       ORDER BY r.reply_no DESC LIMIT ?4`,
    )
    .bind(groupNo, before ?? Number.MAX_SAFE_INTEGER, assignedTo, limit)
    .all<Stored>();
  return results.map(replyOf);
}

export async function selectReply({ groupNo, d1 }: GroupDb, id: ReplyId): Promise<Reply | null> {
  const row = await d1.prepare(`${SELECT} AND r.id = unhex(?2)`).bind(groupNo, idToHex(id)).first<Stored>();
  return row && replyOf(row);
}

export async function updateState(
  { groupNo, d1 }: GroupDb,
  id: ReplyId,
  done: { at: number; by: number | null } | null,
): Promise<void> {
  await d1
    .prepare("UPDATE mail_replies SET done_at = ?3, done_by = ?4 WHERE group_no = ?1 AND id = unhex(?2)")
    .bind(groupNo, idToHex(id), done?.at ?? null, done?.by ?? null)
    .run();
}

export async function updateAssigned(
  { groupNo, d1 }: GroupDb,
  id: ReplyId,
  to: number | null,
): Promise<void> {
  await d1
    .prepare("UPDATE mail_replies SET assigned_to = ?3 WHERE group_no = ?1 AND id = unhex(?2)")
    .bind(groupNo, idToHex(id), to)
    .run();
}

/** The files of everything somebody answered, to be thrown away with it. */
export async function selectRawOf({ groupNo, d1 }: GroupDb, personNo: number): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT raw FROM mail_replies WHERE group_no = ?1 AND person_no = ?2 AND raw <> ''")
    .bind(groupNo, personNo)
    .all<{ raw: string }>();
  return results.map(({ raw }) => raw);
}
