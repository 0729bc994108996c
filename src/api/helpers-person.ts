import type { StoredAnswer } from "../intake/types";
import { type Locale, locales } from "../ui/i18n";
import type { Said } from "./people-reading";

/** Who acts: by which address objects know them, and what the participation keeps of them. */
export type Who = {
  identity: string;
  /** Null where the address alone is known: the drain finds or makes the person. */
  personNo: number | null;
  answer: StoredAnswer;
  language: Locale | null;
};

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
  return { identity: email, personNo: null, answer: answerOf(said.details), language };
}

/** Whether a body says more of somebody than goes with what they do. */
export function asksForMore({ phone, fields, identifiers, details, emailStatus }: Said): boolean {
  const clears = Object.values(details).includes("");
  const isOther = details.language !== undefined && !locales.some((known) => known === details.language);
  const resubscribes = emailStatus === "subscribed";
  return resubscribes || phone !== null || fields.length > 0 || identifiers.length > 0 || clears || isOther;
}
