import { z } from "zod";
import { type EventSettings, eventSettings, place, shift, wheres } from "./types";

/** What somebody who means to come must know: when and where. Directions and the like may change without a word. */
const eventFacts = z.object({
  startsAt: z.string(),
  startsTwice: eventSettings.shape.startsTwice,
  endsAt: z.string(),
  endsTwice: eventSettings.shape.endsTwice,
  timeZone: z.string(),
  where: z.enum(wheres),
  place: place.omit({ directions: true }),
  online: z.object({ url: z.string() }),
  shifts: z.array(shift.pick({ key: true, name: true, startsAt: true, endsAt: true })),
});

/** As text, the same for the same facts. */
export function factsOf(settings: EventSettings): string {
  return JSON.stringify(eventFacts.parse(settings));
}

/** The same event as it was when these were its facts. */
export function withFacts(settings: EventSettings, text: string): EventSettings {
  const facts = eventFacts.parse(JSON.parse(text));
  return {
    ...settings,
    ...facts,
    place: { ...facts.place, directions: settings.place.directions },
    shifts: facts.shifts.map((one) => ({ ...one, capacity: null })),
  };
}
