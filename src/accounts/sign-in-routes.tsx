import { Hono, type Context as HonoContext } from "hono";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { takeFromLimits } from "../platform/limits";
import { accountFor } from "./account";
import { safeNext } from "./next";
import { beginAuthentication, signInByPasskey } from "./passkey";
import { endSession, startSession, type Visit } from "./session";
import { readSignInLink, sendSignInLink, signInByLink } from "./sign-in";
import { FORM_BYTES_MAX, passkeysPerNetwork, signInForm } from "./types";
import { ConfirmPage, LinkRefusedPage, MailSentPage, SignInPage } from "./views";
import { deviceOf, placeOf, whereabouts } from "./visit";
import { giveSessionCookie, sessionCookie, takeSessionCookie, type WebEnv } from "./web";

/** The pages someone who is not signed in needs to become someone who is. */
export const signInRoutes = new Hono<WebEnv>();

signInRoutes.get("/sign-in", (c) => {
  const next = safeNext(c.req.query("next") ?? "/");
  if (c.var.account) return c.redirect(next, 303);
  return c.html(<SignInPage {...page(c)} next={next} email={c.req.query("email") ?? ""} />);
});

signInRoutes.post("/sign-in", async (c) => {
  const { ctx, t, locale } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const [typed, next] = [single(values, "email"), safeNext(single(values, "next"))];
  const parsed = signInForm.safeParse({ email: typed });
  if (!parsed.success) {
    const errors = {
      email: t(typed.trim() === "" ? "accounts.signIn.emailMissing" : "accounts.signIn.emailWrong"),
    };
    return c.html(<SignInPage {...page(c)} next={next} email={typed} errors={errors} />, 422);
  }
  const { email, emailKey } = parsed.data.email;
  const sent = await sendSignInLink(ctx, { email, emailKey, next, locale, network: networkOf(c.req.raw) });
  if (!sent.sent) return tooMany(c, { email: typed, next }, sent.retryAfterSeconds);
  const mailboxUrl = ctx.config.isDevelopment ? "/dev/mail" : undefined;
  return c.html(<MailSentPage {...page(c)} {...{ email, next, mailboxUrl }} />);
});

function page(c: HonoContext<WebEnv>) {
  return { t: c.var.t, locale: c.var.locale };
}

function tooMany(c: HonoContext<WebEnv>, form: { email: string; next: string }, retryAfterSeconds: number) {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  c.header("Retry-After", String(retryAfterSeconds));
  const problem = c.var.t("accounts.signIn.tooMany", { count: minutes });
  return c.html(<SignInPage {...page(c)} {...form} problem={problem} />, 429);
}

signInRoutes.get("/sign-in/confirm", async (c) => {
  const token = c.req.query("token") ?? "";
  const link = await readSignInLink(c.var.ctx, token);
  if (!link) return c.html(<LinkRefusedPage {...page(c)} reason="invalid" />, 410);
  return c.html(<ConfirmPage {...page(c)} email={link.email} token={token} />);
});

signInRoutes.post("/sign-in/confirm", async (c) => {
  const { ctx, locale } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const defaults = { locale, timeZone: whereabouts(c.req.raw).timeZone };
  const signed = await signInByLink(
    ctx,
    single(values, "token"),
    visit(c, "link"),
    defaults,
    sessionCookie(c),
  );
  if (!signed.ok) return c.html(<LinkRefusedPage {...page(c)} reason={signed.reason} />, 410);
  giveSessionCookie(c, signed.sessionToken);
  return c.redirect(signed.next, 303);
});

function visit(c: HonoContext<WebEnv>, method: Visit["method"]): Visit {
  return { method, device: deviceOf(c.req.header("User-Agent") ?? ""), place: placeOf(c.req.raw) };
}

signInRoutes.post("/sign-in/passkey/challenge", async (c) => c.json(await beginAuthentication(c.var.ctx)));

signInRoutes.post("/sign-in/passkey", async (c) => {
  const { ctx, t } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const next = safeNext(single(values, "next"));
  const taken = await takeFromLimits(ctx.env, "passkey-network", networkOf(c.req.raw), passkeysPerNetwork);
  if (!taken.allowed) return tooMany(c, { email: "", next }, taken.retryAfterSeconds);
  const answer = { credential: single(values, "credential"), token: single(values, "token") };
  const signed = await signInByPasskey(ctx, answer, visit(c, "passkey"), sessionCookie(c));
  if (!signed)
    return c.html(<SignInPage {...page(c)} next={next} problem={t("accounts.passkeys.refused")} />, 422);
  giveSessionCookie(c, signed.sessionToken);
  return c.redirect(next, 303);
});

signInRoutes.post("/sign-out", async (c) => {
  const token = sessionCookie(c);
  if (token) await endSession(c.var.ctx, token);
  takeSessionCookie(c);
  return c.redirect("/", 303);
});

/** Signs in whoever asks, so that a developer, a script and the first run need no mail. Exists in development alone. */
signInRoutes.get("/dev/sign-in", async (c) => {
  const { ctx, locale } = c.var;
  if (!ctx.config.isDevelopment) throw new AppError("not_found");
  const email = c.req.query("email") ?? "";
  if (!signInForm.safeParse({ email }).success) throw new AppError("bad_request");
  const account = await accountFor(ctx, email, { locale, timeZone: whereabouts(c.req.raw).timeZone });
  giveSessionCookie(c, await startSession(ctx, account, visit(c, "development"), sessionCookie(c)));
  return c.redirect(safeNext(c.req.query("next") ?? "/"), 303);
});
