import type { Numbers, Reception } from "./health";
import type { MailboxTallies } from "./mailbox-pace";

/** Mailings whose numbers are kept: what comes back comes within days. */
const MAILINGS_KEPT = 50;

export type KeptReception = Reception & { mailing: string; mailboxes: MailboxTallies };

const NEW_RECEPTION = { ...{ sent: 0, hard: 0, complaints: 0, marks: [] }, mailboxes: {} };

/** How a sender's newest mailings were received, as its gate keeps it. */
export class Receptions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS mailings (mailing TEXT PRIMARY KEY, at INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0,
         hard INTEGER NOT NULL DEFAULT 0, complaints INTEGER NOT NULL DEFAULT 0, marks TEXT NOT NULL DEFAULT '[]')`,
    );
    // Gates that are older than the tallies by mailbox provider have a table without them.
    if (
      sql.exec("SELECT 1 FROM pragma_table_info('mailings') WHERE name = 'mailboxes'").toArray().length === 0
    )
      sql.exec("ALTER TABLE mailings ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '{}'");
  }

  /** Of the newest mailings; the one in question first. */
  list(first = ""): KeptReception[] {
    return this.#sql
      .exec<Numbers & { mailing: string; marks: string; mailboxes: string }>(
        "SELECT mailing, sent, hard, complaints, marks, mailboxes FROM mailings ORDER BY mailing <> ?, at DESC, mailing DESC",
        first,
      )
      .toArray()
      .map((row) => ({ ...row, marks: JSON.parse(row.marks), mailboxes: JSON.parse(row.mailboxes) }));
  }

  /** The one of a mailing among those listed, or how a mailing begins of which nothing is known. */
  of(mailing: string, listed: readonly KeptReception[]): Omit<KeptReception, "mailing"> {
    return listed.find((each) => each.mailing === mailing) ?? NEW_RECEPTION;
  }

  keep({ mailing, sent, hard, complaints, marks, mailboxes }: KeptReception, now: number): void {
    this.#sql.exec(
      `INSERT INTO mailings (mailing, at, sent, hard, complaints, marks, mailboxes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (mailing) DO UPDATE SET sent = ?3, hard = ?4, complaints = ?5, marks = ?6, mailboxes = ?7`,
      mailing,
      now,
      sent,
      hard,
      complaints,
      JSON.stringify(marks),
      JSON.stringify(mailboxes),
    );
  }

  /** Forgets what came back, but not what was sent. */
  forgive(): void {
    this.#sql.exec(
      `UPDATE mailings SET hard = 0, complaints = 0, marks = '[]', mailboxes = (SELECT json_group_object(key,
         json_set(value, '$.hard', 0, '$.complaints', 0)) FROM json_each(mailings.mailboxes))`,
    );
  }

  /** Forgets all but the newest mailings. */
  prune(): void {
    this.#sql.exec(
      "DELETE FROM mailings WHERE mailing NOT IN (SELECT mailing FROM mailings ORDER BY at DESC LIMIT ?)",
      MAILINGS_KEPT,
    );
  }
}
