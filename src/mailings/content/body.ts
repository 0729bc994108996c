import { markdownHtml } from "../../platform/markdown";
import { WRAPPER_CONTENT } from "../types";
import { documentHtml } from "./blocks";
import { cleanHtml, unwrapTags } from "./clean-html";
import { type Colours, WORDS_CLASS } from "./colours";
import { readDocument } from "./document";
import { markdownButtons } from "./dress";
import { isDocument, isTag, type Making, problemOf, SNIPPET_TAG } from "./making";
import { noteLink } from "./noted";
import { RenderError } from "./render-error";
import { hideLiquid, mendTokens, newToken, TOKEN, type Tokens, tokensIn } from "./tokens";
import type { MailPart } from "./types";

/** Characters of a body, a wrapper or a snippet that is read as markup. Twice what Gmail shows. */
const SOURCE_MAX = 200_000;
const SNIPPETS_DEEP_MAX = 3;
const SNIPPETS_MAX = 50;
const RUNS = /^(?:javascript|vbscript|data|file|blob):/i;

/** The body as sanitised markup, whatever it was written in. */
export function contentHtml(making: Making): string {
  const { version, problems } = making;
  if (version.form === "visual" && isDocument(version.body)) {
    const document = readDocument(version.body);
    if (!document) {
      problems.push(problemOf(making, "body_form", "body"));
      return "";
    }
    const { t, colours, actions } = making;
    const snippet = (name: string) => snippetHtml(name, making, 0);
    const html = documentHtml(
      document,
      { t, colours, language: version.language, actions, snippet },
      making.tokens,
    );
    return withSnippets(html, making, 0);
  }
  const form = version.form === "visual" ? "markdown" : version.form;
  return sourceHtml(form, version.body, making, "body", 0);
}

function sourceHtml(
  form: "markdown" | "html",
  source: string,
  making: Making,
  part: MailPart,
  depth: number,
): string {
  const { tokens } = making;
  if (source.length > SOURCE_MAX) throw new RenderError({ code: "too_large", line: null, detail: "" });
  const first = tokens.length;
  const hidden = hideLiquid(source, tokens);
  const last = tokens.length;
  const read = form === "markdown" ? mendTokens(readMarkdown(hidden)) : hidden;
  const { html, css, removed, badLinks } = cleanHtml(read);
  for (const href of badLinks)
    noteLink(href, RUNS.test(href.replace(/\s/g, "")) ? "link_script" : "link_broken", making);
  if (removed.length > 0)
    making.problems.push(problemOf(making, "removed", part, { what: removed.join(", ") }));
  making.css = { rules: [...making.css.rules, ...css.rules], head: making.css.head + css.head };
  const kept = tokensIn(html);
  for (let index = first; index < last; index += 1) {
    if (kept[index - first] === index) continue;
    throw new RenderError({
      code: "liquid_place",
      line: lineOfToken(source, index - first),
      detail: tokens[index] ?? "",
    });
  }
  const lean = unwrapTags(html, (index) => isTag(tokens[index] ?? ""));
  return withSnippets(form === "markdown" ? markdownButtons(lean, making.colours) : lean, making, depth);
}

function lineOfToken(source: string, nth: number): number | null {
  const found = [...source.matchAll(/\{[{%]/g)][nth];
  return found ? source.slice(0, found.index).split("\n").length : null;
}

function readMarkdown(source: string): string {
  const html = markdownHtml(source);
  if (html === null) throw new RenderError({ code: "too_large", line: null, detail: "" });
  return html;
}

function withSnippets(html: string, making: Making, depth: number): string {
  return html.replace(TOKEN, (whole, index, at: number) => {
    const name = SNIPPET_TAG.exec(making.tokens[Number(index)] ?? "")?.[1];
    if (name === undefined) return whole;
    return isInTag(html, at) ? "" : (snippetHtml(name, making, depth) ?? "");
  });
}

/** Whether a place of sanitised markup is inside of a tag, where markup that is put there would be attributes. */
function isInTag(html: string, at: number): boolean {
  return html.lastIndexOf("<", at) > html.lastIndexOf(">", at);
}

/** A snippet as markup; null, and noted, for one that is not there or goes too deep. */
export function snippetHtml(name: string, making: Making, depth: number): string | null {
  const snippet = making.snippets.get(name);
  making.snippetsUsed += 1;
  making.snippetsNamed.add(name);
  if (!snippet || depth >= SNIPPETS_DEEP_MAX || making.snippetsUsed > SNIPPETS_MAX) {
    making.problems.push(problemOf(making, "snippet_unknown", "body", { name }));
    return null;
  }
  return sourceHtml(snippet.form, snippet.body, making, "snippet", depth + 1);
}

export type WrapperText = { text: string; edge: string };
/** A body in its wrapper; `edge` is "" without one. */
export type Wrapped = {
  html: string;
  plain: WrapperText | null;
  /** The token on either side of the body. */
  edge: string;
  /** What the styles of the wrapper keep for the head. */
  head: string;
};

/** The place of the body in a wrapper. */
export const SLOT = /^\{\{-?\s*content\s*-?\}\}$/;

/**
 * The body in its wrapper, between two tokens that say where it begins and ends. `plain` is the wrapper as text, with a token
 * where the body goes; null without one.
 */
export function wrapped(body: string, making: Making): Wrapped {
  const { wrapper, tokens } = making;
  const content = coloured(body, making.colours);
  if (!wrapper) return { html: content, plain: null, edge: "", head: "" };
  const inside = making.css.rules.length;
  const within = making.css.head.length;
  const html = sourceHtml("html", wrapper.html, making, "wrapper", 0);
  const rules = making.css.rules.map((rule, index) => (index < inside ? rule : { ...rule, isAround: true }));
  making.css = { ...making.css, rules };
  const slot = slotIn(html, tokens);
  if (slot === null) {
    making.problems.push(problemOf(making, "wrapper_slot", "wrapper", { slot: WRAPPER_CONTENT }));
    return { html: content, plain: null, edge: "", head: "" };
  }
  const plain = wrapper.plain.trim() === "" ? null : hideLiquid(wrapper.plain, tokens);
  const edge = newToken("", tokens);
  return {
    html: put(html, slot, edge + content + edge),
    plain: plain === null ? null : { text: plain, edge },
    edge,
    head: making.css.head.slice(within),
  };
}

function coloured(body: string, { words }: Colours): string {
  return words === null ? body : `<div class="${WORDS_CLASS}" style="color:${words}">${body}</div>`;
}

/** The place of the body in a wrapper, between its elements; null where there is none, or more than one. */
export function slotIn(html: string, tokens: Tokens): number | null {
  const [slot, more] = [...html.matchAll(TOKEN)].filter(([, index]) =>
    SLOT.test(tokens[Number(index)] ?? ""),
  );
  return slot === undefined || more || isInTag(html, slot.index) ? null : Number(slot[1]);
}

/** Puts text in the place of a token. */
export function put(text: string, token: number, content: string): string {
  return text.replace(TOKEN, (whole, index) => (Number(index) === token ? content : whole));
}
