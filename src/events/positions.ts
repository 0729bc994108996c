import type { Context } from "../platform/context";
import { normalisePostalCode } from "../platform/postal-code";
import type { Position } from "./projection";

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

/**
 * Where a postal code lies, to about a kilometre in the US and to a district in Canada; null for any other country, and for
 * a code nobody has. Throws when the data cannot be read.
 */
export async function positionOf(
  ctx: Pick<Context, "env">,
  country: string,
  postalCode: string,
): Promise<Position | null> {
  const code = normalisePostalCode(postalCode, country);
  if (!code) return null;
  if (country === "US" && /^\d{5}/.test(code))
    return find(await file(ctx, `us-${code[0]}.txt`), code.slice(0, 5));
  if (country === "CA") return find(await file(ctx, "ca.txt"), code.slice(0, 3));
  return null;
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
