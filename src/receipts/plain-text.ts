import { Marked, type Tokens } from "marked";
import { isHeavyMarkdown } from "../platform/markdown";

const plain = new Marked({ gfm: true, breaks: true });
plain.use({
  renderer: {
    heading({ tokens }) {
      return `${this.parser.parseInline(tokens)}\n\n`;
    },
    paragraph({ tokens }) {
      return `${this.parser.parseInline(tokens)}\n\n`;
    },
    strong({ tokens }) {
      return this.parser.parseInline(tokens);
    },
    em({ tokens }) {
      return this.parser.parseInline(tokens);
    },
    del({ tokens }) {
      return this.parser.parseInline(tokens);
    },
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      return words === href || `mailto:${words}` === href ? words : `${words} (${href})`;
    },
    image: ({ text }) => text,
    codespan: ({ text }) => text,
    code: ({ text }) => `${text}\n\n`,
    blockquote({ tokens }) {
      return `${this.parser.parse(tokens).trim().replace(/^/gm, "> ")}\n\n`;
    },
    list({ items, ordered, start }) {
      const lines = items.map((item, index) => {
        const words = this.parser.parse(item.tokens).trim().replace(/\n+/g, "\n  ");
        return `${ordered ? `${Number(start || 1) + index}.` : "-"} ${words}`;
      });
      return `${lines.join("\n")}\n\n`;
    },
    hr: () => "---\n\n",
    br: () => "\n",
    html: () => "",
    text(token: Tokens.Text | Tokens.Escape) {
      return "tokens" in token && token.tokens ? this.parser.parseInline(token.tokens) : token.text;
    },
  },
});

/** Markdown as a plain mail says it: the words, links after them in brackets, nothing of HTML. */
export function plainText(markdown: string): string {
  if (isHeavyMarkdown(markdown)) return markdown;
  try {
    return plain
      .parse(markdown, { async: false })
      .replace(/\n{3,}/g, "\n\n")
      .trim();
  } catch (error) {
    // The parser recurses; what nests too deeply for it is sent as it was written.
    if (error instanceof RangeError) return markdown;
    throw error;
  }
}
