import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { changeSubscription } from "../people/person";
import { subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { MAIL_PATH, mailKey } from "../platform/mail-keys";
import { signToken, verifyToken } from "../platform/tokens";
import type { Locale } from "../ui/i18n";
import { ownWordMail } from "./email";
import type { Recipient } from "./store-recipient";
import { addressMark, liftSuppression, suppressionOf } from "./suppression";
import type { SuppressionCause } from "./types";

const DAY_MS = 86_400_000;
const LINK_DAYS = 7;
/** Somebody who complained gets one such mail a day, whoever holds an old mail of theirs. */
const askedPerPerson = [{ max: 1, windowMs: DAY_MS }];

type Blocked = Pick<Recipient, "email" | "emailStatus">;

/**
 * Why somebody's address gets no mailings, whatever they say on a page: a complaint, an address that bounced, or an operator's
 * word; null when nothing stands against it. A complaint stands over the rest.
 */
export async function blockOf(
  ctx: Context,
  { email, emailStatus }: Blocked,
): Promise<SuppressionCause | null> {
  if (email === null) return null;
  const suppression = await suppressionOf(ctx, email);
  const { bounced, complained } = subscriptionStatus;
  if (suppression?.cause === "operator") return "operator";
  if (emailStatus === complained || suppression?.cause === "complaint") return "complaint";
  return emailStatus === bounced || suppression ? "bounce" : null;
}

/**
 * Mails somebody whose address is blocked the one link that ends it: an old mail may be in anybody's hands, a new one is read by
 * whoever reads there now. In the lane of receipts, once a day at most.
 * @returns "not_blocked" when there is nothing to end, "refused" when it is not theirs to end
 */
export async function askForOwnWord(
  ctx: Context,
  group: Group,
  person: Recipient,
  locale: Locale,
): Promise<"asked" | "asked_lately" | "not_blocked" | "refused"> {
  const { personNo, email } = person;
  const block = await blockOf(ctx, person);
  if (email === null || block === null) return "not_blocked";
  if (block === "operator" || group.status === "suspended") return "refused";
  const taken = await takeFromLimits(ctx.env, "own-word", `${group.no}/${personNo}`, askedPerPerson);
  if (!taken.allowed) return "asked_lately";
  const keys = ctx.config.SIGNING_KEYS;
  const [key, word] = await Promise.all([
    mailKey(keys, { groupNo: group.no, mailingNo: 0, personNo, isProof: false }, ctx.now),
    signToken(
      keys,
      "mail-again",
      { g: group.no, p: personNo, e: await addressMark(ctx, email), t: ctx.now },
      { now: ctx.now, secondsToLive: (LINK_DAYS * DAY_MS) / 1_000 },
    ),
  ]);
  const href = `${groupOrigin(ctx.config, group.slug)}${MAIL_PATH}/${key}/again?lang=${locale}&word=${word}`;
  await sendLater(ctx, ownWordMail(group, { to: email, href, locale, block }), "notice");
  return "asked";
}

/** Whether a link of such a mail is good, for this person and the address they have. */
export async function isOwnWord(
  ctx: Context,
  group: Pick<Group, "no">,
  person: Recipient,
  word: string,
): Promise<boolean> {
  return (await saidAt(ctx, group, person, word)) !== null;
}

/**
 * Puts somebody back on the list at the word they gave by mail, and lets their address be mailed by the whole installation. What
 * was reported after the mail was asked for stands. May be said again.
 * @returns false for a link that is forged, old, somebody else's, or of an address they no longer have
 */
export async function takeOwnWord(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  person: Recipient,
  word: string,
): Promise<boolean> {
  const { personNo, email } = person;
  const askedAt = await saidAt(ctx, group, person, word);
  if (askedAt === null || email === null) return false;
  const block = await blockOf(ctx, person);
  if (block === "operator") return false;
  if (person.emailStatus >= subscriptionStatus.bounced && (person.emailStatusAt ?? 0) > askedAt) return false;
  if (block !== null) {
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: null, act: "person.mailed_again", subject: String(personNo) },
      detail: { reason: block === "complaint" ? "complained" : "bounced" },
    });
    await liftSuppression(ctx, email, ["bounce", "complaint"], askedAt);
  }
  if (person.emailStatus === subscriptionStatus.subscribed) return true;
  return changeSubscription(dbFor(ctx.env, group), personNo, {
    ...{ channel: "email", status: "subscribed", cause: "page", reason: "", by: null, at: ctx.now },
  });
}

/** When the mail of a link was asked for, in ms. */
async function saidAt(
  ctx: Context,
  group: Pick<Group, "no">,
  { personNo, email }: Recipient,
  word: string,
): Promise<number | null> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, "mail-again", word, ctx.now);
  if (!claims || email === null || claims.g !== group.no || claims.p !== personNo) return null;
  if (claims.e !== (await addressMark(ctx, email))) return null;
  return typeof claims.t === "number" ? claims.t : null;
}
