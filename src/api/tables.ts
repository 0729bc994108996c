import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { Id } from "../platform/ids";
import type { ApiRequestId } from "./background-types";

/** What API clients asked to be done after the reply. A row is there until it is done, and may hold what a person said. */
export const apiRequests = sqliteTable(
  "api_requests",
  {
    groupNo: integer("group_no").notNull(),
    id: uuid<ApiRequestId>("id").notNull(),
    askedAt: integer("asked_at").notNull(),
    access: text("access", { enum: ["full", "read"] }).notNull(),
    keyNo: integer("key_no").notNull(),
    keyName: text("key_name").notNull(),
    method: text("method").notNull(),
    url: text("url").notNull(),
    body: text("body").notNull(),
    tries: integer("tries").notNull().default(0),
    /** When it is asked for again unless it is done by then, in ms. */
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.id] }), index("api_requests_due").on(table.dueAt)],
);

/**
 * What other systems call our things (`system:id`): each name leads to one person, one action, one participation. Keyed by the name,
 * so that whatever has none costs no row.
 */
export const foreignIds = sqliteTable(
  "foreign_ids",
  {
    groupNo: integer("group_no").notNull(),
    /** 1 person, 2 action, 3 participation, 4 tag, 5 message, 6 unique id list: `foreign.ts` names them. */
    what: integer("what").notNull(),
    identifier: text("identifier").notNull(),
    id: uuid<Id<"foreign">>("id").notNull(),
    claimedAt: integer("claimed_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.what, table.identifier] }),
    index("foreign_ids_by_id").on(table.groupNo, table.what, table.id),
  ],
);

/** Lists of people that other systems keep here by the ids of people; `unique_id_people` holds who is on them. */
export const uniqueIdLists = sqliteTable(
  "unique_id_lists",
  {
    groupNo: integer("group_no").notNull(),
    listNo: integer("list_no").notNull(),
    id: uuid<Id<"unique-id-list">>("id").notNull(),
    name: text("name").notNull(),
    origin: text("origin").notNull().default(""),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.listNo] }),
    uniqueIndex("unique_id_lists_by_id").on(table.groupNo, table.id),
  ],
);

export const uniqueIdPeople = sqliteTable(
  "unique_id_people",
  {
    groupNo: integer("group_no").notNull(),
    listNo: integer("list_no").notNull(),
    personNo: integer("person_no").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.listNo, table.personNo] }),
    index("unique_id_people_by_person").on(table.groupNo, table.personNo),
  ],
);
