import type { Position } from "../platform/positions";

export type Point = { x: number; y: number };

/** What the drawn map shows: North America from Hawaii to Newfoundland, from the Caribbean to the Arctic coast. */
export const MAP = { width: 1_000, height: 600, west: -180, east: -50, north: 74, south: 14 } as const;

/** A place on the map's sheet. Degrees are spaced evenly both ways, so that the sheet can be read off like graph paper. */
export function project({ latitude, longitude }: Position): Point {
  return {
    x: ((longitude - MAP.west) / (MAP.east - MAP.west)) * MAP.width,
    y: ((MAP.north - latitude) / (MAP.north - MAP.south)) * MAP.height,
  };
}

/** Whether a place is on the sheet. */
export function isOnMap({ latitude, longitude }: Position): boolean {
  return latitude >= MAP.south && latitude <= MAP.north && longitude >= MAP.west && longitude <= MAP.east;
}

const EARTH_KM = 6_371;

/** Kilometres between two places as the crow flies (haversine). */
export function distanceKm(one: Position, other: Position): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
  const chord =
    half(one.latitude, other.latitude) +
    Math.cos(radians(one.latitude)) *
      Math.cos(radians(other.latitude)) *
      half(one.longitude, other.longitude);
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The part of the sheet that shows some places, not closer than a county and with room around them. */
export function frameOf(points: readonly Point[]): { x: number; y: number; width: number; height: number } {
  if (points.length === 0) return { x: 0, y: 0, width: MAP.width, height: MAP.height };
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
  const ratio = MAP.width / MAP.height;
  const span = Math.max(Math.max(...xs) - Math.min(...xs), (Math.max(...ys) - Math.min(...ys)) * ratio);
  const width = Math.min(Math.max(span * 1.3, 60), MAP.width);
  const height = width / ratio;
  const within = (at: number, size: number, max: number) => Math.min(Math.max(at - size / 2, 0), max - size);
  return {
    x: within(middle.x, width, MAP.width),
    y: within(middle.y, height, MAP.height),
    width,
    height,
  };
}
