import type { Action } from "../actions/types";
import { callSettings } from "../calls/types";
import { campaignSettings } from "../events/campaign-types";
import { type EventSettings, eventExtra, eventSettings } from "../events/types";
import { formSettings } from "../forms/types";
import { fundraiserSettings } from "../fundraisers/types";
import { letterSettings } from "../letters/types";
import { petitionSettings } from "../petitions/types";
import { isRecord } from "./hal";

/** What of an action is special to its type, in the words of the API. Whatever there is none of is left out. */
export type Fields = Record<string, unknown>;

/** What an API client said of an action it made; null of one that was made here. */
export function saidOf(action: Pick<Action, "api">): Fields | null {
  return isRecord(action.api) ? action.api : null;
}

/** The fields of an action that was made here, beside its title, its address and its picture. */
export function fieldsOf(action: Action): Fields {
  const description = action.settings.descriptionHtml;
  return present({ description, ...own(action) });
}

function own(action: Action): Fields {
  switch (action.kind) {
    case "petition": {
      const { ask, targets } = petitionSettings.parse(action.settings);
      return { petition_text: ask, target: targets.map(({ name }) => ({ name })) };
    }
    case "form":
    case "survey":
      return { call_to_action: formSettings.parse(action.settings).buttonText };
    case "event":
      return eventFields(action);
    case "event_campaign": {
      const { hostText } = campaignSettings.parse(action.settings);
      return { host_pitch: hostText };
    }
    case "fundraiser":
      return { currency: fundraiserSettings.parse(action.settings).currency };
    case "letter":
      return { type: "email", targets: sourceName(letterSettings.parse(action.settings).source) };
    case "call":
      return { type: "phone", targets: sourceName(callSettings.parse(action.settings).source) };
    default:
      return {};
  }
}

function sourceName(source: Record<string, unknown>): string {
  return typeof source.from === "string" ? source.from : "";
}

function eventFields(action: Action): Fields {
  const settings = eventSettings.parse(action.settings);
  const { dayBefore, hoursBefore } = settings.reminders;
  const reminders = [...(dayBefore ? [24] : []), ...(hoursBefore > 0 ? [hoursBefore] : [])];
  return {
    instructions: settings.place.directions,
    start_date: wallClock(settings.startsAt),
    end_date: wallClock(settings.endsAt),
    status: settings.cancelled ? "cancelled" : "confirmed",
    transparence: "opaque",
    visibility: settings.isPrivate ? "private" : "public",
    guests_can_invite_others: settings.guestsMax > 0,
    capacity: capacityOf(settings),
    reminders: reminders.map((hours) => ({ method: "email", minutes: hours * 60 })),
    location: settings.where === "online" ? undefined : locationOf(action, settings),
  };
}

/** The time on the clock at the venue, with the "Z" that clients throw away (osdi-api.md §4.9). */
function wallClock(local: string): string | undefined {
  return local === "" ? undefined : `${local}:00Z`;
}

function capacityOf({ capacity, shifts }: EventSettings): number | undefined {
  if (shifts.length === 0) return capacity ?? undefined;
  const each = shifts.map((shift) => shift.capacity);
  return each.includes(null) ? undefined : each.reduce<number>((sum, places) => sum + (places ?? 0), 0);
}

function locationOf(action: Action, { place }: EventSettings): Fields {
  const { position } = eventExtra.parse(action.extra ?? {});
  return present({
    venue: place.name,
    address_lines: place.street === "" ? undefined : [place.street],
    locality: place.locality,
    region: place.region,
    postal_code: place.postalCode,
    country: place.country,
    language: action.locale,
    location: position ? { ...position, accuracy: "Approximate" } : undefined,
  });
}

/** Without what there is none of (osdi-api.md §1.6). */
export function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
