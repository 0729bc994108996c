import type { Context } from "../platform/context";
import { commons, congress, type Member, placesInCanada, placesInUs, provincesOf } from "./data";
import {
  type BuiltinSet,
  DISTRICTS_MAX,
  type District,
  type Match,
  type Target,
  targetLanguages,
  type Where,
} from "./types";

/** The United States and what its Congress also represents, by the country a supporter chooses. */
const american = new Set(["US", "PR", "GU", "VI", "AS", "MP"]);

/** The codes of the districts where somebody may live, the likeliest first; of a built-in kind: `CA-32`, `35100`. */
export async function districtsOf(ctx: Context, where: Where): Promise<string[]> {
  const code = bare(where.postalCode);
  if (american.has(where.country)) {
    const { states, districts } = await placesInUs(ctx, code.slice(0, 5));
    if (districts.length > 0 || states.length === 0) return districts.map((place) => place.code);
    return (await congress(ctx))
      .filter((member) => member.chamber === "house" && states.includes(stateOf(member.code)))
      .map((member) => member.code);
  }
  if (where.country !== "CA") return [];
  const places = await placesInCanada(ctx, code.slice(0, 3));
  if (places.length > 0) return places.map((place) => place.code);
  const provinces = /^[A-Z]\d[A-Z]/.test(code) ? provincesOf(code) : [];
  return (await commons(ctx))
    .filter((member) => provinces.some((province) => member.code.startsWith(province)))
    .map((member) => member.code);
}

/**
 * Who represents somebody in the built-in sets. Where the postal code leaves it open and no district was picked, the
 * districts to choose from come first and nobody is matched yet. Throws when the data cannot be read.
 */
export async function matchBuiltin(ctx: Context, sets: readonly BuiltinSet[], where: Where): Promise<Match> {
  const fitting = sets.filter((set) =>
    set === "ca-commons" ? where.country === "CA" : american.has(where.country),
  );
  if (fitting.length === 0) return { targets: [], districts: [] };
  const members = fitting.includes("ca-commons") ? await commons(ctx) : await congress(ctx);
  const codes = await codesToChoose(ctx, fitting, where);
  const chosen = codes.length === 1 ? codes[0] : codes.find((code) => code === where.district);
  if (chosen === undefined) {
    const districts = codes.map((code) => districtOf(members, code, where.locale));
    return { targets: [], districts: districts.slice(0, DISTRICTS_MAX) };
  }
  const found = members.filter(
    (member) => member.name !== "" && isWanted(member, fitting) && represents(member, chosen),
  );
  return { targets: found.map((member) => targetOf(member, where.locale)), districts: [] };
}

/** Senators alone need no district, only a state. */
async function codesToChoose(ctx: Context, sets: readonly BuiltinSet[], where: Where): Promise<string[]> {
  if (sets.includes("us-house") || sets.includes("ca-commons")) return districtsOf(ctx, where);
  const { states } = await placesInUs(ctx, bare(where.postalCode).slice(0, 5));
  return states;
}

function isWanted(member: Member, sets: readonly BuiltinSet[]): boolean {
  switch (member.chamber) {
    case "house":
      return sets.includes("us-house");
    case "senate":
      return sets.includes("us-senate");
    case "commons":
      return sets.includes("ca-commons");
  }
}

function represents(member: Member, code: string): boolean {
  return member.chamber === "senate" ? member.code === stateOf(code) : member.code === code;
}

/** A district as people choose it. */
export async function nameDistricts(
  ctx: Context,
  codes: readonly string[],
  locale: string,
): Promise<District[]> {
  const members = [...(await congress(ctx)), ...(await commons(ctx))];
  return codes.map((code) => districtOf(members, code, locale));
}

function districtOf(members: readonly Member[], code: string, locale: string): District {
  const sitting = members.filter((member) => member.code === code);
  const label = sitting[0] ? officeOf(sitting[0], locale) : code;
  return { code, label, names: sitting.map(({ name }) => name).filter((name) => name !== "") };
}

function officeOf({ office, code }: Member, locale: string): string {
  // An at-large district is its state: nobody there has heard of a number.
  if (code.endsWith("-0")) return stateOf(code);
  return locale === "fr" ? office.fr : office.en;
}

const titles = {
  house: { en: "Representative", fr: "Représentant ou représentante", es: "Representante" },
  senate: { en: "Senator", fr: "Sénateur ou sénatrice", es: "Senador o senadora" },
  commons: { en: "Member of Parliament", fr: "Député ou députée", es: "Miembro del Parlamento" },
} as const;

function targetOf(member: Member, locale: string): Target {
  const title = titles[member.chamber];
  return {
    key: `${member.chamber === "commons" ? "ca" : "us"}:${member.id}`,
    name: member.name,
    title: locale === "fr" ? title.fr : locale === "es" ? title.es : title.en,
    office: officeOf(member, locale),
    email: member.email,
    phone: member.phone,
    language: targetLanguages.find((language) => language === member.language) ?? "",
    form: member.form,
  };
}

function stateOf(code: string): string {
  return code.slice(0, 2);
}

/** A postal code without its gap. */
export function bare(postalCode: string): string {
  return postalCode.toUpperCase().replace(/[^A-Z0-9]/g, "");
}
