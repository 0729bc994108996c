import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { TargetListId } from "./types";

/** A list of people a group's supporters can write to or call. Serving reads a copy in `SITES`. */
export const targetLists = sqliteTable(
  "target_lists",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<TargetListId>("id").notNull(),
    name: text("name").notNull(),
    targetCount: integer("target_count").notNull().default(0),
    /** How many of them can be written to, and how many called. */
    emailCount: integer("email_count").notNull().default(0),
    phoneCount: integer("phone_count").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.id] })],
);

export const targets = sqliteTable(
  "targets",
  {
    groupNo: integer("group_no").notNull(),
    listId: uuid<TargetListId>("list_id").notNull(),
    /** Its place in the file, from 1. */
    targetNo: integer("target_no").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    title: text("title").notNull(),
    office: text("office").notNull(),
    /** JSON lists of codes. */
    districts: text("districts", { mode: "json" }).$type<string[]>().notNull(),
    prefixes: text("prefixes", { mode: "json" }).$type<string[]>().notNull(),
    email: text("email").notNull(),
    phone: text("phone").notNull(),
    language: text("language", { enum: ["", "en", "fr", "es"] }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.listId, table.targetNo] })],
);
