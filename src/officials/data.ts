import { z } from "zod";
import type { Context } from "../platform/context";

/** A district or riding a postal code touches, and how much of it lies there in hundredths; null where nobody knows. */
export type Place = { code: string; share: number | null };
export type Member = {
  id: string;
  /** `CA-32`, `AK-0` for a whole state, `35079`; of a senator the state. */
  code: string;
  chamber: "house" | "senate" | "commons";
  /** The riding, by language; of a US district its code. */
  office: { en: string; fr: string };
  /** "" where the seat is empty. */
  name: string;
  email: string;
  phone: string;
  form: string;
  language: string;
};

const files = new Map<string, Promise<string>>();

/** A file of `public/data/officials`, read once by each isolate: a new version comes with a new deployment. */
async function file({ env }: Pick<Context, "env">, name: string): Promise<string> {
  const known = files.get(name);
  if (known) return known;
  const reading = read(env.ASSETS, name);
  files.set(name, reading);
  reading.catch(() => files.delete(name));
  return reading;
}

async function read(assets: Fetcher, name: string): Promise<string> {
  const response = await assets.fetch(`https://assets.local/data/officials/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.text();
}

/** The line of a code: found by searching the text, which takes microseconds, where parsing all of it would take milliseconds. */
function lineOf(text: string, code: string): string[] {
  const at = text.indexOf(`\n${code} `);
  if (at === -1) return [];
  const start = at + code.length + 2;
  return text.slice(start, text.indexOf("\n", start)).split(" ");
}

const US_PLACE = /^([A-Z]{2})(\d*)(?::(\d*))?$/;

/**
 * The congressional districts a ZIP code touches, the likeliest first, and its states. No districts but a state: a code of
 * post-office boxes, of which only the state is known. Neither: no such code.
 * @param zip five digits
 */
export async function placesInUs(
  ctx: Context,
  zip: string,
): Promise<{ states: string[]; districts: Place[] }> {
  if (!/^\d{5}$/.test(zip)) return { states: [], districts: [] };
  const found = lineOf(await file(ctx, `us-${zip[0]}.txt`), zip)
    .map((part) => US_PLACE.exec(part))
    .filter((parts) => parts !== null);
  return {
    states: [...new Set(found.map(([, state = ""]) => state))],
    districts: found
      .filter(([, , district]) => district !== "")
      .map(([, state, district, share]) => ({ code: `${state}-${district}`, share: shareOf(share) })),
  };
}

/**
 * The ridings a forward sortation area touches, the likeliest first.
 * @param fsa the first half of a Canadian postal code
 */
export async function placesInCanada(ctx: Context, fsa: string): Promise<Place[]> {
  if (!/^[A-Z]\d[A-Z]$/.test(fsa)) return [];
  return lineOf(await file(ctx, "ca.txt"), fsa).map((part) => {
    const [code = "", share] = part.split(":");
    return { code, share: shareOf(share) };
  });
}

function shareOf(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

const rows = z.array(z.array(z.string()));
const rosters = new Map<string, { text: string; members: Member[] }>();

async function roster(ctx: Context, name: string, memberOf: (row: string[]) => Member): Promise<Member[]> {
  const text = await file(ctx, name);
  const known = rosters.get(name);
  if (known?.text === text) return known.members;
  const members = rows.parse(JSON.parse(text)).map(memberOf);
  rosters.set(name, { text, members });
  return members;
}

/** Both chambers of the US Congress. */
export function congress(ctx: Context): Promise<Member[]> {
  return roster(ctx, "us-congress.json", (row) => {
    const [id = "", chamber, state = "", district = "", name = "", , , phone = "", form = "", site = ""] =
      row;
    const code = chamber === "house" ? `${state}-${district}` : state;
    return {
      ...{ id, code, name, phone },
      chamber: chamber === "house" ? "house" : "senate",
      office: { en: code, fr: code },
      email: "",
      form: form || site,
      language: "",
    };
  });
}

/** The Canadian House of Commons, empty seats included. */
export function commons(ctx: Context): Promise<Member[]> {
  return roster(ctx, "ca-commons.json", (row) => {
    const [id = "", code = "", en = "", fr = "", , name = "", , , email = "", phone = "", language = ""] =
      row;
    return {
      ...{ id, code, name, email, phone, language },
      chamber: "commons",
      office: { en, fr },
      form: row[11] ?? "",
    };
  });
}

const provinces: Record<string, string> = {
  ...{ A: "10", B: "12", C: "11", E: "13", G: "24", H: "24", J: "24", K: "35", L: "35", M: "35", N: "35" },
  ...{ P: "35", R: "46", S: "47", T: "48", V: "59", X: "61 62", Y: "60" },
};

/** How the codes of ridings begin in the part of Canada that a postal code's first letter stands for; none for no such letter. */
export function provincesOf(fsa: string): string[] {
  return provinces[fsa[0] ?? ""]?.split(" ") ?? [];
}
