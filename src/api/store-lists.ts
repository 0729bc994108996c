import type { GroupDb } from "../groups/shard";
import { recipientStatus } from "../mailings/types";
import { type Id, idFromHex, idToHex, type PersonId } from "../platform/ids";

export type List = { no: number; id: string; title: string; createdAt: number; modifiedAt: number };
export type OnList = { personNo: number; personId: PersonId; at: number };

const SENT = "m.group_no = ?1 AND m.sent_at IS NOT NULL AND m.hidden_at IS NULL";
const COLUMNS = `m.mailing_no AS no, lower(hex(m.id)) AS id, coalesce(nullif(m.internal_title, ''), m.subject) AS title,
  m.created_at AS createdAt, max(m.updated_at, coalesce(m.finished_at, 0)) AS modifiedAt`;

const listOf = (row: List): List => ({ ...row, id: idFromHex(row.id) });

/** Mailings that were sent, each the list of whom it reached: the last first. */
export async function selectLists(
  { d1, groupNo }: GroupDb,
  { before, skip, limit }: { before: number; skip: number; limit: number },
): Promise<{ lists: List[]; total: number }> {
  const [rows, counted] = await d1.batch<List & { n: number }>([
    d1
      .prepare(
        `SELECT ${COLUMNS} FROM mailings m WHERE ${SENT} AND m.mailing_no < ?2 ORDER BY m.mailing_no DESC LIMIT ?3 OFFSET ?4`,
      )
      .bind(groupNo, before, limit, skip),
    d1.prepare(`SELECT count(*) AS n FROM mailings m WHERE ${SENT}`).bind(groupNo),
  ]);
  return { lists: (rows?.results ?? []).map(listOf), total: counted?.results[0]?.n ?? 0 };
}

