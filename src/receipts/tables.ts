import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The truth about each thank-you mail; a queue message is only a hint to look here. A row is claimed before the mail is
 * handed over and settled after, so a doubled message finds it taken and a dropped one is found missing by the sweep.
 */
export const receipts = sqliteTable(
  "receipts",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1 claimed, 2 sent, 3 refused for good, 4 capped, 5 unknown, 6 waiting to be tried again; `receiptStates` names them. */
    state: integer("state").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    /** When the state was known; of a waiting one, from when it may be claimed again. */
    settledAt: integer("settled_at"),
    attempts: integer("attempts").notNull().default(1),
    reason: text("reason"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.personNo] })],
);
