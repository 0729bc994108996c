import { contrast, DEFAULT_ACCENT, GROUNDS, inkOn, isAccent, READABLE, wordsIn } from "../../ui/theme";
import type { MailingColours } from "../types";
import { readStyle } from "./css";
import { attributesOf, ELEMENT, unescapeHtml, VOID } from "./markup";

/** The colours one mail is made with, each `#rrggbb`. */
export type Colours = {
  /** The group's, of the line under its name. */
  accent: string;
  button: string;
  buttonWords: string;
  links: string;
  /** Of the words of the body; null where nobody chose one for this mail. */
  words: string | null;
};

/**
 * What a mail looks like that has some colours of its own in a group of some colour. Words that could not be read on the button, since the
 * group's colour changed, are black or white.
 */
export function coloursOf(chosen: MailingColours, groupAccent: string): Colours {
  const accent = isAccent(groupAccent) ? groupAccent.toLowerCase() : DEFAULT_ACCENT;
  const button = chosen.button || accent;
  const buttonWords =
    chosen.buttonWords !== "" && isReadable(chosen.buttonWords, button) ? chosen.buttonWords : inkOn(button);
  return { accent, button, buttonWords, links: wordsIn(button, "light"), words: chosen.words || null };
}

export function isReadable(words: string, ground: string): boolean {
  return contrast(words, ground) >= READABLE;
}

/** What the words of a body stand on: the ground its wrapper gives it, else the hardest one of ours. */
export function groundOf(wrapperGround: string | null): string {
  return wrapperGround ?? GROUNDS.light;
}

/** The class of what holds the body of a mail with a colour of its own. */
export const WORDS_CLASS = "m-words";

/**
 * The rules by which words of a colour of the mail's own can be read in dark mode: in a lighter shade, where the ground turns dark. A wrapper
 * with a ground of its own that says nothing of dark mode keeps that ground, and the words on it their colour.
 */
export function darkCss({ words }: Colours, wrapperGround: string | null, css: string): string {
  if (words === null || (wrapperGround !== null && !css.includes("prefers-color-scheme"))) return "";
  const shade = wordsIn(words, "dark");
  return `@media (prefers-color-scheme:dark){.${WORDS_CLASS},.${WORDS_CLASS} a.m-quiet{color:${shade}!important}}`;
}

const NAMED: Record<string, string> = { white: "#ffffff", black: "#000000" };

/** The ground that elements of dressed markup give a place in it; null where there is none that can be read. */
export function groundAt(html: string, at: number): string | null {
  const open: { name: string; ground: string | null }[] = [];
  for (const [, slash, name = "", source = ""] of html.slice(0, at).matchAll(ELEMENT)) {
    if (slash !== "") {
      const last = open.findLastIndex((each) => each.name === name);
      if (last >= 0) open.length = last;
    } else if (!VOID.has(name)) open.push({ name, ground: groundIn(attributesOf(source)) });
  }
  return open.findLast(({ ground }) => ground !== null)?.ground ?? null;
}

function groundIn(attributes: ReadonlyMap<string, string>): string | null {
  const style = readStyle(unescapeHtml(attributes.get("style") ?? ""));
  const said = style.get("background-color") ?? style.get("background") ?? attributes.get("bgcolor") ?? "";
  const text = said.trim().toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text);
  if (short)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join("")}`;
  return isAccent(text) ? text : (NAMED[text] ?? null);
}
