import { type Action, CHANGE_TEXT_MAX, type Change } from "./types";

type Described = Pick<Action, "title" | "internalTitle" | "locale" | "slug" | "settings">;

/** What differs between two states of an action, field by field, as text a person can read. */
export function changesBetween(before: Described, after: Described): Change[] {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  const names = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...names]
    .filter((field) => (old[field] ?? "") !== (fresh[field] ?? ""))
    .map((field) => ({ field, before: cut(old[field] ?? ""), after: cut(fresh[field] ?? "") }));
}

/** Several edits as one: the first "before" and the last "after" of each field, without what was changed back. */
export function mergeChanges(earlier: Change[], later: Change[]): Change[] {
  const merged = new Map(earlier.map((change) => [change.field, change]));
  for (const change of later) {
    merged.set(change.field, { ...change, before: merged.get(change.field)?.before ?? change.before });
  }
  return [...merged.values()].filter((change) => change.before !== change.after);
}

function cut(text: string): string {
  return text.length > CHANGE_TEXT_MAX ? `${text.slice(0, CHANGE_TEXT_MAX - 1)}…` : text;
}

/** The fields of an action by the names the editor gives them. */
function fieldsOf({ title, internalTitle, locale, slug, settings }: Described): Record<string, string> {
  const { descriptionHtml: _made, ...chosen } = settings;
  return { title, internalTitle, locale, slug, ...leaves(chosen, "") };
}

function leaves(value: object, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === "object" && part !== null && !Array.isArray(part)) {
      Object.assign(found, leaves(part, `${prefix}${name}.`));
    } else {
      found[prefix + name] = textOf(part);
    }
  }
  return found;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (typeof value !== "object") return String(value);
  return Object.values(value)
    .map((part) => (Array.isArray(part) ? part.map(textOf).join(", ") : textOf(part)))
    .filter((part) => part !== "")
    .join(" · ");
}
