import { and, asc, desc, eq, lt, sql } from "drizzle-orm";
import { accounts } from "../accounts/directory-tables";
import type { Database } from "../platform/context";
import { idToBytes } from "../platform/ids";
import type { Act, RecordedAct } from "./audit";
import { auditLog, groups, hostnames, memberships } from "./directory-tables";
import { type Group, type GroupSettings, groupSettings, type Role } from "./types";

/** The columns that make a `Group`, for every statement that joins one in. */
export const groupColumns = {
  no: groups.groupNo,
  id: groups.id,
  slug: groups.slug,
  name: groups.name,
  shard: groups.shard,
  jurisdiction: groups.jurisdiction,
  timeZone: groups.timeZone,
  currency: groups.currency,
  locale: groups.locale,
  country: groups.country,
  postalAddress: groups.postalAddress,
  status: groups.status,
  settings: groups.settings,
  createdAt: groups.createdAt,
};

/** Settings written before a field existed get its default. */
export function whole(row: Group): Group {
  return { ...row, settings: groupSettings.parse(row.settings) };
}

export async function groupByNo(db: Database, groupNo: number): Promise<Group | null> {
  const [row] = await db.select(groupColumns).from(groups).where(eq(groups.groupNo, groupNo));
  return row ? whole(row) : null;
}

export async function groupBySlug(db: Database, slug: string): Promise<Group | null> {
  const [row] = await db.select(groupColumns).from(groups).where(eq(groups.slug, slug));
  return row ? whole(row) : null;
}

/** The group a host name belongs to. */
export async function groupByHostname(db: Database, host: string): Promise<Group | null> {
  const [row] = await db
    .select(groupColumns)
    .from(hostnames)
    .innerJoin(groups, eq(groups.groupNo, hostnames.groupNo))
    .where(eq(hostnames.host, host));
  return row ? whole(row) : null;
}

/** Every host name of a group, its own first. */
export async function hostnamesOf(db: Database, groupNo: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ host: hostnames.host })
    .from(hostnames)
    .where(eq(hostnames.groupNo, groupNo))
    .orderBy(asc(hostnames.createdAt), asc(hostnames.host))
    .limit(limit);
  return rows.map(({ host }) => host);
}

/** Which of some slugs are taken, so that a suggestion is free. */
export async function takenSlugs(db: Database, slugs: string[]): Promise<string[]> {
  const rows = await db
    .select({ slug: groups.slug })
    .from(groups)
    .where(sql`${groups.slug} IN (SELECT value FROM json_each(${JSON.stringify(slugs)}))`);
  return rows.map(({ slug }) => slug);
}

/** How many groups each shard holds. */
export async function groupsPerShard(db: Database): Promise<Map<string, number>> {
  const rows = await db
    .select({ shard: groups.shard, n: sql<number>`count(*)` })
    .from(groups)
    .groupBy(groups.shard);
  return new Map(rows.map(({ shard, n }) => [shard, n]));
}

type NewGroup = Omit<Group, "no" | "status"> & { host: string; ownerNo: number };

/**
 * Stores a group with its owner and its host name in one transaction.
 * @returns null when the slug or the host is taken; then nothing was stored
 */
