import type { GroupDb } from "../groups/shard";
import { selectFacts } from "./store-facts";
import type { FactName, Facts } from "./types";

export { factWords, isFact, mayBeBlank } from "./facts";

/** What a mail says of the gifts and actions of some people, by person: one statement, and only what it says. */
export function factsFor(
  db: GroupDb,
  personNos: readonly number[],
  named: readonly FactName[],
): Promise<Map<number, Facts>> {
  const asks = (part: string) => named.some((name) => name.includes(part));
  return selectFacts(db, personNos, { gifts: asks("gift"), actions: asks("action") });
}
