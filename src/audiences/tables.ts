import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { AudienceId } from "./types";

/** Audiences kept under a name. Never deleted: what was sent or reported may name one; `removedAt` takes it out of lists. */
export const audiences = sqliteTable(
  "audiences",
  {
    groupNo: integer("group_no").notNull(),
    audienceNo: integer("audience_no").notNull(),
    id: uuid<AudienceId>("id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** Validated by `audienceSchema` on every write and read. */
    tree: text("tree", { mode: "json" }).$type<unknown>().notNull(),
    /** Other members see it and may use it. */
    isShared: integer("is_shared").notNull().default(1),
    /** Raised by every save; a save names the one it started from. */
    version: integer("version").notNull().default(1),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.audienceNo] }),
    uniqueIndex("audiences_by_id").on(table.groupNo, table.id),
  ],
);

/** Which saved audiences are part of another, so that "used where" and the search for circles read a few rows. */
export const audienceParts = sqliteTable(
  "audience_parts",
  {
    groupNo: integer("group_no").notNull(),
    partNo: integer("part_no").notNull(),
    audienceNo: integer("audience_no").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.partNo, table.audienceNo] })],
);

/**
 * How far the people of a tree have been counted, by the hash of the tree with everything it names: `matched` of the people
 * up to `lastNo`. A count that is whole is shown with its age until somebody asks for a new one.
 */
export const audienceCounts = sqliteTable(
  "audience_counts",
  {
    groupNo: integer("group_no").notNull(),
    hash: bytes("hash").notNull(),
    matched: integer("matched").notNull(),
    lastNo: integer("last_no").notNull(),
    /** The highest number of the group's people when it began. */
    highestNo: integer("highest_no").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.hash] })],
);

/** Who counts for a group just now: one at a time, so that a count never holds up its shard twice. */
export const audienceTurns = sqliteTable("audience_turns", {
  groupNo: integer("group_no").primaryKey(),
  holder: text("holder").notNull(),
  /** In ms. Whoever holds a turn longer has died. */
  until: integer("until").notNull(),
});
