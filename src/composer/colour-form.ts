import { coloursOf, isReadable, ratioOf } from "../mailings/content/colours";
import { type MailingColours, mailingColours } from "../mailings/types";
import { type FormValues, single } from "../platform/forms";

/** The fields of the form, by the colour each is of. */
export const colourFields = {
  button: "buttonColour",
  buttonWords: "buttonWordsColour",
  words: "wordsColour",
} as const satisfies Record<keyof MailingColours, string>;
export const colourNames = ["button", "buttonWords", "words"] as const;

/** Words that cannot be read say on what they stand, and how far they are from it; `ratio` is the contrast of WCAG 2.2. */
export type ColourProblem = { is: "no_colour" } | { is: "weak"; ground: string; ratio: number };
export type ColourProblems = Partial<Record<keyof MailingColours, ColourProblem>>;

/** What somebody typed, the # or not, in capitals or not. */
export function typedColours(values: FormValues): MailingColours {
  const typed = (name: keyof MailingColours) => {
    const text = single(values, colourFields[name]).trim().toLowerCase();
    return /^[0-9a-f]{6}$/.test(text) ? `#${text}` : text;
  };
  return { button: typed("button"), buttonWords: typed("buttonWords"), words: typed("words") };
}

/**
 * What cannot be kept of some colours: what is none, and words that nobody could read on what they stand on.
 * @param on.accent the group's colour, which buttons have that none was chosen for
 * @param on.grounds what the words of the body stand on, in one language or another
 */
export function colourProblems(
  typed: MailingColours,
  { accent, grounds }: { accent: string; grounds: readonly string[] },
): ColourProblems {
  const problems: ColourProblems = {};
  for (const name of colourNames)
    if (!mailingColours.shape[name].safeParse(typed[name]).success) problems[name] = { is: "no_colour" };
  if (Object.keys(problems).length > 0) return problems;
  const { button } = coloursOf({ ...typed, buttonWords: "" }, accent);
  if (typed.buttonWords !== "" && !isReadable(typed.buttonWords, button))
    problems.buttonWords = weak(typed.buttonWords, button);
  const [hardest] = grounds.toSorted((one, other) => ratioOf(typed.words, one) - ratioOf(typed.words, other));
  if (typed.words !== "" && hardest !== undefined && !isReadable(typed.words, hardest))
    problems.words = weak(typed.words, hardest);
  return problems;
}

function weak(words: string, ground: string): ColourProblem {
  return { is: "weak", ground, ratio: ratioOf(words, ground) };
}
