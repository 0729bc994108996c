import { createDraft } from "../actions/action";
import { publish } from "../actions/publication";
import type { Action, Kind } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { addMinutes, addToLocalTime, type LocalTime, minutesBetween } from "../platform/local-time";
import { claimDate, datesOf, settleDate } from "./store";
import { spanOf, timeProblems } from "./times";
import { type EventSettings, eventSettings, type Rhythm, type Sibling } from "./types";

const steps: Record<Rhythm, { days: number } | { months: number }> = {
  weekly: { days: 7 },
  fortnightly: { days: 14 },
  monthly: { months: 1 },
};

/** The dates after the first one. Each is counted from the first, so that the 31st comes back after a shorter month. */
export function datesAfter(first: LocalTime, rhythm: Rhythm, count: number): LocalTime[] {
  const step = steps[rhythm];
  return Array.from({ length: count }, (_, nth) =>
    "days" in step
      ? addToLocalTime(first, { days: step.days * (nth + 1) })
      : addToLocalTime(first, { months: step.months * (nth + 1) }),
  );
}

/** The settings of the same event on another date: everything that has a time moves by the clock. */
export function onDate(settings: EventSettings, startsAt: LocalTime): EventSettings {
  const by = minutesBetween(settings.startsAt, startsAt);
  const moved = (local: LocalTime) => (local === "" ? "" : addMinutes(local, by));
  return {
    ...settings,
    startsAt,
    startsTwice: "earlier",
    endsAt: moved(settings.endsAt),
    endsTwice: "later",
    shifts: settings.shifts.map((shift) => ({
      ...shift,
      startsAt: moved(shift.startsAt),
      endsAt: moved(shift.endsAt),
    })),
    cancelled: null,
  };
}

/** Dates of a series that the clocks leave out, or that lie too far ahead. */
export function impossibleDates(
  settings: EventSettings,
  dates: readonly LocalTime[],
  now: number,
): LocalTime[] {
  return dates.filter((date) => Object.keys(timeProblems(onDate(settings, date), now)).length > 0);
}

type Plan = { dates: readonly LocalTime[]; isPublished: boolean; by: number };

/**
 * Makes an event of each date, linked to this one, as drafts or live. Sending the same plan twice makes each date once.
 * @returns how many were made
 */
export async function makeSeries(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  { dates, isPublished, by }: Plan,
): Promise<number> {
  const db = dbFor(ctx.env, group);
  const settings = eventSettings.parse(action.settings);
  const series = settings.series ?? action.id;
  await settleDate(db, series, settings.startsAt, action.no);
  let made = 0;
  for (const date of dates) {
    if (!(await claimDate(db, series, date, ctx.now))) continue;
    const starting = { ...onDate(settings, date), series };
    const { title, locale } = action;
    const draft = await createDraft(ctx, group, kind, { title, by, locale, starting });
    if (!draft) break;
    await settleDate(db, series, date, draft.no);
    if (isPublished) await publish(ctx, group, kind, draft, by);
    made += 1;
  }
  return made;
}

/** The other dates of an event's series that are live, in the order of time. */
export async function siblingsOf(db: GroupDb, action: Action): Promise<Sibling[]> {
  const settings = eventSettings.parse(action.settings);
  const dates = await datesOf(db, settings.series ?? action.id);
  return dates
    .filter(({ actionNo, status }) => actionNo !== action.no && status === "published")
    .flatMap(({ slug, title, settings: text }) => {
      const other = eventSettings.parse(JSON.parse(text));
      const start = other.cancelled ? null : (spanOf(other)?.start ?? null);
      return start === null ? [] : [{ slug, title, startsAt: start, timeZone: other.timeZone }];
    })
    .sort((one, other) => one.startsAt - other.startsAt);
}
