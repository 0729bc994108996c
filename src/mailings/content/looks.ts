import type { Colours } from "./colours";
import { type Css, readCss } from "./css";

/** Width of the sheet, which every mail program has room for. */
export const SHEET_WIDTH = 600;
export const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
/** Of the words of a mail that has no colour of its own. */
export const INK = "#221d18";
/** What code stands on, whatever is behind it, and its ink there: in dark mode too, where words of a mail have a colour of its own. */
export const PRE = {
  light: { ground: "#f4efe7", ink: INK },
  dark: { ground: "#171310", ink: "#f1ece4" },
} as const;
const RADIUS = "border-radius:6px";

/** How text, lists and pictures look where nobody says otherwise. Written into the elements: many programs drop what the head says. */
export function baseCss({ links, words }: Colours): Css {
  return readCss(`
    p{margin:0 0 16px}
    h1{margin:0 0 16px;font-size:26px;line-height:1.25;font-weight:800}
    h2{margin:8px 0 12px;font-size:21px;line-height:1.3;font-weight:700}
    h3{margin:8px 0 8px;font-size:18px;line-height:1.35;font-weight:700}
    h4{margin:8px 0 8px;font-size:17px;line-height:1.4;font-weight:700}
    ul{margin:0 0 16px;padding:0 24px} ol{margin:0 0 16px;padding:0 28px}
    li{margin:0 0 6px} li p{margin:0 0 6px}
    a{color:${links};text-decoration:underline}
    blockquote{margin:0 0 16px;padding:0 0 0 16px;border-left:4px solid #d8cfc2}
    hr{margin:24px 0;border:0;border-top:1px solid #d8cfc2}
    pre{margin:0 0 16px;padding:12px;background:${PRE.light.ground};font-family:Menlo,Consolas,monospace;font-size:14px;white-space:pre-wrap}
    ${words === null ? "" : `pre{color:${PRE.light.ink}}`}
    code{font-family:Menlo,Consolas,monospace;font-size:15px}
    img{max-width:100%;height:auto;border:0}
  `);
}

/** A button that stays one where styles are dropped: the colour is the cell's, and its room is the link's own. */
export function buttonHtml(
  link: { label: string; href: string },
  { colours, align = "left" }: { colours: Colours; align?: string | null | undefined },
): string {
  const place = align ?? "left";
  const alone = `<table role="presentation" cellpadding="0" cellspacing="0" border="0">${cellOf(link, colours)}</table>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" align="${place}" width="100%" style="margin:4px 0 20px"><tr><td align="${place}">${alone}</td></tr></table>`;
}

/** Several beside each other, as far as there is room: tables that float, which Outlook knows too. */
export function buttonRowHtml(links: readonly { label: string; href: string }[], colours: Colours): string {
  const each = links.map(
    (link) =>
      `<table role="presentation" cellpadding="0" cellspacing="0" border="0" align="left" style="margin:0 10px 12px 0">${cellOf(link, colours)}</table>`,
  );
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%" style="margin:4px 0 8px"><tr><td>${each.join("")}</td></tr></table>`;
}

function cellOf(link: { label: string; href: string }, { button, buttonWords }: Colours): string {
  const style = `display:inline-block;padding:13px 22px;font-family:${FONT};font-size:17px;line-height:1.2;font-weight:700;color:${buttonWords};background-color:${button};border:2px solid #221d18;${RADIUS};text-decoration:none;mso-padding-alt:13px 22px`;
  return `<tr><td class="m-button" bgcolor="${button}" style="${RADIUS}"><a class="m-bulletproof" href="${link.href}" style="${style}">${link.label}</a></td></tr>`;
}
