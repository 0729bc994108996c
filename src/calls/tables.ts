import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Each call once more, keyed so that counting them by target and outcome reads one range of small rows and parses nothing.
 * The participation is the truth; a call whose participation was removed is not counted.
 */
export const calls = sqliteTable(
  "calls",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    /** The target's key. */
    target: text("target").notNull(),
    /** Its place among `outcomes`, from 1. */
    outcome: integer("outcome").notNull(),
    personNo: integer("person_no").notNull(),
    nth: integer("nth").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.groupNo, table.actionNo, table.target, table.outcome, table.personNo, table.nth],
    }),
  ],
);

/** Whom people called. */
export const callTargets = sqliteTable(
  "call_targets",
  {
    groupNo: integer("group_no").notNull(),
    actionNo: integer("action_no").notNull(),
    target: text("target").notNull(),
    name: text("name").notNull(),
    office: text("office").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.actionNo, table.target] })],
);
