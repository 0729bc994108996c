import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { fieldsOf, parseFieldValue } from "../people/custom-field";
import { type PersonRow, peopleByNumber } from "../people/edit";
import type { PersonId } from "../platform/ids";
import { type Locale, locales } from "../ui/i18n";
import { fieldNamed, type Said, wireNames } from "./people-reading";

/** Who acts: by which address objects know them, and what the participation keeps of them. */
export type Who = {
  identity: string;
  /** Null where the address alone is known: the drain finds or makes the person. */
  personNo: number | null;
  personId: PersonId | null;
  answer: StoredAnswer;
  language: Locale | null;
};

/** Mergings that are followed: more would be a circle. */
const MERGES_MAX = 10;

/** Whom somebody turned out to be, however often they were made one with somebody else; null for none and for one who was forgotten. */
export async function whoTheyAre(db: GroupDb, found: PersonRow | null): Promise<PersonRow | null> {
  let person = found;
  for (let nth = 0; person?.mergedInto != null && nth < MERGES_MAX; nth += 1)
    person = (await peopleByNumber(db, [person.mergedInto]))[0] ?? null;
  return person && person.erasedAt === null && person.mergedInto === null ? person : null;
}

const told = ["givenName", "familyName", "street", "locality", "region", "postalCode", "country"] as const;

/** What a participation keeps of whom somebody says to be. */
export function answerOf(details: Partial<Record<(typeof told)[number], string | null>>): StoredAnswer {
  return Object.fromEntries(
    told.flatMap((name): [string, string][] => {
      const value = details[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** Somebody as they go straight with what they do: the drain finds or makes them by their address. */
export function whoSays(said: Said, email: string): Who {
  const language = locales.find((known) => known === said.details.language) ?? null;
  return { identity: email, personNo: null, personId: null, answer: answerOf(said.details), language };
}

/** Whether a body says more of somebody than goes with what they do. */
export function asksForMore({ phone, fields, identifiers, details, emailStatus }: Said): boolean {
  const clears = Object.values(details).includes("");
  const isOther = details.language !== undefined && !locales.some((known) => known === details.language);
  const resubscribes = emailStatus === "subscribed";
  return resubscribes || phone !== null || fields.length > 0 || identifiers.length > 0 || clears || isOther;
}

/** What somebody says of the fields that there are; what does not fit one is dropped, and nothing is taken away. */
export async function knownValues(db: GroupDb, said: Said["fields"]): Promise<[no: number, value: string][]> {
  if (said.length === 0) return [];
  const fields = await fieldsOf(db);
  const names = wireNames(fields);
  const values = new Map<number, string>();
  for (const [name, text] of said) {
    const field = text.trim() === "" ? null : fieldNamed(fields, names, name);
    const parsed = field && parseFieldValue(field, text);
    if (field && parsed?.ok) values.set(field.no, parsed.value);
  }
  return [...values];
}
