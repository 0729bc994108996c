import { marked } from "marked";

/** Reading emphasis, links and pictures takes time by the square of these signs. */
const SIGN = /[*_~[\]`!]/g;
const SIGNS_MAX = 5_000;
/** What nests is read once a level: in one line, or by what stands before a line. */
const NESTED = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){20}|^[ \t]{100,}(?:[-+*]|\d{1,9}[.)])[ \t]/m;
/** So are runs of spaces, by the square of their length, and words before an "@", each of which may begin an address. */
const RUN_MAX = 1_000;
const SPACES = new RegExp(`[ \\t]{${RUN_MAX}}`);

/** Whether reading some Markdown would take longer than any text that people write. */
export function isHeavyMarkdown(source: string): boolean {
  return (
    (source.match(SIGN)?.length ?? 0) > SIGNS_MAX ||
    NESTED.test(source) ||
    SPACES.test(source) ||
    source.split("@").slice(0, -1).some(endsInLongWord)
  );
}

function endsInLongWord(text: string): boolean {
  return text.length >= RUN_MAX && !/\s/.test(text.slice(-RUN_MAX));
}

/** Markdown as HTML, which is not sanitised; null for what would take too long, or nests too deeply. */
export function markdownHtml(source: string): string | null {
  if (isHeavyMarkdown(source)) return null;
  try {
    return marked.parse(source, { async: false, gfm: true, breaks: true });
  } catch (error) {
    // The parser recurses: text made to nest thousands deep ends so, which is an answer like any other.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
