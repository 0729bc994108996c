import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes } from "../platform/columns";
import type { Locale } from "../ui/i18n";
import type { Service } from "./chat-types";
import type { HookState, Outcome } from "./types";

/** Addresses that form tools send what people filled in to. */
export const hooks = sqliteTable(
  "hooks",
  {
    groupNo: integer("group_no").notNull(),
    hookNo: integer("hook_no").notNull(),
    name: text("name").notNull(),
    /** Validated by `mapping` on every read. */
    mapping: text("mapping", { mode: "json" }).$type<unknown>().notNull(),
    state: text("state").$type<HookState>().notNull(),
    /** The last letters of the secret, by which people know it again. */
    ending: text("ending").notNull(),
    receivedCount: integer("received_count").notNull().default(0),
    acceptedCount: integer("accepted_count").notNull().default(0),
    refusedCount: integer("refused_count").notNull().default(0),
    lastAt: integer("last_at"),
    createdAt: integer("created_at").notNull(),
    createdBy: integer("created_by").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.hookNo] })],
);

/** What became of each delivery; of whom it was is not here. */
export const hookDeliveries = sqliteTable(
  "hook_deliveries",
  {
    groupNo: integer("group_no").notNull(),
    hookNo: integer("hook_no").notNull(),
    deliveryNo: integer("delivery_no").notNull(),
    at: integer("at").notNull(),
    outcome: text("outcome").$type<Outcome>().notNull(),
    /** JSON of `Reason`. */
    reason: text("reason", { mode: "json" }).$type<unknown>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.hookNo, table.deliveryNo] })],
);

/** The last deliveries as they came, for a few days: a mapping is made from them. */
export const hookPayloads = sqliteTable(
  "hook_payloads",
  {
    groupNo: integer("group_no").notNull(),
    hookNo: integer("hook_no").notNull(),
    deliveryNo: integer("delivery_no").notNull(),
    at: integer("at").notNull(),
    /** Of whom it is, as far as the mapping could tell; for telling and erasing. */
    email: text("email"),
    body: text("body").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.hookNo, table.deliveryNo] }),
    index("hook_payloads_by_time").on(table.at),
  ],
);

/** Deliveries by what makes them the same; one that is not done may be under way, or was broken off. */
export const hookSeen = sqliteTable(
  "hook_seen",
  {
    groupNo: integer("group_no").notNull(),
    hookNo: integer("hook_no").notNull(),
    hash: bytes("hash").notNull(),
    isDone: integer("is_done").notNull(),
    until: integer("until").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.hookNo, table.hash] }),
    index("hook_seen_by_time").on(table.until),
  ],
);

/** Chats that are told how things go. */
export const chats = sqliteTable(
  "chats",
  {
    groupNo: integer("group_no").notNull(),
    chatNo: integer("chat_no").notNull(),
    name: text("name").notNull(),
    service: text("service").$type<Service>().notNull(),
    /** Whoever has it may write into the chat: it is in no archive. */
    url: text("url").notNull(),
    tells: text("tells", { mode: "json" }).$type<unknown>().notNull(),
    giftFrom: integer("gift_from").notNull(),
    locale: text("locale").$type<Locale>().notNull(),
    state: text("state").$type<"on" | "paused">().notNull(),
    /** Notices in a row that were given up. */
    failures: integer("failures").notNull().default(0),
    lastAt: integer("last_at"),
    lastProblem: text("last_problem"),
    createdAt: integer("created_at").notNull(),
    createdBy: integer("created_by").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.chatNo] })],
);
