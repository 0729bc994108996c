import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { idFromHex, type PersonId } from "../platform/ids";
import { normalisePhone } from "../platform/phone";
import { askToIndex, isIndexBehind } from "./search-index";
import { compact, distance, fold, termsOf, typoKeys, wordsOf } from "./search-terms";
import * as store from "./store-search";
import type { SearchRow } from "./store-search-index";
import { type SubscriptionStatus, subscriptionStatus } from "./types";

/** Longer than any name or address somebody types to find one person. */
export const SEARCH_TEXT_MAX = 100;
const FOUND_MAX = 50;
/** More words than so many find nobody more. */
const WORDS_MAX = 6;
/** With fewer found than this, what was typed may have a slip in it. */
const FEW = 3;
const LATIN = "abcdefghijklmnopqrstuvwxyz";
const ADDRESS_LETTERS = `${LATIN}0123456789._-+`;
const DIGITS = "0123456789";
/** Ranges of addresses looked into for one search. */
const VARIANTS_MAX = 1_500;

export type FoundPerson = {
  personNo: number;
  id: PersonId;
  name: string;
  email: string;
  phone: string;
  locality: string;
  country: string;
  emailStatus: SubscriptionStatus;
  createdAt: number;
  /** Whether what was typed differs from what was found by more than its end. */
  isSimilar: boolean;
};

/**
 * The people a text may mean: by the beginnings of words of their name, address, or email, and of their phone number;
 * where that finds few, with a slip or two in what was typed. The likeliest first, and of equals the newest. Also finds whoever
 * came a moment ago. Needs two round trips to the group's database.
 * @param text as typed; "" finds nobody
 */
export async function searchPeople(
  ctx: Context,
  group: Group,
  text: string,
  { limit = FOUND_MAX }: { limit?: number } = {},
): Promise<FoundPerson[]> {
  const asked = readAsked(text, group.country);
  if (!asked) return [];
  const db = dbFor(ctx.env, group);
  const sure = await store.selectCandidates(db, exactly(asked));
  if (isIndexBehind(sure.progress, ctx.now)) ctx.later(askToIndex(ctx, group));
  const tail = tailOf(sure.tail, asked, 0);
  const byDomain = asked.domain && sure.numbers.length < limit ? await othersAt(db, asked.domain) : [];
  const found = await ranked(db, asked, [...sure.numbers, ...byDomain, ...tail], false);
  if (found.length >= FEW) return found.slice(0, limit);
  const unsure = await store.selectCandidates(db, roughly(asked));
  const close = await ranked(db, asked, [...unsure.numbers, ...tailOf(unsure.tail, asked, 1)], true);
  const known = new Set(found.map(({ personNo }) => personNo));
  return [...found, ...close.filter(({ personNo }) => !known.has(personNo))].slice(0, limit);
}

/** Domains that hardly anybody has: few people have them, so that this is quick. */
async function othersAt(db: GroupDb, domain: string): Promise<number[]> {
  const asked = { matches: [beginning(domain)], addresses: [], parts: [], domain: "" };
  return (await store.selectCandidates(db, asked)).numbers;
}

type Asked = {
  /** As it was typed, in small letters. */
  text: string;
  words: string[];
  /** Where digits were typed, all of it without gaps: a postal code is written with them and without. */
  code: string;
  /** Set when an address is being typed. */
  email: string;
  /** The beginning of a domain, when that alone is typed. */
  domain: string;
  /** Beginnings of a number in international form. */
  phones: string[];
};

/** Null for what can find nobody. */
function readAsked(text: string, country: string): Asked | null {
  const typed = text.slice(0, SEARCH_TEXT_MAX).trim().toLowerCase();
  const address = typed.split(/\s+/).find((part) => part.includes("@")) ?? "";
  const domain = DOMAIN.exec(address)?.[1];
  const words = wordsOf(typed.replace(address, " ").replaceAll("_", " "));
  const asked = {
    text: typed,
    words: [...new Set([...words, ...(domain ? [domain] : [])])].slice(0, WORDS_MAX),
    code: /\d/.test(typed) && address === "" ? compact(typed) : "",
    email: domain ? "" : address,
    domain: domain && words.length === 0 ? domain : "",
    phones: phonesOf(typed, country),
  };
  return asked.words.length + asked.phones.length + asked.email.length > 0 ? asked : null;
}

/** What is searched for by its domain alone. */
const DOMAIN = /^@([a-z0-9.-]+)$/;

