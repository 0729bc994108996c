import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { mailings } from "../mailings/tables";
import { petitionUpdates } from "./tables";
import { UPDATES_MAX, type Update, type WrittenUpdate } from "./update-types";

type NewUpdate = Omit<WrittenUpdate, "no" | "removedAt" | "mailing"> & { postedBy: number };

/** Adds an update with the next number. Null when the petition has as many as it may. */
export async function insertUpdate(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  update: NewUpdate,
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO petition_updates (group_no, action_no, update_no, sort, title, body_source, body_html, said_by, happened_on,
         signature_count, posted_by, posted_at)
       SELECT ?1, ?2, last + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
       FROM (SELECT coalesce(max(update_no), 0) AS last FROM petition_updates WHERE group_no = ?1 AND action_no = ?2)
       WHERE last < ?12
       RETURNING update_no`,
    )
    .bind(
      ...[groupNo, actionNo, update.sort, update.title, update.bodySource, update.bodyHtml, update.saidBy],
      ...[update.happenedOn, update.signatureCount, update.postedBy, update.postedAt, UPDATES_MAX],
    )
    .first<{ update_no: number }>();
  return row?.update_no ?? null;
}

/** The newest first; those taken off the page only when asked for. */
export async function selectUpdates(
  { groupNo, db }: GroupDb,
  actionNo: number,
  { limit, withRemoved }: { limit: number; withRemoved: boolean },
): Promise<Update[]> {
  const rows = await db
    .select({ update: petitionUpdates, mailing: mailings })
    .from(petitionUpdates)
    .leftJoin(mailings, OWN_MAILING)
    .where(
      and(
        eq(petitionUpdates.groupNo, groupNo),
        eq(petitionUpdates.actionNo, actionNo),
        withRemoved ? undefined : isNull(petitionUpdates.removedAt),
      ),
    )
    .orderBy(desc(petitionUpdates.updateNo))
    .limit(limit);
  return rows.map(toUpdate);
}

/** A mailing that was put away is as none. */
const OWN_MAILING = and(
  eq(mailings.groupNo, petitionUpdates.groupNo),
  eq(mailings.mailingNo, petitionUpdates.mailingNo),
  isNull(mailings.hiddenAt),
);

type Joined = { update: typeof petitionUpdates.$inferSelect; mailing: typeof mailings.$inferSelect | null };

function toUpdate({ update, mailing }: Joined): Update {
  const { updateNo, sort, title, bodyHtml, saidBy, happenedOn, signatureCount, postedAt, removedAt } = update;
  return {
    no: updateNo,
    ...{ sort, title, bodyHtml, saidBy, happenedOn, signatureCount, postedAt, removedAt },
    mailing: mailing && { id: mailing.id, status: mailing.status, finishedAt: mailing.finishedAt },
  };
}

/** One update as it was written; null when the petition has none of that number. */
export async function selectUpdate(
  { groupNo, db }: GroupDb,
  actionNo: number,
  updateNo: number,
): Promise<WrittenUpdate | null> {
  const [row] = await db
    .select({ update: petitionUpdates, mailing: mailings })
    .from(petitionUpdates)
    .leftJoin(mailings, OWN_MAILING)
    .where(
      and(
        eq(petitionUpdates.groupNo, groupNo),
        eq(petitionUpdates.actionNo, actionNo),
        eq(petitionUpdates.updateNo, updateNo),
      ),
    );
  return row ? { ...toUpdate(row), bodySource: row.update.bodySource } : null;
}

/** Says which mailing brings an update to those who signed. False when another one does already. */
export async function settleMailing(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  updateNo: number,
  mailingNo: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE petition_updates SET mailing_no = ?4 WHERE group_no = ?1 AND action_no = ?2 AND update_no = ?3
         AND NOT EXISTS (SELECT 1 FROM mailings m
           WHERE m.group_no = ?1 AND m.mailing_no = petition_updates.mailing_no AND m.hidden_at IS NULL)`,
    )
    .bind(groupNo, actionNo, updateNo, mailingNo)
    .run();
  return meta.changes > 0;
}

/** Takes an update off the page, or puts it back (`at` null). False when there is no such update. */
export async function markRemoved(
  { groupNo, db }: GroupDb,
  actionNo: number,
  updateNo: number,
  { at, by }: { at: number | null; by: number },
): Promise<boolean> {
  const rows = await db
    .update(petitionUpdates)
    .set({ removedAt: at, removedBy: at === null ? sql`NULL` : by })
    .where(
      and(
        eq(petitionUpdates.groupNo, groupNo),
        eq(petitionUpdates.actionNo, actionNo),
        eq(petitionUpdates.updateNo, updateNo),
      ),
    )
    .returning({ no: petitionUpdates.updateNo });
  return rows.length > 0;
}
