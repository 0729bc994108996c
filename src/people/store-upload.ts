import type { GroupDb } from "../groups/shard";
import { idToHex, type PersonId } from "../platform/ids";
import { PERSON, type PersonRow, rowOf, type StoredPerson } from "./store-edit";

export type Seen = {
  /** Whose the email and the phone are. */
  emailOwner: number | null;
  phoneOwner: number | null;
  /** Whether the owner of the email asked to be forgotten, and has not come back by themselves since. */
  isForgotten: boolean;
  people: PersonRow[];
  /** The highest number of a person so far. */
  last: number;
  /** By key, in the order asked; null for a name no tag has or had. */
  tagNos: (number | null)[];
};

const THEIRS = "(i.kind = 1 AND i.value = ?2) OR (i.kind = 2 AND i.value = ?3)";

/** What must be known before an upload is written, in one turn. */
export async function selectSeen(
  { d1, groupNo }: GroupDb,
  asked: { email: string | null; phone: string | null; hash: string | null; tagKeys: string[] },
): Promise<Seen> {
  const addresses = [groupNo, asked.email, asked.phone] as const;
  const results = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(`SELECT i.kind, i.person_no AS no FROM identities i WHERE i.group_no = ?1 AND (${THEIRS})`)
      .bind(...addresses),
    d1
      .prepare(
        `${PERSON} WHERE p.group_no = ?1 AND p.person_no IN (SELECT i.person_no FROM identities i WHERE i.group_no = ?1 AND (${THEIRS}))`,
      )
      .bind(...addresses),
    d1
      .prepare(
        `SELECT (SELECT coalesce(max(person_no), 0) FROM people WHERE group_no = ?1) AS last,
           EXISTS (SELECT 1 FROM identities WHERE group_no = ?1 AND kind = 3 AND value = ?2) AS isForgotten`,
      )
      .bind(groupNo, asked.hash),
    d1
      .prepare(
        `SELECT coalesce(t.tag_no, a.tag_no) AS no FROM json_each(?2) j
         LEFT JOIN tags t ON t.group_no = ?1 AND t.name_key = j.value
         LEFT JOIN tag_aliases a ON a.group_no = ?1 AND a.name_key = j.value ORDER BY j.key`,
      )
      .bind(groupNo, JSON.stringify(asked.tagKeys)),
  ]);
  const [owners, people, group, tags] = results.map((result) => result.results);
  const ownerOf = (kind: number) => numberIn(owners?.find((row) => row.kind === kind)?.no);
  return {
    emailOwner: ownerOf(1),
    phoneOwner: ownerOf(2),
    isForgotten: group?.[0]?.isForgotten === 1 && ownerOf(1) === null,
    people: (people ?? []).filter(isStored).map(rowOf),
    last: numberIn(group?.[0]?.last) ?? 0,
    tagNos: (tags ?? []).map(({ no }) => numberIn(no)),
  };
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function isStored(row: Record<string, unknown>): row is StoredPerson {
  return typeof row.no === "number" && typeof row.id === "string";
}

/** A statement of a batch found that somebody else was faster: nothing of the batch was written. */
export class Overtaken extends Error {}

const GUARD = "NOT NULL constraint failed: numbers.last";

/** Breaks the batch unless the person of that number is the one meant, and is neither erased nor merged. */
export function guardStatement(
  { d1, groupNo }: GroupDb,
  { no, id }: { no: number; id: PersonId },
): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO numbers (group_no, noun, last) SELECT ?1, 'guard', NULL WHERE NOT EXISTS
         (SELECT 1 FROM people WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3) AND erased_at IS NULL AND merged_into IS NULL)`,
    )
    .bind(groupNo, no, idToHex(id));
}

/** Runs a batch with a guard in it. @throws Overtaken when the guard broke it */
export async function runGuarded({ d1 }: GroupDb, statements: D1PreparedStatement[]): Promise<void> {
  try {
    await d1.batch(statements);
  } catch (error) {
    if (String(error).includes(GUARD)) throw new Overtaken("overtaken", { cause: error });
    throw error;
  }
}
