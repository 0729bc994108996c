import { z } from "zod";
import { isCountry } from "../platform/countries";
import { isTimeZone } from "../platform/time-zones";

// Absent in part or in whole, and "T1" or "XX" where the network hides (Cloudflare's docs, Workers).
const cf = z.object({
  country: z.string().refine(isCountry).catch(""),
  city: z.string().max(100).catch(""),
  timezone: z.string().refine(isTimeZone).catch("UTC"),
});

export type Whereabouts = { country: string; city: string; timeZone: string };

/** Where the platform believes a request comes from. A default for a form and a hint in a list, never a decision. */
export function whereabouts(request: Request): Whereabouts {
  const parsed = cf.safeParse("cf" in request ? request.cf : {});
  if (!parsed.success) return { country: "", city: "", timeZone: "UTC" };
  const { country, city, timezone } = parsed.data;
  return { country, city, timeZone: timezone };
}

/** "Lyon, FR", "FR" or "". */
export function placeOf(request: Request): string {
  const { city, country } = whereabouts(request);
  return [city, country].filter((part) => part !== "").join(", ");
}

const browsers: [RegExp, string][] = [
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** "Firefox · Windows": enough to recognise one's own browser in a list. "" when the browser does not say. */
export function deviceOf(userAgent: string): string {
  const named = [browsers, systems].map((known) => known.find(([pattern]) => pattern.test(userAgent))?.[1]);
  return named.filter((name) => name !== undefined).join(" · ");
}
