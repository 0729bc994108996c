import { mailboxes, type NamedMailbox } from "../platform/mail/mailbox-provider";
import { mailboxSql } from "../platform/mail/store-mailbox";

/** Whose mailboxes are meant: those of one provider, or all but those of some. */
export type Whose = { only: NamedMailbox } | { but: readonly NamedMailbox[] };

/**
 * A join and a condition for recipients `r` whose mailboxes are meant, by the group's number ?1; nothing at all for everybody.
 * Costs one row of `people` for each recipient that fits all else.
 */
export function whoseSql(whose: Whose | null): { join: string; where: string } {
  if (!whose) return { join: "", where: "" };
  const places = ("only" in whose ? [whose.only] : whose.but).map((mailbox) => mailboxes.indexOf(mailbox));
  const isIn = "only" in whose ? "IN" : "NOT IN";
  return { join: MAILBOX_JOIN, where: `AND (${MAILBOX}) ${isIn} (${places.join(", ")})` };
}

export const MAILBOX_JOIN = "LEFT JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no";
/** The place of somebody's provider in `mailboxes`. */
export const MAILBOX = mailboxSql("p.email");
