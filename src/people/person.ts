import type { GroupDb } from "../groups/shard";
import type { PersonId } from "../platform/ids";
import * as store from "./store";
import * as fields from "./store-fields";
import * as merge from "./store-merge";
import * as search from "./store-search-index";
import * as subscriptions from "./store-subscriptions";
import type { Channel, SubscriptionCause } from "./types";

export type { MergeChoices } from "./store";

const ALIAS = "person:";

/** By what objects know somebody who has no address, when they act: an identity of theirs like any email, and nobody's mailbox. */
export function aliasOf(id: PersonId): string {
  return ALIAS + id;
}

/** Whether one of a person's emails is such a name. */
export function isAlias(email: string): boolean {
  return email.startsWith(ALIAS);
}

/** Every normalised email a person has or had. Looks through all of the group's addresses: for what is done once a person. */
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
  const change = {
    channel: "email" as const,
    status: "unsubscribed" as const,
    cause,
    reason: "",
    by: null,
    at,
  };
  await group.d1.batch(subscriptions.changeStatements(group, personNo, change));
}

/**
 * Changes one of a person's two subscriptions as of `at`, and notes it in their history.
 * @returns false when something newer is known, which stays.
 */
export async function changeSubscription(
  group: GroupDb,
  personNo: number,
  change: {
    channel: Channel;
    status: "subscribed" | "unsubscribed";
    cause: SubscriptionCause;
    /** In the words of whoever changed it. */
    reason: string;
    by: number | null;
    at: number;
  },
): Promise<boolean> {
  const [, noted] = await group.d1.batch(subscriptions.changeStatements(group, personNo, change));
  return (noted?.meta.changes ?? 0) > 0;
}

/**
 * The statement that notes changes of subscriptions made elsewhere, such as by a page of an import, in the batch that makes
 * them. Each may run again: a change of one person and channel at one moment is noted once.
 * @param page JSON array of `{ p: person number, c: 1 email | 2 mobile, s: status as stored, t: moment in ms, r: reason }`
 */
export function noteSubscriptions(
  group: GroupDb,
  page: string,
  { cause, by }: { cause: SubscriptionCause; by: number | null },
): D1PreparedStatement {
  return subscriptions.noteStatement(group, page, { cause, by });
}

/**
 * The statements that write down what a mail system says of a person's address, for the batch that notes the report: nobody
 * reads there any more, or they complained of a mail. The person's own word is needed to undo the second.
 * @param said.email the address it is about: somebody who has another by now is not touched by a dead one
 */
export function returnPlan(
  group: GroupDb,
  personNo: number,
  said: { status: "bounced" | "complained"; email: string; reason: string; at: number },
): D1PreparedStatement[] {
  return subscriptions.returnStatements(group, personNo, said);
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
  return [
    ...store.erasureStatements(group, personNo, hashes, now),
    fields.erasureStatement(group, personNo),
    ...merge.forgetRecordStatements(group, personNo),
    search.forgetTermsStatement(group, personNo),
  ];
}

/**
 * The statements that make two people one. What they took part in is `intake/erasure.ts`.
 * @param choices whose value of a field stays; without a choice the newer one
 */
export function mergePlan(
  group: GroupDb,
  kept: number,
  lost: number,
  choices: store.MergeChoices = {},
): D1PreparedStatement[] {
  return [
    ...merge.moveRecordStatements(group, kept, lost),
    ...store.mergeStatements(group, kept, lost, choices),
    ...fields.mergeStatements(group, kept, lost),
    merge.tidyAddressesStatement(group, kept),
    search.forgetTermsStatement(group, lost),
  ];
}
