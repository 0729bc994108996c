import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { accounts } from "../accounts/directory-tables";
import { memberships } from "../groups/directory-tables";
import type { Database } from "../platform/context";
import { idToBytes } from "../platform/ids";
import { apiKeys } from "./directory-tables";
import { type Access, type ApiKey, type ApiKeyId, type HeldKey, KEYS_MAX, KEYS_SHOWN_MAX } from "./types";

const heldColumns = { no: apiKeys.keyNo, id: apiKeys.id, name: apiKeys.name, access: apiKeys.access };

type NewKey = {
  id: ApiKeyId;
  groupNo: number;
  name: string;
  access: Access;
  hash: Uint8Array;
  ending: string;
  createdAt: number;
  createdBy: number;
};

/** @returns false when the group has as many keys as it may have */
export async function insertKey(db: Database, key: NewKey): Promise<boolean> {
  const { id, groupNo, name, access, hash, ending, createdAt, createdBy } = key;
  const { meta } = await db.$client
    .prepare(
      `INSERT INTO api_keys (id, group_no, name, access, hash, ending, created_at, created_by)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
       WHERE (SELECT count(*) FROM api_keys WHERE group_no = ?2 AND revoked_at IS NULL) < ${KEYS_MAX}`,
    )
    .bind(idToBytes(id), groupNo, name, access, hash, ending, createdAt, createdBy)
    .run();
  return meta.changes > 0;
}

/** The key with this hash and the number of its group, unless it was revoked. */
export async function keyByHash(
  db: Database,
  hash: Uint8Array,
): Promise<{ key: HeldKey; groupNo: number } | null> {
  const [row] = await db
    .select({ key: heldColumns, groupNo: apiKeys.groupNo })
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)));
  return row ?? null;
}

const shownColumns = {
  ...heldColumns,
  ending: apiKeys.ending,
  createdAt: apiKeys.createdAt,
  createdBy: { name: accounts.name, email: accounts.email },
  makerRole: memberships.role,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
};

const isMaker = and(eq(memberships.groupNo, apiKeys.groupNo), eq(memberships.accountNo, apiKeys.createdBy));

/** Those that hold first, then the revoked, each the newest first. */
export function keysOf(db: Database, groupNo: number): Promise<ApiKey[]> {
  return db
    .select(shownColumns)
    .from(apiKeys)
    .leftJoin(accounts, eq(accounts.accountNo, apiKeys.createdBy))
    .leftJoin(memberships, isMaker)
    .where(eq(apiKeys.groupNo, groupNo))
    .orderBy(sql`${apiKeys.revokedAt} IS NOT NULL`, desc(apiKeys.keyNo))
    .limit(KEYS_SHOWN_MAX);
}

export async function keyById(db: Database, groupNo: number, id: ApiKeyId): Promise<ApiKey | null> {
  const [row] = await db
    .select(shownColumns)
    .from(apiKeys)
    .leftJoin(accounts, eq(accounts.accountNo, apiKeys.createdBy))
    .leftJoin(memberships, isMaker)
    .where(and(eq(apiKeys.groupNo, groupNo), eq(apiKeys.id, id)));
  return row ?? null;
}

/** @returns whether it holds and its name is another now */
export async function nameKey(db: Database, groupNo: number, id: ApiKeyId, name: string): Promise<boolean> {
  const { meta } = await db
    .update(apiKeys)
    .set({ name })
    .where(and(eq(apiKeys.groupNo, groupNo), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
  return meta.changes > 0;
}

/** @returns whether it held until now */
export async function endKey(
  db: Database,
  groupNo: number,
  id: ApiKeyId,
  { by, at }: { by: number; at: number },
): Promise<boolean> {
  const { meta } = await db
    .update(apiKeys)
    .set({ revokedAt: at, revokedBy: by })
    .where(and(eq(apiKeys.groupNo, groupNo), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
  return meta.changes > 0;
}

/** Whether a key holds and when its use was last noted; null when there is no such key. */
export async function standingOf(
  directory: D1Database,
  keyNo: number,
): Promise<{ holds: boolean; lastUsedAt: number | null } | null> {
  const row = await directory
    .prepare("SELECT revoked_at AS revokedAt, last_used_at AS lastUsedAt FROM api_keys WHERE key_no = ?1")
    .bind(keyNo)
    .first<{ revokedAt: number | null; lastUsedAt: number | null }>();
  return row && { holds: row.revokedAt === null, lastUsedAt: row.lastUsedAt };
}

export async function noteUse(directory: D1Database, keyNo: number, at: number): Promise<void> {
  await directory
    .prepare("UPDATE api_keys SET last_used_at = ?2 WHERE key_no = ?1 AND coalesce(last_used_at, 0) < ?2")
    .bind(keyNo, at)
    .run();
}

/** The number of the account that made a key of this group; null when there is no such key. */
export async function makerOf(directory: D1Database, groupNo: number, keyNo: number): Promise<number | null> {
  return directory
    .prepare("SELECT created_by FROM api_keys WHERE group_no = ?1 AND key_no = ?2")
    .bind(groupNo, keyNo)
    .first<number>("created_by");
}
