import type { Group } from "../groups/types";
import { type Build, mailTemplates, RenderError, standIn } from "../mailings/content";
import { MAIL_PATH } from "../platform/mail-keys";

/** In place of a copy's key: no key reads like this. */
const NO_KEY = "map";
const LINK = new RegExp(`^https?://[^/]+${MAIL_PATH}/${NO_KEY}/(\\d{1,6})$`);

const COUNTED = new RegExp(`"https?://[^/"]+${MAIL_PATH}/[^/"]+/(\\d{1,6})"`, "g");

/** The source of an interactive part, with each link as where it leads, to be read and never run. */
export function ampSource(amp: string, links: ReadonlyMap<number, string>): string {
  return amp.replace(COUNTED, (whole, no) => {
    const url = links.get(Number(no));
    return url === undefined ? whole : `"${url}"`;
  });
}

/** Nothing in the frame runs, submits, leads anywhere or is cached; pictures come as a mail reader shows them. */
export function mapHeaders(pictures: string): Record<string, string> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": [
      "sandbox",
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      `img-src https: data: ${pictures}`,
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'self'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
}

/** A version as it was made ready, with stand-ins for what is personal; null when it cannot be filled in. */
export function shownMail(
  group: Group,
  build: Build,
): { fromName: string; subject: string; html: string; amp?: string } | null {
  try {
    const template = mailTemplates([build], { group })(build.variantNo, build.language);
    return template?.render(standIn(), NO_KEY) ?? null;
  } catch (error) {
    if (error instanceof RenderError) return null;
    throw error;
  }
}

const BADGE = [
  "display:inline-block",
  "margin:0 0 0 6px",
  "padding:1px 6px",
  "border:1px solid #000",
  "border-radius:9px",
  "background:#ffe14d",
  "color:#000",
  "font:700 12px/16px system-ui,sans-serif",
  "text-decoration:none",
  "white-space:nowrap",
  "vertical-align:middle",
].join(";");

/**
 * The mail with a badge inside its links, and without whatever leads somewhere, runs or is counted. For a frame with
 * `mapHeaders` alone.
 * @param badge the words for a link, by its number where it is counted; null for one that gets none
 */
export async function mapOf(
  html: string,
  badge: (link: { no: number | null; href: string }) => string | null,
): Promise<string> {
  const rewriter = new HTMLRewriter()
    .on("script, form, iframe, object, embed, base, link, meta[http-equiv]", {
      element: (element) => void element.remove(),
    })
    .on(`img[src*="${MAIL_PATH}/${NO_KEY}/"]`, { element: (element) => void element.remove() })
    .on("a", {
      element(element) {
        const href = element.getAttribute("href") ?? "";
        const number = LINK.exec(href)?.[1];
        element.removeAttribute("href");
        element.removeAttribute("target");
        const words = badge({ no: number === undefined ? null : Number(number), href });
        // As text: the words cannot become markup.
        if (words === null) return;
        element.append(`<span style="${BADGE}">`, { html: true });
        element.append(words);
        element.append("</span>", { html: true });
      },
    });
  return rewriter.transform(new Response(html)).text();
}
