import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { groupTriedOn } from "../groups/look";
import { GroupPage, pageStyle } from "../groups/public";
import { groupByHost, groupByHostNow } from "../groups/tenant";
import { type Context, createContext } from "../platform/context";
import { AppError, type ErrorCode } from "../platform/errors";
import { hostnameOf } from "../platform/http";
import { MAIL_PATH } from "../platform/mail-keys";
import { isLocale, localeFrom, translator } from "../ui/i18n";
import { OEMBED_PATH } from "./action-path";
import { keepPage, PAGE_FRESH_MS, pageKey, pageOf, respondWith } from "./page-cache";
import { privateHeaders, publicHeaders } from "./page-headers";
import { actionPages } from "./public-action";
import { publicFiles } from "./public-files";
import { openOf } from "./public-found";
import { inOneLanguage } from "./public-languages";
import { UnknownHostPage, unknownHostStyle } from "./public-notices";
import { reportPages } from "./public-report";
import { answerDomain, EMAIL_DOMAIN_PATH } from "./public-typo";
import {
  jsonError,
  notFound,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  refuse,
  siteOrigin,
  wantsJson,
} from "./public-web";
import { lists } from "./served";
import { publishedActions } from "./serving";

export { servePublicFast } from "./page-cache";
export type { PublicEnv, PublicPagesDeps } from "./public-web";

/**
 * Everything a group's host answers: its page, its actions, what supporters send, its pictures. Any host may be given to it;
 * one that is no group's gets 404. Uses `c.var.ctx` when the app has set it. Never reads or sets a cookie.
 */
export function publicPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  const app = new Hono<PublicEnv>()
    .use(site)
    .get("/", (c) => showGroup(c, deps))
    .get(EMAIL_DOMAIN_PATH, answerDomain)
    .route("/", publicFiles(deps))
    .route("/", reportPages(deps));
  for (const kind of deps.kinds) {
    if (kind.publicRoutes) app.route(`/${kind.path}`, kind.publicRoutes(deps));
  }
  for (const pages of deps.pages ?? []) app.route("/", pages(deps));
  return app
    .route("/", actionPages(deps))
    .notFound(answerNotFound)
    .onError((error, c) => answerError(error, c, deps));
}

/** Finds whose host this is, and brings every spelling of an address to the one that is cached and linked. */
const site = createMiddleware<PublicEnv>(async (c, next) => {
  const ctx: Context =
    c.var.ctx ??
    createContext(c.env, c.req.header("CF-Ray") ?? crypto.randomUUID(), (work) =>
      c.executionCtx.waitUntil(work),
    );
  c.set("ctx", ctx);
  const group = await groupByHost(ctx, hostnameOf(c.req.raw));
  if (!group) return unknownHost(c);
  const asked = c.req.query("lang");
  const locale = isLocale(asked) ? asked : group.locale;
  c.set("group", group);
  c.set("locale", locale);
  c.set("t", translator(locale));
  c.set("origin", siteOrigin(ctx.config, c.req.raw));
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  const elsewhere = isRead ? canonicalAddress(new URL(c.req.url)) : null;
  if (elsewhere) return c.redirect(elsewhere, 301);
  // Whoever was mailed can leave, whatever became of the group.
  const isOpen = c.req.path === "/robots.txt" || isOfMail(c.req.path);
  if (group.status === "suspended" && !isOpen) return suspended(c);
  await next();
});

const PLAIN_PATH = /^\/(?!.*\.\.)[a-z0-9][a-z0-9./_-]*$/;

/** Clients that ask for embeds write it so, and not all of them follow a redirect. */
const AS_IT_IS: readonly string[] = [OEMBED_PATH];

/**
 * The same address as we write it, when it is written otherwise: in capitals, percent-encoded, with a slash at the end or
 * several in the middle. Null when it is as it should be, or nothing that could be ours.
 */
export function canonicalAddress({ pathname, search }: URL): string | null {
  if (AS_IT_IS.includes(pathname) || isOfMail(pathname)) return null;
  const path = decoded(pathname)
    .toLowerCase()
    .replace(/\/{2,}/g, "/")
    .replace(/(.)\/$/, "$1");
  return path !== pathname && PLAIN_PATH.test(path) ? path + search : null;
}

