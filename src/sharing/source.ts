import { type Way, ways } from "./types";

/** What a link that was passed on says of itself: how, with which variant, and by whom. */
export type ShareSource = { way: Way | null; letter: string; code: string };

const CODE = "[0-9a-hjkmnp-tv-z]{12}";
/** A personal link names its variant behind its way only, since a way may be one letter too: "x". */
const SOURCE = new RegExp(`^(?:share-([a-z]+)|r-(${CODE})(?:\\.([a-z]+)|$))(?:\\.([a-z]))?$`);
export const personalCode = new RegExp(`^${CODE}$`);

/** `share-whatsapp`, `share-whatsapp.b`, and of a personal link `r-<code>.whatsapp.b`. */
export function sourceOfShare({ way, letter, code }: ShareSource): string {
  const parts =
    code === "" ? [`share-${way ?? "copy"}`] : [`r-${code}`, ...(way || letter ? [way ?? "copy"] : [])];
  return [...parts, ...(letter === "" ? [] : [letter])].join(".");
}

/** What a source says of a share; null for a source of any other kind. */
export function readShareSource(source: string): ShareSource | null {
  const [found, shared, code = "", own, letter = ""] = SOURCE.exec(source) ?? [];
  if (found === undefined) return null;
  const way = ways.find((name) => name === (shared ?? own)) ?? null;
  return way || code ? { way, letter, code } : null;
}
