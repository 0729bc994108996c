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
