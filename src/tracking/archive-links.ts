import { MAIL_PATH } from "../platform/mail-keys";

/** Stands for a key in what everybody reads. */
export const NOBODY = "archive";

const DOT = new RegExp(`<img\\b[^<>]*${MAIL_PATH}/${NOBODY}/open\\.gif[^<>]*>`, "g");
// No slash before the path, so that each address is looked at once however many follow without a space.
const ADDRESS = new RegExp(`https?://[^/"'\\s<>]*${MAIL_PATH}/${NOBODY}/([\\w.-]+)[^"'\\s<>]*`, "g");

/**
 * A mail as everybody may read it: without the picture that counts, its links leading straight on, those of nobody's copy home.
 * @param urls where links lead, by their numbers
 */
export function withPlainLinks(html: string, urls: ReadonlyMap<string, string>): string {
  return html.replace(DOT, "").replace(ADDRESS, (_, page) => inAttribute(urls.get(String(page)) ?? "/"));
}

/** An address as it stands between quotation marks. */
export function inAttribute(url: string): string {
  return url
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll("'", "&#39;");
}
