import type { GroupDb } from "../groups/shard";

/** Tests of a mailing that were asked for and sent. */
export type Proofs = { wanted: number | null; wantedBy: string | null; sent: number };

export async function selectProofs({ d1, groupNo }: GroupDb, mailingNo: number): Promise<Proofs> {
  const row = await d1
    .prepare(
      `SELECT wanted, wanted_by AS wantedBy, sent FROM mailing_proofs WHERE group_no = ?1 AND mailing_no = ?2`,
    )
    .bind(groupNo, mailingNo)
    .first<Proofs>();
  return row ?? { wanted: null, wantedBy: null, sent: 0 };
}

/** Asks for so many by a day; null takes it back. What was sent stays counted. */
export async function askForProofs(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { wanted, wantedBy }: Pick<Proofs, "wanted" | "wantedBy">,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO mailing_proofs (group_no, mailing_no, wanted, wanted_by) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (group_no, mailing_no) DO UPDATE SET wanted = excluded.wanted, wanted_by = excluded.wanted_by`,
    )
    .bind(groupNo, mailingNo, wanted, wantedBy)
    .run();
}

/** Counts tests that have left. */
export async function countProofs(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  { sent, now }: { sent: number; now: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO mailing_proofs (group_no, mailing_no, sent, sent_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (group_no, mailing_no) DO UPDATE SET sent = sent + excluded.sent, sent_at = excluded.sent_at`,
    )
    .bind(groupNo, mailingNo, sent, now)
    .run();
}
