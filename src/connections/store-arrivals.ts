import type { GroupDb } from "../groups/shard";
import { arrivalFields, consentStatement, receivePeople } from "../people/arrival";
import { receiveValues } from "../people/custom-field";

/** A person as the statements of arrival read one: see `people/arrival.ts`. */
export type Arrival = {
  /** 32 hexadecimal digits, whose time is the moment. */
  i: string;
  e: string;
  /** Identity hash, 32 hexadecimal digits. */
  h: string;
  t: number;
  n: 0;
  la?: string;
  o: Record<string, string>;
  co: 0 | 1 | 2 | 3;
  w: string;
  f?: [number, string][];
};

/**
 * Finds or makes a person and stores what they said, as the intake does with those who took an action. The
 * triggers tell the change feed of it, since no page of the intake does. May run again.
 * @param actionNo what brought them, if they are new; 0 for no action of ours
 */
export async function storeArrival(
  group: GroupDb,
  arrival: Arrival,
  { actionNo, tagNos }: { actionNo: number; tagNos: number[] },
): Promise<number | null> {
  const page = JSON.stringify([arrival]);
  const said = arrivalFields
    .filter(([, path]) => page.includes(`"${path.split(".").at(-1)}":`))
    .map(([column]) => column);
  await group.d1.batch([
    ...receivePeople(group, actionNo, page, {
      hasPhones: arrival.o.phone !== undefined,
      hasClients: false,
      tagNos,
      // The statement needs a column to name, and one that is not said changes nothing.
      fields: said.length > 0 ? said : ["given_name"],
      isRecorded: false,
    }),
    ...(arrival.f ? [receiveValues(group, page, false)] : []),
    ...(arrival.co > 0 ? [consentStatement(group, actionNo, page)] : []),
  ]);
  const row = await group.d1
    .prepare("SELECT person_no AS no FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2")
    .bind(group.groupNo, arrival.e)
    .first<{ no: number }>();
  return row?.no ?? null;
}

/**
 * Whether somebody is off the list by a word of their own, or because mail did not reach or please them: what a machine sends, perhaps
 * of long ago, does not put them on again. A "no" said as a stranger has no date, and any "yes" goes before it.
 */
export async function isOffList({ d1, groupNo }: GroupDb, email: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS n FROM identities i CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = i.person_no
       WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?2
         AND p.email_status >= 2 AND NOT (p.email_status = 2 AND p.email_status_at IS NULL AND p.email_status_cause IS 'action')`,
    )
    .bind(groupNo, email)
    .first();
  return row !== null;
}

/** Those of the keys of tags that the group has none for, and how many tags it has. */
export async function selectUnknownTags(
  { d1, groupNo }: GroupDb,
  keys: readonly string[],
): Promise<{ unknown: string[]; count: number }> {
  const { results } = await d1
    .prepare(
      `SELECT j.value AS key FROM json_each(?2) j
       WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.name_key = j.value)
         AND NOT EXISTS (SELECT 1 FROM tag_aliases a WHERE a.group_no = ?1 AND a.name_key = j.value)`,
    )
    .bind(groupNo, JSON.stringify(keys))
    .all<{ key: string }>();
  if (results.length === 0) return { unknown: [], count: 0 };
  const row = await d1
    .prepare("SELECT count(*) AS n FROM tags WHERE group_no = ?1 AND name_key IS NOT NULL")
    .bind(groupNo)
    .first<{ n: number }>();
  return { unknown: results.map(({ key }) => key), count: row?.n ?? 0 };
}
