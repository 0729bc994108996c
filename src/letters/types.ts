import { z } from "zod";
import { commonSettings } from "../actions/types";
import { type TargetLanguage, targetLanguages, targetSource } from "../officials/types";
import { Checked, onceFor } from "../platform/once";

export const VARIANTS_MAX = 10;
export const SUBJECT_MAX = 200;
/** About two pages: what an office still reads. */
export const BODY_MAX = 6_000;
const OWN_WORDS_MAX = 200;
/** Letters that did not arrive, as organisers' page lists them; the export has all. */
export const UNDELIVERED_SHOWN_MAX = 50;
const CAP_MAX = 10_000;

export const deliveries = ["each", "digest", "pdf"] as const;

/** A text that supporters start from. Several in one language are handed out in turn, so that no two letters need be alike. */
const variant = z.object({
  subject: z.string().trim().min(1).max(SUBJECT_MAX),
  body: z.string().trim().min(1).max(BODY_MAX),
  /** "" is the page's own language. */
  language: z.enum(["", ...targetLanguages]).default(""),
});
export type Variant = z.infer<typeof variant>;

export const letterSettings = commonSettings.extend({
  source: targetSource.prefault({}),
  variants: z.array(variant).max(VARIANTS_MAX).default([]),
  isEditable: z.boolean().default(true),
  /** Words of their own that a supporter must add; 0: none. */
  ownWords: z.number().int().min(0).max(OWN_WORDS_MAX).default(0),
  /** Each letter by itself, or one mail a day with all of them, in the mail or as a file to print. */
  delivery: z.enum(deliveries).default("each"),
  /** Letters to one target in a day; 0: as many as come. */
  capPerDay: z.number().int().min(0).max(CAP_MAX).default(0),
});

/** The settings of a served action, read once. */
export const letterSettingsOf = onceFor((settings: object) => letterSettings.parse(settings));
export type LetterSettings = z.infer<typeof letterSettings>;

/** What a letter says: the number of the organiser's text as it stood, or the supporter's own. */
const said = z.union([z.object({ v: z.string() }), z.object({ s: z.string(), b: z.string() })]);
export type Said = z.infer<typeof said>;

/** One addressee as the participation keeps it: who it is, and the address it goes to; no address: to be sent by hand. */
const addressee = z.object({
  k: z.string(),
  n: z.string(),
  t: z.string().default(""),
  o: z.string().default(""),
  e: z.string().default(""),
  /** The language of the letter to them. */
  l: z.enum(targetLanguages),
  /** Of one without an address: the page with their form, and their phone. */
  f: z.string().optional(),
  p: z.string().optional(),
});
export type Addressee = z.infer<typeof addressee>;

/** What a participation keeps beside what all kinds ask. Keys are short: it is stored a million times. */
export const ownLetter = z.object({
  to: z.array(addressee).default([]),
  d: z.string().default(""),
  text: z.partialRecord(z.enum(targetLanguages), said).default({}),
});
export type OwnLetter = z.infer<typeof ownLetter>;

/** The same between reading the form and taking what it said, a moment later. */
export const checkedLetter = new Checked<OwnLetter>((value) => ownLetter.parse(value));

export type LetterLanguage = TargetLanguage;

/**
 * The states of a letter, as they are stored. A claimed one may have left, so it is never claimed again; an unknown one
 * is never sent again.
 */
export const letterStates = {
  waiting: 1,
  claimed: 2,
  sent: 3,
  failed: 4,
  unknown: 5,
  bounced: 6,
  byHand: 7,
} as const;
export type LetterState = keyof typeof letterStates;
