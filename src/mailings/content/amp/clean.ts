import sanitize from "sanitize-html";
import { TOKEN } from "../tokens";
import { ampStyle, readAmpCss } from "./css";
import { elements, everywhere, forPeople, isFreeName, own } from "./rules";

const NESTING_MAX = 60;
/** More names than this tell nobody more about what is not allowed. */
const REFUSED_MAX = 10;
const schemes = ["http", "https", "mailto", "tel"];
const SCRIPT = /^https:\/\/cdn\.ampproject\.org\/v0(?:\/amp-[a-z-]{1,40}-\d\.\d)?\.js$/;
/** What stands around the body of a whole document, which somebody pastes with it: ours is put in its place. */
const around = new Set(["html", "head", "body", "meta", "title", "style"]);

export type CleanAmp = {
  html: string;
  css: string;
  /** Elements and attributes that an interactive part may not have, as somebody reads them. */
  refused: string[];
};

/**
 * What an interactive part may hold of the source somebody wrote, by `rules.ts`. A whole document is taken for what is in its body and
 * in its own style sheet; scripts of AMP itself are ours to name.
 * @param isTag whether the Liquid of a number is a tag, which may stand between elements alone
 */
export function cleanAmp(source: string, isTag: (index: number) => boolean): CleanAmp {
  const refused = new Set<string>();
  const html = sanitize(source, {
    allowedTags: [...elements],
    allowedAttributes: false,
    allowedSchemes: schemes,
    allowedSchemesAppliedToAttributes: ["href", "src"],
    allowProtocolRelative: true,
    parseStyleAttributes: false,
    disallowedTagsMode: "discard",
    selfClosing: ["br", "hr", "col", "wbr"],
    nonTextTags: ["script", "style", "textarea", "option", "xmp", "title", "noscript", "template"],
    nestingLimit: NESTING_MAX,
    transformTags: {
      "*": (tagName, attribs) => ({ tagName, attribs: checked(tagName, attribs, { isTag, refused }) }),
    },
  });
  return { html, css: readAmpCss(sheetOf(source)), refused: [...refused].slice(0, REFUSED_MAX) };
}

type Checking = { isTag: (index: number) => boolean; refused: Set<string> };

function checked(element: string, attribs: sanitize.Attributes, checking: Checking): sanitize.Attributes {
  if (element === "script" && SCRIPT.test(attribs.src ?? "")) return {};
  if (around.has(element)) return {};
  if (!elements.has(element)) {
    checking.refused.add(`<${element}>`);
    return {};
  }
  const kept: sanitize.Attributes = {};
  for (const [name, value] of Object.entries(attribs)) {
    const said = attributeValue(element, name, value, checking.isTag);
    if (said === null) checking.refused.add(`<${element} ${name}>`);
    else if (said !== "" || value === "") kept[name] = said;
  }
  return kept;
}

/** What an attribute may say; null for one that may not be there, "" for looks of which nothing is left. */
function attributeValue(
  element: string,
  name: string,
  value: string,
  isTag: (index: number) => boolean,
): string | null {
  if (name === "href" && !mayLead(value)) return null;
  if (name === "style") return ampStyle(value);
  if (name === "class") return value.split(/\s+/).filter(isFreeName).join(" ");
  if (name === "id") return isFreeName(value) ? value : null;
  const rule = own[element]?.[name] ?? everywhere[name];
  if (!rule?.test(value)) return null;
  const liquid = [...value.matchAll(TOKEN)].map(([, index]) => Number(index));
  return liquid.length === 0 || (forPeople.has(name) && !liquid.some(isTag)) ? value : null;
}

function mayLead(href: string): boolean {
  const [, scheme] = /^[^\w#/]*([a-z][\w+.-]*):/i.exec(href) ?? [];
  return scheme === undefined || schemes.includes(scheme.toLowerCase());
}

/** What stands in `<style amp-custom>`. */
function sheetOf(source: string): string {
  const [, ...parts] = source.split(/<style\b/i);
  return parts
    .filter((part) => /^[^>]*\bamp-custom\b/i.test(part))
    .map((part) => part.slice(part.indexOf(">") + 1).split(/<\/style/i))
    .map(([sheet = "", end]) => (end === undefined ? "" : sheet))
    .join("\n");
}
