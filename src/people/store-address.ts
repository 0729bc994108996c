import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex } from "../platform/ids";
import type { AddressChangeId } from "./types";

export type AddressRow = { kind: 1 | 2; value: string; addedAt: number; leftAt: number | null };

/**
 * What a person has beside the primary email and phone: what organisers added and merges brought, and phones they gave
 * before the last one, which are in what they took part in.
 */
export async function selectOthers({ d1, groupNo }: GroupDb, personNo: number): Promise<AddressRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT kind, value, added_at AS addedAt, left_at AS leftAt FROM other_addresses WHERE group_no = ?1 AND person_no = ?2
       UNION
       SELECT 2, i.value, i.acted_at, NULL FROM participations x
       CROSS JOIN identities i ON i.group_no = ?1 AND i.kind = 2 AND i.value = x.answer ->> '$.phone' AND i.person_no = ?2
       WHERE x.group_no = ?1 AND x.person_no = ?2
         AND NOT EXISTS (SELECT 1 FROM other_addresses o WHERE o.group_no = ?1 AND o.person_no = ?2 AND o.kind = 2 AND o.value = i.value)
       ORDER BY 3`,
    )
    .bind(groupNo, personNo)
    .all<AddressRow>();
  return results;
}

/** Gives a person an address nobody has, beside those they have. Of two who ask at once the second gets nothing. */
export function addStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { kind, value }: { kind: 1 | 2; value: string },
  now: number,
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, personNo, kind, value, now);
  return [
    bind(
      `INSERT INTO identities (group_no, kind, value, person_no, acted_at)
       SELECT ?1, ?3, ?4, person_no, ?5 FROM people WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL
       ON CONFLICT DO NOTHING`,
    ),
    bind(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at)
       SELECT ?1, ?2, ?3, ?4, ?5 FROM identities WHERE group_no = ?1 AND kind = ?3 AND value = ?4 AND person_no = ?2
       ON CONFLICT (group_no, person_no, kind, value) DO UPDATE SET left_at = NULL`,
    ),
  ];
}

const PRIMARY = { 1: "email", 2: "phone" } as const;

/** Makes one of a person's addresses the one they are reached by; the one before is kept beside it. */
export function makePrimaryStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { kind, value }: { kind: 1 | 2; value: string },
  now: number,
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, personNo, kind, value, now);
  const IS_THEIRS =
    "EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = ?3 AND i.value = ?4 AND i.person_no = ?2)";
  const column = PRIMARY[kind];
  return [
    bind(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at)
       SELECT ?1, ?2, ?3, ${column}, created_at FROM people WHERE group_no = ?1 AND person_no = ?2 AND ${column} IS NOT NULL
         AND ${column} <> ?4 AND ${IS_THEIRS} AND ?5 > 0
       ON CONFLICT DO NOTHING`,
    ),
    bind(
      `UPDATE people SET ${column} = ?4${kind === 2 ? ", phone_at = ?5" : ""} WHERE group_no = ?1 AND person_no = ?2 AND ${IS_THEIRS} AND ?5 > 0
         AND erased_at IS NULL AND merged_into IS NULL`,
    ),
    bind(
      `DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = ?2 AND kind = ?3 AND value = ?4 AND ?5 > 0
         AND EXISTS (SELECT 1 FROM people WHERE group_no = ?1 AND person_no = ?2 AND ${column} = ?4)`,
    ),
  ];
}

/** An address is not used any more, and stays theirs: what still comes with it makes nobody new. */
export function leaveStatement(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { kind, value }: { kind: 1 | 2; value: string },
  leftAt: number | null,
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO other_addresses (group_no, person_no, kind, value, added_at, left_at)
       SELECT ?1, ?2, ?3, ?4, acted_at, ?5 FROM identities i WHERE i.group_no = ?1 AND i.kind = ?3 AND i.value = ?4 AND i.person_no = ?2
       ON CONFLICT (group_no, person_no, kind, value) DO UPDATE SET left_at = excluded.left_at`,
    )
    .bind(groupNo, personNo, kind, value, leftAt);
}

