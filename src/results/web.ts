import type { Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberFrame } from "../groups/web";
import { mailingById } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";

export const MAILINGS_PATH = "/groups/:group/mailings";
export const RESULTS_PATH = `${MAILINGS_PATH}/:mailing{[0-9a-fA-F-]{36}}/results`;

export type MemberContext = HonoContext<MemberEnv>;

/** The mailing of the address; 404 for one the group does not have. */
export async function mailingIn(c: MemberContext): Promise<Mailing> {
  const { ctx, group } = c.var;
  const id = parseId<MailingId>(c.req.param("mailing") ?? "");
  const mailing = id && (await mailingById(dbFor(ctx.env, group), id));
  if (!mailing) throw new AppError("not_found");
  return mailing;
}

/** What every page of results is drawn with. */
export async function pageOf(c: MemberContext) {
  const { ctx, t, locale, group, role, account } = c.var;
  return {
    ...{ t, locale, group, frame: await memberFrame(c) },
    ...{ now: ctx.now, timeZone: account.timeZone },
    seesPeople: can(role, "people.view"),
    makesAudiences: can(role, "people.edit"),
    mayEdit: can(role, "mailings.edit"),
  };
}
export type Page = Awaited<ReturnType<typeof pageOf>>;

/** The letter by which a variant is called. */
export function letterOf(variantNo: number): string {
  return String.fromCharCode(64 + variantNo);
}

/** A share with as many digits as say something: 41.3 %, 0.08 %. */
export function percent(share: number | null, locale: Locale): string {
  if (share === null) return "–";
  return formatPercent(share, locale, share > 0 && share < 0.01 ? 2 : 1);
}

export function nameOf(t: T, { internalTitle, subject }: Pick<Mailing, "internalTitle" | "subject">): string {
  return internalTitle || subject || t("results.untitled");
}
