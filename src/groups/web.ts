import { createMiddleware } from "hono/factory";
import type { Account } from "../accounts/account";
import { askToSignIn, frameOf, type WebEnv } from "../accounts/web";
import { AppError } from "../platform/errors";
import type { Tab } from "../ui/layout";
import { can, type Permission } from "./roles";
import { groupOfMember } from "./store";
import { type Group, groupSlug, type Role } from "./types";

/** What a handler below `/groups/:group` finds in `c.var`, once `memberCan` let the request pass. */
export type MemberEnv = WebEnv & { Variables: { group: Group; role: Role; account: Account } };

/**
 * Lets members whose role carries the permission pass. Fails closed: without a session to the sign-in page; 404 for a
 * group that does not exist and for one the account is no member of, so that nobody learns which groups exist; 403 for
 * a member whose role may not.
 */
export function memberCan(permission: Permission) {
  return createMiddleware<MemberEnv>(async (c, next) => {
    const account: Account | null = c.var.account;
    if (!account) return askToSignIn(c);
    const slug = groupSlug.safeParse(c.req.param("group"));
    const found = slug.success ? await groupOfMember(c.var.ctx.directory, slug.data, account.no) : null;
    if (!found) throw new AppError("not_found");
    if (!can(found.role, permission)) throw new AppError("forbidden");
    c.set("group", found.group);
    c.set("role", found.role);
    c.set("closedTabs", closedTabs(found.role));
    return next();
  });
}

function closedTabs(role: Role): Tab[] {
  return [
    ...(can(role, "people.view") ? [] : ["people" as const]),
    ...(can(role, "mailings.view") ? [] : ["mailings" as const]),
    ...(can(role, "settings.edit") ? [] : ["settings" as const]),
  ];
}

/** What `Shell` needs on a page of a group: who is looking, their groups, and this one. */
export async function memberFrame(c: { var: MemberEnv["Variables"] }) {
  const { name, slug } = c.var.group;
  return { ...(await frameOf(c)), group: { name, slug } };
}
