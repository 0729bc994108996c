import { integer, sqliteTable, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes } from "../platform/columns";

/** Whose an address for form tools is. Of the secret in it only the hash is kept. */
export const hookTokens = sqliteTable(
  "hook_tokens",
  {
    /** SHA-256 of the secret. */
    hash: bytes("hash").primaryKey(),
    groupNo: integer("group_no").notNull(),
    hookNo: integer("hook_no").notNull(),
  },
  (table) => [uniqueIndex("hook_tokens_by_hook").on(table.groupNo, table.hookNo)],
);
