import type { Context } from "./context";
import { normalisePostalCode } from "./postal-code";

export type Position = { latitude: number; longitude: number };

const files = new Map<string, Promise<string>>();

/** A file of `public/data/places`, read once by each isolate: a new version comes with a new deployment. */
function file({ env }: Pick<Context, "env">, name: string): Promise<string> {
  const known = files.get(name);
  if (known) return known;
  const reading = env.ASSETS.fetch(`https://assets.local/data/places/${name}`).then((response) => {
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  });
  files.set(name, reading);
  reading.catch(() => files.delete(name));
  return reading;
}

/** Where somebody lives, as they said it. */
export type Place = { country: string; postalCode: string };

/**
 * Where a postal code lies, to about a kilometre in the US and to a district in Canada; null for any other country, and for
 * a code nobody has. Throws when the data cannot be read.
 */
export async function positionOf(
  ctx: Pick<Context, "env">,
  country: string,
  postalCode: string,
): Promise<Position | null> {
  const place = { country, postalCode };
  return (await positionsOf(ctx, [place]))(place);
}

/** The same for many at once: what is read for some places gives the positions of these. Throws when the data cannot be read. */
export async function positionsOf(
  ctx: Pick<Context, "env">,
  places: readonly Place[],
): Promise<(place: Place) => Position | null> {
  const names = new Set(places.flatMap((place) => entryOf(place)?.file ?? []));
  const texts = new Map(
    await Promise.all([...names].map(async (name) => [name, await file(ctx, name)] as const)),
  );
  return (place) => {
    const entry = entryOf(place);
    const text = entry && texts.get(entry.file);
    return text ? find(text, entry.code) : null;
  };
}

/** The file that a place is in, and the code it goes by there. */
function entryOf({ country, postalCode }: Place): { file: string; code: string } | null {
  const code = normalisePostalCode(postalCode, country);
  if (!code) return null;
  if (country === "US" && /^\d{5}/.test(code)) return { file: `us-${code[0]}.txt`, code: code.slice(0, 5) };
  return country === "CA" ? { file: "ca.txt", code: code.slice(0, 3) } : null;
}

/** The line of a code, found by searching the text: parsing all of it would take a thousand times as long. */
function find(text: string, code: string): Position | null {
  const at = text.indexOf(`\n${code} `);
  if (at === -1) return null;
  const [latitude, longitude] = text
    .slice(at + code.length + 2, text.indexOf("\n", at + 1))
    .split(" ")
    .map(Number);
  return latitude === undefined || longitude === undefined ? null : { latitude, longitude };
}

/** The country whose postal codes look like this text, when it is one of the two we know places of. */
export function countryOfCode(text: string): "US" | "CA" | null {
  if (/^\s*\d{5}(-\d{4})?\s*$/.test(text)) return "US";
  return /^\s*[A-Za-z]\d[A-Za-z]\s*(\d[A-Za-z]\d)?\s*$/.test(text) ? "CA" : null;
}
