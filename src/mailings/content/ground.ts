import names from "color-name";
import { GROUNDS } from "../../ui/theme";
import { type Place, readStyle } from "./css";
import { attributesOf, ELEMENT, unescapeHtml, VOID } from "./markup";

/** What is put behind words: nothing, or what lets everything through; what cannot be told, such as a gradient; or a colour, `#rrggbb`. */
export type Ground = { is: "none" } | { is: "unknown" } | { is: "colour"; colour: string };

/** What a place of a mail stands on. */
export type Standing = {
  ground: Ground;
  /** The elements around it, the nearest last. */
  path: readonly OpenElement[];
  /** Where in the path the one is that gives the ground; 0 where none does. */
  from: number;
};
/** `isStyled`: its style says what its ground is, which a rule of the head changes by `!important` alone. */
export type OpenElement = Place & { isStyled: boolean };

export const NOWHERE: Standing = { ground: { is: "none" }, path: [], from: 0 };

/** What words stand on, to be measured: the ground they were given, else the hardest one of ours; null where it cannot be told. */
export function groundOf(ground: Ground): string | null {
  switch (ground.is) {
    case "colour":
      return ground.colour;
    case "none":
      return GROUNDS.light;
    case "unknown":
      return null;
  }
}

/** What a place of dressed markup stands on: the nearest ground that an element around it gives. */
export function standingAt(html: string, at: number): Standing {
  const open: (OpenElement & { ground: Ground })[] = [];
  for (const [, slash, name = "", source = ""] of html.slice(0, at).matchAll(ELEMENT)) {
    if (slash !== "") {
      const last = open.findLastIndex((each) => each.name === name);
      if (last >= 0) open.length = last;
    } else if (!VOID.has(name)) open.push(openElement(name, attributesOf(source)));
  }
  const giver = open.findLastIndex(({ ground }) => ground.is !== "none");
  return { ground: open[giver]?.ground ?? { is: "none" }, path: open, from: Math.max(giver, 0) };
}

function openElement(
  name: string,
  attributes: ReadonlyMap<string, string>,
): OpenElement & { ground: Ground } {
  const classes = (attributes.get("class") ?? "").split(" ").filter(Boolean);
  const place = { name, classes, id: attributes.get("id") ?? "" };
  const said = backgroundIn(readStyle(unescapeHtml(attributes.get("style") ?? "")));
  if (said !== null) return { ...place, isStyled: true, ground: readGround(said) };
  // This attribute may lack its #.
  const cell = (attributes.get("bgcolor") ?? "").trim().replace(/^(?=[0-9a-f]{6}$)/i, "#");
  return { ...place, isStyled: false, ground: readGround(cell) };
}

/** The last word a style has on what is behind an element; null where it has none. */
export function backgroundIn(style: ReadonlyMap<string, string>): string | null {
  const said = [...style].findLast(([property]) => /^background(?:-color)?$/.test(property));
  return said?.[1] ?? null;
}

const NAMED = new Map(Object.entries(names));
/** Words of a background that say where a picture would lie, and colours that let everything through. */
const CLEAR =
  /^(?:none|transparent|initial|inherit|unset|revert|(?:no-)?repeat(?:-[xy])?|space|round|center|top|bottom|left|right|scroll|fixed|local|(?:border|padding|content)-box|cover|contain|auto|-?[\d.]+(?:px|%|em)?)$/;

/** What the value of a background puts behind words. A picture, or what is not sure to hide what is below it, cannot be told. */
export function readGround(background: string): Ground {
  let found: Ground = { is: "none" };
  for (const word of background.toLowerCase().match(/[^\s/(]+(?:\([^)]*\))?/g) ?? []) {
    const ground = readWord(word);
    if (ground.is === "unknown") return ground;
    if (found.is === "none") found = ground;
  }
  return found;
}

function readWord(word: string): Ground {
  if (CLEAR.test(word)) return { is: "none" };
  if (/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/.test(word))
    return { is: "colour", colour: word.length === 7 ? word : word.replace(/[0-9a-f]/g, "$&$&") };
  const named = NAMED.get(word);
  if (named) return { is: "colour", colour: hexOf(named) };
  const [whole, red, green, blue, alpha = "1", percent = ""] =
    /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:\s*[,/]\s*([\d.]+)(%?))?\s*\)$/.exec(word) ?? [];
  const opacity = Number(alpha) / (percent === "" ? 1 : 100);
  if (whole === undefined || (opacity > 0 && opacity < 1)) return { is: "unknown" };
  return opacity === 0 ? { is: "none" } : { is: "colour", colour: hexOf([red, green, blue].map(Number)) };
}

function hexOf(parts: readonly number[]): string {
  return `#${parts.map((part) => Math.min(part, 255).toString(16).padStart(2, "0")).join("")}`;
}
