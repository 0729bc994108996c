import { FONT, SHEET_WIDTH } from "../looks";

/** What stands around the words of an interactive part. Everything here is markup already, with its Liquid in place. */
export type AmpFrame = {
  language: string;
  /** Who writes, at the top; "" where a wrapper says so. */
  header: string;
  content: string;
  foot: readonly string[];
  /** Of whoever wrote it. */
  css: string;
  accentWords: string;
  scripts: readonly string[];
  /** Address of the picture that counts opens; "" for none. */
  pixel: string;
};

const RUNTIME = "https://cdn.ampproject.org/v0";

/** A whole AMP for Email document. Its scripts are the runtime's own and those of the components that are used. */
export function ampFrame(frame: AmpFrame): string {
  const scripts = frame.scripts.map(
    (name) => `<script async custom-element="${name}" src="${RUNTIME}/${name}-0.1.js"></script>\n`,
  );
  const foot = frame.foot.map((line) => `<p class="m-soft">${line}</p>`).join("\n");
  const pixel =
    frame.pixel === ""
      ? ""
      : `<amp-img src="${frame.pixel}" width="1" height="1" layout="fixed" alt=""></amp-img>\n`;
  return `<!doctype html>
<html amp4email lang="${frame.language}" data-css-strict>
<head>
<meta charset="utf-8">
<script async src="${RUNTIME}.js"></script>
${scripts.join("")}<style amp4email-boilerplate>body{visibility:hidden}</style>
<style amp-custom>${styleOf(frame)}</style>
</head>
<body>
<div class="m-sheet">
${frame.header}${frame.content}
</div>
<div class="m-foot">
${foot}
</div>
${pixel}</body>
</html>
`;
}

function styleOf({ css, accentWords }: AmpFrame): string {
  return `body{margin:0;background-color:#ffffff;color:#221d18;font-family:${FONT};font-size:17px;line-height:1.55}
.m-sheet,.m-foot{max-width:${SHEET_WIDTH}px;margin:0 auto;padding:16px}
.m-soft{margin:0 0 8px;font-size:14px;line-height:1.5;color:#5c554d}
a{color:${accentWords}}
h1{font-size:26px;line-height:1.25}h2{font-size:21px;line-height:1.3}h3,h4{font-size:18px;line-height:1.35}
button{padding:13px 22px;font-size:17px;border:2px solid #221d18;border-radius:6px;background-color:#f4efe7;color:#221d18;cursor:pointer}
amp-accordion h2,amp-accordion h3,amp-accordion h4,amp-accordion header{padding:12px;background-color:#f4efe7}
${css}`;
}
