import { and, asc, desc, eq, gt, ne, sql } from "drizzle-orm";
import { actions } from "../actions/tables";
import type { GroupDb } from "../groups/shard";
import { idToBytes } from "../platform/ids";
import { targetLists, targets } from "./tables";
import { LISTS_MAX, type ListedTarget, type TargetList, type TargetListId } from "./types";

type Row = typeof targetLists.$inferSelect;

function toList({ groupNo: _groupNo, ...list }: Row): TargetList {
  return list;
}

export async function insertList({ db, groupNo }: GroupDb, list: TargetList): Promise<void> {
  await db.insert(targetLists).values({ groupNo, ...list });
}

/** A group's lists, newest first. */
export async function selectLists({ db, groupNo }: GroupDb): Promise<TargetList[]> {
  const rows = await db
    .select()
    .from(targetLists)
    .where(eq(targetLists.groupNo, groupNo))
    .orderBy(desc(targetLists.id))
    .limit(LISTS_MAX);
  return rows.map(toList);
}

export async function selectList({ db, groupNo }: GroupDb, id: TargetListId): Promise<TargetList | null> {
  const [row] = await db
    .select()
    .from(targetLists)
    .where(and(eq(targetLists.groupNo, groupNo), eq(targetLists.id, id)));
  return row ? toList(row) : null;
}

/** A page of a list in the order of its file; `after` is the place of the last one seen. */
export async function selectTargets(
  { db, groupNo }: GroupDb,
  listId: TargetListId,
  { after, limit }: { after: number; limit: number },
): Promise<(ListedTarget & { no: number })[]> {
  const rows = await db
    .select()
    .from(targets)
    .where(and(eq(targets.groupNo, groupNo), eq(targets.listId, listId), gt(targets.targetNo, after)))
    .orderBy(asc(targets.targetNo))
    .limit(limit);
  return rows.map(({ groupNo: _groupNo, listId: _listId, targetNo, ...target }) => ({
    ...target,
    no: targetNo,
    form: "",
  }));
}

// D1 takes 100 parameters a statement, so the file goes in as one JSON text, in parts below its limit of 2 MB a parameter.
const INSERT_TARGETS = `
  INSERT INTO targets (group_no, list_id, target_no, key, name, title, office, districts, prefixes, email, phone, language)
  SELECT ?1, ?2, ?3 + j.key, j.value ->> 'key', j.value ->> 'name', j.value ->> 'title', j.value ->> 'office',
    j.value -> 'districts', j.value -> 'prefixes', j.value ->> 'email', j.value ->> 'phone', j.value ->> 'language'
  FROM json_each(?4) j`;
const INSERT_PAGE = 1_000;

/** Puts these targets in the place of all there were, in one transaction. */
export async function replaceTargets(
  { d1, groupNo }: GroupDb,
  listId: TargetListId,
  listed: readonly ListedTarget[],
  now: number,
): Promise<void> {
  const id = idToBytes(listId);
  const pages = Array.from(
    { length: Math.ceil(listed.length / INSERT_PAGE) },
    (_, page) => page * INSERT_PAGE,
  );
  await d1.batch([
    d1.prepare("DELETE FROM targets WHERE group_no = ?1 AND list_id = ?2").bind(groupNo, id),
    ...pages.map((start) =>
      d1
        .prepare(INSERT_TARGETS)
        .bind(groupNo, id, start + 1, JSON.stringify(listed.slice(start, start + INSERT_PAGE))),
    ),
    d1
      .prepare(
        `UPDATE target_lists SET updated_at = ?3,
           (target_count, email_count, phone_count) =
             (SELECT count(*), count(nullif(email, '')), count(nullif(phone, '')) FROM targets WHERE group_no = ?1 AND list_id = ?2)
         WHERE group_no = ?1 AND id = ?2`,
      )
      .bind(groupNo, id, now),
  ]);
}

export async function deleteList({ d1, groupNo }: GroupDb, listId: TargetListId): Promise<void> {
  const id = idToBytes(listId);
  await d1.batch([
    d1.prepare("DELETE FROM targets WHERE group_no = ?1 AND list_id = ?2").bind(groupNo, id),
    d1.prepare("DELETE FROM target_lists WHERE group_no = ?1 AND id = ?2").bind(groupNo, id),
  ]);
}

const USERS_SHOWN_MAX = 20;

/** Actions, closed ones apart, that are addressed to the list. */
export async function actionsUsing(
  { db, groupNo }: GroupDb,
  listId: TargetListId,
): Promise<{ id: string; title: string }[]> {
  return db
    .select({ id: actions.id, title: actions.title })
    .from(actions)
    .where(
      and(
        eq(actions.groupNo, groupNo),
        ne(actions.status, "closed"),
        sql`${actions.settings} ->> '$.source.from' = 'list'`,
        sql`${actions.settings} ->> '$.source.listId' = ${listId}`,
      ),
    )
    .limit(USERS_SHOWN_MAX);
}
