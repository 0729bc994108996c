import { compile } from "html-to-text";

/** Of one text, so that a hostile table ends. */
const INPUT_MAX = 4_000_000;

const convert = compile({
  wordwrap: false,
  preserveNewlines: false,
  limits: { maxInputLength: INPUT_MAX, maxDepth: 80, ellipsis: "" },
  formatters: {
    button: (element, walk, builder) => {
      const href: unknown = element.attribs?.href;
      builder.openBlock({ leadingLineBreaks: 2 });
      walk(element.children, builder);
      builder.addLineBreak();
      builder.addInline(typeof href === "string" ? href : "", { noWordTransform: true });
      builder.closeBlock({ trailingLineBreaks: 2 });
    },
    picture: (element, _walk, builder) => {
      const alt: unknown = element.attribs?.alt;
      if (typeof alt === "string" && alt !== "") builder.addInline(alt);
    },
  },
  selectors: [
    {
      selector: "a",
      options: { hideLinkHrefIfSameAsText: true, linkBrackets: ["(", ")"], ignoreHref: false },
    },
    { selector: "a.m-bulletproof", format: "button" },
    { selector: "td.m-gap", format: "skip" },
    { selector: "img", format: "picture" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: "table", format: "block" },
    { selector: "hr", options: { length: 20 } },
    { selector: "ul", options: { itemPrefix: "- " } },
  ],
});

/** The words of markup, with what links lead to. Lines are ended by LF. */
export function plainOf(html: string): string {
  return convert(html)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const ADDRESS = /https?:\/\/[^\s<>"')\]]+/g;

/** Puts a mark in the place of each address of a text that somebody wrote. */
export function markAddresses(text: string, mark: (href: string) => string): string {
  return text.replace(ADDRESS, (found) => {
    const [, href = found, rest = ""] = /^(.*?)([.,;:!?]*)$/s.exec(found) ?? [];
    return `${mark(href)}${rest}`;
  });
}
