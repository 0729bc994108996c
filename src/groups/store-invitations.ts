import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { accounts } from "../accounts/directory-tables";
import type { Database } from "../platform/context";
import { type InvitationId, idToBytes } from "../platform/ids";
import { groups, invitations } from "./directory-tables";
import { groupColumns, whole } from "./store";
import type { Group, Invitation } from "./types";

const invitationColumns = {
  id: invitations.id,
  groupNo: invitations.groupNo,
  email: invitations.email,
  emailKey: invitations.emailKey,
  role: invitations.role,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
};

const isOpen = and(isNull(invitations.acceptedAt), isNull(invitations.cancelledAt));

/** Stores an invitation; an open one to the same address takes the new role and date instead and keeps its id. */
export async function upsertInvitation(
  db: Database,
  invitation: Invitation & { invitedBy: number },
): Promise<Invitation> {
  const [row] = await db
    .insert(invitations)
    .values(invitation)
    .onConflictDoUpdate({
      target: [invitations.groupNo, invitations.emailKey],
      targetWhere: sql`accepted_at IS NULL AND cancelled_at IS NULL`,
      set: { role: invitation.role, invitedBy: invitation.invitedBy, expiresAt: invitation.expiresAt },
    })
    .returning(invitationColumns);
  if (!row) throw new Error("the invitation was neither found nor made");
  return row;
}

export async function invitationsOf(db: Database, groupNo: number, limit: number): Promise<Invitation[]> {
  return db
    .select(invitationColumns)
    .from(invitations)
    .where(and(eq(invitations.groupNo, groupNo), isOpen))
    .orderBy(desc(invitations.createdAt))
    .limit(limit);
}

/** An invitation of one group that is neither accepted nor cancelled; it may have expired. */
export async function openInvitation(
  db: Database,
  groupNo: number,
  id: InvitationId,
): Promise<Invitation | null> {
  const [row] = await db
    .select(invitationColumns)
    .from(invitations)
    .where(and(eq(invitations.groupNo, groupNo), eq(invitations.id, id), isOpen));
  return row ?? null;
}

/** What the holder of an invitation link is shown; the link carries the id, which is why no group is bound. */
export async function invitationById(
  db: Database,
  id: InvitationId,
): Promise<{ invitation: Invitation; group: Group; invitedBy: string; isOpen: boolean } | null> {
  const [row] = await db
    .select({
      invitation: invitationColumns,
      group: groupColumns,
      inviterName: accounts.name,
      inviterEmail: accounts.email,
      acceptedAt: invitations.acceptedAt,
      cancelledAt: invitations.cancelledAt,
    })
    .from(invitations)
    .innerJoin(groups, eq(groups.groupNo, invitations.groupNo))
    .innerJoin(accounts, eq(accounts.accountNo, invitations.invitedBy))
    .where(eq(invitations.id, id));
  if (!row) return null;
  return {
    invitation: row.invitation,
    group: whole(row.group),
    invitedBy: row.inviterName || row.inviterEmail,
    isOpen: row.acceptedAt === null && row.cancelledAt === null,
  };
}

export async function extendInvitation(
  db: Database,
  groupNo: number,
  id: InvitationId,
  expiresAt: number,
): Promise<Invitation | null> {
  const [row] = await db
    .update(invitations)
    .set({ expiresAt })
    .where(and(eq(invitations.groupNo, groupNo), eq(invitations.id, id), isOpen))
    .returning(invitationColumns);
  return row ?? null;
}

export async function cancelInvitation(
  db: Database,
  groupNo: number,
  id: InvitationId,
  cancelledAt: number,
): Promise<Invitation | null> {
  const [row] = await db
    .update(invitations)
    .set({ cancelledAt })
    .where(and(eq(invitations.groupNo, groupNo), eq(invitations.id, id), isOpen))
    .returning(invitationColumns);
  return row ?? null;
}

/**
 * Settles an invitation and makes the membership in one transaction. Someone who is a member already keeps their role.
 * The second of two clicks finds it settled and changes nothing.
 */
export async function acceptInvitation(
  db: Database,
  invitation: Invitation,
  accountNo: number,
  now: number,
): Promise<boolean> {
  const id = idToBytes(invitation.id);
  const d1 = db.$client;
  const isOpenNow =
    "group_no = ?1 AND id = ?2 AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > ?3";
  const [, settled] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO memberships (group_no, account_no, role, created_at)
         SELECT group_no, ?4, role, ?3 FROM invitations WHERE ${isOpenNow} ON CONFLICT DO NOTHING`,
      )
      .bind(invitation.groupNo, id, now, accountNo),
    d1
      .prepare(`UPDATE invitations SET accepted_at = ?3 WHERE ${isOpenNow}`)
      .bind(invitation.groupNo, id, now),
  ]);
  return (settled?.meta.changes ?? 0) > 0;
}
