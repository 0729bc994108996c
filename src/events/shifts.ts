import type { Action, SlotStandings, Standing } from "../actions/types";
import { shiftSpan } from "./times";
import { type EventSettings, eventSettingsOf, type Shift, USUAL_MS } from "./types";

/** The shifts of a reply in the order of the event: those it has a place in, and those it waits for. */
export function shiftsOf(
  { shifts }: Pick<EventSettings, "shifts">,
  slots: SlotStandings,
): { confirmed: Shift[]; waiting: Shift[] } {
  const standing = (wanted: Standing) => shifts.filter(({ key }) => slots[key] === wanted);
  return { confirmed: standing("confirmed"), waiting: standing("waiting") };
}

/** What somebody can be checked in for: each shift they have or wait for, else the event as a whole (""). */
export function doorsOf(settings: Pick<EventSettings, "shifts">, slots: SlotStandings): string[] {
  const { confirmed, waiting } = shiftsOf(settings, slots);
  const keys = [...confirmed, ...waiting].map(({ key }) => key);
  return keys.length > 0 ? keys : [""];
}

/** The one of those that is asked for; null when it is not theirs. Whoever has one alone need not say which. */
export function doorAsked(
  { settings }: Pick<Action, "settings">,
  slots: SlotStandings,
  asked: string,
): string | null {
  const doors = doorsOf(eventSettingsOf(settings), slots);
  const [first = ""] = doors;
  if (asked === "" && doors.length === 1) return first;
  return doors.includes(asked) ? asked : null;
}

/**
 * The shifts that somebody may choose from: those that are not over, and what they hold already. Where all are over while the
 * event goes on, all of them.
 */
export function shiftsOffered(settings: EventSettings, now: number, held: readonly string[]): Shift[] {
  const open = settings.shifts.filter(
    (shift) => held.includes(shift.key) || !isShiftOver(settings, shift, now),
  );
  return open.length > 0 ? open : settings.shifts;
}

function isShiftOver(settings: EventSettings, shift: Shift, now: number): boolean {
  const span = shiftSpan(settings, shift);
  return span !== null && (span.end ?? span.start + USUAL_MS) <= now;
}

/** Whether somebody may choose more than one, or holds more than one from a time when they could. */
export function maySeveral({ isManyShifts }: EventSettings, held: readonly string[]): boolean {
  return isManyShifts || held.length > 1;
}
