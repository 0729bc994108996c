import { TAG } from "./markup";
import { namesSignOff } from "./merge-fields";
import { showLiquid, TOKEN, type Tokens } from "./tokens";

/*
 * A sign-off is a text like others, which conditions and filters read, and the one that has lines of its own. HTML shows them between
 * its tags; in an attribute it is one line.
 */

/** Brings back the Liquid of HTML that holds numbers, each output of the sign-off as it is shown where it stands. */
export function showHtml(html: string, tokens: Tokens): string {
  const isSignOff = signOffsIn(tokens);
  if (!tokens.some(isSignOff)) return showLiquid(html, tokens);
  const show = (text: string, filter: string) =>
    text.replace(TOKEN, (_, index) => {
      const token = tokens[Number(index)] ?? "";
      return isSignOff(token) ? token.replace(/\s*(-?\}\})$/, ` | ${filter} $1`) : token;
    });
  return show(
    html.replace(TAG, (tag) => show(tag, "as_line")),
    "as_lines",
  );
}

const ASSIGN = /^\{%-?\s*assign\s+([A-Za-z_][\w-]*)\s*=/;

/** Tells outputs of the sign-off, by its own name or one that it was given. */
function signOffsIn(tokens: Tokens): (token: string) => boolean {
  const names = new Set<string>();
  const isNamed = (token: string) =>
    namesSignOff(token) || [...names].some((name) => new RegExp(`[^\\w.-]${name}(?![\\w-])`).test(token));
  for (const token of tokens) {
    const [, name] = ASSIGN.exec(token) ?? [];
    if (name !== undefined && isNamed(token.replace(ASSIGN, " "))) names.add(name);
  }
  return (token) => token.startsWith("{{") && isNamed(token);
}
