import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import { accounts } from "../accounts/directory-tables";
import { actions } from "../actions/tables";
import { auditLog, groups } from "../groups/directory-tables";
import type { GroupDb } from "../groups/shard";
import type { Database } from "../platform/context";
import type { ActionId } from "../platform/ids";
import { abuseReports, deadLetters } from "./directory-tables";
import type { AbuseReport, DeadLetter, ReportOutcome } from "./types";

type DeadMessage = { queue: string; messageId: string; body: string; diedAt: number };

/** Keeps dead messages, in one statement; one that is kept already stays as it is. Gives how many were new. */
export async function keepDead(db: Database, messages: DeadMessage[]): Promise<number> {
  if (messages.length === 0) return 0;
  const rows = await db.all(sql`
    INSERT INTO dead_letters (queue, message_id, body, died_at)
    SELECT value ->> 'queue', value ->> 'messageId', value ->> 'body', value ->> 'diedAt'
    FROM json_each(${JSON.stringify(messages)}) WHERE true
    ON CONFLICT (message_id) DO NOTHING RETURNING dead_no`);
  return rows.length;
}

const isOpen = and(isNull(deadLetters.replayedAt), isNull(deadLetters.discardedAt));

/** Letters nobody has dealt with, newest first, of one queue or of all. */
export async function openDeadLetters(
  db: Database,
  options: { queue: string | null; before: number | null; limit: number },
): Promise<DeadLetter[]> {
  return db
    .select({
      no: deadLetters.deadNo,
      queue: deadLetters.queue,
      // A body that is no JSON has no type; json_extract would raise an error.
      type: sql<string>`CASE WHEN json_valid(${deadLetters.body}) THEN coalesce(json_extract(${deadLetters.body}, '$.type'), '') ELSE '' END`,
      size: sql<number>`length(${deadLetters.body})`,
      diedAt: deadLetters.diedAt,
    })
    .from(deadLetters)
    .where(
      and(
        isOpen,
        options.queue === null ? undefined : eq(deadLetters.queue, options.queue),
        options.before === null ? undefined : lt(deadLetters.deadNo, options.before),
      ),
    )
    .orderBy(desc(deadLetters.deadNo))
    .limit(options.limit);
}

/** How many letters of each queue wait for an operator, and since when. */
export async function deadLetterCounts(
  db: Database,
): Promise<{ queue: string; count: number; oldestAt: number }[]> {
  return db
    .select({
      queue: deadLetters.queue,
      count: sql<number>`count(*)`,
      oldestAt: sql<number>`min(${deadLetters.diedAt})`,
    })
    .from(deadLetters)
    .where(isOpen)
    .groupBy(deadLetters.queue)
    .orderBy(asc(deadLetters.queue));
}

export type DeadBody = { no: number; queue: string; body: string };

/** The texts of open letters, oldest first: of one number, or of a whole queue up to `limit`. */
export async function deadBodies(
  db: Database,
  which: { no: number } | { queue: string; limit: number },
): Promise<DeadBody[]> {
  return db
    .select({ no: deadLetters.deadNo, queue: deadLetters.queue, body: deadLetters.body })
    .from(deadLetters)
    .where(and(isOpen, "no" in which ? eq(deadLetters.deadNo, which.no) : eq(deadLetters.queue, which.queue)))
    .orderBy(asc(deadLetters.deadNo))
    .limit("no" in which ? 1 : which.limit);
}

/** Marks open letters as dealt with. Gives how many there were. */
export async function settleDead(
  db: Database,
  numbers: number[],
  how: { replayedAt: number } | { discardedAt: number },
): Promise<number> {
  const rows = await db
    .update(deadLetters)
    .set(how)
    .where(
      and(isOpen, sql`${deadLetters.deadNo} IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`),
    )
    .returning({ no: deadLetters.deadNo });
  return rows.length;
}

/** Empties the texts of letters dealt with before a moment. */
export async function emptyDead(db: Database, before: number): Promise<void> {
  await db
    .update(deadLetters)
    .set({ body: "" })
    .where(
      and(
        or(lt(deadLetters.replayedAt, before), lt(deadLetters.discardedAt, before)),
        sql`${deadLetters.body} <> ''`,
      ),
    );
}

type NewReport = Pick<
  typeof abuseReports.$inferInsert,
  "groupNo" | "actionId" | "mailingNo" | "url" | "reason" | "detail" | "reportedAt"
>;

/** Stores a report, unless its group has `openMax` open ones. Gives whether it was stored. */
export async function insertReport(db: Database, report: NewReport, openMax: number): Promise<boolean> {
  const [open] = await db
    .select({ n: sql<number>`count(*)` })
    .from(abuseReports)
    .where(and(isNull(abuseReports.settledAt), eq(abuseReports.groupNo, report.groupNo)));
  if ((open?.n ?? 0) >= openMax) return false;
  await db.insert(abuseReports).values(report);
  return true;
}

const reportColumns = {
  no: abuseReports.reportNo,
  groupNo: abuseReports.groupNo,
  groupName: groups.name,
  groupId: groups.id,
  actionId: abuseReports.actionId,
  mailingNo: abuseReports.mailingNo,
  url: abuseReports.url,
  reason: abuseReports.reason,
  detail: abuseReports.detail,
  reportedAt: abuseReports.reportedAt,
  settledAt: abuseReports.settledAt,
  outcome: abuseReports.outcome,
};

