import { z } from "zod";
import {
  BODY_BYTES_MAX,
  FROM_NAME_MAX,
  MAILING_TAG_MAX,
  MAILING_TAGS_MAX,
  SUBJECT_MAX,
  TITLE_MAX,
} from "../mailings/types";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";

/** Saved audiences that one message may be for. */
const TARGETS_MAX = 20;

const line = (most: number) =>
  z
    .string()
    .overwrite(cleanLine)
    .max(most)
    .nullish()
    .transform((text) => (text === undefined ? undefined : (text ?? "")));
const href = z.string().max(2_000);

/** What a client may write of a message. Null empties a field; what is left out stays as it is. */
export const messageBody = z.object({
  identifiers: z
    .unknown()
    .optional()
    .describe("Other systems' names of it, `system:id`. They add up and are never taken away."),
  name: line(TITLE_MAX).describe("What organisers call it in lists."),
  subject: line(SUBJECT_MAX).describe("Needed before it is sent."),
  body: z
    .string()
    .refine((text) => new TextEncoder().encode(text).length <= BODY_BYTES_MAX, {
      message: `has more than ${BODY_BYTES_MAX} bytes`,
    })
    .nullish()
    .transform((text) => (text === undefined ? undefined : (text ?? "")))
    .describe(
      "HTML. It stands within the wrapper; the unsubscribe link and the group's postal address are added where they are missing.",
    ),
  from: line(FROM_NAME_MAX).describe("The name it is from."),
  reply_to: z
    .string()
    .trim()
    .refine((text) => text === "" || normaliseEmail(text) !== null, { message: "is no email address" })
    .nullish()
    .transform((text) => (text === undefined ? undefined : (normaliseEmail(text ?? "") ?? "")))
    .describe("The address answers go to."),
  targets: z
    .array(z.union([z.object({ href }), z.object({ url: href })]))
    .max(TARGETS_MAX)
    .nullish()
    .transform((list) => (list === undefined ? undefined : (list ?? [])))
    .describe("Links to queries. Everybody in at least one of them gets it; an empty list is nobody."),
  tag_list: z
    .array(z.string().overwrite(cleanLine).min(1).max(MAILING_TAG_MAX))
    .max(MAILING_TAGS_MAX)
    .nullish()
    .transform((list) => (list === undefined ? undefined : [...new Set(list ?? [])]))
    .describe("Labels by which organisers find it."),
  _links: z.record(z.string(), z.unknown()).nullish().describe("`osdi:wrapper` chooses the wrapper."),
});
export type MessageBody = z.infer<typeof messageBody>;

/** When a message is to leave, under either of the names clients use. */
export const scheduleBody = z.object({
  scheduled_start_date: z.string().nullish().describe("UTC, in the future."),
  scheduled_date: z.string().nullish().describe("The same, as one client calls it."),
});
