import { createMiddleware } from "hono/factory";
import type { PublicContext, PublicEnv } from "../actions/public-web";
import type { Config } from "../env";
import type { Group } from "../groups/types";
import { AppError } from "../platform/errors";
import { isAmong } from "../platform/web-origins";

type Asked = Pick<Group, "settings">;

/** How long a browser may remember that a site may ask; Chromium forgets after two hours anyway. */
const PREFLIGHT_SECONDS = 7_200;

/** The sites a group named; none means any. */
export function sitesOf({ settings }: Asked): string[] {
  return settings.embedSites.split("\n").filter((site) => site !== "");
}

/**
 * What a group that names no site lets embed: every site that is encrypted, since on any other a stranger on the way could
 * change what people are shown before they sign. An installation without encryption is one in development.
 */
function anySite({ PLATFORM_ORIGIN }: Config): string[] {
  return PLATFORM_ORIGIN.startsWith("http:") ? ["https:", "http:"] : ["https:"];
}

/** Whether pages of an origin may show the group's actions and send what people write there. Fails closed. */
export function mayEmbed(config: Config, group: Asked, origin: string): boolean {
  const sites = sitesOf(group);
  if (sites.length > 0) return isAmong(sites, origin);
  return anySite(config).some((scheme) => origin.startsWith(`${scheme}//`));
}

/** The same for pages that show them in a frame, as `frame-ancestors` says it; organisers see theirs on the platform host. */
export function frameAncestors(config: Config, group: Asked): string {
  const sites = sitesOf(group);
  return ["'self'", config.PLATFORM_ORIGIN, ...(sites.length > 0 ? sites : anySite(config))].join(" ");
}

/** The origin of another site's page that asks; null for one of ours, and for whoever names none or hides it. */
export function foreignOrigin(c: PublicContext): string | null {
  const origin = c.req.header("Origin");
  if (!origin || origin === "null") return null;
  return URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host ? null : origin;
}

/**
 * Answers pages of the sites that may embed (Fetch standard §3.2) and refuses all others, before anything is read. There is
 * no cookie here that a stranger's page could ride on; what one connection may send is limited as on our own page.
 */
export const embeddable = createMiddleware<PublicEnv>(async (c, next) => {
  const { ctx, group } = c.var;
  const origin = foreignOrigin(c);
  if (origin && !mayEmbed(ctx.config, group, origin)) throw new AppError("forbidden", "foreign_origin");
  await next();
  c.res = new Response(c.res.body, c.res);
  c.res.headers.append("Vary", "Origin");
  if (origin) c.res.headers.set("Access-Control-Allow-Origin", origin);
});

/** What a browser asks before a request that no form could send. */
export function answerPreflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": "GET, POST",
      "Access-Control-Allow-Headers": "Accept, Content-Type",
      "Access-Control-Max-Age": String(PREFLIGHT_SECONDS),
    },
  });
}
