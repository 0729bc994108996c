import ical, { ICalCalendarMethod, ICalEventStatus } from "ical-generator";
import type { ActionSnapshot, SlotStandings } from "../actions/types";
import { type T, translator } from "../ui/i18n";
import { shiftsOf } from "./shifts";
import { shiftSpan, spanOf } from "./times";
import { type EventSettings, eventSettings, USUAL_MS } from "./types";
import { safeUrl, shiftLine, whereLine } from "./words";

/** An event as a calendar names it. */
export type CalendarEntry = {
  uid: string;
  title: string;
  /** The shift it is of, in words; "" for the event as a whole. */
  shift: string;
  /** Its key; "" likewise. */
  shiftKey: string;
  start: Date;
  end: Date;
  where: string;
  description: string;
  url: string;
  isCancelled: boolean;
  /** Rises with each change, so that a calendar that has it takes the newer one. */
  sequence: number;
  /** When it was last edited, for calendars that many keep: the same until then, byte for byte. */
  changedAt?: Date;
};

type Served = Pick<ActionSnapshot, "version" | "action">;

/**
 * What goes into somebody's calendar; null while the event has no time.
 * @param pageUrl the absolute address of the event's page
 * @param reader.isAttendee whether they may know an address or a link that is for attendees alone
 */
export function calendarEntry(
  { version, action }: Served,
  pageUrl: string,
  reader: { isAttendee: boolean },
): CalendarEntry | null {
  const settings = eventSettings.parse(action.settings);
  const span = spanOf(settings);
  if (!span) return null;
  const t = translator(action.locale);
  return {
    uid: action.id,
    title: action.title,
    shift: "",
    shiftKey: "",
    start: new Date(span.start),
    end: new Date(span.end ?? span.start + USUAL_MS),
    where: whereLine(t, settings, action.locale, reader),
    description: describe(t, settings, pageUrl, reader),
    url: pageUrl,
    isCancelled: settings.cancelled !== null,
    sequence: version,
  };
}

/** What goes into the calendar of somebody with a place: each of their shifts, or the event where there are none. */
export function calendarEntries(
  snapshot: Served,
  pageUrl: string,
  reply: { isAttendee: boolean; slots: SlotStandings },
): CalendarEntry[] {
  const entry = calendarEntry(snapshot, pageUrl, reply);
  if (!entry) return [];
  const { locale, settings: stored } = snapshot.action;
  const settings = eventSettings.parse(stored);
  const { confirmed } = shiftsOf(settings, reply.slots);
  const shifts = confirmed.flatMap((shift): CalendarEntry[] => {
    const span = shiftSpan(settings, shift);
    if (!span) return [];
    return [
      {
        ...entry,
        uid: `${entry.uid}-${shift.key}`,
        title: shift.name ? `${entry.title}: ${shift.name}` : entry.title,
        shift: shiftLine(settings, shift, locale),
        shiftKey: shift.key,
        start: new Date(span.start),
        end: new Date(span.end ?? span.start + USUAL_MS),
      },
    ];
  });
  return shifts.length > 0 ? shifts : [entry];
}

function describe(
  t: T,
  settings: EventSettings,
  pageUrl: string,
  { isAttendee }: { isAttendee: boolean },
): string {
  const mayJoin = settings.where !== "place" && (isAttendee || !settings.isForAttendees);
  const link = mayJoin ? safeUrl(settings.online.url) : null;
  return [
    link ? `${t("events.calendar.join")}: ${link}` : "",
    settings.place.directions && (isAttendee || !settings.isForAttendees) ? settings.place.directions : "",
    pageUrl,
  ]
    .filter((line) => line !== "")
    .join("\n\n");
}

/** A calendar file (RFC 5545). Times are in UTC, which every calendar shows in its owner's own zone. */
export function calendarFile(name: string, entries: readonly CalendarEntry[]): string {
  const calendar = ical({ name, prodId: "-//Groundswell//Events//EN", method: ICalCalendarMethod.PUBLISH });
  for (const entry of entries) {
    calendar.createEvent({
      id: entry.uid,
      summary: entry.title,
      start: entry.start,
      end: entry.end,
      location: entry.where || null,
      description: entry.description,
      url: entry.url,
      sequence: entry.sequence,
      status: entry.isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      ...(entry.changedAt ? { stamp: entry.changedAt, lastModified: entry.changedAt } : {}),
    });
  }
  return calendar.toString();
}

/** `20260312T230000Z` */
function compact(date: Date): string {
  return `${date.toISOString().replace(/[-:]|\.\d{3}/g, "")}`;
}

/** Addresses that put the entry into the calendars most people use on the web. */
export function calendarLinks(entry: CalendarEntry): { google: string; outlook: string } {
  const google = new URL("https://calendar.google.com/calendar/render");
  google.search = new URLSearchParams({
    action: "TEMPLATE",
    text: entry.title,
    dates: `${compact(entry.start)}/${compact(entry.end)}`,
    location: entry.where,
    details: entry.description,
  }).toString();
  const outlook = new URL("https://outlook.live.com/calendar/0/deeplink/compose");
  outlook.search = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: entry.title,
    startdt: entry.start.toISOString(),
    enddt: entry.end.toISOString(),
    location: entry.where,
    body: entry.description,
  }).toString();
  return { google: google.href, outlook: outlook.href };
}
