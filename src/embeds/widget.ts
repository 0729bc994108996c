import { actionPath } from "../actions/action-path";
import { cleanLine } from "../actions/answer-text";
import { securityHeaders } from "../actions/page-headers";
import { safeJson } from "../actions/public-data";
import { isStopped } from "../actions/public-found";
import { type PublicContext, type PublicPagesDeps, speak } from "../actions/public-web";
import { snapshotFor } from "../actions/serving";
import type { ActionSnapshot, Kind } from "../actions/types";
import type { Context } from "../platform/context";

const HEADERS = {
  ...securityHeaders,
  "Content-Type": "text/javascript; charset=utf-8",
  "Access-Control-Allow-Origin": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
};
const CACHE = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400";
/** Of an action published a moment ago. */
const ABSENT_CACHE = "public, max-age=10";

/** The word that every copied embed code has; the site it stands in says more. */
const USUAL_SOURCE = "widget";
const REFERRER_CODE = /^group-[a-z0-9-]{1,60}$/;
const CODE_MAX = 100;

/**
 * `GET /widgets/{,v2…v6/}{type}/{slug}`: the script of an old embed code (osdi-api.md §6). It names the action and its place in
 * the page, and is followed by `embed.js`, which fills it. Nothing, with 404, for an action that is not there.
 */
export async function showWidget(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const { ctx, group, origin } = c.var;
  const type = c.req.param("type") ?? "";
  const kind = kindCalled(deps.kinds, type);
  const slug = c.req.param("slug") ?? "";
  const snapshot = kind && (await publishedAt(ctx, group, kind, slug));
  const format = c.req.query("format") ?? "js";
  if (!kind || !snapshot || isStopped(snapshot) || format !== "js")
    return new Response("", { status: 404, headers: { ...HEADERS, "Cache-Control": ABSENT_CACHE } });
  const t = speak(c, snapshot.action.locale);
  const widget = {
    area: areaId(type, slug),
    href: origin + actionPath(kind, snapshot.action.slug),
    title: `${kind.buttonLabel(t, snapshot)}: ${snapshot.action.title}`,
    layout: c.req.query("style") === "full" ? "full" : "standard",
    source: sourceIn((name) => c.req.query(name)),
  };
  const script = `(self.groundswellWidgets??=[]).push(${safeJson(widget)});\n${await runtime(ctx)}`;
  return new Response(c.req.method === "HEAD" ? null : script, {
    headers: { ...HEADERS, "Cache-Control": CACHE },
  });
}

/** By its name in embed codes; or by its address without the last "s", as programs write them that know the address alone. */
function kindCalled(kinds: readonly Kind[], type: string): Kind | undefined {
  return (
    kinds.find(({ widget }) => widget.type === type) ??
    kinds.find(({ path }) => path.slice(0, -1).replaceAll("-", "_") === type)
  );
}

/** The id of the element that an old embed code puts where the form shall be. */
export function areaId(type: string, slug: string): string {
  return `can-${type}-area-${slug}`;
}

/** Also under an address it had before: the page that embeds it still says the old one. */
async function publishedAt(
  ctx: Context,
  group: PublicContext["var"]["group"],
  kind: Kind,
  slug: string,
): Promise<ActionSnapshot | null> {
  const serving = await snapshotFor(ctx, group, kind, slug);
  if (serving.is === "moved") return publishedAt(ctx, group, kind, serving.slug);
  return serving.is === "shown" ? serving.snapshot : null;
}

/**
 * The source an embed code names. Until groups credit each other, a referrer code stands in for a source that says nothing; what
 * is no such code (`undefined`, `[object Object]`) is ignored.
 */
function sourceIn(query: (name: string) => string | undefined): string {
  const source = cleanLine(query("source") ?? "").slice(0, CODE_MAX);
  const code = query("referrer") ?? "";
  const saysNothing = source === "" || source === USUAL_SOURCE;
  return saysNothing && REFERRER_CODE.test(code) ? code : source;
}

let kept: Promise<string> | undefined;

/** `embed.js`, read once by each isolate: a new one comes with a new deployment. */
function runtime({ env }: Context): Promise<string> {
  kept ??= read(env.ASSETS, "/js/embed.js");
  kept.catch(() => {
    kept = undefined;
  });
  return kept;
}

async function read(assets: Fetcher, path: string): Promise<string> {
  const response = await assets.fetch(`https://assets.local${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
}
