import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes } from "../platform/columns";
import type { SuppressionCause } from "./types";

/** Addresses the whole installation sends no mailing to, as keyed hashes: who they are is nobody's business here. */
export const suppressions = sqliteTable("suppressions", {
  hash: bytes("hash").primaryKey(),
  cause: text("cause").$type<SuppressionCause>().notNull(),
  at: integer("at").notNull(),
});
