import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes, uuid } from "../platform/columns";
import type { AccountId } from "../platform/ids";

export const accounts = sqliteTable("accounts", {
  accountNo: integer("account_no").primaryKey({ autoIncrement: true }),
  id: uuid<AccountId>("id").notNull().unique(),
  /** As its owner writes it. */
  email: text("email").notNull(),
  /** Normalised; the identity of the account. */
  emailKey: text("email_key").notNull().unique(),
  name: text("name").notNull().default(""),
  locale: text("locale", { enum: ["en", "fr", "es"] })
    .notNull()
    .default("en"),
  timeZone: text("time_zone").notNull().default("UTC"),
  createdAt: integer("created_at").notNull(),
  lastSignInAt: integer("last_sign_in_at"),
});

export const sessions = sqliteTable(
  "sessions",
  {
    /** SHA-256 of the cookie, so that a copy of the table signs nobody in. */
    tokenHash: bytes("token_hash").primaryKey(),
    /** Names the session in the list without revealing its hash. */
    id: text("id").notNull().unique(),
    accountNo: integer("account_no").notNull(),
    createdAt: integer("created_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** "Firefox on Windows" */
    device: text("device").notNull(),
    /** City and country, as the platform guessed them. */
    place: text("place").notNull(),
    method: text("method", { enum: ["link", "passkey", "development"] }).notNull(),
  },
  (table) => [index("sessions_by_account").on(table.accountNo)],
);

export const passkeys = sqliteTable(
  "passkeys",
  {
    credentialId: text("credential_id").primaryKey(),
    accountNo: integer("account_no").notNull(),
    /** COSE key (RFC 9052), as the authenticator gave it. */
    publicKey: bytes("public_key").notNull(),
    counter: integer("counter").notNull(),
    transports: text("transports", { mode: "json" }).$type<string[]>().notNull(),
    name: text("name").notNull(),
    createdAt: integer("created_at").notNull(),
    usedAt: integer("used_at"),
  },
  (table) => [index("passkeys_by_account").on(table.accountNo)],
);

/** Single-use tokens that were used; kept until they would have expired anyway. */
export const spentTokens = sqliteTable("spent_tokens", {
  id: text("id").primaryKey(),
  expiresAt: integer("expires_at").notNull(),
});
