import { type Colours, WORDS_CLASS } from "./colours";
import { type Css, type Matcher, matcherOf, matches, type Place, readStyle, writeStyle } from "./css";
import { escapeHtml } from "./liquid";
import { buttonHtml, SHEET_WIDTH } from "./looks";
import { attributesOf, ELEMENT, unescapeHtml, VOID } from "./markup";
import { linkMark, TOKEN } from "./tokens";

/** An address in a link of the mail, in the order of the mail; `href` still holds numbers for Liquid. */
export type FoundLink = { href: string };
export type FoundImage = { src: string; problem: "alt" | "data" | "scheme" };
export type Dressed = { html: string; links: FoundLink[]; images: FoundImage[] };

/**
 * Writes looks into the elements of sanitised markup, makes pictures fit, and puts a mark in the place of each address.
 * @param origin of the group's pages, which addresses without a host are of
 */
export function dress(html: string, css: Css, origin: string): Dressed {
  const matchers = css.rules.map(matcherOf).filter((matcher) => matcher !== null);
  const path: Place[] = [];
  const found: Omit<Dressed, "html"> = { links: [], images: [] };
  const dressed = html.replace(ELEMENT, (whole, slash: string, name: string, source: string) => {
    if (slash !== "") {
      const at = path.findLastIndex((place) => place.name === name);
      if (at >= 0) path.length = at;
      return whole;
    }
    const attributes = attributesOf(source);
    const place = placeOf(name, attributes);
    setLooks(attributes, [...path, place], matchers);
    if (!VOID.has(name)) path.push(place);
    if (name === "img" && !setImage(attributes, found.images, origin)) return attributes.get("alt") ?? "";
    const href = name === "a" ? attributes.get("href") : undefined;
    if (href !== undefined) {
      attributes.set("href", linkMark(found.links.length));
      found.links.push({ href: unescapeHtml(href).trim() });
    }
    return `<${name}${[...attributes].map(([key, value]) => ` ${key}="${value}"`).join("")}>`;
  });
  return { html: dressed, ...found };
}

function placeOf(name: string, attributes: ReadonlyMap<string, string>): Place {
  const classes = (attributes.get("class") ?? "").split(" ").filter(Boolean);
  return { name, id: attributes.get("id") ?? "", classes };
}

function setLooks(
  attributes: Map<string, string>,
  path: readonly Place[],
  matchers: readonly Matcher[],
): void {
  const own = attributes.get("style");
  // Our own parts say all they need.
  if (attributes.get("class")?.startsWith("m-")) return;
  const fitting = matchers
    .filter((matcher) => matches(matcher, path))
    .toSorted((one, other) => one.weight - other.weight);
  if (fitting.length === 0) return;
  const style = new Map(fitting.flatMap((matcher) => [...matcher.style].filter(isWanted(matcher, path))));
  if (own !== undefined)
    for (const [property, value] of readStyle(unescapeHtml(own))) style.set(property, value);
  if (style.size > 0) attributes.set("style", escapeHtml(writeStyle(style)).replaceAll("&#39;", "'"));
}

/** Words of a colour of the mail's own take none from the wrapper; links do, and code, which has a ground of its own. */
function isWanted({ isAround }: Matcher, path: readonly Place[]): (declaration: [string, string]) => boolean {
  const isOwn =
    isAround &&
    path.some(({ classes }) => classes.includes(WORDS_CLASS)) &&
    path.every(({ name }) => name !== "a" && name !== "pre");
  return ([property]) => !isOwn || property !== "color";
}

/** False for a picture that no mail can show. */
function setImage(attributes: Map<string, string>, images: FoundImage[], origin: string): boolean {
  const src = unescapeHtml(attributes.get("src") ?? "").trim();
  const address = pictureAddress(src, origin);
  if (address === null) {
    images.push({ src: src.slice(0, 100), problem: /^data:/i.test(src) ? "data" : "scheme" });
    return false;
  }
  attributes.set("src", escapeHtml(address));
  if (!attributes.has("alt")) {
    images.push({ src: address, problem: "alt" });
    attributes.set("alt", "");
  }
  const width = Number(attributes.get("width"));
  if (width > SHEET_WIDTH) {
    attributes.set("width", String(SHEET_WIDTH));
    attributes.delete("height");
  }
  return true;
}

function pictureAddress(src: string, origin: string): string | null {
  // No value of a person says which host is asked.
  if (/^https?:\/\/[^/?#\s\ue000]+(?:[/?#]|$)/i.test(src)) return src;
  if (src.startsWith("//")) return pictureAddress(`https:${src}`, origin);
  return /^\/(?![/\\])/.test(src) ? `${origin}${src}` : null;
}

/** In Markdown `[Sign](https://… "button")` alone in its paragraph is a button. */
export function markdownButtons(html: string, colours: Colours): string {
  return html.replace(
    /<p>\s*<a href="([^"]*)" title="button">([^<]*)<\/a>\s*<\/p>/g,
    (_, href: string, label: string) => buttonHtml({ href, label }, { colours }),
  );
}

/** Whether an address is one token and nothing else; its number. */
export function onlyToken(href: string): number | null {
  const [found, more] = [...href.matchAll(TOKEN)];
  return found && !more && found[0] === href ? Number(found[1]) : null;
}
