import { z } from "zod";
import { checked } from "./body";

const LINE_MAX = 200;
const SUBJECT_MAX = 500;
const MESSAGE_MAX = 20_000;
const TARGETS_MAX = 50;
/** A day. */
const SECONDS_MAX = 86_400;

const line = z.string().trim().max(LINE_MAX).nullish();
const target = z
  .object({ title: line, given_name: line, family_name: line, ocdid: line })
  .transform((said) => Object.fromEntries(Object.entries(said).filter(([, value]) => value)));

/** What a body says of a letter or a call. */
export const outreachBody = z.object({
  subject: z.string().trim().max(SUBJECT_MAX).nullish(),
  message: z.string().max(MESSAGE_MAX).nullish(),
  duration: z.number().min(0).max(SECONDS_MAX).nullish(),
  targets: z.array(target).max(TARGETS_MAX).nullish(),
});

/** What a body says of a letter or a call that somebody made elsewhere (osdi-api.md §4.16). Refuses with 400. */
export function saidOutreach(body: Record<string, unknown>): z.infer<typeof outreachBody> {
  return checked(outreachBody, body);
}
