import { and, asc, desc, eq, gt, lte, sql } from "drizzle-orm";
import { groups, memberships } from "../groups/directory-tables";
import type { Database } from "../platform/context";
import type { AccountId } from "../platform/ids";
import type { Locale } from "../ui/i18n";
import { accounts, passkeys, sessions, spentTokens } from "./directory-tables";
import type { Account, Profile, Session } from "./types";

const accountColumns = {
  no: accounts.accountNo,
  id: accounts.id,
  email: accounts.email,
  emailKey: accounts.emailKey,
  name: accounts.name,
  locale: accounts.locale,
  timeZone: accounts.timeZone,
  createdAt: accounts.createdAt,
  lastSignInAt: accounts.lastSignInAt,
};

const sessionColumns = {
  id: sessions.id,
  accountNo: sessions.accountNo,
  createdAt: sessions.createdAt,
  lastSeenAt: sessions.lastSeenAt,
  expiresAt: sessions.expiresAt,
  device: sessions.device,
  place: sessions.place,
  method: sessions.method,
};

type NewAccount = {
  id: AccountId;
  email: string;
  emailKey: string;
  locale: Locale;
  timeZone: string;
  createdAt: number;
};

/** The account of an address, made if there is none. One statement: two links opened at once make one account. */
export async function findOrCreateAccount(db: Database, account: NewAccount): Promise<Account> {
  const [row] = await db
    .insert(accounts)
    .values(account)
    .onConflictDoUpdate({ target: accounts.emailKey, set: { emailKey: account.emailKey } })
    .returning(accountColumns);
  if (!row) throw new Error("the account was neither found nor made");
  return row;
}

export async function accountByEmailKey(db: Database, emailKey: string): Promise<Account | null> {
  const [row] = await db.select(accountColumns).from(accounts).where(eq(accounts.emailKey, emailKey));
  return row ?? null;
}

export async function accountByNo(db: Database, accountNo: number): Promise<Account | null> {
  const [row] = await db.select(accountColumns).from(accounts).where(eq(accounts.accountNo, accountNo));
  return row ?? null;
}

export async function updateProfile(db: Database, accountNo: number, profile: Profile): Promise<void> {
  await db.update(accounts).set(profile).where(eq(accounts.accountNo, accountNo));
}

/** Notes the sign-in and stores its session together, so that neither is seen without the other. */
export async function insertSession(
  db: Database,
  session: Session & { tokenHash: Uint8Array },
): Promise<void> {
  await db.batch([
    db.insert(sessions).values(session),
    db
      .update(accounts)
      .set({ lastSignInAt: session.createdAt })
      .where(eq(accounts.accountNo, session.accountNo)),
  ]);
}

export async function sessionByHash(
  db: Database,
  tokenHash: Uint8Array,
  now: number,
): Promise<{ session: Session; account: Account } | null> {
  const [row] = await db
    .select({ session: sessionColumns, account: accountColumns })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.accountNo, sessions.accountNo))
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)));
  return row ?? null;
}

export async function touchSession(
  db: Database,
  id: string,
  lastSeenAt: number,
  expiresAt: number,
): Promise<void> {
  await db.update(sessions).set({ lastSeenAt, expiresAt }).where(eq(sessions.id, id));
}

export async function sessionsOf(
  db: Database,
  accountNo: number,
  now: number,
  limit: number,
): Promise<Session[]> {
  return db
    .select(sessionColumns)
    .from(sessions)
    .where(and(eq(sessions.accountNo, accountNo), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.createdAt))
    .limit(limit);
}

export async function deleteSessionByHash(db: Database, tokenHash: Uint8Array): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

export async function deleteSession(db: Database, accountNo: number, id: string): Promise<boolean> {
  const gone = await db
    .delete(sessions)
    .where(and(eq(sessions.accountNo, accountNo), eq(sessions.id, id)))
    .returning({ id: sessions.id });
  return gone.length > 0;
}

export async function deleteSessions(db: Database, accountNo: number): Promise<void> {
  await db.delete(sessions).where(eq(sessions.accountNo, accountNo));
}

/** The groups of an account by name, for the switcher of every page. What they are is the business of groups/. */
export async function groupNamesOf(
  db: Database,
  accountNo: number,
  limit: number,
): Promise<{ name: string; slug: string }[]> {
  return db
    .select({ name: groups.name, slug: groups.slug })
    .from(memberships)
    .innerJoin(groups, eq(groups.groupNo, memberships.groupNo))
    .where(eq(memberships.accountNo, accountNo))
    .orderBy(sql`lower(${groups.name})`, asc(groups.groupNo))
    .limit(limit);
}

/** Spends a single-use token. False when it was spent before: the primary key decides between two at once. */
export async function spend(db: Database, id: string, expiresAt: number): Promise<boolean> {
  const spent = await db
    .insert(spentTokens)
    .values({ id, expiresAt })
    .onConflictDoNothing()
    .returning({ id: spentTokens.id });
  return spent.length > 0;
}

/** Forgets sessions and spent tokens that time alone refuses by now. */
export async function deleteExpired(db: Database, now: number): Promise<void> {
  await db.batch([
    db.delete(sessions).where(lte(sessions.expiresAt, now)),
    db.delete(spentTokens).where(lte(spentTokens.expiresAt, now)),
  ]);
}

export type StoredPasskey = typeof passkeys.$inferSelect;

/** Adds a passkey unless the account has `max` or the credential is known: one statement, so two at once cannot pass. */
export async function insertPasskey(db: Database, passkey: StoredPasskey, max: number): Promise<boolean> {
  const { meta } = await db.run(sql`
    INSERT INTO passkeys (credential_id, account_no, public_key, counter, transports, name, created_at, used_at)
    SELECT ${passkey.credentialId}, ${passkey.accountNo}, ${passkey.publicKey}, ${passkey.counter},
      ${JSON.stringify(passkey.transports)}, ${passkey.name}, ${passkey.createdAt}, NULL
    WHERE (SELECT count(*) FROM passkeys WHERE account_no = ${passkey.accountNo}) < ${max}
    ON CONFLICT DO NOTHING`);
  return meta.changes > 0;
}

export async function passkeysOf(db: Database, accountNo: number, limit: number): Promise<StoredPasskey[]> {
  return db
    .select()
    .from(passkeys)
    .where(eq(passkeys.accountNo, accountNo))
    .orderBy(desc(passkeys.createdAt))
    .limit(limit);
}

export async function passkeyById(db: Database, credentialId: string): Promise<StoredPasskey | null> {
  const [row] = await db.select().from(passkeys).where(eq(passkeys.credentialId, credentialId));
  return row ?? null;
}

export async function notePasskeyUse(
  db: Database,
  credentialId: string,
  counter: number,
  usedAt: number,
): Promise<void> {
  await db.update(passkeys).set({ counter, usedAt }).where(eq(passkeys.credentialId, credentialId));
}

export async function deletePasskey(db: Database, accountNo: number, credentialId: string): Promise<boolean> {
  const gone = await db
    .delete(passkeys)
    .where(and(eq(passkeys.accountNo, accountNo), eq(passkeys.credentialId, credentialId)))
    .returning({ credentialId: passkeys.credentialId });
  return gone.length > 0;
}
