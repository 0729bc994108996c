import type { PublicContext } from "../actions/public-web";

/** What a signature is said to come from when neither the address nor the browser tells. */
const SOMEWHERE = "embed";

/**
 * The address of a request with the site it comes from as its source, unless a link or the page around said another. Details
 * carried from another action are left out: they travel in the form.
 * @param page any address of that site; null when the browser does not tell
 */
export function addressFrom(c: PublicContext, page: string | null): URL {
  const address = new URL(c.req.url);
  const site = page && URL.canParse(page) ? new URL(page).hostname : "";
  if (!address.searchParams.get("source")) address.searchParams.set("source", site || SOMEWHERE);
  address.searchParams.delete("carry");
  return address;
}

/** What a site is called in a source, as `addressFrom` writes it; `widget` stands in the embed codes of old pages. */
const SITE = /^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+$/;
const UNNAMED: readonly string[] = [SOMEWHERE, "widget"];

/** The site an embed gave as source, "" for one it could not name; null for a source that is no site's. */
export function siteOf(source: string): string | null {
  if (UNNAMED.includes(source)) return "";
  return SITE.test(source) ? source : null;
}
