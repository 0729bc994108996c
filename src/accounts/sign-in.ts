import { z } from "zod";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { newId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { signToken, verifyToken } from "../platform/tokens";
import type { Locale } from "../ui/i18n";
import { accountFor } from "./account";
import { signInMail } from "./email";
import { safeNext } from "./next";
import { startSession, type Visit } from "./session";
import { spend } from "./store";
import { type Account, linksPerAddress, linksPerNetwork, SIGN_IN_LINK_SECONDS } from "./types";

export type LinkRequest = {
  /** As typed. */
  email: string;
  emailKey: string;
  /** Where to go afterwards, on this site. */
  next: string;
  locale: Locale;
  /** Of whoever asks (`networkOf`). */
  network: string;
};

/**
 * Mails a link that signs in. It does the same whether the address has an account or not, so that nobody can find out
 * who has one. The limits fail open when they cannot be reached: a broken limiter must not lock people out.
 */
export async function sendSignInLink(
  ctx: Context,
  request: LinkRequest,
): Promise<{ sent: true } | { sent: false; reason: "too_many"; retryAfterSeconds: number }> {
  const limits = [
    ["sign-in-network", request.network, linksPerNetwork],
    ["sign-in-address", request.emailKey, linksPerAddress],
  ] as const;
  for (const [purpose, subject, allowed] of limits) {
    const taken = await takeFromLimits(ctx.env, purpose, subject, allowed);
    if (!taken.allowed)
      return { sent: false, reason: "too_many", retryAfterSeconds: taken.retryAfterSeconds };
  }
  const { email, next, locale } = request;
  const options = { now: ctx.now, secondsToLive: SIGN_IN_LINK_SECONDS, id: newId() };
  const token = await signToken(ctx.config.SIGNING_KEYS, "sign-in", { email, next, locale }, options);
  await sendLater(
    ctx,
    signInMail({ to: email, origin: ctx.config.PLATFORM_ORIGIN, token, locale }),
    "sign-in",
  );
  return { sent: true };
}

const linkClaims = z.object({
  email: z.string().refine((text) => normaliseEmail(text) !== null),
  next: z.string().transform(safeNext),
  jti: z.string(),
  exp: z.number(),
});

/** Who a link signs in, without spending it; null when it is forged, expired or for another purpose. */
export async function readSignInLink(
  ctx: Context,
  token: string,
): Promise<{ email: string; next: string } | null> {
  return readLink(ctx, token);
}

async function readLink(ctx: Context, token: string): Promise<z.infer<typeof linkClaims> | null> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, "sign-in", token, ctx.now);
  return linkClaims.safeParse(claims).data ?? null;
}

/**
 * Signs in whoever opened the link, once; the first time, that makes the account.
 * @param replacedToken the session the browser brought, which ends
 */
export async function signInByLink(
  ctx: Context,
  token: string,
  visit: Visit,
  defaults: { locale: Locale; timeZone: string },
  replacedToken: string | null,
): Promise<
  | { ok: true; account: Account; sessionToken: string; next: string }
  | { ok: false; reason: "invalid" | "spent" }
> {
  const link = await readLink(ctx, token);
  if (!link) return { ok: false, reason: "invalid" };
  if (!(await spend(ctx.directory, link.jti, link.exp * 1000))) return { ok: false, reason: "spent" };
  const account = await accountFor(ctx, link.email, defaults);
  const sessionToken = await startSession(ctx, account, visit, replacedToken);
  return { ok: true, account, sessionToken, next: link.next };
}
