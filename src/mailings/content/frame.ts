import { FONT, INK, SHEET_WIDTH } from "./looks";

/** What stands around the words of a mail. Everything here is markup already, with its Liquid in place. */
export type Frame = {
  language: string;
  title: string;
  preview: string;
  /** Who writes, at the top; "" where a wrapper says so. */
  header: string;
  content: string;
  /** Lines below the sheet. */
  foot: readonly string[];
  /** Rules for some screens and themes, of whoever wrote the mail. */
  css: string;
  /** Address of the picture that counts opens; "" for none. */
  pixel: string;
};

const SOFT = "#5c554d";

// Programs that know dark mode follow these; those that invert colours themselves find plain colours to invert.
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:${SHEET_WIDTH + 20}px){.m-sheet{width:100%!important}.m-pad{padding-left:18px!important;padding-right:18px!important}
.m-column{display:block!important;width:100%!important}.m-gap{display:none!important}}
@media (prefers-color-scheme:dark){.m-page{background:#171310!important;background-color:#171310!important}
.m-sheet,.m-sheet>tbody>tr>td{background-color:#221d19!important}.m-ink{color:#f1ece4!important}.m-ink a:not(.m-bulletproof){color:#f3c684!important}
.m-ink a.m-quiet{color:#f1ece4!important}.m-card{border-color:#6b6259!important}.m-ink blockquote{border-color:#6b6259!important}.m-ink pre{background-color:#171310!important}
.m-soft,.m-soft a{color:#b9b1a6!important}.m-bulletproof{border-color:#f1ece4!important}}
`;

// Else the list of mails goes on with the first words of the mail after a short preview.
const ROOM = "&#847;&zwnj;&nbsp;".repeat(60);

/** A whole mail: tables and styles in the elements for old programs, 600 px, both themes. */
export function frameHtml(frame: Frame): string {
  const preview =
    frame.preview === ""
      ? ""
      : `<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all">${frame.preview}${ROOM}</div>`;
  const foot = frame.foot
    .map(
      (line) =>
        `<p class="m-soft" style="margin:0 0 8px;font-family:${FONT};font-size:14px;line-height:1.5;color:${SOFT}">${line}</p>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="${frame.language}" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${frame.title}</title>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<style>${STYLE}${frame.css}</style>
</head>
<body class="m-page" style="margin:0;padding:0;background-color:#f4efe7">
${preview}
<table role="presentation" class="m-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;background-color:#f4efe7"><tbody><tr><td align="center" style="padding:24px 8px">
<!--[if mso]><table role="presentation" width="${SHEET_WIDTH}" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="m-sheet" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;max-width:${SHEET_WIDTH}px;background-color:#ffffff;border-radius:8px"><tbody><tr><td class="m-pad m-ink" style="padding:28px 24px 16px;font-family:${FONT};font-size:17px;line-height:1.55;color:${INK};word-break:break-word;overflow-wrap:anywhere">
${frame.header}${frame.content}
</td></tr></tbody></table>
<table role="presentation" class="m-sheet-foot" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:${SHEET_WIDTH}px"><tbody><tr><td class="m-pad" style="padding:16px 24px">
${foot}
</td></tr></tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></tbody></table>
${frame.pixel === "" ? "" : `<img src="${frame.pixel}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`}
</body>
</html>
`;
}

/** The name of whoever writes, over a line in their colour. */
export function headerHtml(name: string, accent: string): string {
  return `<p class="m-head" style="margin:0 0 20px;padding:0 0 12px;border-bottom:4px solid ${accent};font-weight:700">${name}</p>\n`;
}
