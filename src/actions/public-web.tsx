import type { Hono, Context as HonoContext } from "hono";
import type { Child } from "hono/jsx";
import type { Config, Env } from "../env";
import { pageStyle, type SiteGroup } from "../groups/public";
import type { Group } from "../groups/types";
import type { Participation, Told } from "../intake/types";
import type { Context } from "../platform/context";
import { AppError, type ErrorCode, errorStatus } from "../platform/errors";
import { hostnameOf, originOn } from "../platform/http";
import { type Locale, type T, translator } from "../ui/i18n";
import type { AskCount } from "./count";
import { type Policy, privateHeaders } from "./page-headers";
import { NoticePage } from "./public-notices";
import type { FileAbuseReport } from "./report";
import type { ActionSnapshot, Kind } from "./types";

/** What the public pages need of features above this one; the app hands it in. */
export type PublicPagesDeps = {
  kinds: readonly Kind[];
  /** Records a participation durably, or throws with nothing promised (intake/participation.ts). */
  takeAction(
    ctx: Context,
    snapshot: ActionSnapshot,
    kind: Kind,
    participation: Participation,
    request: Request,
  ): Promise<Told>;
  /** The action's numbers, from its home. */
  askCount: AskCount;
  fileAbuseReport: FileAbuseReport;
  /** Pages of features above the kinds, such as embeds. They answer before an action of the same address does. */
  pages?: readonly ((deps: PublicPagesDeps) => Hono<PublicEnv>)[];
  /** Puts what went wrong before the operators. */
  noteFailure?(ctx: Context, event: string, error: unknown): void;
};

/** `ctx` is set by the app; the rest here, for every request to a group's host. */
export type PublicEnv = {
  Bindings: Env;
  Variables: {
    ctx: Context;
    group: Group;
    /** The group's language, or the one `?lang=` asks for; an action's page speaks the action's own. */
    locale: Locale;
    t: T;
    origin: string;
  };
};

export type PublicContext = HonoContext<PublicEnv>;

/**
 * The address of a host as the world knows it. Never from the request's own port or spelling: a page is cached for
 * everyone, and what one visitor wrote into their address must not show in it.
 */
export function siteOrigin(config: Config, request: Request): string {
  return originOn(config, hostnameOf(request));
}

/** Whether the client reads JSON rather than pages. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get("Accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** A page as text, once every part of it that waits for something has come. */
export async function htmlOf(page: Child): Promise<string> {
  // Made a string, a node with such a part in it gives a promise: that is what must be awaited.
  return String(await page?.toString());
}

/** A page made for one request and kept nowhere. */
export async function privatePage(
  group: SiteGroup,
  page: Child,
  options: {
    status?: number;
    headers?: Record<string, string>;
    policy?: Omit<Policy, "styleText">;
    /** Styles of this page alone, as its frame was given them. */
    style?: string | undefined;
  } = {},
): Promise<Response> {
  const headers = await privateHeaders({ styleText: pageStyle(group, options.style), ...options.policy });
  return new Response(await htmlOf(page), {
    status: options.status ?? 200,
    headers: { ...headers, ...options.headers },
  });
}

type Notice = { title: string; text: string; next?: { href: string; words: string } };

/** A page that says one thing, in the group's colours. */
export function notice(
  c: PublicContext,
  words: Notice,
  options: { status?: number; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { ctx, group, locale, t } = c.var;
  const page = (
    <NoticePage {...words} {...{ t, locale, group }} platformOrigin={ctx.config.PLATFORM_ORIGIN} />
  );
  return privatePage(group, page, options);
}

/** One refusal in the form the client reads: a page, or JSON. */
export async function refuse(
  c: PublicContext,
  code: ErrorCode,
  words: Notice,
  retryAfterSeconds?: number,
): Promise<Response> {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  if (wantsJson(c.req.raw)) return jsonError(c.var.ctx, code, words.text, { headers });
  return notice(c, words, { status: errorStatus[code], headers });
}

/** `{"error": {code, message, fields?}}`, with the number of the request for whoever reports it. */
export function jsonError(
  ctx: Context,
  code: ErrorCode,
  message: string,
  { headers = {}, fields }: { headers?: Record<string, string>; fields?: Record<string, string> } = {},
): Response {
  return Response.json(
    { error: { code, message, ...(fields ? { fields } : {}), requestId: ctx.requestId } },
    {
      status: errorStatus[code],
      headers: { "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", ...headers },
    },
  );
}

/** Nothing is at this address. */
export function notFound(c: PublicContext): Promise<Response> {
  const { t, group } = c.var;
  return refuse(c, "not_found", {
    title: t("public.notFound.title"),
    text: t("public.notFound.text"),
    next: { href: "/", words: t("public.thanks.group", { group: group.name }) },
  });
}

/** Speaks the language of an action from here on. */
export function speak(c: PublicContext, locale: Locale): T {
  const t = translator(locale);
  c.set("locale", locale);
  c.set("t", t);
  return t;
}

/**
 * A form on another site cannot sign for whoever visits it. A client that sends no Origin, or hides it, is let through:
 * there is no cookie here that a stranger could ride on.
 */
export function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get("Origin");
  if (origin === null || origin === "null" || request.url.startsWith(`${origin}/`)) return;
  if (!URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host)
    throw new AppError("forbidden", "foreign_origin");
}
