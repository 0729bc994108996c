import { and, asc, count, desc, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { groups } from "../groups/directory-tables";
import type { Group } from "../groups/types";
import type { Database } from "../platform/context";
import type { NamedMailbox } from "../platform/mail/mailbox-provider";
import { sendingDomains, sendingQuotas } from "./directory-tables";
import { QUOTA_ALLOWED, QUOTA_MAX, QUOTA_NEW, QUOTA_UNALLOWED_MAX } from "./types";

export type SenderLimits = {
  status: Group["status"];
  dailyMax: number;
  isFixed: boolean;
  domain: string | null;
  /** Mails an hour by mailbox provider, where somebody has said so for that domain. */
  paces: Paces;
};
export type Paces = Partial<Record<NamedMailbox, number>>;

/** What a gate must know of its group, in one statement; null when there is no such group. */
export async function senderLimits(directory: D1Database, groupNo: number): Promise<SenderLimits | null> {
  const row = await directory
    .prepare(
      `SELECT status, coalesce(daily_max, ${QUOTA_NEW}) AS dailyMax, coalesce(is_fixed, 0) AS isFixed,
         (SELECT domain FROM sending_domains WHERE group_no = ?1 AND verified_at IS NOT NULL AND removed_at IS NULL
          ORDER BY verified_at DESC LIMIT 1) AS domain,
         (SELECT json_group_array(json_array(domain, mailbox, hourly_max)) FROM sending_paces WHERE group_no = ?1) AS paces
       FROM groups LEFT JOIN sending_quotas USING (group_no) WHERE group_no = ?1`,
    )
    .bind(groupNo)
    .first<Omit<SenderLimits, "isFixed" | "paces"> & { isFixed: number; paces: string }>();
  return row && { ...row, isFixed: row.isFixed === 1, paces: pacesOf(row.paces, row.domain ?? "") };
}

/** Of a list of [domain, mailbox, most an hour] those of one domain. */
function pacesOf(text: string, domain: string): Paces {
  const rows: [string, string, number][] = JSON.parse(text);
  return Object.fromEntries(rows.filter(([of]) => of === domain).map(([, mailbox, most]) => [mailbox, most]));
}

/** What somebody has set for a domain ("" for the platform's). */
export async function selectPaces(directory: D1Database, groupNo: number, domain: string): Promise<Paces> {
  const { results } = await directory
    .prepare("SELECT mailbox, hourly_max AS most FROM sending_paces WHERE group_no = ?1 AND domain = ?2")
    .bind(groupNo, domain)
    .run<{ mailbox: string; most: number }>();
  return Object.fromEntries(results.map(({ mailbox, most }) => [mailbox, most]));
}

/** The paces of a domain are these from now on, and no others. */
export async function replacePaces(
  directory: D1Database,
  { groupNo, domain, paces, now }: { groupNo: number; domain: string; paces: Paces; now: number },
): Promise<void> {
  await directory.batch([
    directory.prepare("DELETE FROM sending_paces WHERE group_no = ?1 AND domain = ?2").bind(groupNo, domain),
    directory
      .prepare(
        `INSERT INTO sending_paces (group_no, domain, mailbox, hourly_max, updated_at)
         SELECT ?1, ?2, key, value, ?4 FROM json_each(?3)`,
      )
      .bind(groupNo, domain, JSON.stringify(paces), now),
  ]);
}

/** A day was used well: twice as much from now on, up to what good behaviour alone may reach. */
export async function growQuota(directory: D1Database, groupNo: number, now: number): Promise<void> {
  const most = `CASE WHEN approved_at IS NULL THEN ${QUOTA_UNALLOWED_MAX} ELSE ${QUOTA_MAX} END`;
  await directory
    .prepare(
      `INSERT INTO sending_quotas (group_no, daily_max, updated_at) VALUES (?1, ${QUOTA_NEW * 2}, ?2)
       ON CONFLICT (group_no) DO UPDATE SET daily_max = max(daily_max, min(daily_max * 2, ${most})), updated_at = ?2
         WHERE is_fixed = 0`,
    )
    .bind(groupNo, now)
    .run();
}

/** Too much came back: half as much from now on, and never less than somebody new may send. */
export async function shrinkQuota(directory: D1Database, groupNo: number, now: number): Promise<void> {
  await directory
    .prepare(
      `UPDATE sending_quotas SET daily_max = max(${QUOTA_NEW}, daily_max / 2), updated_at = ?2
       WHERE group_no = ?1 AND is_fixed = 0`,
    )
    .bind(groupNo, now)
    .run();
}

export type QuotaRow = typeof sendingQuotas.$inferSelect;

export async function quotaRow(db: Database, groupNo: number): Promise<QuotaRow | null> {
  const [row] = await db.select().from(sendingQuotas).where(eq(sendingQuotas.groupNo, groupNo));
  return row ?? null;
}

/** An operator allows a group's big sends. */
export async function allowQuota(db: Database, groupNo: number, by: number, now: number): Promise<void> {
  const allowed = { approvedAt: now, approvedBy: by, updatedAt: now };
  await db
    .insert(sendingQuotas)
    .values({ groupNo, dailyMax: QUOTA_ALLOWED, ...allowed })
    .onConflictDoUpdate({
      target: sendingQuotas.groupNo,
      set: {
        ...allowed,
        dailyMax: sql`CASE WHEN is_fixed = 1 THEN daily_max ELSE max(daily_max, ${QUOTA_ALLOWED}) END`,
      },
    });
}

/** An operator sets a group's quota for good, or (null) lets it grow and shrink again from where it is. */
export async function fixQuota(
  db: Database,
  groupNo: number,
  dailyMax: number | null,
  now: number,
): Promise<void> {
  if (dailyMax === null) {
    await db
      .update(sendingQuotas)
      .set({ isFixed: 0, updatedAt: now })
      .where(eq(sendingQuotas.groupNo, groupNo));
    return;
  }
  await db
    .insert(sendingQuotas)
    .values({ groupNo, dailyMax, isFixed: 1, updatedAt: now })
    .onConflictDoUpdate({
      target: sendingQuotas.groupNo,
      set: { dailyMax, isFixed: 1, updatedAt: now },
    });
}

export type DomainRow = typeof sendingDomains.$inferSelect;

/** The domains of a group that are not removed, the oldest first. */
export async function listDomains(db: Database, groupNo: number, limit: number): Promise<DomainRow[]> {
  return db
    .select()
    .from(sendingDomains)
    .where(and(eq(sendingDomains.groupNo, groupNo), isNull(sendingDomains.removedAt)))
    .orderBy(asc(sendingDomains.domainNo))
    .limit(limit);
}

/** One domain of a group, removed or not. */
export async function domainByNo(db: Database, groupNo: number, domainNo: number): Promise<DomainRow | null> {
  const [row] = await db
    .select()
    .from(sendingDomains)
    .where(and(eq(sendingDomains.groupNo, groupNo), eq(sendingDomains.domainNo, domainNo)));
  return row ?? null;
}

/** The domain a group sends from: the one that was verified last. */
export async function verifiedDomain(db: Database, groupNo: number): Promise<DomainRow | null> {
  const [row] = await db
    .select()
    .from(sendingDomains)
    .where(
      and(
        eq(sendingDomains.groupNo, groupNo),
        isNotNull(sendingDomains.verifiedAt),
        isNull(sendingDomains.removedAt),
      ),
    )
    .orderBy(desc(sendingDomains.verifiedAt))
    .limit(1);
  return row ?? null;
}

export async function insertDomain(
  db: Database,
  row: { groupNo: number; domain: string; detail: Record<string, string>; now: number },
): Promise<number> {
  const { now, ...values } = row;
  const [inserted] = await db
    .insert(sendingDomains)
    .values({ ...values, found: {}, createdAt: now })
    .returning({ domainNo: sendingDomains.domainNo });
  if (!inserted) throw new Error("a sending domain was not written");
  return inserted.domainNo;
}

/** How many of a group's domains are not removed. */
export async function countDomains(db: Database, groupNo: number): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(sendingDomains)
    .where(and(eq(sendingDomains.groupNo, groupNo), isNull(sendingDomains.removedAt)));
  return row?.n ?? 0;
}

