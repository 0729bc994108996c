import type { Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { can } from "../groups/roles";
import type { Member } from "../groups/types";
import type { MemberEnv } from "../groups/web";
import { AppError } from "../platform/errors";
import { groupOrigin } from "../platform/http";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { findAction } from "./action";
import type { ActionFrame } from "./action-shell";
import type { Problems } from "./editing";
import { previewToken } from "./preview";
import { type Action, BY_CLIENT, type Kind } from "./types";

/** A pattern that only an id fits, so that `/actions/new` is never taken for one. */
export const ACTION_PATH = "/groups/:group/actions/:id{[0-9a-fA-F-]{36}}";

/** The action and kind a request is about. Throws not_found for another group's, for none, and for a kind we have no more. */
export async function actionIn(
  c: HonoContext<MemberEnv>,
  kinds: readonly Kind[],
): Promise<{ action: Action; kind: Kind }> {
  const action = await findAction(c.var.ctx, c.var.group, c.req.param("id") ?? "");
  const kind = kinds.find(({ name }) => name === action?.kind);
  if (!action || !kind) throw new AppError("not_found");
  return { action, kind };
}

/** What every page about one action shows around itself. */
export async function actionFrame(
  c: HonoContext<MemberEnv>,
  { action, kind }: { action: Action; kind: Kind },
  flash?: FlashMessage,
): Promise<ActionFrame> {
  const { ctx, group, role, t, locale, account } = c.var;
  return {
    frame: await frameOf(c),
    t,
    locale,
    group,
    action,
    kind,
    now: ctx.now,
    timeZone: account.timeZone,
    publicUrl: publicUrl(c, kind, action),
    mayEdit: can(role, "actions.edit"),
    mayPublish: can(role, "actions.publish"),
    maySeePeople: can(role, "people.view"),
    ...(flash ? { flash } : {}),
  };
}

/** Where the action is on its group's host, once it is published. */
export function publicUrl(c: HonoContext<MemberEnv>, kind: Kind, action: Action): string {
  return `${groupOrigin(c.var.ctx.config, c.var.group.slug)}/${kind.path}/${action.slug}`;
}

/** The same page for whoever holds the link, published or not. */
export async function previewUrl(c: HonoContext<MemberEnv>, kind: Kind, action: Action): Promise<string> {
  return `${publicUrl(c, kind, action)}?preview=${await previewToken(c.var.ctx, action)}`;
}

/** Where organisers find the action. */
export function actionHref(group: { slug: string }, action: { id: string }, rest = ""): string {
  return `/groups/${group.slug}/actions/${action.id}${rest}`;
}

/** Problems as the words beside their fields. */
export function inWords(t: T, problems: Problems): Record<string, string> {
  return Object.fromEntries(
    Object.entries(problems).map(([field, { key, values }]) => [field, t(key, values)]),
  );
}

/** How a line of the history names who acted. Operators act as nobody of the group's. */
export function memberNames(t: T, members: readonly Member[]): (accountNo: number | null) => string {
  return (accountNo) => {
    if (accountNo === 0) return t("actions.history.operator");
    if (accountNo === BY_CLIENT) return t("actions.history.client");
    const member = members.find((candidate) => candidate.accountNo === accountNo);
    return member ? member.name || member.email : t("actions.history.somebody");
  };
}
