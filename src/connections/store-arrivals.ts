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
 * Finds or makes a person and stores what they said, as the intake does with those who took an action. May run again.
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
    }),
    ...(arrival.f ? [receiveValues(group, page)] : []),
    ...(arrival.co > 0 ? [consentStatement(group, actionNo, page)] : []),
  ]);
  const row = await group.d1
    .prepare("SELECT person_no AS no FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2")
    .bind(group.groupNo, arrival.e)
    .first<{ no: number }>();
  return row?.no ?? null;
}

/** Whether somebody asked to be forgotten and did not come back by themselves: a machine may not bring them back. */
export async function isForgotten({ d1, groupNo }: GroupDb, email: string, hash: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS n FROM identities x WHERE x.group_no = ?1 AND x.kind = 3 AND x.value = ?2
       AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?3)`,
    )
    .bind(groupNo, hash, email)
    .first();
  return row !== null;
}
