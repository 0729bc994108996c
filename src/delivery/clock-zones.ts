import { localTimeAt, momentOf } from "../platform/local-time";
import { regionZones, zoneOfCountry } from "../platform/place-zones";
import { timeZones } from "../platform/time-zones";

/**
 * When each country's, region's and zone's clocks show a time on the day of a schedule, in s: by "CA", "CA-BC" and
 * "America/Vancouver". Who is elsewhere, or nowhere anybody knows, goes by the group's clock. Never before the schedule: where
 * that time is over by then, at once.
 */
export function dueByPlace(
  countries: readonly string[],
  {
    startAt,
    localTime,
    timeZone,
  }: {
    startAt: number;
    localTime: string;
    timeZone: string;
  },
): { places: Record<string, number>; others: number } {
  const day = localTimeAt(startAt, timeZone).slice(0, 10);
  const moments = new Map<string, number>();
  const dueIn = (zone: string): number => {
    const known = moments.get(zone);
    if (known !== undefined) return known;
    const moment = Math.ceil(Math.max(startAt, momentOf(`${day}T${localTime}`, zone)) / 1000);
    moments.set(zone, moment);
    return moment;
  };
  const places: Record<string, number> = {};
  for (const country of countries) {
    const zone = zoneOfCountry(country);
    if (zone) places[country] = dueIn(zone);
    for (const [regional, regions] of Object.entries(regionZones[country] ?? {}))
      for (const region of regions.split(" ")) places[`${country}-${region}`] = dueIn(regional);
  }
  for (const zone of timeZones) places[zone] = dueIn(zone);
  return { places, others: dueIn(timeZone) };
}
