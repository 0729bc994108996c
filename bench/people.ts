import type { Participation } from "../src/intake/types";

/*
 * Supporters without end, each the same whenever their number is named. Addresses are scattered, so that no b-tree is spared
 * by people who come in alphabetical order.
 */

const GIVEN_NAMES = ["Amina", "Jean-Luc", "Mei", "Oluwaseun", "María José", "Łukasz", "ليلى", "Ingrid"];
const FAMILY_NAMES = ["Sow", "Tremblay", "Chen", "Adeyemi", "Núñez", "Kowalska", "حداد", "Bjørnstad"];
const POSTAL_CODES = ["M4M 2T1", "H2X 1Y4", "M5V 3L9", "L5B 4M2", "K1A 0B1"];
const COMMENT = "My daughter has asthma. She is six, and she passes that gate every morning.";
/** Of ten people, so many say why they sign. */
const COMMENTS_OF_TEN = 1;

type Person = {
  email: string;
  givenName: string;
  familyName: string;
  postalCode: string;
  country: string;
  comment: string;
  isNamed: boolean;
  saysYes: boolean;
};

function personOf(n: number): Person {
  return {
    email: `${scatter(n).toString(36)}.${n}@supporters.example`,
    givenName: GIVEN_NAMES[n % GIVEN_NAMES.length] ?? "",
    familyName: FAMILY_NAMES[(n >> 3) % FAMILY_NAMES.length] ?? "",
    postalCode: POSTAL_CODES[n % POSTAL_CODES.length] ?? "",
    country: "CA",
    comment: n % 10 < COMMENTS_OF_TEN ? `${COMMENT} (${n})` : "",
    isNamed: n % 2 === 0,
    saysYes: n % 3 === 0,
  };
}

/** The same for ever, and far from the neighbours (Knuth's multiplicative hash). */
function scatter(n: number): number {
  return Math.imul(n, 2_654_435_761) >>> 0;
}

/** The form as a browser sends it from the page, hidden fields included. */
export function formOf(n: number): string {
  const person = personOf(n);
  const form = new URLSearchParams({
    givenName: person.givenName,
    familyName: person.familyName,
    email: person.email,
    postalCode: person.postalCode,
    country: person.country,
    comment: person.comment,
  });
  if (person.isNamed) form.set("isNamed", "yes");
  if (person.saysYes) form.set("consent", "yes");
  form.set("website", "");
  form.set("referrer", "https://news.example/clean-air");
  return form.toString();
}

/** What intake keeps of that form. */
export function participationOf(n: number): Participation {
  const { email, comment, isNamed, saysYes, ...said } = personOf(n);
  const { givenName, familyName, postalCode, country } = said;
  return {
    e: email,
    o: { givenName, familyName, postalCode, country },
    la: "en",
    co: saysYes ? 1 : 2,
    w: "00112233aabbccdd",
    ...(comment ? { cm: comment, cs: 1 } : {}),
    nm: isNamed ? 1 : 0,
    s: "newsletter",
    rf: "https://news.example/clean-air",
  };
}

/** Another address for each request, as a crowd has: the limiter counts by it (RFC 2544 sets these aside for benchmarks). */
export function addressOf(n: number): string {
  return `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`;
}
