import type { Context as HonoContext } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { Config, Env } from "../env";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { isLocale, type Locale, localeFrom, type T, translator } from "../ui/i18n";
import type { Tab } from "../ui/layout";
import { isOperator } from "./account";
import { findSession } from "./session";
import { groupNamesOf } from "./store";
import { type Account, GROUPS_SHOWN_MAX, SESSION_MS, type Session } from "./types";

/** What every organiser-side handler finds in `c.var`. `ctx` is set by the app, the rest by `withAccount`. */
export type WebEnv = {
  Bindings: Env;
  Variables: {
    ctx: Context;
    t: T;
    locale: Locale;
    account: Account | null;
    /** The session the request came with; null when nobody is signed in. */
    session: Session | null;
    /** Set behind a group's own guard: the tabs this person's role does not open. */
    closedTabs?: readonly Tab[];
  };
};

/**
 * Sets who is signed in and the language: the one asked for in the address, else the account's, else the browser's.
 * Throws `unavailable` for a browser with a session while the directory cannot be asked; others see their page.
 */
export const withAccount = createMiddleware<WebEnv>(async (c, next) => {
  const { ctx } = c.var;
  const token = sessionCookie(c);
  const found = token ? await whoHolds(ctx, token) : null;
  const asked = c.req.query("lang");
  const locale = isLocale(asked)
    ? asked
    : (found?.account.locale ?? localeFrom(c.req.header("Accept-Language")));
  c.set("account", found?.account ?? null);
  c.set("session", found?.session ?? null);
  c.set("locale", locale);
  c.set("t", translator(locale));
  await next();
  if (found?.isExtended && token && !c.res.headers.has("Set-Cookie")) giveSessionCookie(c, token);
  if (found || !c.res.headers.has("Cache-Control")) c.header("Cache-Control", "private, no-store");
});

async function whoHolds(ctx: Context, token: string) {
  try {
    return await findSession(ctx, token);
  } catch (cause) {
    throw new AppError("unavailable", "directory", { retryAfterSeconds: 10, cause });
  }
}

/** Lets only people who signed in pass; others go to the sign-in page and come back, or get 401 where JSON is wanted. */
export const signedIn = createMiddleware<WebEnv>(async (c, next) => {
  if (c.var.account) return next();
  return askToSignIn(c);
});

/** The answer to someone who must sign in first. Throws `not_signed_in` for a client that wants JSON. */
export function askToSignIn(c: HonoContext): Response {
  if (wantsJson(c.req.raw)) throw new AppError("not_signed_in");
  const url = new URL(c.req.url);
  // Only a page can be returned to: a POST is not repeated behind someone's back.
  const next = c.req.method === "GET" ? `?next=${encodeURIComponent(url.pathname + url.search)}` : "";
  return c.redirect(`/sign-in${next}`, 303);
}

function wantsJson(request: Request): boolean {
  const accept = request.headers.get("Accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/**
 * What `Shell` needs to know of who is looking: spread it into a page behind `signedIn`.
 * Throws `not_signed_in` when nobody is, which is a route without its guard.
 */
export async function frameOf(c: { var: WebEnv["Variables"] }) {
  const { ctx, account, t, locale } = c.var;
  if (!account) throw new AppError("not_signed_in");
  const groups = await groupNamesOf(ctx.directory, account.no, GROUPS_SHOWN_MAX);
  return {
    t,
    locale,
    account: { name: account.name, email: account.email },
    groups,
    isOperator: isOperator(ctx, account),
    closedTabs: c.var.closedTabs,
  };
}

/**
 * The name says what the browser enforces: `__Host-` means secure, this host alone, whole site (RFC 6265bis §4.1.3.2).
 * Plain http exists in development only, where browsers refuse that prefix.
 */
function sessionCookieName(config: Config): string {
  return isSecure(config) ? "__Host-session" : "session";
}

function isSecure(config: Config): boolean {
  return config.PLATFORM_ORIGIN.startsWith("https:");
}

// These take a handler's context whatever more its variables hold; Hono's type of it is invariant.
export function sessionCookie(c: HonoContext): string | null {
  return getCookie(c, sessionCookieName(configIn(c))) ?? null;
}

export function giveSessionCookie(c: HonoContext, token: string): void {
  const config = configIn(c);
  setCookie(c, sessionCookieName(config), token, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(config),
    maxAge: SESSION_MS / 1000,
  });
}

export function takeSessionCookie(c: HonoContext): void {
  const config = configIn(c);
  deleteCookie(c, sessionCookieName(config), {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(config),
  });
}

function configIn(c: HonoContext): Config {
  const ctx: Context = c.get("ctx");
  return ctx.config;
}
