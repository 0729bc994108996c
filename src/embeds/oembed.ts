import { pageFrame } from "../actions/page-frame";
import { securityHeaders } from "../actions/page-headers";
import { isStopped } from "../actions/public-found";
import type { PublicContext, PublicPagesDeps } from "../actions/public-web";
import { siteOrigin } from "../actions/public-web";
import { snapshotFor } from "../actions/serving";
import type { ActionSnapshot, Kind } from "../actions/types";
import { fileUrl } from "../groups/public";
import { groupByHost } from "../groups/tenant";
import { hostnameOf } from "../platform/http";
import { PRODUCT_NAME } from "../ui/document";
import { OURS } from "./next";
import { type OldStyle, oldSnippet, oldStyles } from "./snippet";

const HEADERS = {
  ...securityHeaders,
  "Access-Control-Allow-Origin": "*",
  "Cache-Control": "public, max-age=300, stale-while-revalidate=3600",
};
const WIDTH_MAX = 4_000;

type Found = { kind: Kind; snapshot: ActionSnapshot; origin: string };

/**
 * `GET /oembed/?url=` (oEmbed 1.0; osdi-api.md §6.5): how to embed the action at an address of this group. 404 for any other
 * address, 501 for a format that is neither JSON nor XML.
 */
export async function showOembed(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const format = c.req.query("format") ?? "json";
  if (format !== "json" && format !== "xml") return refused(501, "format");
  const found = await actionAt(c, deps, c.req.query("url") ?? "");
  if (!found) return refused(404, "url");
  const reply = replyFor(c, found);
  return format === "json"
    ? Response.json(reply, { headers: HEADERS })
    : new Response(xmlOf(reply), { headers: { ...HEADERS, "Content-Type": "text/xml; charset=utf-8" } });
}

function refused(status: number, message: string): Response {
  return Response.json(
    { error: { code: status === 404 ? "not_found" : "not_implemented", message } },
    { status, headers: HEADERS },
  );
}

/** The published action at an address, as long as its host is one of the group that was asked. */
async function actionAt(c: PublicContext, { kinds }: PublicPagesDeps, url: string): Promise<Found | null> {
  const { ctx, group } = c.var;
  if (!URL.canParse(url)) return null;
  const request = new Request(url);
  const isOurs = (await groupByHost(ctx, hostnameOf(request)))?.no === group.no;
  const [, path, slug = "", below] = OURS.exec(new URL(url).pathname) ?? [];
  const kind = kinds.find((candidate) => candidate.path === path);
  if (!isOurs || !kind || below) return null;
  const serving = await snapshotFor(ctx, group, kind, slug);
  const current = serving.is === "moved" ? await snapshotFor(ctx, group, kind, serving.slug) : serving;
  if (current.is !== "shown" || isStopped(current.snapshot)) return null;
  return { kind, snapshot: current.snapshot, origin: siteOrigin(ctx.config, request) };
}

function replyFor(c: PublicContext, { kind, snapshot, origin }: Found): Record<string, string | number> {
  const { action, group } = snapshot;
  const width = widthIn(c.req.query("maxwidth"));
  const { image } = action.settings;
  const provider_url = c.var.ctx.config.PLATFORM_ORIGIN;
  const src = image && fileUrl(group, image.key);
  const html = oldSnippet(
    { origin, kind, slug: action.slug, title: action.title },
    {
      style: oldStyleIn(c.req.query("style")),
      layout: c.req.query("layout") === "full" ? "full" : "standard",
      width: width === null ? "100%" : `${width}px`,
    },
  );
  return {
    type: "rich",
    version: "1.0",
    provider_name: PRODUCT_NAME,
    provider_url,
    url: `${origin}/${kind.path}/${action.slug}`,
    title: action.title,
    author_name: group.name,
    author_url: `${origin}/`,
    description: pageFrame({ t: c.var.t, kind, snapshot, origin, platformOrigin: provider_url }).description,
    html,
    width: width ?? "100%",
    ...(image && src
      ? { thumbnail_url: origin + src, thumbnail_width: image.width, thumbnail_height: image.height }
      : {}),
  };
}

function widthIn(text: string | undefined): number | null {
  const width = Number(text);
  return Number.isInteger(width) && width > 0 && width <= WIDTH_MAX ? width : null;
}

function oldStyleIn(text: string | undefined): OldStyle {
  return oldStyles.find((style) => style === text) ?? "default";
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Names are ours; texts may hold anything but the characters that XML 1.0 §2.2 has no way to write. */
function xmlOf(reply: Record<string, string | number>): string {
  const elements = Object.entries(reply).map(([name, value]) => {
    const text = String(value)
      .replace(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
      .replace(/[&<>"]/g, (character) => entities[character] ?? "");
    return `<${name}>${text}</${name}>`;
  });
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>${elements.join("")}</oembed>`;
}
