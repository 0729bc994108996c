import sanitize from "sanitize-html";
import { markdownHtml } from "../platform/markdown";
import { DESCRIPTION_MAX } from "./types";

/** More names than this tell an organiser nothing more about what was left out. */
const REMOVED_SHOWN_MAX = 10;
/** Deeper than any page a person writes; bounds the work of a hostile one. */
const NESTING_MAX = 30;

const allowedTags = [
  "p",
  "br",
  "hr",
  "h2",
  "h3",
  "h4",
  "strong",
  "em",
  "del",
  "a",
  "ul",
  "ol",
  "li",
  "blockquote",
  "code",
  "pre",
];

// One name per meaning; the page's own title is its only <h1>.
const sameMeaning: Record<string, string> = {
  h1: "h2",
  h5: "h4",
  h6: "h4",
  b: "strong",
  i: "em",
  s: "del",
  strike: "del",
};

/**
 * What the public gets of an organiser's Markdown: formatting and links, nothing that runs, loads or styles.
 * @returns null when the text is too long or too deeply nested to be a page; `removed` names the elements left out.
 */
export function renderDescription(source: string): { html: string; removed: string[] } | null {
  const markdown = source.length > DESCRIPTION_MAX ? null : markdownHtml(source);
  if (markdown === null) return null;
  const removed = new Set<string>();
  const html = sanitize(markdown, {
    allowedTags,
    allowedAttributes: { a: ["href", "rel"], ol: ["start"] },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesAppliedToAttributes: ["href"],
    allowProtocolRelative: false,
    disallowedTagsMode: "discard",
    nestingLimit: NESTING_MAX,
    transformTags: {
      ...sameMeaning,
      a: (_name, { href }) => ({
        tagName: "a",
        attribs: { ...(href ? { href } : {}), rel: "nofollow noopener" },
      }),
    },
    onOpenTag: (name) => {
      if (!allowedTags.includes(sameMeaning[name] ?? name)) removed.add(name);
    },
  });
  return html.length > DESCRIPTION_MAX * 4
    ? null
    : { html, removed: [...removed].slice(0, REMOVED_SHOWN_MAX) };
}
