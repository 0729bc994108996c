import type { Kind } from "../actions/kind";
import { fileUrl } from "../groups/public";
import { overAt, spanOf } from "./times";
import { type EventSettings, eventSettingsOf } from "./types";
import { safeUrl } from "./words";

/** The page for machines (schema.org Event). What is for attendees alone is not in it. */
export const structured: NonNullable<Kind["structured"]> = ({ snapshot, count, url }) => {
  const { action, group } = snapshot;
  const settings = eventSettingsOf(action.settings);
  const span = spanOf(settings);
  const image = action.settings.image && fileUrl(group, action.settings.image.key);
  const origin = new URL(url).origin;
  const left = settings.capacity === null ? null : settings.capacity - (count.places?.[""]?.confirmed ?? 0);
  return {
    "@type": "Event",
    name: action.title,
    url,
    inLanguage: action.locale,
    ...(span ? { startDate: iso(span.start), endDate: iso(span.end ?? overAt(settings) ?? span.start) } : {}),
    eventStatus: `https://schema.org/${settings.cancelled ? "EventCancelled" : "EventScheduled"}`,
    eventAttendanceMode: `https://schema.org/${modes[settings.where]}`,
    location: locations(settings, url),
    organizer: { "@type": "Organization", name: group.name, url: `${origin}/` },
    ...(image ? { image: `${origin}${image}` } : {}),
    ...(settings.capacity === null
      ? {}
      : { maximumAttendeeCapacity: settings.capacity, remainingAttendeeCapacity: Math.max(left ?? 0, 0) }),
    isAccessibleForFree: true,
  };
};

const modes = {
  place: "OfflineEventAttendanceMode",
  online: "OnlineEventAttendanceMode",
  both: "MixedEventAttendanceMode",
};

function iso(at: number): string {
  return new Date(at).toISOString();
}

function locations({ where, place, online, isForAttendees }: EventSettings, url: string) {
  const onSite = {
    "@type": "Place",
    ...(place.name && !isForAttendees ? { name: place.name } : {}),
    address: {
      "@type": "PostalAddress",
      ...(isForAttendees ? {} : { streetAddress: place.street, postalCode: place.postalCode }),
      addressLocality: place.locality,
      addressRegion: place.region,
      addressCountry: place.country,
    },
  };
  const remote = { "@type": "VirtualLocation", url: (isForAttendees ? null : safeUrl(online.url)) ?? url };
  if (where === "place") return onSite;
  return where === "online" ? remote : [onSite, remote];
}
