import type { FormPlace } from "../actions/public-answer";
import type { PublicContext } from "../actions/public-web";

/** What a signature is said to come from when neither the address nor the browser tells. */
const SOMEWHERE = "embed";

/**
 * The address of a request with the site it comes from as its source, unless a link or the page around said another. Details
 * carried from another action are left out: they travel in the form.
 * @param page any address of that site; null when the browser does not tell
 */
function addressFrom(c: PublicContext, page: string | null): URL {
  const address = new URL(c.req.url);
  const site = page && URL.canParse(page) ? new URL(page).hostname : "";
  if (!address.searchParams.get("source")) address.searchParams.set("source", site || SOMEWHERE);
  address.searchParams.delete("carry");
  return address;
}

/** What the frame's own addresses say of the page around, which no browser tells them twice. */
const SITE_FIELD = "site";

/**
 * Where a form in another page stands: the address with its source, and the site, unless they are the same. A source that a
 * link or a snippet names says why people came; which site they were on is another thing.
 */
export function placeFrom(c: PublicContext, page: string | null): FormPlace {
  const address = addressFrom(c, page);
  const source = address.searchParams.get("source") ?? "";
  const site = siteAround(c, page, source);
  return source === site ? { address } : { address, site };
}

/** The same as an address for the form of a frame, whose own page is all that the browser will tell of. */
export function framedAddress(c: PublicContext, page: string | null): string {
  const { address, site } = placeFrom(c, page);
  if (site !== undefined) address.searchParams.set(SITE_FIELD, site);
  return address.pathname + address.search;
}

/** The address of the next thing in a frame, which stands in the same site. */
export function withSite(c: PublicContext, framed: string): string {
  const site = c.req.query(SITE_FIELD) ?? siteOf(c.req.query("source") ?? "");
  return site
    ? `${framed}${framed.includes("?") ? "&" : "?"}${SITE_FIELD}=${encodeURIComponent(site)}`
    : framed;
}

/** The site around: the host of its page, else as the frame's address or the source names it; else `embed`. */
function siteAround(c: PublicContext, page: string | null, source: string): string {
  const host = page && URL.canParse(page) ? new URL(page).hostname : "";
  const said = c.req.query(SITE_FIELD) ?? "";
  return [host, said].find(isSite) ?? siteOf(source) ?? SOMEWHERE;
}

function isSite(text: string): boolean {
  return text.length <= SITE_MAX && SITE.test(text);
}

/** No host name is longer (RFC 1035 §2.3.4). */
const SITE_MAX = 253;
/** What a site is called in a source, as `addressFrom` writes it; `widget` stands in the embed codes of old pages. */
const SITE = /^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+$/;
const UNNAMED: readonly string[] = [SOMEWHERE, "widget"];

/** The site that an embed gave as source, `embed` for one it could not name; null for a source that is no site's. */
export function siteOf(source: string): string | null {
  if (UNNAMED.includes(source)) return SOMEWHERE;
  return SITE.test(source) ? source : null;
}
