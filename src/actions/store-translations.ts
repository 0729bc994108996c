import { and, eq, ne } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { GroupDb } from "../groups/shard";
import { actions, actionTranslations } from "./tables";

/** As many as there are languages, and room for a language that was changed after linking. */
const SET_MAX = 10;

const mine = alias(actionTranslations, "mine");

/** The other actions of the set an action belongs to, the oldest first; whatever their status. */
export async function siblingsOf({ groupNo, db }: GroupDb, actionNo: number) {
  return db
    .select({
      no: actions.actionNo,
      id: actions.id,
      slug: actions.slug,
      title: actions.title,
      internalTitle: actions.internalTitle,
      locale: actions.locale,
      status: actions.status,
      limitedAt: actions.limitedAt,
    })
    .from(mine)
    .innerJoin(
      actionTranslations,
      and(eq(actionTranslations.groupNo, mine.groupNo), eq(actionTranslations.setNo, mine.setNo)),
    )
    .innerJoin(
      actions,
      and(eq(actions.groupNo, actionTranslations.groupNo), eq(actions.actionNo, actionTranslations.actionNo)),
    )
    .where(
      and(eq(mine.groupNo, groupNo), eq(mine.actionNo, actionNo), ne(actionTranslations.actionNo, actionNo)),
    )
    .orderBy(actions.actionNo)
    .limit(SET_MAX);
}

export type Sibling = Awaited<ReturnType<typeof siblingsOf>>[number];

/**
 * Puts an action into the set of another, which is made if there is none. Does nothing, and gives false, when it is in a set
 * already, or the set has its language or another kind.
 */
export async function joinSet(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  joiningNo: number,
): Promise<boolean> {
  const [, joined] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO action_translations (group_no, action_no, set_no) VALUES (?1, ?2, ?2)
         ON CONFLICT (group_no, action_no) DO NOTHING`,
      )
      .bind(groupNo, actionNo),
    d1
      .prepare(
        `INSERT INTO action_translations (group_no, action_no, set_no)
         SELECT mine.group_no, joining.action_no, mine.set_no
         FROM action_translations mine
         JOIN actions joining ON joining.group_no = ?1 AND joining.action_no = ?3
         WHERE mine.group_no = ?1 AND mine.action_no = ?2 AND NOT EXISTS (
           SELECT 1 FROM action_translations other
           JOIN actions a ON a.group_no = other.group_no AND a.action_no = other.action_no
           WHERE other.group_no = ?1 AND other.set_no = mine.set_no
             AND (a.locale = joining.locale OR a.kind <> joining.kind))
         ON CONFLICT (group_no, action_no) DO NOTHING`,
      )
      .bind(groupNo, actionNo, joiningNo),
  ]);
  return joined?.meta.changes === 1;
}

/** Takes an action out of its set; one left alone in it is out of it too. */
export async function leaveSet({ groupNo, d1 }: GroupDb, actionNo: number): Promise<void> {
  await d1.batch([
    d1
      .prepare(
        `DELETE FROM action_translations WHERE group_no = ?1 AND action_no <> ?2
           AND set_no = (SELECT set_no FROM action_translations WHERE group_no = ?1 AND action_no = ?2)
           AND (SELECT count(*) FROM action_translations every WHERE every.group_no = ?1
             AND every.set_no = action_translations.set_no) <= 2`,
      )
      .bind(groupNo, actionNo),
    d1
      .prepare("DELETE FROM action_translations WHERE group_no = ?1 AND action_no = ?2")
      .bind(groupNo, actionNo),
  ]);
}
