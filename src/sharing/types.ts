import { z } from "zod";

export const SHARE_TITLE_MAX = 200;
export const SHARE_TEXT_MAX = 500;
/** A post on Bluesky may have 300 characters and one on X 280, and the link takes its share of them. */
export const POST_TEXT_MAX = 250;
export const EMAIL_BODY_MAX = 2_000;
export const VARIANT_LABEL_MAX = 60;
export const VARIANTS_MAX = 4;

/** What variants are called in links. A letter is given once and never again, so that an old link credits nobody else. */
export const variantLetters = "abcdefghijklmnopqrstuvwxyz";

/** Where an action can be shared. Each has its own source code, so that organisers see which brought whom. */
export const networks = ["whatsapp", "facebook", "bluesky", "x", "email", "copy"] as const;
export type Network = (typeof networks)[number];
/** The same, and the device's own share sheet. */
export const ways = [...networks, "device"] as const;
export type Way = (typeof ways)[number];

const image = z.object({
  key: z.string().max(200),
  alt: z.string().max(300),
  width: z.number().int(),
  height: z.number().int(),
});

/** One of several ways to put it. What it leaves empty is as for everybody. */
const shareVariant = z.object({
  letter: z.string().regex(/^[a-z]$/),
  /** What organisers call it. */
  label: z.string().min(1).max(VARIANT_LABEL_MAX),
  title: z.string().max(SHARE_TITLE_MAX).default(""),
  text: z.string().max(SHARE_TEXT_MAX).default(""),
  image: image.nullable().default(null),
});
export type ShareVariant = z.infer<typeof shareVariant>;

export const linkUses = ["none", "links", "thanks", "page"] as const;
const splits = ["even", "learning"] as const;

/** How an action is passed on. Every field has a default, so that settings of older releases still read. */
export const shareSettings = z.object({
  title: z.string().max(SHARE_TITLE_MAX).default(""),
  text: z.string().max(SHARE_TEXT_MAX).default(""),
  /** What is said on one network in place of the common words. */
  networks: z
    .object({
      whatsapp: z.string().max(SHARE_TEXT_MAX).default(""),
      facebook: z.string().max(SHARE_TEXT_MAX).default(""),
      bluesky: z.string().max(POST_TEXT_MAX).default(""),
      x: z.string().max(POST_TEXT_MAX).default(""),
      emailSubject: z.string().max(SHARE_TITLE_MAX).default(""),
      emailBody: z.string().max(EMAIL_BODY_MAX).default(""),
    })
    .prefault({}),
  variants: z
    .array(shareVariant)
    .max(VARIANTS_MAX)
    .refine((variants) => new Set(variants.map(({ letter }) => letter)).size === variants.length)
    .default([]),
  /** How many letters were ever given. */
  lettersUsed: z.number().int().min(0).max(variantLetters.length).default(0),
  /** Whether every variant is shown alike, or those that bring more people more often. */
  split: z.enum(splits).default("even"),
  /** The variant everybody gets; empty while they are tested against each other. */
  winner: z
    .string()
    .regex(/^[a-z]?$/)
    .default(""),
  /** Whether each supporter has a link of their own, and where those who brought most people are listed. */
  links: z.enum(linkUses).default("none"),
});
export type ShareSettings = z.infer<typeof shareSettings>;

/** One line of the list of those who brought most people; an empty name is somebody who would not be named. */
export type BoardLine = { name: string; count: number };
