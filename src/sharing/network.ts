import { sourceOfShare } from "./source";
import { type Network, POST_TEXT_MAX, type Way } from "./types";
import type { ShareWords } from "./words";

/** What of a link is somebody's own: the letter of a variant, and the code of a person; each may be empty. */
export type LinkParts = { letter: string; code: string };

/**
 * The page's address with the source code of one way of sharing it, and nothing else: what was private in it is gone. The
 * variant is named once more by itself, so that a network that looks at the address is shown it.
 */
export function sharedUrl(url: string, way: Way, { letter, code }: LinkParts): string {
  const clean = new URL(url);
  clean.search = "";
  clean.hash = "";
  if (letter !== "") clean.searchParams.set("v", letter);
  clean.searchParams.set("source", sourceOfShare({ way, letter, code }));
  return clean.href;
}

/** The network's own page for sharing: a plain link, so that no script and no one else's code is needed here. */
export function shareHref(network: Exclude<Network, "copy">, link: string, words: ShareWords): string {
  const { title, text } = words;
  switch (network) {
    case "whatsapp":
      return `https://wa.me/?${query({ text: `${text} ${link}` })}`;
    case "facebook":
      return `https://www.facebook.com/sharer/sharer.php?${query({ u: link })}`;
    case "bluesky":
      return `https://bsky.app/intent/compose?${query({ text: `${postable(text)} ${link}` })}`;
    case "x":
      return `https://x.com/intent/post?${query({ text: postable(text), url: link })}`;
    case "email":
      return `mailto:?${query({ subject: title, body: `${text}\n\n${link}` })}`;
  }
}

/** As much of a text as a short post takes, cut between words: what is too long could not be posted at all. */
function postable(text: string): string {
  const letters = [...text];
  if (letters.length <= POST_TEXT_MAX) return text;
  const cut = letters.slice(0, POST_TEXT_MAX - 1).join("");
  const [, words = cut] = /^(.+)\s\S*$/s.exec(cut) ?? [];
  return `${words.trimEnd()}…`;
}

/** Percent-encoding throughout: a mail program does not read "+" as a space (RFC 6068 §5). */
function query(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

// Where most people write to each other in something else than WhatsApp.
const FEW_ON_WHATSAPP = new Set(["US", "CA", "JP", "KR", "CN", "TW", "VN", "TH"]);

/** The network someone is likely to use first: WhatsApp on a phone where people use it, else Facebook. */
export function likelyNetwork(request: Request): "whatsapp" | "facebook" {
  const isPhone =
    request.headers.get("Sec-CH-UA-Mobile") === "?1" ||
    /\bMobi/.test(request.headers.get("User-Agent") ?? "");
  const country = typeof request.cf?.country === "string" ? request.cf.country : "";
  return isPhone && !FEW_ON_WHATSAPP.has(country) ? "whatsapp" : "facebook";
}
