import { countriesIn } from "../platform/countries";
import { formatList } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { type Span, shiftSpan, spanOf, zoneOf } from "./times";
import type { EventSettings, Place, Shift } from "./types";

/** When something is, in the words of its place: the day, the hours, the zone. */
export type Said = { day: string; hours: string; zone: string };

/** "Thursday, 12 March 2026", "7:00 – 9:00 PM", "Eastern Daylight Time". */
export function sayWhen({ start, end }: Span, locale: Locale, timeZone: string): Said {
  const days = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  const hours = new Intl.DateTimeFormat(locale, { timeZone, hour: "numeric", minute: "2-digit" });
  const isOneDay = end === null || days.format(start) === days.format(end);
  const zone = zoneName(start, locale, timeZone);
  if (isOneDay)
    return {
      day: days.format(start),
      hours: end === null ? hours.format(start) : hours.formatRange(start, end),
      zone,
    };
  const both = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "long", timeStyle: "short" });
  return { day: days.format(start), hours: both.formatRange(start, end), zone };
}

/** The zone as people call it at that time of the year. */
function zoneName(at: number, locale: Locale, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** All of it in one line, for mails and lists; "" while nobody has said. */
export function whenLine(settings: EventSettings, locale: Locale): string {
  const span = spanOf(settings);
  if (!span) return "";
  const { day, hours, zone } = sayWhen(span, locale, zoneOf(settings));
  return `${day}, ${hours} (${zone})`;
}

/** "Setting up, 12 March, 17:00–18:00" */
export function shiftLine(settings: EventSettings, one: Shift, locale: Locale): string {
  const span = shiftSpan(settings, one);
  if (!span) return one.name;
  const when = new Intl.DateTimeFormat(locale, {
    timeZone: zoneOf(settings),
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
  const time = span.end === null ? when.format(span.start) : when.formatRange(span.start, span.end);
  return one.name ? `${one.name} · ${time}` : time;
}

/** The lines of an address as they are written on an envelope. */
export function placeLines(where: Place, locale: Locale): string[] {
  const country = countriesIn(locale).find(({ code }) => code === where.country)?.name ?? "";
  const town = [where.locality, [where.region, where.postalCode].filter(Boolean).join(" ")]
    .filter(Boolean)
    .join(", ");
  return [where.name, where.street, town, country].filter((line) => line !== "");
}

/** What everybody may know of a place whose address is for attendees alone. */
export function placeRoughly({ locality, region }: Place): string {
  return [locality, region].filter(Boolean).join(", ");
}

/** Where it is, in one line; what is for attendees alone is left out unless they read it. */
export function whereLine(
  t: T,
  settings: EventSettings,
  locale: Locale,
  { isAttendee }: { isAttendee: boolean },
): string {
  const isShown = isAttendee || !settings.isForAttendees;
  const onSite = isShown ? placeLines(settings.place, locale).join(", ") : placeRoughly(settings.place);
  const parts = [
    settings.where === "online" ? "" : onSite,
    settings.where === "place" ? "" : t("events.page.online"),
  ].filter((part) => part !== "");
  return formatList(parts, locale, { or: true });
}

/** Only what a link may lead to. */
export function safeUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