/** A group's row of a domain, removed or not; the newest when there are several. */
export async function domainByName(db: Database, groupNo: number, domain: string): Promise<DomainRow | null> {
  const [row] = await db
    .select()
    .from(sendingDomains)
    .where(and(eq(sendingDomains.groupNo, groupNo), eq(sendingDomains.domain, domain)))
    .orderBy(sql`removed_at IS NOT NULL`, desc(sendingDomains.domainNo))
    .limit(1);
  return row ?? null;
}

const isDomain = (groupNo: number, domainNo: number) =>
  and(eq(sendingDomains.groupNo, groupNo), eq(sendingDomains.domainNo, domainNo));

export async function updateDetail(
  db: Database,
  groupNo: number,
  domainNo: number,
  detail: Record<string, string>,
): Promise<void> {
  await db.update(sendingDomains).set({ detail }).where(isDomain(groupNo, domainNo));
}

export async function noteCheck(
  db: Database,
  groupNo: number,
  domainNo: number,
  found: Record<string, string>,
  now: number,
): Promise<void> {
  await db.update(sendingDomains).set({ found, checkedAt: now }).where(isDomain(groupNo, domainNo));
}

/** Which row may send from a domain, whatever its group. */
export async function holderOf(db: Database, domain: string): Promise<DomainRow | null> {
  const [row] = await db
    .select()
    .from(sendingDomains)
    .where(
      and(
        eq(sendingDomains.domain, domain),
        isNotNull(sendingDomains.verifiedAt),
        isNull(sendingDomains.removedAt),
      ),
    );
  return row ?? null;
}

