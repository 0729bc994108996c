import { thanksProps } from "../actions/public-action";
import type { Found } from "../actions/public-found";
import type { PublicContext, PublicPagesDeps } from "../actions/public-web";
import { htmlOf } from "../actions/public-web";
import { outward } from "./outward";
import { EMBED, EMBED_THANKS, type Look } from "./types";
import { EmbedThanks } from "./views";

type Next =
  | { is: "thanks"; token: string; framed: string }
  | { is: "action"; framed: string }
  /** A page that cannot stand inside another one. */
  | { is: "away" };

export const OURS = /^\/([a-z]+)\/([a-z0-9-]+)(\/thanks)?(?:\?(.*))?$/;

/** What of ours an address after acting names, and where the same is for frames. */
export function whereNext({ kinds }: Pick<PublicPagesDeps, "kinds">, href: string): Next {
  const [, path = "", slug = "", thanks, query = ""] = OURS.exec(href) ?? [];
  if (!kinds.some((kind) => kind.path === path)) return { is: "away" };
  const search = query ? `?${query}` : "";
  return thanks
    ? {
        is: "thanks",
        token: new URLSearchParams(query).get("done") ?? "",
        framed: `/${path}/${slug}${EMBED_THANKS}${search}`,
      }
    : { is: "action", framed: `/${path}/${slug}${EMBED}${search}` };
}

/** The thanks of an action for inside another page. */
export async function thanksHtml(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  { token, look }: { token: string; look: Look },
): Promise<string> {
  const props = await thanksProps(c, deps, found, token);
  return outward(await htmlOf(<EmbedThanks {...props} look={look} />), c.var.origin);
}
