import { put, SLOT, snippetHtml, type WrapperText } from "./body";
import { dress } from "./dress";
import { footOf } from "./foot";
import type { Finisher } from "./link-finisher";
import { setCopyAddresses } from "./links";
import { bare, isTag, type Making, SNIPPET_TAG } from "./making";
import { markAddresses, plainOf } from "./plain";
import { hideLiquid, LINK, TOKEN, tokensIn } from "./tokens";

/** Tags of Liquid alone on their line, with the line break and the empty lines after them. */
const TAG_LINE = /^((?:\ue000\d+\ue001)+)[ \t]*\n+/gm;

/** What somebody made of the text part, with its addresses counted like those of the HTML. */
export function editedPlain(plain: string, making: Making, finish: Finisher): string {
  const first = making.tokens.length;
  const hidden = hideLiquid(plain, making.tokens);
  setCopyAddresses(making.tokens, making.origin);
  const text = hidden.replace(TOKEN, (whole, index) => {
    const name =
      Number(index) < first ? undefined : SNIPPET_TAG.exec(making.tokens[Number(index)] ?? "")?.[1];
    if (name === undefined) return whole;
    const html = dress(snippetHtml(name, making, 0) ?? "", making.css, making.origin);
    return plainOf(html.html.replace(LINK, (_, at) => html.links[Number(at)]?.href ?? ""));
  });
  return markAddresses(bare(text), finish.add);
}

/** The text part, its own or made of the markup, in its wrapper and with its foot. */
export function plainText(
  parts: { html: string; plain: WrapperText | null; written: string | null },
  making: Making,
  finish: Finisher,
): string {
  const { html, plain, written } = parts;
  const inner = plain ? (html.split(plain.edge)[1] ?? html) : html;
  const body = written ?? bare(plainOf(inner));
  const whole = finish.text(plain ? inWrapper(plain.text, body, making, finish) : body);
  const text = whole.replace(TAG_LINE, (line, tags: string) =>
    tokensIn(tags).every((index) => isTag(making.tokens[index] ?? "")) ? tags : line,
  );
  const foot = footOf(making, whole).text;
  return `${foot.length === 0 ? text : `${text}\n\n-- \n${foot.join("\n")}`}\n`;
}

function inWrapper(plain: string, body: string, { tokens, origin }: Making, finish: Finisher): string {
  setCopyAddresses(tokens, origin);
  const slot = tokensIn(plain).find((index) => SLOT.test(tokens[index] ?? ""));
  return slot === undefined ? body : put(markAddresses(bare(plain), finish.add), slot, body);
}
