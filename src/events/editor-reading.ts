import { cleanLine, cleanText } from "../actions/answer-text";
import { randomToken } from "../platform/crypto";
import { type FormValues, single } from "../platform/forms";
import { parseLocalTime } from "../platform/local-time";
import { SHIFTS_MAX } from "./types";

/** A row of shifts as it stands in the form. */
export type ShiftRow = { key: string; name: string; startsAt: string; endsAt: string; capacity: string };

/** What the editor's fields say; nothing of what was not sent. */
export function readEditor(form: FormValues): Record<string, unknown> {
  return {
    ...readTimes(form),
    ...readWhere(form),
    ...readPlaces(form),
    ...readRest(form),
    ...readCancellation(form),
  };
}

/** Not of the editor but of the page that calls an event off: when it was, or nothing to put it back on. */
function readCancellation(form: FormValues): Record<string, unknown> {
  if (!("cancelled.at" in form)) return {};
  const at = single(form, "cancelled.at");
  if (at === "") return { cancelled: null };
  return { cancelled: { at: Number(at), note: cleanText(single(form, "cancelled.note")) } };
}

function readTimes(form: FormValues): Record<string, unknown> {
  if (!("startsAt" in form)) return {};
  return {
    startsAt: timeOf(single(form, "startsAt")),
    startsTwice: single(form, "startsTwice"),
    endsAt: timeOf(single(form, "endsAt")),
    endsTwice: single(form, "endsTwice"),
    timeZone: cleanLine(single(form, "timeZone")),
  };
}

/** What cannot be read stays as it was written, to be refused with its reason. */
function timeOf(text: string): string {
  return parseLocalTime(text) ?? cleanLine(text).slice(0, 16);
}

function readWhere(form: FormValues): Record<string, unknown> {
  if (!("where" in form)) return {};
  const line = (name: string) => cleanLine(single(form, name));
  return {
    where: line("where"),
    place: {
      name: line("place.name"),
      street: line("place.street"),
      locality: line("place.locality"),
      region: line("place.region"),
      postalCode: line("place.postalCode").toUpperCase(),
      country: line("place.country"),
      directions: cleanText(single(form, "place.directions")),
    },
    online: { url: line("online.url") },
    isForAttendees: single(form, "isForAttendees") === "yes",
  };
}

function readPlaces(form: FormValues): Record<string, unknown> {
  return {
    ...("capacity" in form ? { capacity: capacityOf(single(form, "capacity")) } : {}),
    ...("guestsMax" in form ? { guestsMax: wholeNumber(single(form, "guestsMax")) ?? 0 } : {}),
    ...("shifts.count" in form
      ? {
          shifts: readShifts(form)
            .filter(({ name, startsAt, endsAt, capacity }) => name + startsAt + endsAt + capacity !== "")
            .map((row) => ({ ...row, key: row.key || newKey(), capacity: capacityOf(row.capacity) })),
          isManyShifts: single(form, "isManyShifts") === "yes",
        }
      : {}),
  };
}

function readRest(form: FormValues): Record<string, unknown> {
  if (!("host.name" in form)) return {};
  return {
    isPrivate: single(form, "isPrivate") === "yes",
    host: { name: cleanLine(single(form, "host.name")), email: cleanLine(single(form, "host.email")) },
    reminders: {
      dayBefore: single(form, "reminders.dayBefore") === "yes",
      hoursBefore: wholeNumber(single(form, "reminders.hoursBefore")) ?? 0,
      note: cleanText(single(form, "reminders.note")),
    },
  };
}

/** Empty: as many as come. */
function capacityOf(text: string): number | null {
  return wholeNumber(text);
}

/** "1,000", "1 000", "1.000": as people write whole numbers. Null when empty, NaN for anything else. */
function wholeNumber(text: string): number | null {
  const digits = text.replace(/[\s.,'’]/g, "");
  if (digits === "") return null;
  return /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
}

function newKey(): string {
  return `s${randomToken(6).toLowerCase().replace(/[-_]/g, "0")}`;
}

/** One row more than there may be is read too, so that it is refused and not silently lost. */
export function readShifts(form: FormValues): ShiftRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "shifts.count"))) || 0, SHIFTS_MAX + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, row) => ({
    key: single(form, `shifts.${row}.key`),
    name: cleanLine(single(form, `shifts.${row}.name`)),
    startsAt: timeOf(single(form, `shifts.${row}.startsAt`)),
    endsAt: timeOf(single(form, `shifts.${row}.endsAt`)),
    capacity: single(form, `shifts.${row}.capacity`).trim(),
  }));
}

const blankShift: ShiftRow = { key: "", name: "", startsAt: "", endsAt: "", capacity: "" };

/** Adds or removes a shift. A new one starts where the one before it ends. */
export function pressEditor(button: string, form: FormValues): FormValues | null {
  const [verb, at] = button.split(":");
  const rows = readShifts(form);
  if (verb === "add-shift") {
    const last = rows.at(-1);
    const startsAt = last ? last.endsAt : timeOf(single(form, "startsAt"));
    return withShifts(form, [...rows, { ...blankShift, startsAt }].slice(0, SHIFTS_MAX));
  }
  if (verb === "remove-shift") return withShifts(form, rows.toSpliced(Number(at), 1));
  return null;
}

function withShifts(form: FormValues, rows: ShiftRow[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("shifts."));
  const fields = rows.flatMap((row, at) =>
    Object.entries(row).map(([name, value]) => [`shifts.${at}.${name}`, value]),
  );
  return Object.fromEntries([...others, ...fields, ["shifts.count", String(rows.length)]]);
}
