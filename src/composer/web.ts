import type { Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor, type GroupDb } from "../groups/shard";
import { type MemberEnv, memberFrame } from "../groups/web";
import { mailingById } from "../mailings/mailing";
import type { Mailing, MailingId, MailingVersion } from "../mailings/types";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { Key } from "../ui/i18n";

export const MAILINGS_PATH = "/groups/:group/mailings";
/** A mailing's id is a UUID: pages such as `/mailings/topics` are not taken for one. */
export const MAILING_PATH = `${MAILINGS_PATH}/:mailing{[0-9a-fA-F-]{36}}`;

export type MemberContext = HonoContext<MemberEnv>;
export type Language = MailingVersion["language"];

export function shardOf(c: MemberContext): GroupDb {
  return dbFor(c.var.ctx.env, c.var.group);
}

/** The mailing of the address; 404 for one the group does not have. */
export async function mailingIn(c: MemberContext): Promise<Mailing> {
  const id = parseId<MailingId>(c.req.param("mailing") ?? "");
  const mailing = id && (await mailingById(shardOf(c), id));
  if (!mailing) throw new AppError("not_found");
  return mailing;
}

export function mailingsHref(c: MemberContext): string {
  return `/groups/${c.var.group.slug}/mailings`;
}

export function hrefOf(c: MemberContext, mailing: Pick<Mailing, "id">, page = ""): string {
  return `${mailingsHref(c)}/${mailing.id}${page === "" ? "" : `/${page}`}`;
}

/** What every page here is drawn with. */
export async function pageOf(c: MemberContext) {
  const { ctx, t, locale, group, role, account } = c.var;
  return {
    ...{ t, locale, group, frame: await memberFrame(c) },
    ...{ now: ctx.now, timeZone: account.timeZone },
    mayEdit: can(role, "mailings.edit"),
    mayManage: can(role, "settings.edit"),
  };
}
export type Page = Awaited<ReturnType<typeof pageOf>>;

/** What a redirect may say was done, from the words of `words`. */
export function flashOf(c: MemberContext, words: Record<string, Key>): { flash?: FlashMessage } {
  const key = named(words, c.req.query("done"));
  return key ? { flash: { kind: "good", text: c.var.t(key) } } : {};
}

/** What organisers call a mailing. */
export function nameOf(t: (key: Key) => string, { internalTitle, subject }: Mailing): string {
  return internalTitle || subject || t("composer.untitled");
}
