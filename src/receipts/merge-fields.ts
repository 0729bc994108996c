import { randomToken } from "../platform/crypto";

export { sayableName } from "../platform/mail/sayable-name";

/** What an organiser may write as `{{name}}`, or `{{name|what stands there when it is empty}}`. */
export const mergeFields = [
  "greeting",
  "first_name",
  "last_name",
  "full_name",
  "action_title",
  "group_name",
  "page_link",
  "share_link",
] as const;
export type MergeField = (typeof mergeFields)[number];
export type MergeValues = Record<MergeField, string>;

const TAG = /\{\{\s*([a-z_]{1,20})\s*(?:\|([^{}|\n]{0,100}))?\}\}/g;
const links: readonly MergeField[] = ["page_link", "share_link"];

type Tag = { field: MergeField; fallback: string };

/**
 * Text with its merge fields turned into marks that pass through Markdown and a sanitiser unharmed, so that values are
 * put in last and can never become markup.
 */
export type Marked = {
  text: string;
  uses(field: MergeField): boolean;
  /** Puts values into what was made of the text: as text, or as HTML. */
  fillText(template: string, values: MergeValues): string;
  fillHtml(template: string, values: MergeValues): string;
};

/**
 * Marks the merge fields of a text. A field that does not exist leaves its fallback, or nothing.
 * @param form in Markdown, a link field that stands by itself becomes a link
 */
export function markFields(source: string, form: "markdown" | "plain"): Marked {
  const tags: Tag[] = [];
  // A new name each time, so that nobody can write a mark himself.
  const name = `m${randomToken(9).replace(/[-_]/g, "0")}`;
  const text = source.replace(TAG, (_tag, word: string, fallback: string | undefined, at: number) => {
    const field = mergeFields.find((known) => known === word);
    if (!field) return (fallback ?? "").trim();
    const mark = `${name}x${tags.push({ field, fallback: (fallback ?? "").trim() }) - 1}x`;
    const isAlone = form === "markdown" && links.includes(field) && !/[([<"'=]$/.test(source.slice(0, at));
    return isAlone ? `[${mark}](${mark})` : mark;
  });
  const marks = new RegExp(`${name}x(\\d+)x`, "g");
  const put = (template: string, write: (tag: Tag) => string) =>
    template.replace(marks, (_mark, index: string) => {
      const tag = tags[Number(index)];
      return tag ? write(tag) : "";
    });
  return {
    text,
    uses: (field) => tags.some((tag) => tag.field === field),
    fillText: (template, values) => put(template, (tag) => valueIn(tag, values)),
    fillHtml: (template, values) =>
      put(
        template.replace(/href="[^"]*"/g, (href) => put(href, (tag) => inAddress(tag, values))),
        (tag) => escapeHtml(valueIn(tag, values)),
      ),
  };
}

function valueIn({ field, fallback }: Tag, values: MergeValues): string {
  return values[field] || fallback;
}

/** Only our own links may decide where a link leads; of anything else each character is data. */
function inAddress(tag: Tag, values: MergeValues): string {
  const value = valueIn(tag, values);
  return links.includes(tag.field) ? escapeHtml(value) : encodeURIComponent(value);
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
