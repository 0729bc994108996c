import type { GroupDb } from "../groups/shard";
import type { ActionId, ParticipationId, PersonId } from "../platform/ids";
import { type Id, idFromHex } from "../platform/ids";

export type ChangeRow = {
  changeNo: number;
  at: number;
  what: number;
  change: number | null;
  no: number;
  personNo: number | null;
  id: string | null;
  size: number;
  page: string | null;
};

/** Where the feed of a group begins and ends; null where nothing is recorded. */
export async function selectBounds({
  d1,
  groupNo,
}: GroupDb): Promise<{ first: number; last: number } | null> {
  return d1
    .prepare(
      `SELECT coalesce((SELECT min(change_no) FROM changes WHERE group_no = ?1), 1) AS first,
         coalesce((SELECT max(change_no) FROM changes WHERE group_no = ?1), 0) AS last
       FROM change_feeds WHERE group_no = ?1`,
    )
    .bind(groupNo)
    .first<{ first: number; last: number }>();
}

/** Rows after a number that hold about so many changes, and one row at least. */
export async function selectChanges(
  { d1, groupNo }: GroupDb,
  after: number,
  limit: number,
): Promise<ChangeRow[]> {
  const { results } = await d1
    .prepare(
      // Only numbers are added up: of the pages, which are long, those alone are read that are asked for.
      `SELECT c.change_no AS changeNo, c.at, c.what, c.change, c.no, c.person_no AS personNo, nullif(lower(hex(c.id)), '') AS id, c.size, c.page FROM (
         SELECT change_no, sum(size) OVER (ORDER BY change_no) - size AS before FROM (
           SELECT change_no, size FROM changes WHERE group_no = ?1 AND change_no > ?2 ORDER BY change_no LIMIT ?3)) n
       CROSS JOIN changes c ON c.group_no = ?1 AND c.change_no = n.change_no
       WHERE n.before < ?3 ORDER BY c.change_no`,
    )
    .bind(groupNo, after, limit)
    .all<ChangeRow>();
  return results;
}

export type Names = {
  people: Map<number, PersonId>;
  actions: Map<number, { no: number; id: ActionId; kind: string }>;
  /** By the number of `what` and the thing's own. */
  others: Map<string, Id<string>>;
};

const OTHERS = [
  [7, "mailings", "mailing_no"],
  [8, "audiences", "audience_no"],
  [9, "mailing_wrappers", "wrapper_no"],
] as const;

/** The ids of what was changed, by number. */
export async function selectNames(
  { d1, groupNo }: GroupDb,
  wanted: { people: Iterable<number>; actions: Iterable<number>; others: readonly [number, number][] },
): Promise<Names> {
  const bind = (sql: string, numbers: Iterable<number>) =>
    d1.prepare(sql).bind(groupNo, JSON.stringify([...numbers]));
  const find = (table: string, key: string, more = "") =>
    `SELECT x.${key} AS no, lower(hex(x.id)) AS id${more} FROM json_each(?2) j CROSS JOIN ${table} x ON x.group_no = ?1 AND x.${key} = j.value`;
  const [people, actions, ...others] = await d1.batch<{ no: number; id: string; kind?: string }>([
    bind(find("people", "person_no"), wanted.people),
    bind(find("actions", "action_no", ", x.kind"), wanted.actions),
    ...OTHERS.map(([what, table, key]) =>
      bind(
        find(table, key),
        wanted.others.filter(([w]) => w === what).map(([, no]) => no),
      ),
    ),
  ]);
  return {
    people: new Map(people?.results.map(({ no, id }) => [no, idFromHex<PersonId>(id)])),
    actions: new Map(
      actions?.results.map(({ no, id, kind = "" }) => [no, { no, kind, id: idFromHex<ActionId>(id) }]),
    ),
    others: new Map(
      OTHERS.flatMap(([what], nth) =>
        (others[nth]?.results ?? []).map(({ no, id }) => [`${what}/${no}`, idFromHex(id)] as const),
      ),
    ),
  };
}

/** The taggings a batch made of some of its people, as pairs of tag and person. */
export async function selectTaggings(
  { d1, groupNo }: GroupDb,
  changeNo: number,
  tagNos: readonly number[],
  people: readonly number[],
): Promise<[tagNo: number, personNo: number][]> {
  const { results } = await d1
    .prepare(
      `SELECT g.tag_no AS tagNo, g.person_no AS personNo FROM
         (SELECT DISTINCT coalesce(t.merged_into, t.tag_no) AS tag_no FROM json_each(?3) n CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = n.value) t
       CROSS JOIN json_each(?4) p
       CROSS JOIN taggings g ON g.group_no = ?1 AND g.tag_no = t.tag_no AND g.person_no = p.value
       WHERE g.mark = 4 * ?2 ORDER BY g.person_no, g.tag_no`,
    )
    .bind(groupNo, changeNo, JSON.stringify(tagNos), JSON.stringify(people))
    .all<{ tagNo: number; personNo: number }>();
  return results.map(({ tagNo, personNo }) => [tagNo, personNo]);
}

/** What a row of a batch is in `page`. */
export type PageRow = [personNo: number, participation: string | null, bits: number];
export type Page = { tags: number[]; rows: PageRow[] };

/** The participation's id of a row of a batch. */
export const participationOf = (hex: string) => idFromHex<ParticipationId>(hex);

export async function insertFeed({ d1, groupNo }: GroupDb, now: number): Promise<boolean> {
  const { meta } = await d1
    .prepare("INSERT INTO change_feeds (group_no, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
    .bind(groupNo, now)
    .run();
  return meta.changes > 0;
}

/** The groups of a shard with changes older than a moment that may go, the one whose are oldest first. */
export async function selectOldFeeds(d1: D1Database, before: number, limit: number): Promise<number[]> {
  const { results } = await d1
    .prepare(
      // The newest stays always: a feed of one row has nothing that may go.
      `SELECT f.group_no AS groupNo, c.at FROM change_feeds f
       CROSS JOIN changes c ON c.group_no = f.group_no AND c.change_no = (SELECT min(change_no) FROM changes WHERE group_no = f.group_no)
       WHERE c.at < ?1 AND EXISTS (SELECT 1 FROM changes x WHERE x.group_no = c.group_no AND x.change_no > c.change_no)
       ORDER BY c.at LIMIT ?2`,
    )
    .bind(before, limit)
    .all<{ groupNo: number }>();
  return results.map(({ groupNo }) => groupNo);
}

/** Deletes the oldest of a group's changes that are older than a moment; the newest stays always, since it tells the next number. */
export async function deleteOld(
  d1: D1Database,
  groupNo: number,
  before: number,
  limit: number,
): Promise<number> {
  const { meta } = await d1
    .prepare(
      `DELETE FROM changes WHERE group_no = ?1 AND change_no IN (
         SELECT change_no FROM (SELECT change_no, at FROM changes WHERE group_no = ?1 ORDER BY change_no LIMIT ?3) WHERE at < ?2)
       AND change_no < (SELECT max(change_no) FROM changes WHERE group_no = ?1)`,
    )
    .bind(groupNo, before, limit)
    .run();
  return meta.changes;
}
