import { MAIL_PATH } from "../../platform/mail-keys";
import { onlyToken } from "./dress";
import { showLiquid, TOKEN, type Tokens } from "./tokens";

/** Addresses of a copy itself, by the merge field that stands for them. */
export const copyAddresses: Record<string, string> = {
  unsubscribe_url: "unsubscribe",
  preferences_url: "preferences",
  view_url: "view",
};

export function copyAddress(origin: string, name: string): string {
  return `${origin}${MAIL_PATH}/{{ mail_key }}/${name}`;
}

const OUTPUT = /^\{\{-?\s*(\w+)\s*-?\}\}$/;

/** Writes the addresses of a copy where their merge fields stand. Says which there were. */
export function setCopyAddresses(tokens: Tokens, origin: string): Set<number> {
  const set = new Set<number>();
  for (const [index, token] of tokens.entries()) {
    const name = OUTPUT.exec(token)?.[1] ?? "";
    if (!Object.hasOwn(copyAddresses, name)) continue;
    tokens[index] = copyAddress(origin, copyAddresses[name] ?? "");
    set.add(index);
  }
  return set;
}

export type LinkFault = "link_scheme" | "link_broken" | "link_merge" | "link_script" | "link_personal";

/** What a link of a mail becomes. */
export type ReadLink =
  /** Stays as it is: another way than the web, a place in the mail, an address of the copy, or one that must not be touched. */
  | { is: "kept"; href: string; fault: LinkFault | null }
  /** Leads to the web: counted, and marked with where it came from. */
  | { is: "web"; url: string; fault: LinkFault | null }
  /** No link at all. */
  | { is: "dropped"; fault: LinkFault };

const HOST_LIKE = /^(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[/?#:]|$)/i;
/** What brings somebody into somebody else's account, profile or preferences. */
const PERSONAL = /\/m\/[\w-]{8,60}\.[\w-]{22}(?:\/|$)|[?&](?:key|token|carry|preview)=[\w.~-]{20,}/;

/**
 * @param href as somebody wrote it; Liquid in it is put aside in `tokens`
 * @param isOwn whether a token is an address of the copy
 */
export function readLink(
  href: string,
  { tokens, origin, isOwn }: { tokens: Tokens; origin: string; isOwn: (index: number) => boolean },
): ReadLink {
  const token = onlyToken(href);
  if (token !== null && isOwn(token)) return { is: "kept", href: showLiquid(href, tokens), fault: null };
  if (/^(?:mailto|tel|sms):/i.test(href)) return { is: "kept", href: safeHref(href, tokens), fault: null };
  if (href.startsWith("#")) return { is: "kept", href, fault: href === "#" ? "link_broken" : null };
  if (href === "") return { is: "dropped", fault: "link_broken" };
  if (/^\s*(?:javascript|vbscript|data|file|blob):/i.test(href))
    return { is: "dropped", fault: "link_script" };
  const bare = HOST_LIKE.test(href) && !/^https?:/i.test(href);
  const whole = bare
    ? `https://${href}`
    : href.startsWith("//")
      ? `https:${href}`
      : /^\/(?![/\\])/.test(href)
        ? `${origin}${href}`
        : href;
  return webLink(whole, bare ? "link_scheme" : null, tokens);
}

function webLink(href: string, fault: LinkFault | null, tokens: Tokens): ReadLink {
  const [, scheme = "", authority = "", rest = ""] = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(href) ?? [];
  if (scheme === "") return { is: "dropped", fault: href.search(TOKEN) === 0 ? "link_merge" : "link_scheme" };
  if (authority.search(TOKEN) >= 0) return { is: "dropped", fault: "link_merge" };
  if (!URL.canParse(`${scheme}://${authority}`) || !/[a-z0-9]/i.test(authority))
    return { is: "dropped", fault: "link_broken" };
  // What is inside the address alone may be read by whoever gets it; a click that is counted would write it down.
  if (authority.includes("@")) return { is: "kept", href: safeHref(href, tokens), fault };
  const url = `${scheme.toLowerCase()}://${authority}${encodeRest(rest)}`;
  const shown = showLiquid(url, tokens);
  const personal = PERSONAL.test(shown) ? "link_personal" : null;
  return { is: "web", url: encodedOutputs(url, tokens), fault: fault ?? personal };
}

/** Spaces and signs that end an address in HTML or in text, encoded; what is encoded stays. */
function encodeRest(rest: string): string {
  return rest.replace(/[\s"<>`{}|\\^]/g, (sign) => encodeURIComponent(sign));
}

/** Values go into an address encoded, unless the writer says how. */
function encodedOutputs(url: string, tokens: Tokens): string {
  return url.replace(TOKEN, (_, index) => {
    const token = tokens[Number(index)] ?? "";
    if (!token.startsWith("{{") || /\|\s*url_encode\s*-?\}\}$/.test(token)) return token;
    return token.replace(/\s*(-?\}\})$/, " | url_encode $1");
  });
}

function safeHref(href: string, tokens: Tokens): string {
  return encodedOutputs(
    href.replace(/[\s"<>]/g, (sign) => encodeURIComponent(sign)),
    tokens,
  );
}

/** Adds a query to an address, before what names a place in the page. */
export function withQuery(url: string, query: string): string {
  if (query === "") return url;
  const [, before = "", place = ""] = /^([^#]*)(#.*)?$/s.exec(url) ?? [];
  const sign = before.includes("?") ? (/[?&]$/.test(before) ? "" : "&") : "?";
  return `${before}${sign}${query}${place}`;
}
