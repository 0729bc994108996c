import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { ExportId } from "./types";

/** One row for each file that was asked for and is made behind, for as long as it is listed. */
export const exports = sqliteTable(
  "exports",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<ExportId>("id").notNull(),
    /** What is exported and how, `exportOrder` in types.ts; and its name in words as it was when it was asked for. */
    order: text("order", { mode: "json" }).$type<unknown>().notNull(),
    title: text("title").notNull(),
    /** "" until it is known. */
    filename: text("filename").notNull(),
    /** `exportStates` */
    state: integer("state").notNull(),
    rowsDone: integer("rows_done").notNull().default(0),
    /** About how many there will be; 0 when nobody knows. */
    rowsExpected: integer("rows_expected").notNull().default(0),
    bytes: integer("bytes").notNull().default(0),
    askedBy: integer("asked_by").notNull(),
    askedAt: integer("asked_at").notNull(),
    begunAt: integer("begun_at"),
    endedAt: integer("ended_at"),
    /** When the file is deleted. */
    expiresAt: integer("expires_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.id] })],
);

/** The columns a member chose last for one kind of export, so that they need not choose again. */
export const exportChoices = sqliteTable(
  "export_choices",
  {
    groupNo: integer("group_no").notNull(),
    accountNo: integer("account_no").notNull(),
    /** "people", "action" or "gifts" */
    what: text("what").notNull(),
    choice: text("choice", { mode: "json" }).$type<unknown>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.accountNo, table.what] })],
);
