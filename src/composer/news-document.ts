import { lexer, type Token } from "marked";
import type { Block, Inline, Mark } from "../mailings/content/document";

/** Text with some marks, as the lexer cuts it and the visual editor keeps it. */
type Marks = readonly Mark[];

/** What somebody wrote in Markdown as blocks of the visual editor. Markup, pictures and tables in it are left out. */
export function blocksOf(markdown: string): Block[] {
  return lexer(markdown, { gfm: true, breaks: true }).flatMap(blockOf);
}

function blockOf(token: Token): Block[] {
  switch (token.type) {
    // Below the title of the update, which is a heading itself.
    case "heading":
      return [
        { type: "heading", attrs: { level: 3, textAlign: null }, content: inlinesOf(token.tokens, []) },
      ];
    case "paragraph":
    case "text":
      return [{ type: "paragraph", content: inlinesOf(token.tokens ?? [token], []) }];
    case "blockquote":
      return [{ type: "blockquote", content: (token.tokens ?? []).flatMap(blockOf) }];
    case "list":
      return [
        {
          type: token.ordered ? "orderedList" : "bulletList",
          content: token.items.map((item: { tokens: Token[] }) => ({
            type: "listItem" as const,
            content: item.tokens.flatMap(blockOf),
          })),
        },
      ];
    case "code":
      return [{ type: "codeBlock", content: textOf(token.text, []) }];
    case "hr":
      return [{ type: "horizontalRule" }];
    default:
      return [];
  }
}

function inlinesOf(tokens: Token[] | undefined, marks: Marks): Inline[] {
  return (tokens ?? []).flatMap((token) => inlineOf(token, marks));
}

function inlineOf(token: Token, marks: Marks): Inline[] {
  switch (token.type) {
    case "strong":
      return inlinesOf(token.tokens, [...marks, { type: "bold" }]);
    case "em":
      return inlinesOf(token.tokens, [...marks, { type: "italic" }]);
    case "del":
      return inlinesOf(token.tokens, [...marks, { type: "strike" }]);
    case "codespan":
      return textOf(token.text, [...marks, { type: "code" }]);
    case "link":
      return inlinesOf(token.tokens, isSafe(token.href) ? [...marks, linkTo(token.href)] : marks);
    case "br":
      return [{ type: "hardBreak" }];
    case "text":
    case "escape":
      return "tokens" in token && token.tokens ? inlinesOf(token.tokens, marks) : textOf(token.text, marks);
    default:
      return [];
  }
}

function linkTo(href: string): Mark {
  return { type: "link", attrs: { href } };
}

function isSafe(href: string): boolean {
  return /^(https?:|mailto:|tel:)/i.test(href);
}

/** The editor keeps no empty text. */
function textOf(text: string, marks: Marks): Inline[] {
  return text === "" ? [] : [{ type: "text", text, ...(marks.length > 0 ? { marks: [...marks] } : {}) }];
}
