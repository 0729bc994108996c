import { readDocument } from "../mailings/content/document";
import type { BodyForm } from "../mailings/types";
import { markdownHtml } from "../platform/markdown";

/** The words of a body in another form. Words are kept, looks as far as the other form has them. */
export function inForm(body: string, from: BodyForm, to: BodyForm): string {
  if (from === to || body.trim() === "") return from === to ? body : "";
  if (to === "visual") return JSON.stringify(documentOf(from === "html" ? wordsOf(body) : body));
  const text = from === "visual" ? paragraphsIn(body).join("\n\n") : body;
  // Markdown may hold HTML, so that one is the other already.
  return to === "html" && from !== "html" ? (markdownHtml(text) ?? text) : text;
}

function documentOf(text: string) {
  const paragraphs = text.split(/\n{2,}/).map((each) => each.trim());
  return {
    type: "doc",
    content: paragraphs
      .filter((each) => each !== "")
      .map((each) => ({ type: "paragraph", content: [{ type: "text", text: each.replaceAll("\n", " ") }] })),
  };
}

/** Text between tags; what was a block is a paragraph. */
function wordsOf(html: string): string {
  return ["style", "script", "head"]
    .reduce(without, html)
    .replace(/<\/(p|div|h[1-6]|li|tr|blockquote|ul|ol|table)>|<br\s*\/?>/gi, "\n\n")
    .replace(/<[^<>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** HTML without the elements of a name. One after another, since a pattern that looks for each end takes its time where there is none. */
function without(html: string, name: string): string {
  const [before = "", ...parts] = html.split(new RegExp(`<${name}\\b`, "i"));
  const end = new RegExp(`</${name}>`, "i");
  const rest = parts.map((part) => {
    const [, ...after] = part.split(end);
    return after.length === 0 ? `<${name}${part}` : after.join("");
  });
  return before + rest.join("");
}

const blocks = new Set(["paragraph", "heading", "codeBlock", "listItem", "button"]);

function paragraphsIn(body: string): string[] {
  const document = readDocument(body);
  if (!document) return [];
  const found: string[] = [];
  const look = (node: unknown): string => {
    if (typeof node !== "object" || node === null) return "";
    const text = "text" in node && typeof node.text === "string" ? node.text : "";
    const inner = "content" in node && Array.isArray(node.content) ? node.content.map(look).join("") : "";
    const whole = text + inner;
    if ("type" in node && typeof node.type === "string" && blocks.has(node.type) && whole.trim() !== "") {
      found.push(whole.trim());
      return "";
    }
    return whole;
  };
  look(document);
  return found;
}
