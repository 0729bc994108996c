import { env } from "cloudflare:workers";
import { accountFor } from "../src/accounts/account";
import { createGroup, type Group } from "../src/groups/group";
import type { Role } from "../src/groups/types";
import { contextOf } from "./groups";
import { newAddress, type PlatformHost, platformHost, type Visitor } from "./platform-host";

export type Team = Record<Role, Visitor> & {
  host: PlatformHost;
  group: Group;
  /** The path below which the group's pages are. */
  base: string;
  emails: Record<Role, string>;
  numbers: Record<Role, number>;
};

/** A group with one member of each role, each signed in on a browser of their own. */
export async function makeTeam(changes: Parameters<typeof platformHost>[0] = {}): Promise<Team> {
  const host = platformHost(changes);
  const emails = {
    owner: newAddress("owner"),
    administrator: newAddress("admin"),
    organiser: newAddress("organiser"),
  };
  const number = async (email: string) =>
    (await accountFor(contextOf(), email, { locale: "en", timeZone: "UTC" })).no;
  const numbers = {
    owner: await number(emails.owner),
    administrator: await number(emails.administrator),
    organiser: await number(emails.organiser),
  };
  const owner = await accountFor(contextOf(), emails.owner, { locale: "en", timeZone: "UTC" });
  const form = { locale: "en", country: "CA", timeZone: "America/Toronto", currency: "CAD" } as const;
  const made = await createGroup(contextOf(), owner, {
    ...form,
    name: "Clean Air Now",
    slug: `team-${crypto.randomUUID().slice(0, 8)}`,
  });
  if (!made.ok) throw new Error(made.reason);
  const { group } = made;
  for (const role of ["administrator", "organiser"] as const) await addMember(group, numbers[role], role);
  const visitors = { owner: host.visitor(), administrator: host.visitor(), organiser: host.visitor() };
  for (const role of ["owner", "administrator", "organiser"] as const)
    await visitors[role].signIn(emails[role]);
  return { ...visitors, host, group, base: `/groups/${group.slug}`, emails, numbers };
}

export async function addMember(group: Group, accountNo: number, role: Role): Promise<void> {
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, ?, ?)",
  )
    .bind(group.no, accountNo, role, Date.now())
    .run();
}

/** The role somebody has in the database now; null when they are no member. */
export async function roleNow(group: Group, accountNo: number): Promise<string | null> {
  return env.DIRECTORY.prepare("SELECT role FROM memberships WHERE group_no = ? AND account_no = ?")
    .bind(group.no, accountNo)
    .first("role");
}

/** What was recorded about a group, the newest first, without the group's making. */
export async function actsOf(group: Group): Promise<{ act: string; subject: string; by: number | null }[]> {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT act, subject, account_no AS by FROM audit_log WHERE group_no = ? AND act <> 'group.created' ORDER BY audit_no DESC",
  )
    .bind(group.no)
    .all<{ act: string; subject: string; by: number | null }>();
  return results;
}
