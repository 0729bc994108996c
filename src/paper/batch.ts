import type { FormValues } from "../platform/forms";
import { single } from "../platform/forms";
import { localTimeAt, momentOf, parseLocalTime } from "../platform/local-time";
import type { Key, Values } from "../ui/i18n";
import { type Batch, hasOtherWording, readSheet, SHEET_MAX, type SignedDay } from "./types";

/** A petition older than this is history, and a date before it a slip of the hand. */
const YEARS_MAX = 5;
const DAY_MS = 86_400_000;
const NOON = "T12:00";

export type BatchRead =
  | { is: "read"; batch: Batch }
  | { is: "wrong"; errors: Record<string, { key: Key; values?: Values }> };

type Place = { timeZone: string; now: number; consentHash: string };

/** What was written above the rows: which sheet, which day, and whether the people are thanked by mail. */
export function readBatch(
  form: FormValues,
  { timeZone, now, consentHash }: Place,
  hasConsent: boolean,
): BatchRead {
  const errors: Record<string, { key: Key; values?: Values }> = {};
  const sheet = readSheet(single(form, "sheet"));
  const signed = readDay(single(form, "signed"), { timeZone, now });
  if (sheet === null) errors.sheet = { key: "paper.errors.sheet", values: { max: SHEET_MAX } };
  else if (hasConsent && hasOtherWording(sheet, consentHash)) errors.sheet = { key: "paper.errors.wording" };
  if (signed === null) errors.signed = { key: "paper.errors.signed", values: { years: YEARS_MAX } };
  if (sheet === null || signed === null || errors.sheet) return { is: "wrong", errors };
  return { is: "read", batch: { sheet, signed, isThanked: single(form, "thanks") === "yes" } };
}

/** A day of signing (2026-03-12); null for what is no day, one to come, or one too long ago. */
function readDay(text: string, { timeZone, now }: { timeZone: string; now: number }): SignedDay | null {
  const day = text.trim();
  const noon = parseLocalTime(day + NOON);
  if (noon === null || day > today(timeZone, now)) return null;
  const at = Math.min(momentOf(noon, timeZone), now);
  return now - at > YEARS_MAX * 366 * DAY_MS ? null : { day, at };
}

export function today(timeZone: string, now: number): string {
  return localTimeAt(now, timeZone).slice(0, 10);
}
