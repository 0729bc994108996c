import { RenderError } from "./render-error";

/*
 * Liquid is put aside while Markdown and HTML are read, so that neither changes it nor is changed by it: each tag and output
 * becomes a number between two characters of the private use area, and comes back at the end.
 */

const OPEN = "\ue000";
const CLOSE = "\ue001";
const LINK_OPEN = "\ue002";
const LINK_CLOSE = "\ue003";
/** A tag or output that is longer was not closed. */
const TOKEN_MAX = 2_000;
const TOKENS_MAX = 5_000;

export const TOKEN = /\ue000(\d+)\ue001/g;
export const LINK = /\ue002(\d+)\ue003/g;
const OURS = /[\ue000-\ue003]/g;
/** What Markdown makes of them in an address. */
const ENCODED = /%EE%80%80(\d+)%EE%80%81/gi;

/** The Liquid of one mail. */
export type Tokens = string[];

/** @throws RenderError with the line of whatever is not closed */
export function hideLiquid(source: string, tokens: Tokens): string {
  const text = source.replace(OURS, "");
  const parts: string[] = [];
  let at = 0;
  for (const { index: begin } of text.matchAll(/\{[{%]/g)) {
    // Braces within what was put aside already.
    if (begin < at) continue;
    const end = endOf(text, begin);
    if (end < 0 || tokens.length >= TOKENS_MAX) {
      const line = lineOf(text, begin);
      const [detail = ""] = text.slice(begin, begin + 40).split("\n");
      throw new RenderError({ code: end < 0 ? "liquid" : "too_large", line, detail });
    }
    parts.push(text.slice(at, begin), `${OPEN}${tokens.length}${CLOSE}`);
    tokens.push(text.slice(begin, end));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** The same text, as long and with as many lines, without the tags of snippets, which Liquid itself does not know. */
export function withoutSnippets(source: string): string {
  return source.replace(/\{%-?\s*snippet\b[^%]{0,200}%\}/g, (tag) => tag.replace(/[^\n]/g, " "));
}

/** A new token for Liquid of our own, or for what stands in its place. */
export function newToken(liquid: string, tokens: Tokens): string {
  tokens.push(liquid);
  return `${OPEN}${tokens.length - 1}${CLOSE}`;
}

export function linkMark(index: number): string {
  return `${LINK_OPEN}${index}${LINK_CLOSE}`;
}

/** Brings back the Liquid of a text that holds numbers. */
export function showLiquid(text: string, tokens: Tokens): string {
  return text.replace(TOKEN, (_, index) => tokens[Number(index)] ?? "");
}

/** Where Markdown wrote the signs in its own way in an address, they are as they were. */
export function mendTokens(html: string): string {
  return html.replace(ENCODED, `${OPEN}$1${CLOSE}`);
}

/** The numbers in a text, in their order. */
export function tokensIn(text: string): number[] {
  return [...text.matchAll(TOKEN)].map(([, index]) => Number(index));
}

const BLOCK = /^\{%-?\s*(end)?(if|unless|case|for|comment|raw)\b/;

/** The Liquid of a text that is there whoever reads it: none inside of a condition or a loop, and none that is not read. */
export function alwaysIn(text: string, tokens: Tokens): string[] {
  const open: string[] = [];
  return tokensIn(text).flatMap((index) => {
    const token = tokens[index] ?? "";
    const [, end, block] = BLOCK.exec(token) ?? [];
    const last = open.at(-1);
    if (block === undefined) return open.length === 0 ? [token] : [];
    if (end && block === last) open.pop();
    else if (!end && last !== "comment" && last !== "raw") open.push(block);
    return [];
  });
}

export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let from = text.indexOf("\n"); from >= 0 && from < at; from = text.indexOf("\n", from + 1)) line += 1;
  return line;
}

/** Behind its closing signs, which do not count inside quotes; -1 without any. */
function endOf(text: string, begin: number): number {
  const close = text[begin + 1] === "{" ? "}}" : "%}";
  const last = Math.min(text.length, begin + TOKEN_MAX);
  let quote = "";
  for (let at = begin + 2; at < last; at += 1) {
    const sign = text[at] ?? "";
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (text.startsWith(close, at)) return at + 2;
  }
  const plain = text.indexOf(close, begin + 2);
  return plain >= 0 && plain < last ? plain + 2 : -1;
}