/** An address is somebody else's: whoever acts with it next is another person. Never the primary email. */
export function letGoStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { kind, value }: { kind: 1 | 2; value: string },
  now: number,
): D1PreparedStatement[] {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, personNo, kind, value);
  return [
    bind(
      `DELETE FROM identities WHERE group_no = ?1 AND kind = ?3 AND value = ?4 AND person_no = ?2
         AND NOT EXISTS (SELECT 1 FROM people WHERE group_no = ?1 AND person_no = ?2 AND ?3 = 1 AND email = ?4)`,
    ),
    bind("DELETE FROM other_addresses WHERE group_no = ?1 AND person_no = ?2 AND kind = ?3 AND value = ?4"),
    ...(kind === 2
      ? [
          d1
            .prepare(
              "UPDATE people SET phone = NULL, phone_at = ?4 WHERE group_no = ?1 AND person_no = ?2 AND phone = ?3",
            )
            .bind(groupNo, personNo, value, now),
        ]
      : []),
  ];
}

export type AddressChangeRow = {
  id: AddressChangeId;
  personNo: number;
  oldEmail: string;
  newEmail: string;
  locale: "en" | "fr" | "es";
  askedAt: number;
  oldConfirmedAt: number | null;
  newConfirmedAt: number | null;
  doneAt: number | null;
};

/** Asks for a change; an earlier one that is not done is forgotten. */
export async function insertChange(
  { d1, groupNo }: GroupDb,
  change: Pick<AddressChangeRow, "id" | "personNo" | "oldEmail" | "newEmail" | "locale" | "askedAt">,
): Promise<void> {
  await d1.batch([
    d1
      .prepare("DELETE FROM address_changes WHERE group_no = ?1 AND person_no = ?2 AND done_at IS NULL")
      .bind(groupNo, change.personNo),
    d1
      .prepare(
        `INSERT INTO address_changes (group_no, id, person_no, old_email, new_email, locale, asked_at)
         SELECT ?1, unhex(?2), ?3, ?4, ?5, ?6, ?7 FROM people
         WHERE group_no = ?1 AND person_no = ?3 AND erased_at IS NULL AND merged_into IS NULL`,
      )
      .bind(
        ...[groupNo, idToHex(change.id), change.personNo, change.oldEmail, change.newEmail],
        ...[change.locale, change.askedAt],
      ),
  ]);
}

export async function selectChange(
  { d1, groupNo }: GroupDb,
  id: AddressChangeId,
): Promise<AddressChangeRow | null> {
  const row = await d1
    .prepare(
      `SELECT hex(id) AS id, person_no AS personNo, old_email AS oldEmail, new_email AS newEmail, locale, asked_at AS askedAt,
         old_confirmed_at AS oldConfirmedAt, new_confirmed_at AS newConfirmedAt, done_at AS doneAt
       FROM address_changes WHERE group_no = ?1 AND id = unhex(?2)`,
    )
    .bind(groupNo, idToHex(id))
    .first<Omit<AddressChangeRow, "id"> & { id: string }>();
  return row ? { ...row, id: idFromHex<AddressChangeId>(row.id) } : null;
}

/** Notes that one side has confirmed, once. Gives whether both have now. */
export async function confirmChange(
  { d1, groupNo }: GroupDb,
  id: AddressChangeId,
  side: "old" | "new",
  now: number,
): Promise<{ isNews: boolean }> {
  const column = side === "old" ? "old_confirmed_at" : "new_confirmed_at";
  const { meta } = await d1
    .prepare(
      `UPDATE address_changes SET ${column} = ?3 WHERE group_no = ?1 AND id = unhex(?2) AND ${column} IS NULL AND done_at IS NULL`,
    )
    .bind(groupNo, idToHex(id), now)
    .run();
  return { isNews: meta.changes > 0 };
}

/** Claims the doing of a change that both sides have confirmed. True for one caller alone. */
export async function claimChange(
  { d1, groupNo }: GroupDb,
  id: AddressChangeId,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE address_changes SET done_at = ?3 WHERE group_no = ?1 AND id = unhex(?2) AND done_at IS NULL
         AND old_confirmed_at IS NOT NULL AND new_confirmed_at IS NOT NULL`,
    )
    .bind(groupNo, idToHex(id), now)
    .run();
  return meta.changes > 0;
}

export async function deleteChange({ d1, groupNo }: GroupDb, id: AddressChangeId): Promise<void> {
  await d1
    .prepare("DELETE FROM address_changes WHERE group_no = ?1 AND id = unhex(?2) AND done_at IS NULL")
    .bind(groupNo, idToHex(id))
    .run();
}
