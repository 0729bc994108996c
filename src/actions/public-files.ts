import { Hono } from "hono";
import { securityHeaders } from "./page-headers";
import { hrefsOf } from "./public-found";
import { notFound, type PublicContext, type PublicEnv, type PublicPagesDeps } from "./public-web";
import { publishedActions } from "./serving";

/** Pictures only, by the names uploads get; whatever else a group keeps in `FILES` is not for the public. */
const FILE = /^\/files\/((?:images|logos)\/[0-9a-f-]{36}\.(png|jpg|webp|gif))$/;

const types: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
};

/** What a group's host serves besides pages: its pictures, and what search engines ask for. */
export function publicFiles(deps: Pick<PublicPagesDeps, "kinds">): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/files/*", showFile)
    .get("/robots.txt", showRobots)
    .get("/sitemap.xml", (c) => showSitemap(c, deps));
}

/** A picture of this host's group and no other: the group is part of the key, and it comes from the host alone. */
async function showFile(c: PublicContext): Promise<Response> {
  const { ctx, group } = c.var;
  const [, name, extension = ""] = FILE.exec(new URL(c.req.url).pathname) ?? [];
  if (!name) return notFound(c);
  const object = await ctx.env.FILES.get(`groups/${group.no}/${name}`, { onlyIf: c.req.raw.headers });
  if (!object) return notFound(c);
  const headers = {
    ...securityHeaders,
    "Content-Type": types[extension] ?? "application/octet-stream",
    // A name is never given to another picture.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    ETag: object.httpEtag,
  };
  return "body" in object
    ? new Response(object.body, { headers })
    : new Response(null, { status: 304, headers });
}

const TEXT_HEADERS = { ...securityHeaders, "Cache-Control": "public, max-age=3600" };

function showRobots(c: PublicContext): Response {
  const { group, origin } = c.var;
  const lines =
    group.status === "active"
      ? [
          "User-agent: *",
          "Disallow: /*/thanks",
          "Disallow: /*/report",
          "Disallow: /*?preview=",
          "",
          `Sitemap: ${origin}/sitemap.xml`,
        ]
      : ["User-agent: *", "Disallow: /"];
  return new Response(`${lines.join("\n")}\n`, {
    headers: { ...TEXT_HEADERS, "Content-Type": "text/plain; charset=utf-8" },
  });
}

/** The sitemap protocol's XML. Slugs and hosts hold no character XML gives a meaning to. */
async function showSitemap(c: PublicContext, { kinds }: Pick<PublicPagesDeps, "kinds">): Promise<Response> {
  const { ctx, group, origin } = c.var;
  const paths = ["/", ...hrefsOf(kinds, await publishedActions(ctx, group)).map(({ href }) => href)];
  const urls = paths.map((path) => `<url><loc>${origin}${path}</loc></url>`).join("");
  const xml = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls}</urlset>`;
  return new Response(xml, {
    headers: { ...TEXT_HEADERS, "Content-Type": "application/xml; charset=utf-8" },
  });
}
