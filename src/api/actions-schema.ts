import { z } from "zod";
import { TAGS_MAX } from "../actions/types";
import { isWebAddress } from "../groups/public";
import { isCurrency } from "../platform/currencies";
import type { ActionType } from "./action-types";
import { momentIn } from "./moment";

/** Titles of actions that clients made; nobody sets them in type. */
const CLIENT_TITLE_MAX = 250;
const LINE_MAX = 500;
const TEXT_MAX = 50_000;
const TARGETS_MAX = 100;
const REMINDERS_MAX = 10;
const ADDRESS_LINES_MAX = 5;
const IDENTIFIERS_MAX = 20;
const IDENTIFIER_MAX = 200;

const line = z.string().trim().max(LINE_MAX).nullish();
const text = z.string().max(TEXT_MAX).nullish();
const address = z
  .string()
  .trim()
  .max(2_000)
  .refine((value) => value === "" || isWebAddress(value), "must be a web address")
  .nullish();
/** As it is kept: clients send it in several ways (osdi-api.md §4.9). */
const wallClock = z
  .string()
  .refine((value) => value === "" || momentIn(value) !== null, "must be a date such as 2026-06-01T18:30:00Z")
  .transform((value) => {
    const at = momentIn(value);
    return at === null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
  })
  .nullish();

const identifiers = z
  .array(
    z
      .string()
      .trim()
      .min(3)
      .max(IDENTIFIER_MAX)
      .regex(/^[^:\s]+:.+$/, "must be like system:id"),
  )
  .max(IDENTIFIERS_MAX)
  .nullish();

/** Keys whose order of declaration is the order in which what is wrong is told. Whatever is not named here is not looked at. */
const common = {
  identifiers,
  title: z.string().trim().max(CLIENT_TITLE_MAX).nullish(),
  name: z.string().trim().max(CLIENT_TITLE_MAX).nullish(),
  origin_system: line,
  description: text,
  browser_url: address,
  featured_image_url: address,
  tag_list: z.array(z.string().max(100)).max(TAGS_MAX).nullish(),
};

const location = z
  .object({
    venue: line,
    address_lines: z.array(z.string().max(LINE_MAX)).max(ADDRESS_LINES_MAX).nullish(),
    locality: line,
    region: line,
    postal_code: line,
    country: line,
    language: line,
  })
  .nullish();

/** One client sends a petition's target as a text (osdi-api.md §9.3). */
const target = z
  .union([
    z
      .string()
      .trim()
      .max(LINE_MAX)
      .transform((name) => (name === "" ? [] : [{ name }])),
    z.array(z.object({ name: z.string().trim().min(1).max(LINE_MAX) })).max(TARGETS_MAX),
  ])
  .nullish();

/** What a client may say of an action, by type (osdi-api.md §4.5–4.15). */
export const actionSchemas = {
  petitions: z.object({ ...common, petition_text: text, target }),
  forms: z.object({ ...common, call_to_action: line }),
  surveys: z.object({ ...common, call_to_action: line }),
  events: z.object({
    ...common,
    instructions: text,
    start_date: wallClock,
    end_date: wallClock,
    transparence: z.enum(["opaque", "transparent"]).nullish(),
    visibility: z.enum(["public", "private"]).nullish(),
    guests_can_invite_others: z.boolean().nullish(),
    reminders: z
      .array(z.object({ method: z.string().max(20), minutes: z.number().int().min(0).max(1_000_000) }))
      .max(REMINDERS_MAX)
      .nullish(),
    location,
  }),
  event_campaigns: z.object({ ...common, host_pitch: text, host_instructions: text }),
  fundraising_pages: z.object({
    ...common,
    currency: z.string().trim().toUpperCase().refine(isCurrency, "must be a currency such as USD").nullish(),
  }),
  advocacy_campaigns: z.object({
    ...common,
    type: z.enum(["email", "phone", "call"]).nullish(),
    targets: text,
  }),
} satisfies Record<ActionType["path"], z.ZodType>;