const PHONE = /^[+(]?[\d][\d\s()./-]*$/;
const PHONE_DIGITS_MIN = 3;

function phonesOf(text: string, country: string): string[] {
  if (!PHONE.test(text)) return [];
  const digits = text.replace(/\D/g, "");
  if (digits.length < PHONE_DIGITS_MIN) return [];
  if (text.startsWith("+")) return [`+${digits}`];
  if (digits.startsWith("00")) return [`+${digits.slice(2)}`];
  const whole = normalisePhone(text, country);
  const code = callingCode(country);
  return [...new Set([whole ?? "", code && `+${code}${digits.replace(/^0/, "")}`, `+${digits}`])].filter(
    (phone) => phone !== "",
  );
}

/** The digits a country's numbers begin with in international form, from any number that can be one of its. */
function callingCode(country: string): string {
  for (const example of ["2015550123", "0123456789", "123456789", "12345678"]) {
    const number = normalisePhone(example, country);
    const own = example.replace(/^0/, "");
    if (number?.endsWith(own)) return number.slice(1, -own.length);
  }
  return "";
}

const term = (word: string) => `"${word}"`;
const beginning = (word: string) => `"${word}"*`;

function exactly({ words, code, email, domain, phones, text }: Asked) {
  const isNamed = words.length > 0 && email === "" && domain === "";
  return {
    matches: [
      ...(isNamed ? [words.map(term).join(" AND "), words.map(beginning).join(" AND ")] : []),
      ...(code ? [beginning(code)] : []),
    ],
    addresses: [
      ...(email ? [[1, email] satisfies [1, string]] : []),
      // An address may be typed before its sign is: those of people not indexed yet are found by it alone.
      ...(email === "" && /^[^\s@]{2,}$/.test(text) ? [[1, text] satisfies [1, string]] : []),
      ...phones.map((phone) => [2, phone] satisfies [2, string]),
    ],
    parts: email === "" ? words : [],
    domain,
  };
}

function roughly({ words, email, phones }: Asked) {
  const keys = words.map(typoKeys);
  const isAnyLong = keys.some((found) => found.length > 0);
  const each = words.map((word, index) => {
    const found = (keys[index] ?? []).map(term);
    return `(${[beginning(word), ...found].join(" OR ")})`;
  });
  const addresses: [1 | 2, string][] = [
    ...(email.length >= FEW + 1
      ? variants(email, ADDRESS_LETTERS).map((text): [1, string] => [1, text])
      : []),
    ...phones
      .filter((phone) => phone.length > 2 * FEW)
      .flatMap((phone) => variants(phone.slice(1), DIGITS).map((digits): [2, string] => [2, `+${digits}`])),
  ];
  return {
    matches: isAnyLong && email === "" ? [each.join(" AND ")] : [],
    addresses: addresses.slice(0, VARIANTS_MAX),
    parts: [],
    domain: "",
  };
}

/** Every text that differs by one character from this one: wrong, missing, too many, or swapped with its neighbour. */
function variants(text: string, letters: string): string[] {
  const found = new Set<string>();
  for (let at = 0; at <= text.length; at += 1) {
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    if (tail) found.add(head + tail.slice(1));
    if (tail.length > 1) found.add(head + tail[1] + tail[0] + tail.slice(2));
    for (const letter of letters) {
      if (tail) found.add(head + letter + tail.slice(1));
      found.add(head + letter + tail);
    }
  }
  found.delete(text);
  return [...found];
}

/** Of the people not indexed yet, those meant. */
function tailOf(rows: SearchRow[], { words, code, email }: Asked, slips: number): number[] {
  if (words.length === 0 || email !== "") return [];
  const found: number[] = [];
  for (const [no, givenName, familyName, street, locality, postalCode, address, isGone, others] of rows) {
    if (isGone) continue;
    const emails = [...(address ? [address] : []), ...others];
    const terms = termsOf({ givenName, familyName, street, locality, postalCode, emails }).split(" ");
    const fits = (word: string) =>
      terms.some((each) => each.startsWith(word) || (slips > 0 && isClose(word, each)));
    if (words.every(fits) || (code && terms.some((each) => each.startsWith(code)))) found.push(no);
  }
  return found;
}

const LONG_WORD = 8;

function isClose(asked: string, word: string): boolean {
  if (asked.length < FEW + 1 || word.startsWith("~") || word.startsWith("=")) return false;
  const most = asked.length >= LONG_WORD ? 2 : 1;
  return distance(asked, word, most) <= most || distance(asked, word.slice(0, asked.length), most) <= 1;
}

async function ranked(
  db: Parameters<typeof store.selectFound>[0],
  asked: Asked,
  numbers: number[],
  isSimilar: boolean,
): Promise<FoundPerson[]> {
  const unique = [...new Set(numbers)];
  if (unique.length === 0) return [];
  const rows = await store.selectFound(db, unique);
  return rows
    .map((row) => ({ row, score: scoreOf(row, asked, isSimilar) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || other.row.personNo - one.row.personNo)
    .map(({ row }) => personOf(row, isSimilar));
}

/** How well a person fits what was typed; 0 for one whom only the roughness of a key brought here. */
function scoreOf(row: store.FoundRow, asked: Asked, isSimilar: boolean): number {
  const own = [...wordsOf(row.givenName), ...wordsOf(row.familyName)];
  const other = [
    ...wordsOf(row.locality),
    ...wordsOf(row.street),
    compact(row.postalCode),
    ...wordsOf(row.email),
  ];
  let score = 1;
  for (const word of asked.words) {
    if (own.includes(word)) score += 8;
    else if (own.some((each) => each.startsWith(word))) score += 4;
    else if (other.some((each) => each.startsWith(word))) score += 2;
    else if (isSimilar && asked.email === "" && asked.phones.length === 0) {
      if (![...own, ...other].some((each) => isClose(word, each))) return 0;
      score += 1;
    }
  }
  if (asked.email !== "" && row.email?.startsWith(asked.email)) score += 8;
  if (fold(row.email ?? "").startsWith(asked.text)) score += 2;
  return score;
}

function personOf(row: store.FoundRow, isSimilar: boolean): FoundPerson {
  return {
    personNo: row.personNo,
    id: idFromHex(row.id),
    name: [row.givenName, row.familyName].filter((part) => part).join(" "),
    email: row.email ?? "",
    phone: row.phone ?? "",
    locality: row.locality ?? "",
    country: row.country ?? "",
    emailStatus: statusName(row.emailStatus),
    createdAt: row.createdAt,
    isSimilar,
  };
}

const names = ["none", "subscribed", "unsubscribed", "bounced", "complained"] as const;

/** The name of a subscription's state as it is stored. */
export function statusName(status: number): SubscriptionStatus {
  return names.find((name) => subscriptionStatus[name] === status) ?? "none";
}