/** Reports, open or settled, newest first. */
export async function listReports(
  db: Database,
  options: { isSettled: boolean; before: number | null; limit: number },
): Promise<AbuseReport[]> {
  return db
    .select(reportColumns)
    .from(abuseReports)
    .innerJoin(groups, eq(groups.groupNo, abuseReports.groupNo))
    .where(
      and(
        options.isSettled ? isNotNull(abuseReports.settledAt) : isNull(abuseReports.settledAt),
        options.before === null ? undefined : lt(abuseReports.reportNo, options.before),
      ),
    )
    .orderBy(desc(abuseReports.reportNo))
    .limit(options.limit);
}

export async function reportByNo(db: Database, reportNo: number): Promise<AbuseReport | null> {
  const [row] = await db
    .select(reportColumns)
    .from(abuseReports)
    .innerJoin(groups, eq(groups.groupNo, abuseReports.groupNo))
    .where(eq(abuseReports.reportNo, reportNo));
  return row ?? null;
}

export async function openReportCount(db: Database): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(abuseReports)
    .where(isNull(abuseReports.settledAt));
  return row?.n ?? 0;
}

/**
 * Settles the open reports an outcome answers: this one alone, all of its action, or all of its group.
 * @returns how many were settled
 */
export async function settleReports(
  db: Database,
  report: Pick<AbuseReport, "no" | "groupNo"> & { actionId: ActionId | null },
  outcome: ReportOutcome,
  by: { accountNo: number; at: number },
): Promise<number> {
  const same = {
    dismissed: eq(abuseReports.reportNo, report.no),
    action_limited: report.actionId
      ? eq(abuseReports.actionId, report.actionId)
      : eq(abuseReports.reportNo, report.no),
    group_limited: undefined,
    group_suspended: undefined,
  }[outcome];
  const rows = await db
    .update(abuseReports)
    .set({ settledAt: by.at, settledBy: by.accountNo, outcome })
    .where(and(isNull(abuseReports.settledAt), eq(abuseReports.groupNo, report.groupNo), same))
    .returning({ no: abuseReports.reportNo });
  return rows.length;
}

export type ListedGroup = {
  no: number;
  id: string;
  slug: string;
  name: string;
  shard: string;
  status: "active" | "limited" | "suspended";
  createdAt: number;
};

const groupColumns = {
  no: groups.groupNo,
  id: groups.id,
  slug: groups.slug,
  name: groups.name,
  shard: groups.shard,
  status: groups.status,
  createdAt: groups.createdAt,
};

/** Groups whose name or slug holds the text, newest first. `instr` and not LIKE: the text may hold its wildcards. */
export async function searchGroups(
  db: Database,
  options: { text: string; status: ListedGroup["status"] | null; before: number | null; limit: number },
): Promise<ListedGroup[]> {
  const text = options.text.toLowerCase();
  return db
    .select(groupColumns)
    .from(groups)
    .where(
      and(
        text === ""
          ? undefined
          : or(sql`instr(lower(${groups.name}), ${text}) > 0`, sql`instr(${groups.slug}, ${text}) > 0`),
        options.status === null ? undefined : eq(groups.status, options.status),
        options.before === null ? undefined : lt(groups.groupNo, options.before),
      ),
    )
    .orderBy(desc(groups.groupNo))
    .limit(options.limit);
}

/** Groups by their numbers. */
export async function namesOfGroups(db: Database, numbers: number[]): Promise<Map<number, ListedGroup>> {
  const rows = await db
    .select(groupColumns)
    .from(groups)
    .where(sql`${groups.groupNo} IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`);
  return new Map(rows.map((row) => [row.no, row]));
}

export async function groupById(db: Database, id: typeof groups.$inferSelect.id): Promise<number | null> {
  const [row] = await db.select({ no: groups.groupNo }).from(groups).where(eq(groups.id, id));
  return row?.no ?? null;
}

/** The titles of some actions of one group. */
export async function titlesOfActions(
  { groupNo, db }: GroupDb,
  ids: ActionId[],
): Promise<Map<ActionId, string>> {
  const rows = await db
    .select({ id: actions.id, title: actions.title })
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), inArray(actions.id, ids)));
  return new Map(rows.map(({ id, title }) => [id, title]));
}

/** How far back acts of operators are looked for: the log has no index by act, and this reads it from its end. */
const ACTS_LOOKED_AT = 10_000;

export type OperatorAct = {
  no: number;
  act: string;
  subject: string;
  detail: Record<string, unknown>;
  at: number;
  by: string;
};

/** The last acts of operators: on the installation, and on a group or an action from outside it. */
export async function operatorActs(db: Database, limit: number): Promise<OperatorAct[]> {
  return db
    .select({
      no: auditLog.auditNo,
      act: auditLog.act,
      subject: auditLog.subject,
      detail: auditLog.detail,
      at: auditLog.at,
      by: sql<string>`coalesce(nullif(${accounts.name}, ''), ${accounts.email}, '')`,
    })
    .from(auditLog)
    .leftJoin(accounts, eq(accounts.accountNo, auditLog.accountNo))
    .where(
      and(
        gte(auditLog.auditNo, sql`(SELECT coalesce(max(audit_no), 0) FROM audit_log) - ${ACTS_LOOKED_AT}`),
        sql`${auditLog.act} IN ('group.status', 'action.limited', 'action.released', 'deadletters.replayed', 'deadletters.discarded', 'report.settled', 'intake.unparked', 'intake.stored_again',
          'sending.allowed', 'sending.quota', 'sending.resumed', 'mailing.refused', 'mailing.halted', 'suppression.lifted', 'readings.unparked')`,
      ),
    )
    .orderBy(desc(auditLog.auditNo))
    .limit(limit);
}
