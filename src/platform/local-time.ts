import { Temporal } from "temporal-polyfill";

/** A wall clock's time without a zone, to the minute: `2026-03-08T19:00`. */
export type LocalTime = string;

const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::00(?:\.0+)?)?$/;

/** A local time as a browser's date field or a person writes it; null for what is on no calendar. */
export function parseLocalTime(text: string): LocalTime | null {
  const [, day, time] = LOCAL_TIME.exec(text.trim()) ?? [];
  if (!day || !time) return null;
  try {
    return Temporal.PlainDateTime.from(`${day}T${time}`, { overflow: "reject" }).toString({
      smallestUnit: "minute",
    });
  } catch {
    return null;
  }
}

/**
 * The moments (ms) at which a zone's clocks show a local time: one, none where they are put forward over it, two where
 * they are put back over it. The zone must be one `Intl` knows.
 */
export function momentsOf(local: LocalTime, timeZone: string): number[] {
  const wall = Temporal.PlainDateTime.from(local);
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  const later = wall.toZonedDateTime(timeZone, { disambiguation: "later" });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return [earlier.epochMilliseconds];
  return earlier.toPlainDateTime().equals(wall) ? [earlier.epochMilliseconds, later.epochMilliseconds] : [];
}

/** The moment of a local time: of two the one asked for, and where there is none, as far after the change as it is after its start. */
export function momentOf(local: LocalTime, timeZone: string, which: "earlier" | "later" = "earlier"): number {
  const moments = momentsOf(local, timeZone);
  const moment = which === "later" ? moments.at(-1) : moments[0];
  if (moment !== undefined) return moment;
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone, { disambiguation: "compatible" })
    .epochMilliseconds;
}

/** What a zone's clocks show at a moment. */
export function localTimeAt(at: number, timeZone: string): LocalTime {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" });
}

/** The same time of day some days or months on; the 31st becomes the last day of a shorter month. */
export function addToLocalTime(local: LocalTime, by: { days?: number; months?: number }): LocalTime {
  return Temporal.PlainDateTime.from(local).add(by).toString({ smallestUnit: "minute" });
}

/** Whole minutes on the clock from one local time to another. */
export function minutesBetween(from: LocalTime, to: LocalTime): number {
  return Temporal.PlainDateTime.from(from).until(Temporal.PlainDateTime.from(to)).total("minutes");
}

/** A local time some minutes on, by the clock. */
export function addMinutes(local: LocalTime, minutes: number): LocalTime {
  return Temporal.PlainDateTime.from(local).add({ minutes }).toString({ smallestUnit: "minute" });
}
