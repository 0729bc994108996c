import { z } from "zod";

/* What clients send of a person (osdi-api.md §4.2). Unknown keys are thrown away; null clears; numbers are read as texts. */

const TEXT_MAX = 1_000;
const LIST_MAX = 20;
const FIELDS_AT_ONCE_MAX = 200;
const VALUE_MAX = 5_000;
const TAGS_MAX = 100;

const text = z
  .union([z.string().max(TEXT_MAX), z.number().transform(String)])
  .nullable()
  .optional();

/** A status that is none of the two a client may set is somebody's whole document sent back: it is not looked at. */
const status = z.string().max(TEXT_MAX).nullable().optional();
const primary = z.unknown().optional();

const emailBody = z.object({ address: text, status, primary });
const phoneBody = z.object({ number: text, status, primary });
const addressBody = z.object({
  address_lines: z.array(z.string().max(TEXT_MAX).nullable()).max(LIST_MAX).nullable().optional(),
  locality: text,
  region: text,
  postal_code: text,
  country: text,
  language: text,
  primary,
});

const value = z.union([z.string().max(VALUE_MAX), z.number(), z.boolean(), z.null()]);

export const personBody = z.object({
  given_name: text,
  family_name: text,
  languages_spoken: z.array(z.string().max(TEXT_MAX)).max(LIST_MAX).nullable().optional(),
  email_addresses: z.array(emailBody).max(LIST_MAX).nullable().optional(),
  phone_numbers: z.array(phoneBody).max(LIST_MAX).nullable().optional(),
  postal_addresses: z.array(addressBody).max(LIST_MAX).nullable().optional(),
  custom_fields: z
    .record(z.string().max(TEXT_MAX), value)
    .refine((fields) => Object.keys(fields).length <= FIELDS_AT_ONCE_MAX, "too many at once")
    .nullable()
    .optional(),
  identifiers: z.array(z.string().max(TEXT_MAX)).max(LIST_MAX).nullable().optional(),
});
export type PersonBody = z.infer<typeof personBody>;

const names = z.array(z.string().max(TEXT_MAX)).max(TAGS_MAX).nullable().optional();

export const signupBody = z.object({ person: personBody, add_tags: names, remove_tags: names });

export const tagBody = z.object({ name: z.string().max(TEXT_MAX), origin_system: text });

export const uniqueIdListBody = z.object({
  name: text,
  origin_system: text,
  unique_ids: z.array(z.string().max(TEXT_MAX)).max(10_000).nullable().optional(),
});

/** Of several the one marked as primary counts, else the first (osdi-api.md §9.37). */
export function effective<T extends { primary?: unknown }>(list: readonly T[] | null | undefined): T | null {
  return list?.find((each) => each.primary === true) ?? list?.[0] ?? null;
}