export async function insertGroup(db: Database, group: NewGroup): Promise<Group | null> {
  const id = idToBytes(group.id);
  // Drizzle cannot batch raw SQL on D1, so these are D1's own statements.
  const d1 = db.$client;
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO groups (id, slug, name, shard, jurisdiction, time_zone, currency, locale, country, postal_address, settings, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE NOT EXISTS (SELECT 1 FROM hostnames WHERE host = ?13)
         ON CONFLICT (slug) DO NOTHING`,
      )
      .bind(
        ...[
          id,
          group.slug,
          group.name,
          group.shard,
          group.jurisdiction,
          group.timeZone,
          group.currency,
          group.locale,
        ],
        ...[group.country, group.postalAddress, JSON.stringify(group.settings), group.createdAt, group.host],
      ),
    d1
      .prepare(
        "INSERT INTO memberships (group_no, account_no, role, created_at) SELECT group_no, ?2, 'owner', ?3 FROM groups WHERE id = ?1",
      )
      .bind(id, group.ownerNo, group.createdAt),
    d1
      .prepare(
        "INSERT INTO hostnames (host, group_no, created_at) SELECT ?2, group_no, ?3 FROM groups WHERE id = ?1",
      )
      .bind(id, group.host, group.createdAt),
  ]);
  const [row] = await db.select(groupColumns).from(groups).where(eq(groups.id, group.id));
  return row ? whole(row) : null;
}

type GroupColumns = Pick<Group, "name" | "timeZone" | "currency" | "locale" | "country" | "postalAddress">;

/** Changes columns and single settings, and leaves the other settings as they are now, whoever saves at the same moment. */
export async function updateGroup(
  db: Database,
  groupNo: number,
  columns: GroupColumns,
  settings: Partial<GroupSettings>,
): Promise<void> {
  await db
    .update(groups)
    .set({ ...columns, settings: sql`json_patch(${groups.settings}, ${JSON.stringify(settings)})` })
    .where(eq(groups.groupNo, groupNo));
}

export async function patchSettings(
  db: Database,
  groupNo: number,
  patch: Partial<GroupSettings>,
): Promise<void> {
  await db
    .update(groups)
    .set({ settings: sql`json_patch(${groups.settings}, ${JSON.stringify(patch)})` })
    .where(eq(groups.groupNo, groupNo));
}

export async function setStatus(db: Database, groupNo: number, status: Group["status"]): Promise<void> {
  await db.update(groups).set({ status }).where(eq(groups.groupNo, groupNo));
}

/** The groups of an account by name, with what it is in each. */
export async function groupsOfAccount(
  db: Database,
  accountNo: number,
  limit: number,
): Promise<{ group: Group; role: Role }[]> {
  const rows = await db
    .select({ group: groupColumns, role: memberships.role })
    .from(memberships)
    .innerJoin(groups, eq(groups.groupNo, memberships.groupNo))
    .where(eq(memberships.accountNo, accountNo))
    .orderBy(sql`lower(${groups.name})`, asc(groups.groupNo))
    .limit(limit);
  return rows.map(({ group, role }) => ({ group: whole(group), role }));
}

/** The group of a slug and the account's role in it; null when there is no such group or the account is no member. */
export async function groupOfMember(
  db: Database,
  slug: string,
  accountNo: number,
): Promise<{ group: Group; role: Role } | null> {
  const [row] = await db
    .select({ group: groupColumns, role: memberships.role })
    .from(groups)
    .innerJoin(
      memberships,
      and(eq(memberships.groupNo, groups.groupNo), eq(memberships.accountNo, accountNo)),
    )
    .where(eq(groups.slug, slug));
  return row ? { group: whole(row.group), role: row.role } : null;
}

export async function appendAct(db: Database, act: Act & { at: number }): Promise<void> {
  await db.insert(auditLog).values({ ...act, subject: act.subject ?? "", detail: act.detail ?? {} });
}

export async function listActs(
  db: Database,
  groupNo: number,
  before: number | null,
  limit: number,
): Promise<RecordedAct[]> {
  const rows = await db
    .select({
      no: auditLog.auditNo,
      act: auditLog.act,
      subject: auditLog.subject,
      detail: auditLog.detail,
      at: auditLog.at,
      name: accounts.name,
      email: accounts.email,
    })
    .from(auditLog)
    .leftJoin(accounts, eq(accounts.accountNo, auditLog.accountNo))
    .where(and(eq(auditLog.groupNo, groupNo), before === null ? undefined : lt(auditLog.auditNo, before)))
    .orderBy(desc(auditLog.auditNo))
    .limit(limit);
  return rows.map(({ name, email, ...act }) => ({
    ...act,
    by: email === null ? null : { name: name ?? "", email },
  }));
}
