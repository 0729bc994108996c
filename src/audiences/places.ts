import type { Context } from "../platform/context";
import { bareCode, CODE_LENGTHS, placeKey } from "./clause-places";
import type { ClauseOf } from "./types";

/*
 * Which postal codes a place is made of: audiences compare people's codes with a list. The data is what letters and events are matched
 * by (docs/decisions/0011-officials-data.md): of the United States and Canada.
 */

const files = new Map<string, Promise<string>>();

/** A file of `public/data`, read once by each isolate: a new version comes with a new deployment. */
function file({ env }: Pick<Context, "env">, name: string): Promise<string> {
  const known = files.get(name);
  if (known) return known;
  const reading = env.ASSETS.fetch(`https://assets.local/data/${name}`).then((response) => {
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  });
  files.set(name, reading);
  reading.catch(() => files.delete(name));
  return reading;
}

const FIRST_DIGITS = "0123456789";

function filesOf(country: "CA" | "US"): string[] {
  return country === "CA" ? ["ca.txt"] : [...FIRST_DIGITS].map((digit) => `us-${digit}.txt`);
}

/**
 * The codes of a place: of each postal code (in Canada its first half) that lies within some distance of another, or most of which
 * lies in one of the districts. None: there is no such code or district. Throws when the data cannot be read.
 */
export async function codesOfPlace(
  ctx: Pick<Context, "env">,
  clause: ClauseOf<"near"> | ClauseOf<"district">,
): Promise<string[]> {
  return clause.is === "near" ? codesNear(ctx, clause) : codesInDistricts(ctx, clause.districts);
}

export { placeKey };

type Position = { latitude: number; longitude: number };

async function codesNear(
  ctx: Pick<Context, "env">,
  { country, postalCode, km }: ClauseOf<"near">,
): Promise<string[]> {
  const code = bareCode(postalCode).slice(0, CODE_LENGTHS[country]);
  const home = country === "CA" ? "ca.txt" : `us-${code[0] ?? ""}.txt`;
  if (!filesOf(country).includes(home)) return [];
  const from = positionIn(await file(ctx, `places/${home}`), code);
  if (!from) return [];
  const texts = await Promise.all(filesOf(country).map((name) => file(ctx, `places/${name}`)));
  return texts.flatMap((text) =>
    [...positions(text)].filter(({ at }) => kmBetween(from, at) <= km).map((each) => each.code),
  );
}

function positionIn(text: string, code: string): Position | null {
  for (const each of positions(text)) if (each.code === code) return each.at;
  return null;
}

function* positions(text: string): Generator<{ code: string; at: Position }> {
  for (const [, code = "", latitude, longitude] of text.matchAll(/^(\w+) (-?[\d.]+) (-?[\d.]+)$/gm))
    yield { code, at: { latitude: Number(latitude), longitude: Number(longitude) } };
}

const EARTH_KM = 6_371;
const DEGREE = Math.PI / 180;

/** The great circle (haversine). */
function kmBetween(one: Position, other: Position): number {
  const latitude = (other.latitude - one.latitude) * DEGREE;
  const longitude = (other.longitude - one.longitude) * DEGREE;
  const square =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(one.latitude * DEGREE) * Math.cos(other.latitude * DEGREE) * Math.sin(longitude / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** `CA-32` is a district of Congress, `35079` a riding. */
const US_DISTRICT = /^([A-Z]{2})-(\d{1,2})$/;

/** The first district of a line is where most of the code lies. */
async function codesInDistricts(ctx: Pick<Context, "env">, districts: readonly string[]): Promise<string[]> {
  const american = new Set(
    districts
      .map((code) => US_DISTRICT.exec(code))
      .filter((parts) => parts !== null)
      .map(([, state = "", number = ""]) => `${state}${number}`),
  );
  const canadian = new Set(districts.filter((code) => /^\d{5}$/.test(code)));
  const names = [...(american.size > 0 ? filesOf("US") : []), ...(canadian.size > 0 ? filesOf("CA") : [])];
  const texts = await Promise.all(names.map((name) => file(ctx, `officials/${name}`)));
  return texts.flatMap((text) =>
    [...text.matchAll(/^(\w+) ([^: \n]+)/gm)]
      .filter(([, , district = ""]) => american.has(district) || canadian.has(district))
      .map(([, code = ""]) => code),
  );
}