/** False when another row got it meanwhile, or this one was removed. */
export async function verify(db: Database, groupNo: number, domainNo: number, now: number): Promise<boolean> {
  const rows = await db.all(sql`
    UPDATE OR IGNORE sending_domains SET verified_at = ${now}
    WHERE group_no = ${groupNo} AND domain_no = ${domainNo} AND removed_at IS NULL RETURNING domain_no`);
  return rows.length > 0;
}

export async function unverify(db: Database, groupNo: number, domainNo: number): Promise<void> {
  await db.update(sendingDomains).set({ verifiedAt: null }).where(isDomain(groupNo, domainNo));
}

export async function markRemoved(
  db: Database,
  groupNo: number,
  domainNo: number,
  now: number,
): Promise<void> {
  await db
    .update(sendingDomains)
    .set({ removedAt: now, verifiedAt: null })
    .where(and(isDomain(groupNo, domainNo), isNull(sendingDomains.removedAt)));
}

/** It must prove itself again. */
export async function restoreDomain(db: Database, groupNo: number, domainNo: number): Promise<void> {
  await db
    .update(sendingDomains)
    .set({ removedAt: null, verifiedAt: null })
    .where(isDomain(groupNo, domainNo));
}

/** Verified domains that were last looked at before a moment, the longest unseen first. */
export async function domainsToCheck(
  db: Database,
  before: number,
  limit: number,
): Promise<{ domain: DomainRow; jurisdiction: Group["jurisdiction"] }[]> {
  return db
    .select({ domain: sendingDomains, jurisdiction: groups.jurisdiction })
    .from(sendingDomains)
    .innerJoin(groups, eq(groups.groupNo, sendingDomains.groupNo))
    .where(
      and(
        isNotNull(sendingDomains.verifiedAt),
        isNull(sendingDomains.removedAt),
        lt(sendingDomains.checkedAt, before),
      ),
    )
    .orderBy(asc(sendingDomains.checkedAt))
    .limit(limit);
}
