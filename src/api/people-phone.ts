import { getCountryCallingCode, isSupportedCountry, isValidPhoneNumber } from "libphonenumber-js/min";
import { normalisePhone } from "../platform/phone";

/** With fewer digits a number is one of its town's, and not one that lost its plus. */
const DIGITS_WITH_CODE_MIN = 8;

/**
 * What a phone number may mean, as E.164, the likeliest first; nothing when it is none. Clients send ten digits, eleven with the
 * country, a plus before them, or what they read here, which is written without its plus (osdi-api.md §4.2).
 * @param country whose numbers need no calling code
 */
export function phonesIn(text: string, country: string): string[] {
  const line = text.trim();
  const digits = line.replace(/\D/g, "");
  const withPlus = digits.length < DIGITS_WITH_CODE_MIN ? null : normalisePhone(`+${digits}`, "");
  const first = likeliest(line, digits, country);
  // Whoever wrote the plus meant it.
  const others = line.startsWith("+") && first !== null ? [] : [withPlus];
  return [...new Set([first, ...others].flatMap((phone) => phone ?? []))];
}

function likeliest(line: string, digits: string, country: string): string | null {
  if (line.startsWith("+")) return normalisePhone(line, country);
  const inAmerica = country === "" || country === "US" || country === "CA";
  if (inAmerica && /^1?\d{10}$/.test(digits)) return normalisePhone(`+1${digits.slice(-10)}`, "US");
  return withOwnCode(digits, country) ?? normalisePhone(line, country);
}

/** Italian mobiles begin with the digits of Italy's code: only what is a number with it is read so, hence the stricter test. */
function withOwnCode(digits: string, country: string): string | null {
  if (!isSupportedCountry(country) || !digits.startsWith(getCountryCallingCode(country))) return null;
  return isValidPhoneNumber(`+${digits}`) ? normalisePhone(`+${digits}`, "") : null;
}
