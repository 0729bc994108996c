import type { ActionSnapshot } from "../actions/types";
import { type LocalTime, minutesBetween, momentOf, momentsOf, parseLocalTime } from "../platform/local-time";
import { onceFor } from "../platform/once";
import { isTimeZone } from "../platform/time-zones";
import type { Key } from "../ui/i18n";
import {
  EVENT_DAYS_MAX,
  EVENT_YEARS_MAX,
  type EventSettings,
  eventSettingsOf,
  type Shift,
  USUAL_MS,
} from "./types";

type Timed = Pick<EventSettings, "startsAt" | "startsTwice" | "endsAt" | "endsTwice" | "timeZone" | "shifts">;

/** A stretch of time in ms; `end` is null where nobody said. */
export type Span = { start: number; end: number | null };

/** When an event takes place; null while nobody has said. */
export function spanOf(settings: Timed): Span | null {
  const zone = zoneOf(settings);
  if (parseLocalTime(settings.startsAt) === null) return null;
  const start = momentOf(settings.startsAt, zone, settings.startsTwice || "earlier");
  if (parseLocalTime(settings.endsAt) === null) return { start, end: null };
  const end = momentOf(settings.endsAt, zone, settings.endsTwice || "later");
  return { start, end: end > start ? end : null };
}

/** When a shift is. */
export function shiftSpan(settings: Timed, shift: Pick<Shift, "startsAt" | "endsAt">): Span | null {
  return spanOf({ ...settings, ...shift, startsTwice: "", endsTwice: "" });
}

/** When the last of it is over: its end, or a usual while after its start. */
export const overAt = onceFor((settings: Timed): number | null => {
  const ends = [spanOf(settings), ...settings.shifts.map((shift) => shiftSpan(settings, shift))].flatMap(
    (span) => (span ? [span.end ?? span.start + USUAL_MS] : []),
  );
  return ends.length > 0 ? Math.max(...ends) : null;
});

/** Whether nobody can come any more: it is over or called off. */
export function isOver({ action }: Pick<ActionSnapshot, "action">, now: number): boolean {
  const settings = eventSettingsOf(action.settings);
  if (settings.cancelled) return true;
  const end = overAt(settings);
  return end !== null && end <= now;
}

/** A zone that `Intl` knows, whatever an older release stored. */
export function zoneOf({ timeZone }: Pick<EventSettings, "timeZone">): string {
  return isTimeZone(timeZone) ? timeZone : "UTC";
}

/** Whether the clocks show a time twice on its day. */
export function isTwice(local: string, timeZone: string): boolean {
  return parseLocalTime(local) !== null && isTimeZone(timeZone) && momentsOf(local, timeZone).length > 1;
}

type Problems = Record<string, { key: Key; values?: Record<string, string | number> }>;

/** What is wrong with the times of an event, each by the editor's field. `now` bounds how far ahead one may plan. */
export function timeProblems(settings: Timed, now: number): Problems {
  const { timeZone: zone } = settings;
  if (!isTimeZone(zone)) return { timeZone: { key: "events.problems.timeZone" } };
  const problems: Problems = {};
  const note = (field: string, problem: Problems[string] | null) => {
    if (problem) problems[field] ??= problem;
  };
  note("startsAt", timeProblem(settings.startsAt, zone, now, settings.startsTwice));
  note("endsAt", timeProblem(settings.endsAt, zone, now, settings.endsTwice));
  if (settings.startsAt === "" && settings.endsAt !== "")
    note("startsAt", { key: "events.problems.noStart" });
  if (Object.keys(problems).length === 0) note("endsAt", lengthProblem(settings));
  for (const [row, shift] of settings.shifts.entries()) {
    note(`shifts.${row}.startsAt`, timeProblem(shift.startsAt, zone, now, "earlier"));
    note(`shifts.${row}.endsAt`, timeProblem(shift.endsAt, zone, now, "later"));
    if (!problems[`shifts.${row}.startsAt`] && !problems[`shifts.${row}.endsAt`])
      note(`shifts.${row}.endsAt`, lengthProblem({ ...settings, ...shift, startsTwice: "", endsTwice: "" }));
  }
  return problems;
}

const YEAR_MIN = 2000;

function timeProblem(local: LocalTime, zone: string, now: number, which: string): Problems[string] | null {
  if (local === "") return null;
  if (parseLocalTime(local) === null) return { key: "events.problems.time" };
  const year = Number(local.slice(0, 4));
  const yearMax = new Date(now).getUTCFullYear() + EVENT_YEARS_MAX;
  if (year < YEAR_MIN || year > yearMax)
    return { key: "events.problems.year", values: { first: String(YEAR_MIN), last: String(yearMax) } };
  const moments = momentsOf(local, zone);
  if (moments.length === 0) return { key: "events.problems.gap", values: { time: local.slice(11) } };
  if (moments.length > 1 && which === "")
    return { key: "events.problems.twice", values: { time: local.slice(11) } };
  return null;
}

function lengthProblem(settings: Timed): Problems[string] | null {
  if (settings.startsAt === "" || settings.endsAt === "") return null;
  const span = spanOf(settings);
  if (!span || span.end === null) return { key: "events.problems.endsBefore" };
  const days = minutesBetween(settings.startsAt, settings.endsAt) / (24 * 60);
  return days > EVENT_DAYS_MAX ? { key: "events.problems.tooLong", values: { count: EVENT_DAYS_MAX } } : null;
}
