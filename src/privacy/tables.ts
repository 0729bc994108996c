import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { RetentionRule } from "./types";

/** What a group forgets by itself, and after how long. A rule without a row is off. */
export const retentionRules = sqliteTable(
  "retention_rules",
  {
    groupNo: integer("group_no").notNull(),
    rule: text("rule").$type<RetentionRule>().notNull(),
    months: integer("months").notNull(),
    isOn: integer("is_on").notNull(),
    options: text("options", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    savedBy: integer("saved_by").notNull(),
    savedAt: integer("saved_at").notNull(),
    /** The last time it was applied to everybody, and how much it found. */
    lastAt: integer("last_at"),
    lastCount: integer("last_count"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.rule] })],
);
