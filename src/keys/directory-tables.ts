import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { Access, ApiKeyId } from "./types";

/** Keys of the API. Of the key itself only its hash is kept, and the last letters, by which people know it again. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    keyNo: integer("key_no").primaryKey({ autoIncrement: true }),
    id: uuid<ApiKeyId>("id").notNull().unique(),
    groupNo: integer("group_no").notNull(),
    name: text("name").notNull(),
    access: text("access").$type<Access>().notNull(),
    /** SHA-256 of the whole key. */
    hash: bytes("hash").notNull().unique(),
    ending: text("ending").notNull(),
    createdAt: integer("created_at").notNull(),
    createdBy: integer("created_by").notNull(),
    /** To the hour: one write an hour for a key that is in use. */
    lastUsedAt: integer("last_used_at"),
    revokedAt: integer("revoked_at"),
    revokedBy: integer("revoked_by"),
  },
  (table) => [index("api_keys_by_group").on(table.groupNo, table.keyNo)],
);
