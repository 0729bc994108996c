import type { GroupDb } from "../groups/shard";
import * as store from "./store";
import * as fields from "./store-fields";

/** Every normalised email a person has or had. */
export function emailsOf(group: GroupDb, personNo: number): Promise<string[]> {
  return store.selectEmails(group, personNo);
}

/**
 * Takes a person off the mailing list, at once and as of `at`: a "yes" said before and drained later changes nothing.
 * @param cause why, in one word of `people.email_status_cause`: "page", "mail", "organiser", "import", "api"
 */
export async function unsubscribe(
  group: GroupDb,
  personNo: number,
  cause: string,
  at: number,
): Promise<void> {
  await store.unsubscribeStatement(group, personNo, cause, at).run();
}

/**
 * The statements that forget a person: they empty the row and leave only the keyed hash of each address, so that nothing
 * said before now brings the person back. Taking them out of counts is `intake/erasure.ts`.
 * @param hashes identity hashes (32 hex digits) of every email of the person.
 */
export function erasurePlan(
  group: GroupDb,
  personNo: number,
  hashes: string[],
  now: number,
): D1PreparedStatement[] {
  return [...store.erasureStatements(group, personNo, hashes, now), fields.erasureStatement(group, personNo)];
}

/** The statements that make two people one. What they took part in is `intake/merge.ts`. */
export function mergePlan(group: GroupDb, kept: number, lost: number): D1PreparedStatement[] {
  return [...store.mergeStatements(group, kept, lost), ...fields.mergeStatements(group, kept, lost)];
}
