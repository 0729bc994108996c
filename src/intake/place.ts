/** The parts of the world an object can be placed in (location hints, Cloudflare's docs, Durable Objects). */
export type Region =
  | "wnam"
  | "enam"
  | "sam"
  | "weur"
  | "eeur"
  | "apac"
  | "apac-ne"
  | "apac-se"
  | "oc"
  | "afr"
  | "me";

const NEAR_EAST = new Set([
  "AE",
  "BH",
  "CY",
  "EG",
  "IL",
  "IQ",
  "IR",
  "JO",
  "KW",
  "LB",
  "OM",
  "PS",
  "QA",
  "SA",
  "SY",
  "TR",
  "YE",
]);
const EAST_EUROPE = new Set([
  "AL",
  "BA",
  "BG",
  "BY",
  "CZ",
  "EE",
  "FI",
  "GR",
  "HR",
  "HU",
  "LT",
  "LV",
  "MD",
  "ME",
  "MK",
  "PL",
  "RO",
  "RS",
  "RU",
  "SI",
  "SK",
  "UA",
  "XK",
]);
const NORTH_EAST_ASIA = new Set(["CN", "HK", "JP", "KP", "KR", "MN", "MO", "TW"]);
const SOUTH_EAST_ASIA = new Set(["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]);
/** Roughly Winnipeg to Houston: west of it the western hint is nearer. */
const AMERICAN_DIVIDE_LONGITUDE = -97;

/** The region whose objects are nearest to a visitor; western Europe when nothing is known of them. */
export function regionOf(
  cf: Partial<Record<"continent" | "country" | "longitude", string | undefined>> | undefined,
): Region {
  const country = cf?.country ?? "";
  if (NEAR_EAST.has(country)) return "me";
  switch (cf?.continent) {
    case "NA":
      return Number(cf.longitude ?? 0) < AMERICAN_DIVIDE_LONGITUDE ? "wnam" : "enam";
    case "SA":
      return "sam";
    case "AF":
      return "afr";
    case "OC":
      return "oc";
    case "AS":
      if (NORTH_EAST_ASIA.has(country)) return "apac-ne";
      return SOUTH_EAST_ASIA.has(country) ? "apac-se" : "apac";
    default:
      return EAST_EUROPE.has(country) ? "eeur" : "weur";
  }
}

/** Objects of one region an action may be spread over; past this the shard, not the objects, is the limit. */
export const SPREAD_MAX = 64;

/** `<action>/<region>/<n>`: the object that records this identity while `spread` objects share the region. */
export function objectName(actionId: string, region: Region, identity: Uint8Array, spread: number): string {
  const slot = ((identity[0] ?? 0) * 256 + (identity[1] ?? 0)) % spread;
  return `${actionId}/${region}/${slot}`;
}

/** The one object of an action whose places run out: it decides in the order people come, wherever they are. */
export function singleName(actionId: string): string {
  return `${actionId}/all/0`;
}

/** The region in an object's name, for the hint that places it. */
export function regionOfObject(name: string): Region | undefined {
  const part = name.split("/")[1];
  return regions.find((region) => region === part);
}

const regions: Region[] = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "apac-ne",
  "apac-se",
  "oc",
  "afr",
  "me",
];
