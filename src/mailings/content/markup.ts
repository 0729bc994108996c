/* Sanitised markup is regular enough to be read without a parser. */

export const ELEMENT = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:="[^"]*")?)*)\s*\/?>/g;
/** A tag of any name, of Outlook's comments too. */
export const TAG = /<[a-z/!](?:[^<>"]|"[^"]*")*>/gi;
const ATTRIBUTE = /([a-z][a-z-]*)(?:="([^"]*)")?/g;
export const VOID = new Set(["br", "hr", "img"]);

/** As they are written: their values are escaped. */
export function attributesOf(source: string): Map<string, string> {
  return new Map([...source.matchAll(ATTRIBUTE)].map(([, name = "", value = ""]) => [name, value]));
}

const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#34": '"', "#39": "'" };

export function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#34|#39);/g, (whole, name: string) => names[name] ?? whole);
}
