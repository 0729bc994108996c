import type { GroupDb } from "../groups/shard";
import { type Id, idToHex } from "../platform/ids";
import type { Clause } from "./store-filter";

export async function selectIdentifiers(
  { d1, groupNo }: GroupDb,
  what: number,
  ids: readonly string[],
): Promise<{ id: string; identifier: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT lower(hex(f.id)) AS id, f.identifier FROM json_each(?3) j
       CROSS JOIN foreign_ids f ON f.group_no = ?1 AND f.what = ?2 AND f.id = unhex(j.value) ORDER BY f.claimed_at, f.identifier`,
    )
    .bind(groupNo, what, JSON.stringify(ids))
    .all<{ id: string; identifier: string }>();
  return results;
}

/** Whose each of some names is. */
export async function selectOwners(
  { d1, groupNo }: GroupDb,
  what: number,
  identifiers: readonly string[],
): Promise<{ id: string; identifier: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT lower(hex(f.id)) AS id, f.identifier FROM json_each(?3) j
       CROSS JOIN foreign_ids f ON f.group_no = ?1 AND f.what = ?2 AND f.identifier = j.value`,
    )
    .bind(groupNo, what, JSON.stringify(identifiers))
    .all<{ id: string; identifier: string }>();
  return results;
}

/** Names that are somebody else's stay theirs. */
export function claimStatement(
  { d1, groupNo }: GroupDb,
  what: number,
  id: Id<string>,
  identifiers: readonly string[],
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO foreign_ids (group_no, what, identifier, id, claimed_at) SELECT ?1, ?2, value, unhex(?4), ?5 FROM json_each(?3) WHERE true
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, what, JSON.stringify(identifiers), idToHex(id), now);
}

/** @param id the column with the id of what is filtered */
export function ownerClause(groupNo: number, what: number, id: string, identifier: string): Clause {
  return {
    sql: `${id} = (SELECT f.id FROM foreign_ids f WHERE f.group_no = ? AND f.what = ? AND f.identifier = ?)`,
    values: [groupNo, what, identifier],
  };
}
