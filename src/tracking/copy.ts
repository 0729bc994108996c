import { type PublicContext, refuse, speak } from "../actions/public-web";
import { OWN_DATA_PATH } from "../groups/public";
import { dbFor } from "../groups/shard";
import { subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import { MAIL_PATH, type MailCopy, mailKey, readMailKey } from "../platform/mail-keys";
import { type Recipient, recipientOf } from "../subscriptions/subscription";
import { isLocale, type Locale } from "../ui/i18n";
import { PATIENCE_MS, within } from "./patience";

/** What a page of a mail knows of who opened it. */
export type Mine = {
  copy: MailCopy;
  key: string;
  /** Null once they were forgotten; "unread" while D1 cannot be asked. */
  recipient: Recipient | null | "unread";
};

/** The copy the address names; null for a key that is forged, cut short, too old or another group's. Fails closed. */
export async function copyOf(c: PublicContext): Promise<MailCopy | null> {
  const { ctx, group } = c.var;
  const copy = await readMailKey(ctx.config.SIGNING_KEYS, c.req.param("key") ?? "", ctx.now);
  return copy && copy.groupNo === group.no ? copy : null;
}

/** Lets whoever has the key of a copy in, also while D1 is down; everybody else is told where to ask. */
export async function withCopy(
  c: PublicContext,
  answer: (mine: Mine) => Promise<Response>,
): Promise<Response> {
  const copy = await copyOf(c);
  if (!copy) return stale(c);
  const recipient = copy.isProof ? nobody : await readRecipient(c, copy.personNo);
  const language = recipient === "unread" ? null : recipient?.language;
  if (!isLocale(c.req.query("lang")) && isLocale(language)) speak(c, language);
  return answer({ copy, key: c.req.param("key") ?? "", recipient });
}

export type Known = Mine & { recipient: Recipient };

/** For a page that says what D1 says: whoever was forgotten is told where to ask, and without D1 `unread` answers. */
export function knownOnly(
  c: PublicContext,
  mine: Mine,
  answer: (c: PublicContext, mine: Known) => Promise<Response>,
  unread: () => Promise<Response>,
): Promise<Response> {
  const { recipient } = mine;
  if (recipient === null) return stale(c);
  return recipient === "unread" ? unread() : answer(c, { ...mine, recipient });
}

/** Who reads a test mail, whomever it was made for: somebody who has said nothing yet. */
const nobody: Recipient = {
  ...{ personNo: 0, email: "", givenName: null, language: null },
  emailStatus: subscriptionStatus.subscribed,
  ...{ emailStatusAt: null, pausedUntil: null, weeklyMax: null },
};

async function readRecipient(c: PublicContext, personNo: number): Promise<Recipient | null | "unread"> {
  const { ctx, group } = c.var;
  try {
    return await within(PATIENCE_MS, recipientOf(dbFor(ctx.env, group), personNo));
  } catch (error) {
    ctx.log.error("mail_page.unread", error);
    return "unread";
  }
}

/** For a link that says nothing any more: how to leave the list all the same. */
export function stale(c: PublicContext): Promise<Response> {
  const { t } = c.var;
  return refuse(c, "not_found", {
    title: t("readers.stale.title"),
    text: t("readers.stale.text"),
    next: { href: OWN_DATA_PATH, words: t("readers.stale.next") },
  });
}

/** The address of a page of somebody's mail. */
export function pageHref(key: string, page: string, locale: Locale, more = ""): string {
  return `${MAIL_PATH}/${key}/${page}?lang=${locale}${more}`;
}

/** Where a person says what mail they want, reached from no mailing: for pages that know who they are. */
export async function preferencesHref(
  ctx: Pick<Context, "config" | "now">,
  { groupNo, personNo, locale }: { groupNo: number; personNo: number; locale: Locale },
): Promise<string> {
  const copy = { groupNo, mailingNo: 0, personNo, isProof: false };
  return pageHref(await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now), "preferences", locale);
}

/** So that whoever looks over a shoulder, or got the mail from somebody else, sees whose it is and not more: `a…@example.org`. */
export function veiled(email: string): string {
  if (email === "") return "";
  const [local = "", domain = ""] = email.split("@");
  return `${[...local].slice(0, 1).join("")}…@${domain}`;
}
