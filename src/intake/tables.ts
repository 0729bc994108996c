import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { ParticipationId } from "../platform/ids";
import type { StoredAnswer } from "./types";

/**
 * Keyed by person first, so that a person's timeline needs no index of its own; the one index lists an action in the
 * order people came, since ids are UUIDv7. Rows are never deleted: a removal marks and empties them.
 */
export const participations = sqliteTable(
  "participations",
  {
    groupNo: integer("group_no").notNull(),
    personNo: integer("person_no").notNull(),
    actionNo: integer("action_no").notNull(),
    /** 0 for once-only kinds; for kinds that add, a number made from the participation's id; below 0 once its person took it out. */
    nth: integer("nth").notNull(),
    id: uuid<ParticipationId>("id").notNull(),
    actedAt: integer("acted_at").notNull(),
    /** When the answer now stored was given; an older answer never replaces it. */
    revisedAt: integer("revised_at").notNull(),
    answer: text("answer", { mode: "json" }).$type<StoredAnswer>().notNull(),
    comment: text("comment"),
    /** 0 no comment, 1 waiting, 2 shown, 3 hidden */
    commentStatus: integer("comment_status").notNull().default(0),
    /** 1 when the signer agreed to be named on the page. */
    isNamed: integer("is_named").notNull(),
    source: text("source"),
    referrer: text("referrer"),
    /** Where places run out: 1 confirmed, 2 waiting, 3 cancelled; else 0. */
    standing: integer("standing").notNull().default(0),
    /** When the standing was decided: it may change without a new answer, and an older one never replaces it. */
    standingAt: integer("standing_at").notNull().default(0),
    /** Which of several slots they have a place in or wait for, by slot, as `standing` has it; null where there is but one. */
    slots: text("slots", { mode: "json" }).$type<Record<string, number>>(),
    /** When they moved up from the waiting list. */
    promotedAt: integer("promoted_at"),
    /** Money, in the currency's smallest unit. */
    amount: integer("amount"),
    currency: text("currency"),
    /**
     * What was answered to which wording when they first took the action: as `consent_events` has it, which is for everything
     * else, so that a signature need not write a row for it. `consents` is a view of both.
     */
    consent: integer("consent").notNull().default(0),
    wordingHash: bytes("wording_hash"),
    /** When it was stored again after the database had lost it; its news had gone out before, and goes out no more. */
    restoredAt: integer("restored_at"),
    /** 0, or the removal that took it out of the count. */
    removalNo: integer("removal_no").notNull().default(0),
    /** As in `people`. */
    mark: integer("mark"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.personNo, table.actionNo, table.nth] }),
    uniqueIndex("participations_by_action").on(table.groupNo, table.actionNo, table.id),
    // Only rows with a comment are in it; a query must say `comment_status > 0` for SQLite to see that it may use it.
    index("participations_with_comment")
      .on(table.groupNo, table.actionNo, table.commentStatus, table.id)
      .where(sql`comment_status > 0`),
    // Only those who came by somebody's own link are in it, where an action has such links; a query must repeat its condition.
    index("participations_by_link")
      .on(table.groupNo, table.actionNo, table.source)
      .where(sql`source >= 'r-' AND source < 'r.' AND removal_no = 0`),
    // Those taken out or cancelled, so that an audience need not open each row of an action to see that it counts.
    index("participations_out").on(table.groupNo, table.actionNo).where(sql`removal_no <> 0 OR standing = 3`),
    // Gifts alone, in the order of people, with all that an audience asks of them.
    index("participations_with_gift")
      .on(
        ...([table.groupNo, table.personNo, table.actedAt, table.amount, table.currency] as const),
        ...([table.removalNo, table.standing, table.id] as const),
      )
      .where(sql`amount IS NOT NULL`),
  ],
);

/**
 * Why participations left the count. `participationCount` is absolute and written in the batch that marks the rows, so
 * the action's home can read "how many are removed" at any time, any number of times.
 */
export const removals = sqliteTable(
  "removals",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    removalNo: integer("removal_no").notNull(),
    cause: text("cause", { enum: ["organiser", "person", "erasure", "merge"] }).notNull(),
    /** The pattern, source or time window, in the form the organiser gave it. */
    criteria: text("criteria", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    participationCount: integer("participation_count").notNull(),
    removedBy: integer("removed_by"),
    removedAt: integer("removed_at").notNull(),
    undoneBy: integer("undone_by"),
    undoneAt: integer("undone_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.removalNo] })],
);
