import { escapeHtml } from "../liquid";
import { unescapeHtml } from "../markup";
import { linkMark } from "../tokens";
import { components, layouts, neverUnused } from "./rules";

const PIECE = /\ue000(\d+)\ue001|<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z][a-z-]*(?:="[^"]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([a-z][a-z-]*)(?:="([^"]*)")?/g;
const VOID = new Set(["br", "hr", "col", "wbr"]);
const ROOT = "";
const HEADING = /^(?:h[1-6]|header)$/;
const OPENS = /^\{%-?\s*(?:if|unless|case|for|comment|raw)\b/;
const ENDS = /^\{%-?\s*end/;
const GOES_ON = /^\{%-?\s*(?:else|elsif|when)\b/;

type Attributes = Map<string, string>;
/** An open element. */
type Place = {
  name: string;
  children: string[];
  /** Blocks of Liquid that were opened right inside, and whether there ever was one. */
  blocks: number;
  hasBlocks: boolean;
  /** A part of an accordion: a heading, and what it opens. */
  isPanel: boolean;
};

export type ArrangedAmp = {
  html: string;
  links: { href: string }[];
  /** Scripts that its components need. */
  scripts: string[];
  /** What no validator would let pass, as somebody reads it. */
  faults: string[];
  /** Addresses of pictures that cannot be shown, and of pictures without words. */
  badPictures: string[];
  mutePictures: string[];
};

/**
 * Looks at markup that holds nothing but what it may, puts a mark in the place of each link, and says where something stands in
 * a place it may not stand in. Conditions must begin and end inside of the same element, so that the markup is sound whatever is true.
 * @param origin of the group's pages, which addresses without a host are of
 */
export function arrangeAmp(source: string, tokens: readonly string[], origin: string): ArrangedAmp {
  const found: Omit<ArrangedAmp, "html" | "scripts" | "faults"> = {
    links: [],
    badPictures: [],
    mutePictures: [],
  };
  const scripts = new Set<string>();
  const always = new Set<string>();
  const faults = new Set<string>();
  const root = placeOf(ROOT);
  const path: Place[] = [root];
  const here = () => path.at(-1) ?? root;
  const html = source.replace(PIECE, (whole, token, slash: string, name: string, rest: string) => {
    if (token !== undefined) {
      takeLiquid(tokens[Number(token)] ?? "", here(), faults);
      return whole;
    }
    if (slash !== "") {
      if (path.length > 1 && here().name === name) closePlace(path.pop() ?? root, faults);
      return whole;
    }
    const attributes: Attributes = new Map(
      [...rest.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [key, value]),
    );
    checkPlace(name, attributes, path, faults);
    const isPanel = name === "section" && here().name === "amp-accordion";
    here().children.push(name);
    if (!VOID.has(name)) path.push({ ...placeOf(name), isPanel });
    const script = components[name];
    if (script) scripts.add(script);
    if (path.every((place) => place.blocks === 0)) always.add(name);
    if (name === "amp-img" || name === "amp-anim") takePicture(attributes, found, origin);
    if (name === "a") takeLink(attributes, found.links, faults);
    return `<${name}${[...attributes].map(([key, value]) => (value === "" && key !== "alt" ? ` ${key}` : ` ${key}="${value}"`)).join("")}>`;
  });
  for (const place of path.toReversed()) closePlace(place, faults);
  for (const name of scripts) if (neverUnused.has(name) && !always.has(name)) faults.add(`{% … %} <${name}>`);
  return { html, scripts: [...scripts].toSorted(), faults: [...faults], ...found };
}

function placeOf(name: string): Place {
  return { name, children: [], blocks: 0, hasBlocks: false, isPanel: false };
}

function takeLiquid(liquid: string, place: Place, faults: Set<string>): void {
  if (!liquid.startsWith("{%")) return;
  const opens = OPENS.test(liquid);
  if (!opens && !ENDS.test(liquid) && !GOES_ON.test(liquid)) return;
  place.hasBlocks = true;
  if (opens) place.blocks += 1;
  else if (place.blocks === 0) faults.add(liquid);
  else if (ENDS.test(liquid)) place.blocks -= 1;
}

function closePlace({ name, children, blocks, hasBlocks, isPanel }: Place, faults: Set<string>): void {
  if (blocks > 0) faults.add(name === ROOT ? "{% … %}" : `{% … %} <${name}>`);
  const [first = "", ...others] = children;
  if (isPanel && (!HEADING.test(first) || others.length !== 1 || hasBlocks))
    faults.add("<amp-accordion> <section>");
}

function checkPlace(name: string, attributes: Attributes, path: Place[], faults: Set<string>): void {
  const parent = path.at(-1)?.name ?? "";
  const isInside = (element: string) => path.some((place) => place.name === element);
  if (parent === "amp-accordion" && name !== "section") faults.add(`<amp-accordion> <${name}>`);
  if (name === "summary" && parent !== "details") faults.add("<summary>");
  if (parent === "amp-img" || parent === "amp-anim") faults.add(`<${parent}> <${name}>`);
  if (attributes.has("option") && !isInside("amp-selector")) faults.add(`<${name} option>`);
  if (attributes.has("selected") && !attributes.has("option")) faults.add(`<${name} selected>`);
  if (attributes.has("expanded") && parent !== "amp-accordion") faults.add(`<${name} expanded>`);
  if (name === "amp-selector" && isInside(name)) faults.add("<amp-selector> <amp-selector>");
  if (name === "amp-timeago" && !attributes.has("datetime")) faults.add("<amp-timeago datetime>");
  const allowed = layouts[name];
  if (allowed && !hasRoom(attributes, allowed)) faults.add(`<${name} layout>`);
}

/** Whether the size of a component can be told before anything of it is loaded, as AMP asks. */
function hasRoom(attributes: Attributes, allowed: readonly string[]): boolean {
  const [width, height] = ["width", "height"].map((name) => attributes.get(name) ?? "");
  const isNumber = (size = "") => /^\d{1,4}$/.test(size);
  const usual = isNumber(width) ? "fixed" : isNumber(height) ? "fixed-height" : "container";
  const layout = attributes.get("layout") ?? usual;
  if (!allowed.includes(layout)) return false;
  switch (layout) {
    case "container":
      return width === "" && height === "";
    case "fixed-height":
      return isNumber(height) && (width === "" || width === "auto");
    default:
      return isNumber(width) && isNumber(height);
  }
}

function takePicture(
  attributes: Attributes,
  found: Pick<ArrangedAmp, "badPictures" | "mutePictures">,
  origin: string,
): void {
  const src = unescapeHtml(attributes.get("src") ?? "").trim();
  const address = src.startsWith("//") ? `https:${src}` : /^\/(?![/\\])/.test(src) ? `${origin}${src}` : src;
  // Providers fetch pictures of this part over https alone.
  const isWeb = /^https:\/\/[^/?#\s]+(?:[/?#]|$)/i.test(address) || address.startsWith(`${origin}/`);
  if (isWeb && URL.canParse(address))
    attributes.set("src", escapeHtml(address.replace(/[\s"<>`{}|\\^]/g, encodeURIComponent)));
  else found.badPictures.push(src.slice(0, 100));
  if (!attributes.has("alt")) {
    found.mutePictures.push(address);
    attributes.set("alt", "");
  }
}

/** Places in the mail and text messages are no links of AMP for Email. */
function takeLink(attributes: Attributes, links: { href: string }[], faults: Set<string>): void {
  const href = attributes.get("href");
  if (href === undefined) return;
  const address = unescapeHtml(href).trim();
  if (/^(?:#|sms:)/i.test(address)) {
    faults.add(`<a href="${address.slice(0, 40)}">`);
    attributes.delete("href");
    return;
  }
  attributes.set("href", linkMark(links.length));
  links.push({ href: address });
}
