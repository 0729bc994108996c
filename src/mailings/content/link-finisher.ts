import { readLink } from "./links";
import { escapeHtml } from "./liquid";
import type { Making, VersionLink } from "./making";
import { noteLink } from "./noted";
import { LINK, linkMark, newToken } from "./tokens";

export type Finisher = { html(text: string): string; text(text: string): string; add(href: string): string };

/**
 * Reads each link of the mail, and says what stands in its place: itself, or a mark that is later a number. The numbers of
 * marks are those of `links` from then on.
 */
export function linkFinisher(
  found: readonly { href: string }[],
  links: VersionLink[],
  own: ReadonlySet<number>,
  making: Making,
): Finisher {
  const all = [...found];
  const read: (string | null)[] = [];
  const finished = (index: number): string => {
    const known = read[index];
    if (known !== undefined && known !== null) return known;
    const href = all[index]?.href ?? "";
    const link = readLink(href, { ...making, isOwn: (token) => own.has(token) });
    if (link.fault) noteLink(href, link.fault, making);
    let written = "";
    if (link.is === "kept") written = newToken(escapeAddress(link.href), making.tokens);
    if (link.is === "web") {
      written = linkMark(links.length);
      links.push({ url: link.url });
    }
    read[index] = written;
    return written;
  };
  const replaced = (text: string) => text.replace(LINK, (_, index) => finished(Number(index)));
  return {
    html: (text) => replaced(text).replaceAll(' href=""', ""),
    text: replaced,
    add: (href) => {
      all.push({ href });
      return linkMark(all.length - 1);
    },
  };
}

/** Liquid in it stays as it is; what stands between is text of an attribute. */
export function escapeAddress(href: string): string {
  return href
    .split(/(\{\{.*?\}\}|\{%.*?%\})/s)
    .map((part, index) => (index % 2 === 1 ? part : escapeHtml(part)))
    .join("");
}
