import { and, asc, eq, sql } from "drizzle-orm";
import { accounts } from "../accounts/directory-tables";
import type { Database } from "../platform/context";
import { memberships } from "./directory-tables";
import type { Member, Role } from "./types";

const memberColumns = {
  accountNo: memberships.accountNo,
  name: accounts.name,
  email: accounts.email,
  role: memberships.role,
  joinedAt: memberships.createdAt,
  lastSignInAt: accounts.lastSignInAt,
  mailCeiling: memberships.mailCeiling,
};

export async function membersOf(db: Database, groupNo: number, limit: number): Promise<Member[]> {
  return db
    .select(memberColumns)
    .from(memberships)
    .innerJoin(accounts, eq(accounts.accountNo, memberships.accountNo))
    .where(eq(memberships.groupNo, groupNo))
    .orderBy(asc(memberships.createdAt), asc(memberships.accountNo))
    .limit(limit);
}

export async function memberByNo(db: Database, groupNo: number, accountNo: number): Promise<Member | null> {
  const [row] = await db
    .select(memberColumns)
    .from(memberships)
    .innerJoin(accounts, eq(accounts.accountNo, memberships.accountNo))
    .where(and(eq(memberships.groupNo, groupNo), eq(memberships.accountNo, accountNo)));
  return row ?? null;
}

export async function memberByEmail(db: Database, groupNo: number, emailKey: string): Promise<Member | null> {
  const [row] = await db
    .select(memberColumns)
    .from(memberships)
    .innerJoin(accounts, eq(accounts.accountNo, memberships.accountNo))
    .where(and(eq(memberships.groupNo, groupNo), eq(accounts.emailKey, emailKey)));
  return row ?? null;
}

/** Inside the statement that takes an owner away, so that two owners leaving at once cannot leave none. */
const anotherOwnerIsLeft = (groupNo: number) => sql`(${memberships.role} <> 'owner'
  OR (SELECT count(*) FROM memberships WHERE group_no = ${groupNo} AND role = 'owner') > 1)`;

/** Changes a role from what the caller saw. False when it is no longer that, or the group would have no owner. */
export async function updateRole(
  db: Database,
  groupNo: number,
  accountNo: number,
  change: { from: Role; to: Role },
): Promise<boolean> {
  const changed = await db
    .update(memberships)
    .set({ role: change.to })
    .where(
      and(
        eq(memberships.groupNo, groupNo),
        eq(memberships.accountNo, accountNo),
        eq(memberships.role, change.from),
        anotherOwnerIsLeft(groupNo),
      ),
    )
    .returning({ accountNo: memberships.accountNo });
  return changed.length > 0;
}

/** Removes a member who still has the role the caller saw. False when not, or the group would have no owner. */
export async function deleteMember(
  db: Database,
  groupNo: number,
  accountNo: number,
  role: Role,
): Promise<boolean> {
  const gone = await db
    .delete(memberships)
    .where(
      and(
        eq(memberships.groupNo, groupNo),
        eq(memberships.accountNo, accountNo),
        eq(memberships.role, role),
        anotherOwnerIsLeft(groupNo),
      ),
    )
    .returning({ accountNo: memberships.accountNo });
  return gone.length > 0;
}

/** False when the account is no member. */
export async function updateMailCeiling(
  db: Database,
  groupNo: number,
  accountNo: number,
  mailCeiling: number | null,
): Promise<boolean> {
  const changed = await db
    .update(memberships)
    .set({ mailCeiling })
    .where(and(eq(memberships.groupNo, groupNo), eq(memberships.accountNo, accountNo)))
    .returning({ accountNo: memberships.accountNo });
  return changed.length > 0;
}
