import { z } from "zod";
import { EMAIL_ADDRESS_MAX } from "../platform/email-address";
import type { Id } from "../platform/ids";
import { PHONE_TEXT_MAX } from "../platform/phone";

export type TargetListId = Id<"target-list">;

/** The officials the project carries with it (docs/decisions/0011-officials-data.md). */
export const builtinSets = ["us-house", "us-senate", "ca-commons"] as const;
export type BuiltinSet = (typeof builtinSets)[number];

export const targetLanguages = ["en", "fr", "es"] as const;
export type TargetLanguage = (typeof targetLanguages)[number];

export const PEOPLE_MAX = 10;
export const TARGET_NAME_MAX = 120;
export const TARGET_TITLE_MAX = 160;
export const LIST_NAME_MAX = 120;
/** A list is one value of `SITES`, read whole when somebody is matched: so many are about a megabyte. */
export const LIST_TARGETS_MAX = 5_000;
export const LIST_BYTES_MAX = 2_000_000;
export const LISTS_MAX = 200;
/** District codes and postal prefixes of one target. */
export const CODES_MAX = 200;
export const CODE_MAX = 60;
/** One supporter writes to or calls no more: whoever matches more has a list that says too little about where people live. */
export const MATCHED_MAX = 10;
/** So many districts one can still find one's own among: the ridings of Ontario. */
export const DISTRICTS_MAX = 150;

/** Someone a supporter can reach. What is not known is "". */
export type Target = {
  /** The same for the same person in every list and every reading of it. At most 20 characters. */
  key: string;
  name: string;
  /** "Senator", "Mayor" */
  title: string;
  /** "City of Riverside", "CA-32" */
  office: string;
  email: string;
  phone: string;
  language: TargetLanguage | "";
  /** Where letters are written to in a browser: a contact form, or a page that leads to one. */
  form: string;
};

/** One person as an organiser types them in. */
const targetPerson = z.object({
  name: z.string().trim().min(1).max(TARGET_NAME_MAX),
  title: z.string().trim().max(TARGET_TITLE_MAX).default(""),
  email: z.string().trim().max(EMAIL_ADDRESS_MAX).default(""),
  phone: z.string().trim().max(PHONE_TEXT_MAX).default(""),
  language: z.enum(["", ...targetLanguages]).default(""),
});
export type TargetPerson = z.infer<typeof targetPerson>;

export const sourceKinds = ["fixed", "builtin", "list"] as const;

/** To whom an action is addressed. What was said for another choice is kept, so that changing one's mind loses nothing. */
export const targetSource = z.object({
  from: z.enum(sourceKinds).default("fixed"),
  people: z.array(targetPerson).max(PEOPLE_MAX).default([]),
  sets: z.array(z.enum(builtinSets)).max(builtinSets.length).default([]),
  listId: z.string().max(36).default(""),
  /** Who gets it when nobody matches, or whoever matches cannot be reached this way; no name: nobody. */
  fallback: z
    .object({
      name: z.string().trim().max(TARGET_NAME_MAX).default(""),
      title: z.string().trim().max(TARGET_TITLE_MAX).default(""),
      email: z.string().trim().max(EMAIL_ADDRESS_MAX).default(""),
      phone: z.string().trim().max(PHONE_TEXT_MAX).default(""),
    })
    .prefault({}),
});
export type TargetSource = z.infer<typeof targetSource>;

/** Where a supporter lives, as they said it. */
export type Where = {
  /** ISO 3166-1 alpha-2 */
  country: string;
  postalCode: string;
  /** The code of the district they picked, when they were asked. */
  district?: string;
  /** The language in which districts are named. */
  locale: string;
};

/** A district to choose from, with who sits for it, since people know faces better than numbers. */
export type District = { code: string; label: string; names: string[] };

/** Who a supporter can reach; or, where the postal code leaves it open, the districts to choose from first. */
export type Match = { targets: Target[]; districts: District[] };

/** A target of a list, with where it is for. Neither districts nor prefixes: for everybody. */
export type ListedTarget = Target & { districts: string[]; prefixes: string[] };

export type TargetList = {
  id: TargetListId;
  name: string;
  targetCount: number;
  emailCount: number;
  phoneCount: number;
  createdAt: number;
  updatedAt: number;
};
