import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Whose money comes to which of the provider's accounts. A message of the provider names the account, and so the group. */
export const paymentAccounts = sqliteTable(
  "payment_accounts",
  {
    provider: text("provider").notNull(),
    /** "" is the installation's own account, which one group at most may use. */
    account: text("account").notNull(),
    groupNo: integer("group_no").notNull(),
    canCharge: integer("can_charge").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.account] }),
    uniqueIndex("payment_accounts_by_group").on(table.groupNo, table.provider),
  ],
);
