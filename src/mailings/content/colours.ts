import { contrast, DEFAULT_ACCENT, inkOn, isAccent, READABLE, wordsIn } from "../../ui/theme";
import type { MailingColours } from "../types";
import { darkRules, IMPORTANT, matcherOf, matches } from "./css";
import { backgroundIn, type Ground, groundOf, readGround, type Standing } from "./ground";
import { PRE } from "./looks";

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

/** Rounded down, so that nothing too weak reads as just enough. */
export function ratioOf(words: string, ground: string): number {
  return Math.floor(contrast(words, ground) * 10) / 10;
}

/** The class of what holds the body of a mail with a colour of its own. */
export const WORDS_CLASS = "m-words";

/**
 * The rules by which words of a colour of the mail's own can be read in dark mode: in a lighter shade, where what they stand on turns dark.
 * A ground that stays keeps all that stands on it as it is in light, where our frame would lighten links and titles of cards.
 * @param wrapperHead what the wrapper's own styles keep for some screens and themes
 */
export function darkCss(colours: Colours, standing: Standing, wrapperHead: string): string {
  const { words } = colours;
  if (words === null) return "";
  const shade = wordsIn(words, "dark");
  const rules = turnsDark(standing, wrapperHead, shade)
    ? `.${WORDS_CLASS}{color:${shade}!important}${quietCss(shade)}${preCss("dark")}`
    : keptCss(colours, words, standing.ground);
  return `@media (prefers-color-scheme:dark){${rules}}`;
}

function keptCss({ links }: Colours, words: string, ground: Ground): string {
  const below = groundOf(ground);
  if (below !== null && !isReadable(links, below)) return quietCss(words) + preCss("dark");
  return `.${WORDS_CLASS} a:not(.m-bulletproof){color:${links}!important}${quietCss(words)}${preCss("light")}`;
}

/** Titles of cards, which are links in the colour of words. */
function quietCss(words: string): string {
  return `.${WORDS_CLASS} a.m-quiet{color:${words}!important}`;
}

function preCss(theme: keyof typeof PRE): string {
  const { ground, ink } = PRE[theme];
  return `.${WORDS_CLASS} pre{background-color:${ground}!important;color:${ink}!important}`;
}

/**
 * Whether words in their dark shade can be read in dark mode: where nothing but our sheet is behind them, or a rule for dark mode gives
 * whatever gave the ground, or what is in front of it, a ground that is dark enough.
 */
function turnsDark({ ground, path, from }: Standing, wrapperHead: string, shade: string): boolean {
  const grounds = darkRules(wrapperHead).flatMap((rule, order) => {
    const matcher = matcherOf(rule, order);
    const said = backgroundIn(rule.style);
    if (!matcher || said === null) return [];
    const isHeard = (at: number) => at >= from && (said.endsWith(IMPORTANT) || !path[at]?.isStyled);
    const isMet = path.some((_, at) => isHeard(at) && matches(matcher, path.slice(0, at + 1)));
    return isMet ? [readGround(said.replace(IMPORTANT, ""))] : [];
  });
  if (grounds.length === 0 || ground.is === "unknown") return ground.is === "none";
  return grounds.every((each) => each.is === "colour" && isReadable(shade, each.colour));
}