/** What a mail leads to: the key in it is told apart by its capitals. */
function isOfMail(pathname: string): boolean {
  return pathname.startsWith(`${MAIL_PATH}/`);
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

async function showGroup(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const { ctx, group, locale, t, origin } = c.var;
  if (group.status !== "active")
    return refuse(c, "gone", { title: t("public.stopped.title"), text: t("public.stopped.text") });
  const listed = await publishedActions(ctx, group);
  const actions = openOf(deps.kinds, inOneLanguage(listed, [locale, group.locale]), ctx.now);
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const token = c.req.query("preview");
  const tried = token ? await groupTriedOn(ctx, group, token) : null;
  if (tried) {
    const links = actions.map((action) => ({ ...action, href: `${action.href}?preview=${token}` }));
    const page = <GroupPage {...{ t, locale, origin, platformOrigin }} group={tried} actions={links} />;
    return privatePage(tried, page, { policy: { framedBy: platformOrigin } });
  }
  const html = <GroupPage {...{ t, locale, group, origin, actions, platformOrigin }} />;
  const host = hostnameOf(c.req.raw);
  const page = await pageOf(String(html), {
    headers: await publicHeaders({ styleText: pageStyle(group) }),
    expiresAt: ctx.now + PAGE_FRESH_MS,
    isCurrent: (now) => groupByHostNow(host, now) === group && lists.peek(String(group.no), now) === listed,
  });
  const key = pageKey(c.req.url);
  if (key !== null) keepPage(key, page);
  return respondWith(page, c.req.raw);
}

/** Says no more than that: neither what the group was called nor why it is gone. */
async function suspended(c: PublicContext): Promise<Response> {
  const { ctx, locale, t } = c.var;
  if (wantsJson(c.req.raw)) return jsonError(ctx, "gone", t("public.suspended.text"));
  return anonymous(c, locale, {
    status: 410,
    title: t("public.suspended.title"),
    text: t("public.suspended.text"),
  });
}

async function unknownHost(c: PublicContext): Promise<Response> {
  const locale = localeFrom(c.req.header("Accept-Language"));
  const t = translator(locale);
  if (wantsJson(c.req.raw)) return jsonError(c.var.ctx, "not_found", t("public.unknownHost.text"));
  return anonymous(c, locale, {
    status: 404,
    title: t("public.unknownHost.title"),
    text: t("public.unknownHost.text"),
  });
}

/** A page that belongs to no group. */
async function anonymous(
  c: PublicContext,
  locale: PublicEnv["Variables"]["locale"],
  { status, title, text }: { status: number; title: string; text: string },
): Promise<Response> {
  const { ctx } = c.var;
  const page = <UnknownHostPage {...{ locale, title, text }} platformOrigin={ctx.config.PLATFORM_ORIGIN} />;
  const headers = await privateHeaders({ styleText: unknownHostStyle });
  return new Response(String(page), { status, headers });
}

function answerNotFound(c: PublicContext): Promise<Response> | Response {
  // The middleware answers before it knows a group only when there is none.
  return c.var.group ? notFound(c) : unknownHost(c);
}

/** What each refusal that reached this far says; the same table for pages and JSON. */
function answerError(error: Error, c: PublicContext, deps: PublicPagesDeps): Promise<Response> | Response {
  const { ctx } = c.var;
  const known = error instanceof AppError ? error : new AppError("internal", "internal", { cause: error });
  if (known.status >= 500) {
    ctx.log.error("public.failed", known.cause ?? error, { code: known.code, path: c.req.routePath });
    deps.noteFailure?.(ctx, "public.failed", known.cause ?? error);
  }
  if (!c.var.group) return noGroupError(c, known);
  const { t } = c.var;
  return refuse(
    c,
    known.code,
    { title: t("public.failed.title"), text: t(failureWords[known.code]) },
    known.retryAfterSeconds,
  );
}

const failureWords = {
  bad_request: "public.failed.badRequest",
  not_signed_in: "public.notFound.text",
  forbidden: "public.failed.forbidden",
  not_found: "public.notFound.text",
  method_not_allowed: "public.notFound.text",
  conflict: "public.failed.internal",
  gone: "public.stopped.text",
  too_large: "public.failed.tooLarge",
  unsupported_media_type: "public.failed.badRequest",
  invalid: "public.failed.badRequest",
  too_many: "public.refused.text",
  internal: "public.failed.internal",
  unavailable: "public.failed.unavailable",
} as const satisfies Record<ErrorCode, string>;

/** The directory could not be asked whose host this is. */
async function noGroupError(c: PublicContext, error: AppError): Promise<Response> {
  const locale = localeFrom(c.req.header("Accept-Language"));
  const t = translator(locale);
  const text = t(failureWords[error.code]);
  const headers: Record<string, string> =
    error.retryAfterSeconds === undefined ? {} : { "Retry-After": String(error.retryAfterSeconds) };
  if (wantsJson(c.req.raw)) return jsonError(c.var.ctx, error.code, text, { headers });
  const response = await anonymous(c, locale, {
    status: error.status,
    title: t("public.failed.title"),
    text,
  });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
