import { actionPath } from "../actions/action-path";
import type { Kind } from "../actions/types";
import type { Layout, Look } from "./types";
import { areaId } from "./widget";

/**
 * The edition of `embed.js` that pages with a strict policy name by its content. A file of that name never changes: a fix is
 * another edition, and this one goes on being served (docs/decisions/0016).
 */
export const edition = {
  path: "/js/embed-1.js",
  integrity: "sha384-+IdgCmNJhQDDhBDI9xlQ/x/nBjQmQhNlnQZ3kR91bGM7csKbeFjafQaPlD0iBerG",
};

const FRAME_HEIGHT = 900;

/** The action a snippet shows: `https://host` of its group, and what it is called. */
export type Embedded = { origin: string; kind: Pick<Kind, "path" | "widget">; slug: string; title: string };

function urlOf({ origin, kind, slug }: Embedded): string {
  return origin + actionPath(kind, slug);
}

/** What an organiser copies into a page: an element and the script that fills it; a link where no script runs. */
export function scriptSnippet(
  action: Embedded,
  { look, isStrict }: { look: Look; isStrict: boolean },
): string {
  const href = urlOf(action);
  const element = (
    <groundswell-action href={href} look={look === "site" ? "site" : undefined}>
      <a href={href}>{action.title}</a>
    </groundswell-action>
  );
  const script = isStrict ? (
    <script async src={action.origin + edition.path} integrity={edition.integrity} crossorigin="anonymous" />
  ) : (
    <script async src={`${action.origin}/js/embed.js`} />
  );
  return `${element}\n${String(script).replace('async=""', "async")}`;
}

/** The same in a frame, for pages that run no script of others. */
export function frameSnippet(action: Embedded): string {
  return String(
    <iframe
      src={`${urlOf(action)}/embed`}
      title={action.title}
      width="100%"
      height={FRAME_HEIGHT}
      frameborder="0"
      loading="lazy"
    />,
  );
}

/** What a page whose policy is strict must allow: the script by its content, and where it asks. */
export function policyFor(action: Embedded): string {
  return `script-src '${edition.integrity}'; connect-src ${action.origin}; img-src ${action.origin}; frame-src ${action.origin}`;
}

export const oldStyles = ["default", "layout-only", "none"] as const;
export type OldStyle = (typeof oldStyles)[number];

const sheets: Record<OldStyle, string> = {
  default: "style-embed-v3.css",
  "layout-only": "style-embed-whitelabel-v3.css",
  none: "",
};

/** An embed code as the platforms that groups come from write it (osdi-api.md §6.1), letter by letter. */
export function oldSnippet(
  { origin, kind, slug }: Embedded,
  { style, layout, width }: { style: OldStyle; layout: Layout; width: string },
): string {
  const link = sheets[style]
    ? `<link href='${origin}/css/${sheets[style]}' rel='stylesheet' type='text/css' />`
    : "";
  const full = layout === "full" ? "&style=full" : "";
  const script = `<script src='${origin}/widgets/v6/${kind.widget.type}/${slug}?format=js&source=widget${full}'></script>`;
  return `${link}${script}<div id='${areaId(kind.widget.type, slug)}' style='width: ${width}'><!-- target for the widget --></div>`;
}
