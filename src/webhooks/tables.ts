import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { Filters, Trigger, WebhookId, WebhookState } from "./types";

/** Where a group's news is sent. Rows stay; one that was deleted can be brought back. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    groupNo: integer("group_no").notNull(),
    webhookNo: integer("webhook_no").notNull(),
    id: uuid<WebhookId>("id").notNull(),
    name: text("name").notNull(),
    url: text("url").notNull(),
    trigger: text("trigger").$type<Trigger>().notNull(),
    actionNo: integer("action_no"),
    filters: text("filters", { mode: "json" }).$type<Filters>().notNull(),
    /** The name of the signing key its secret is derived from; the secret itself is kept nowhere. */
    secretKey: text("secret_key"),
    state: text("state").$type<WebhookState>().notNull(),
    fromCursor: text("from_cursor"),
    failures: integer("failures").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    createdBy: integer("created_by").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.webhookNo] }),
    uniqueIndex("webhooks_by_id").on(table.groupNo, table.id),
  ],
);

/** What was sent or will be: one row for each piece of news and receiver, for 30 days or until its person is erased. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    groupNo: integer("group_no").notNull(),
    webhookNo: integer("webhook_no").notNull(),
    /** 32 hexadecimal digits made of the webhook and the news: reading the feed twice makes one row. */
    id: text("id").notNull(),
    personNo: integer("person_no"),
    at: integer("at").notNull(),
    /** `deliveryStates` */
    state: integer("state").notNull(),
    /** Null once it is settled. */
    dueAt: integer("due_at"),
    tries: integer("tries").notNull().default(0),
    body: text("body").notNull(),
    triedAt: integer("tried_at"),
    status: integer("status"),
    tookMs: integer("took_ms"),
    answer: text("answer"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.webhookNo, table.id] }),
    index("webhook_deliveries_due")
      .on(table.groupNo, table.webhookNo, table.dueAt)
      .where(sql`due_at IS NOT NULL`),
    index("webhook_deliveries_by_time").on(table.groupNo, table.webhookNo, table.at),
    index("webhook_deliveries_by_person").on(table.groupNo, table.personNo).where(sql`person_no IS NOT NULL`),
  ],
);
