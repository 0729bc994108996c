import sanitize from "sanitize-html";

/** More names than this tell an organiser nothing more about what was left out. */
const REMOVED_SHOWN_MAX = 10;
const NESTING_MAX = 30;

const allowedTags = [
  ...["div", "span", "p", "br", "hr", "nav", "address", "h2", "h3", "h4", "ul", "ol", "li"],
  ...["strong", "em", "small", "a", "img"],
];

/** A picture of the group's own: the policy of a page loads no other, and no visitor is known to a third party. */
const OWN_PICTURE = /^\/files\/images\/[0-9a-f-]{36}\.(?:png|jpg|webp|gif)$/;

export type WrapperHtml = {
  html: string;
  /** The elements, attributes and classes left out. */
  removed: string[];
  /** Why it cannot be shown at all; "" when it can. */
  problem: "" | "own_picture" | "picture_words";
};

/**
 * What pages show of the HTML an organiser wrote for above or below them: structure, links, the group's own pictures, and
 * classes that begin with "own-", so that none of ours is borrowed. Nothing that runs, asks for input, or loads from elsewhere.
 */
export function renderWrapper(source: string): WrapperHtml {
  const removed = new Set<string>();
  let problem: WrapperHtml["problem"] = "";
  const html = sanitize(source, {
    allowedTags,
    allowedAttributes: {
      "*": ["lang"],
      a: ["href", "rel", "aria-label"],
      nav: ["aria-label"],
      img: ["src", "alt", "width", "height"],
    },
    allowedClasses: { "*": ["own-*"] },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesAppliedToAttributes: ["href"],
    allowProtocolRelative: false,
    disallowedTagsMode: "discard",
    nestingLimit: NESTING_MAX,
    transformTags: {
      a: (tagName, { target: _, ...attribs }) => ({ tagName, attribs: { ...attribs, rel: "noopener" } }),
      b: "strong",
      i: "em",
      h1: "h2",
    },
    onOpenTag: (name, attributes) => {
      if (!allowedTags.includes(name) && !["b", "i", "h1"].includes(name)) removed.add(`<${name}>`);
      for (const each of leftOut(attributes)) removed.add(each);
      if (name !== "img") return;
      if (!OWN_PICTURE.test(attributes.src ?? "")) problem = "own_picture";
      else if (attributes.alt === undefined) problem = "picture_words";
    },
  }).trim();
  return { html, removed: [...removed].slice(0, REMOVED_SHOWN_MAX), problem };
}

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

function leftOut(attributes: Record<string, string>): string[] {
  const names = Object.keys(attributes).filter(
    (name) => NAME.test(name) && /^(?:on|style$|id$|srcset$)/.test(name),
  );
  const classes = (attributes.class ?? "")
    .split(/\s+/)
    .filter((name) => NAME.test(name) && !name.startsWith("own-"))
    .map((name) => `.${name}`);
  return [...names, ...classes];
}
