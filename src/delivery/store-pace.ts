import type { GroupDb } from "../groups/shard";
import { type Mailbox, mailboxes } from "../platform/mail/mailbox-provider";
import { DUE } from "./store-ledger";
import { MAILBOX, MAILBOX_JOIN } from "./store-whose";

/** How many of a range are due now, by whose mailboxes they have. */
export async function countReadyBy(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { after, upTo, nowS }: { after: number; upTo: number; nowS: number },
): Promise<{ rows: { mailbox: Mailbox; count: number }[]; ms: number }> {
  const { results, meta } = await d1
    .prepare(
      `SELECT ${MAILBOX} AS place, count(*) AS count
       FROM mailings m CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no > ?3 AND r.person_no <= ?4
       ${MAILBOX_JOIN} WHERE m.group_no = ?1 AND m.mailing_no = ?2 AND ${DUE("?5")} GROUP BY 1`,
    )
    .bind(groupNo, mailingNo, after, upTo, nowS)
    .run<{ place: number; count: number }>();
  return {
    rows: results.map(({ place, count }) => ({ mailbox: mailboxes[place] ?? "others", count })),
    ms: meta.duration,
  };
}
