import sanitize from "sanitize-html";
import { type Css, readCss, readStyle, writeStyle } from "./css";
import { TOKEN } from "./tokens";

const NESTING_MAX = 60;
/** More names than this tell nobody more about what was left out. */
const REMOVED_MAX = 10;

const allowedTags = [
  ...[
    "a",
    "abbr",
    "address",
    "article",
    "b",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
  ],
  ...[
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
  ],
  ...["hr", "i", "img", "ins", "li", "main", "mark", "ol", "p", "pre", "q", "s", "section", "small", "span"],
  ...["strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"],
];
/** Structure around a whole page, which somebody pastes with it; not worth a word. */
const unremarkable = new Set(["html", "head", "body", "meta", "title", "style", "link", "tbody", "base"]);
const linkSchemes = ["http", "https", "mailto", "tel", "sms"];
const cells = ["align", "valign", "bgcolor", "width", "height", "colspan", "rowspan"];

export type CleanHtml = {
  html: string;
  css: Css;
  /** Elements and attributes that were left out. */
  removed: string[];
  /** Addresses of links that lead nowhere, or where no mail may lead. */
  badLinks: string[];
};

/** What stands in style elements. One after another, since a pattern that looks for each end takes its time where there is none. */
function sheetsOf(source: string): string {
  const [, ...parts] = source.split(/<style\b/i);
  return parts
    .map((part) => part.slice(part.indexOf(">") + 1).split(/<\/style/i))
    .map(([sheet = "", end]) => (end === undefined ? "" : sheet))
    .join("\n");
}

/** Whether the sanitiser lets a link lead there. */
function mayLead(href: string): boolean {
  const address = bareHref(href);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  return address !== "" && (scheme === undefined || linkSchemes.includes(scheme));
}

/** Browsers read past these in an address. */
function bareHref(href: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
  return href.replace(/[\u0000-\u0020]/g, "");
}

/**
 * What a mail may hold of the HTML somebody wrote: structure, text, links, pictures and looks. Nothing that runs, asks for
 * input, or loads anything but a picture. Its style sheets come apart.
 */
export function cleanHtml(source: string): CleanHtml {
  const removed = new Set<string>();
  const badLinks: string[] = [];
  const html = sanitize(source, {
    allowedTags,
    allowedAttributes: {
      "*": ["style", "class", "id", "align", "dir", "lang", "title"],
      a: ["href"],
      img: ["src", "alt", "width", "height", "border"],
      table: [...cells, "border", "cellpadding", "cellspacing", "role"],
      td: cells,
      th: cells,
      tr: cells,
      font: ["color", "face", "size"],
      ol: ["start", "type"],
    },
    allowedSchemes: linkSchemes,
    allowedSchemesByTag: { img: ["http", "https", "data"] },
    allowedSchemesAppliedToAttributes: ["href", "src"],
    allowProtocolRelative: true,
    parseStyleAttributes: false,
    disallowedTagsMode: "discard",
    nonTextTags: ["script", "style", "textarea", "option", "xmp", "title", "noscript", "template", "head"],
    nestingLimit: NESTING_MAX,
    transformTags: {
      "*": (tagName, attribs) => ({ tagName, attribs: ownLooks(attribs) }),
    },
    onOpenTag: (name, attributes) => {
      if (!allowedTags.includes(name) && !unremarkable.has(name)) removed.add(`<${name}>`);
      for (const attribute of Object.keys(attributes)) {
        if (/^on[a-z]{1,30}$/.test(attribute)) removed.add(attribute);
      }
      if (name === "a" && attributes.href !== undefined && !mayLead(attributes.href))
        badLinks.push(attributes.href);
    },
  });
  return { html, css: readCss(sheetsOf(source)), removed: [...removed].slice(0, REMOVED_MAX), badLinks };
}

/** Looks that mails may have, and no name of our own frame. */
function ownLooks(attribs: sanitize.Attributes): sanitize.Attributes {
  const { style, class: names, id, ...others } = attribs;
  const looks = style === undefined ? "" : writeStyle(readStyle(style));
  const classes = (names ?? "").split(/\s+/).filter((name) => /^(?!m-)[\w-]{1,60}$/.test(name));
  return {
    ...others,
    ...(looks === "" ? {} : { style: looks }),
    ...(classes.length === 0 ? {} : { class: classes.join(" ") }),
    ...(id !== undefined && /^(?!m-)[\w-]{1,60}$/.test(id) ? { id } : {}),
  };
}

/** A paragraph that holds nothing but tags of Liquid is there for whoever wrote it, and makes an empty line for whoever reads. */
export function unwrapTags(html: string, isTag: (index: number) => boolean): string {
  return html.replace(/<p>((?:\s|<br ?\/?>|\ue000\d+\ue001)+)<\/p>/g, (whole, inside: string) => {
    const found = [...inside.matchAll(TOKEN)].map(([, index]) => Number(index));
    return found.length > 0 && found.every(isTag) ? inside.replace(/<br ?\/?>/g, "") : whole;
  });
}
