import type { GroupDb } from "../groups/shard";
import { type AddressedKind, addressedKinds } from "./types";

export type AddressedRow = { actionNo: number; kind: AddressedKind; title: string; settings: string };

/** Nobody but those who may publish has a say in a public action, and what an operator limited is shown to nobody. */
const ADDRESSED = `a.status = 'published' AND a.limited_at IS NULL AND a.kind IN (${addressedKinds.map((kind) => `'${kind}'`).join(", ")})`;

/** Of some actions those that are public and addressed to somebody, in one statement. */
export async function selectAddressed(
  { groupNo, d1 }: GroupDb,
  actionNos: readonly number[],
): Promise<AddressedRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT a.action_no AS actionNo, a.kind, a.title, a.settings FROM json_each(?2) AS asked
       CROSS JOIN actions AS a ON a.group_no = ?1 AND a.action_no = asked.value WHERE ${ADDRESSED}`,
    )
    .bind(groupNo, JSON.stringify(actionNos))
    .run<AddressedRow>();
  return results;
}

/** The newest public actions that are addressed to somebody. */
export async function selectAddressedPublic(
  { groupNo, d1 }: GroupDb,
  limit: number,
): Promise<{ actionNo: number; title: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT a.action_no AS actionNo, a.title FROM actions AS a
       WHERE a.group_no = ?1 AND ${ADDRESSED} ORDER BY a.action_no DESC LIMIT ?2`,
    )
    .bind(groupNo, limit)
    .run<{ actionNo: number; title: string }>();
  return results;
}