export async function selectList({ d1, groupNo }: GroupDb, id: Id<string>): Promise<List | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM mailings m WHERE ${SENT} AND m.id = unhex(?2)`)
    .bind(groupNo, idToHex(id))
    .first<List>();
  return row && listOf(row);
}

// Whoever was merged since is listed as whom they turned out to be, and whoever was forgotten not at all.
const ON = `mailing_recipients r CROSS JOIN people was ON was.group_no = ?1 AND was.person_no = r.person_no
  CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = coalesce(was.merged_into, was.person_no) AND p.erased_at IS NULL
  WHERE r.group_no = ?1 AND r.mailing_no = ?2 AND r.status = ${recipientStatus.sent}`;

type Stored = Omit<OnList, "personId"> & { personId: string };

const onListOf = ({ personId, ...row }: Stored): OnList => ({
  ...row,
  personId: idFromHex<PersonId>(personId),
});

const ON_COLUMNS = "r.person_no AS personNo, lower(hex(p.id)) AS personId, coalesce(r.at_s, 0) * 1000 AS at";

/** Those on a list along their numbers. */
export async function selectOnList(
  { d1, groupNo }: GroupDb,
  listNo: number,
  { beyond, skip, limit }: { beyond: number; skip: number; limit: number },
): Promise<OnList[]> {
  const { results } = await d1
    .prepare(`SELECT ${ON_COLUMNS} FROM ${ON} AND r.person_no > ?3 ORDER BY r.person_no LIMIT ?4 OFFSET ?5`)
    .bind(groupNo, listNo, beyond, limit, skip)
    .all<Stored>();
  return results.map(onListOf);
}

export async function selectOneOnList(
  { d1, groupNo }: GroupDb,
  listNo: number,
  id: Id<string>,
): Promise<OnList | null> {
  const row = await d1
    .prepare(
      `SELECT ${ON_COLUMNS} FROM ${ON} AND r.person_no IN (SELECT x.person_no FROM people q
         CROSS JOIN people x ON x.group_no = ?1 AND (x.person_no = q.person_no OR x.person_no IN
           (SELECT person_no FROM merged_people WHERE group_no = ?1 AND root_no = q.person_no))
         WHERE q.group_no = ?1 AND q.id = unhex(?3)) LIMIT 1`,
    )
    .bind(groupNo, listNo, idToHex(id))
    .first<Stored>();
  return row && onListOf(row);
}

export type IdList = {
  no: number;
  id: string;
  name: string;
  origin: string;
  createdAt: number;
  modifiedAt: number;
  count: number;
};

const ID_LIST = `SELECT l.list_no AS no, lower(hex(l.id)) AS id, l.name, l.origin, l.created_at AS createdAt, l.modified_at AS modifiedAt,
  (SELECT count(*) FROM unique_id_people u WHERE u.group_no = l.group_no AND u.list_no = l.list_no) AS count
  FROM unique_id_lists l WHERE l.group_no = ?1`;
const idListOf = (row: IdList): IdList => ({ ...row, id: idFromHex(row.id) });

export async function selectIdLists(
  { d1, groupNo }: GroupDb,
  { before, skip, limit }: { before: number; skip: number; limit: number },
): Promise<{ lists: IdList[]; total: number }> {
  const [rows, counted] = await d1.batch<IdList & { n: number }>([
    d1
      .prepare(`${ID_LIST} AND l.list_no < ?2 ORDER BY l.list_no DESC LIMIT ?3 OFFSET ?4`)
      .bind(groupNo, before, limit, skip),
    d1.prepare("SELECT count(*) AS n FROM unique_id_lists WHERE group_no = ?1").bind(groupNo),
  ]);
  return { lists: (rows?.results ?? []).map(idListOf), total: counted?.results[0]?.n ?? 0 };
}

export async function selectIdList({ d1, groupNo }: GroupDb, id: Id<string>): Promise<IdList | null> {
  const row = await d1.prepare(`${ID_LIST} AND l.id = unhex(?2)`).bind(groupNo, idToHex(id)).first<IdList>();
  return row && idListOf(row);
}

type Saved = { id: Id<string>; name: string; origin: string; people: readonly string[] | null; now: number };

/** Makes a list, or changes the one of that id; `people`, ids of persons in hexadecimal digits (of merged ones too), replace those on it. */
export async function saveIdList({ d1, groupNo }: GroupDb, list: Saved, most: number): Promise<void> {
  const id = idToHex(list.id);
  const no = "(SELECT list_no FROM unique_id_lists WHERE group_no = ?1 AND id = unhex(?2))";
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO unique_id_lists (group_no, list_no, id, name, origin, created_at, modified_at)
         SELECT ?1, (SELECT coalesce(max(list_no), 0) + 1 FROM unique_id_lists WHERE group_no = ?1), unhex(?2), ?3, ?4, ?5, ?5
         WHERE (SELECT count(*) FROM unique_id_lists WHERE group_no = ?1) < ?6 OR ${no} IS NOT NULL
         ON CONFLICT (group_no, id) DO UPDATE SET name = excluded.name, modified_at = excluded.modified_at`,
      )
      .bind(groupNo, id, list.name, list.origin, list.now, most),
    ...(list.people === null
      ? []
      : [
          d1
            .prepare(`DELETE FROM unique_id_people WHERE group_no = ?1 AND list_no = ${no}`)
            .bind(groupNo, id),
          d1
            .prepare(
              `INSERT INTO unique_id_people (group_no, list_no, person_no)
               SELECT ?1, l.list_no, p.person_no FROM json_each(?3) j CROSS JOIN unique_id_lists l ON l.group_no = ?1 AND l.id = unhex(?2)
               CROSS JOIN people was ON was.group_no = ?1 AND was.id = unhex(j.value)
               LEFT JOIN merged_people m ON m.group_no = ?1 AND m.person_no = iif(was.merged_into IS NULL, NULL, was.person_no)
               CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = coalesce(m.root_no, was.person_no) AND p.erased_at IS NULL AND p.merged_into IS NULL
               WHERE true ON CONFLICT DO NOTHING`,
            )
            .bind(groupNo, id, JSON.stringify(list.people)),
        ]),
  ]);
}

/** When each field was made. */
export async function selectFieldDates({ d1, groupNo }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare("SELECT field_no AS no, created_at AS at FROM custom_fields WHERE group_no = ?1")
    .bind(groupNo)
    .all<{ no: number; at: number }>();
  return new Map(results.map(({ no, at }) => [no, at]));
}
