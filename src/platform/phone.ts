import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";

/** Longer than any way people write a number, with spaces, brackets and an extension. */
export const PHONE_TEXT_MAX = 40;

/**
 * A phone number as E.164, read as a person in `country` (ISO 3166-1 alpha-2, or "") would dial it. Null when it cannot be
 * one. Only lengths are tested, not ranges: numbering plans grow faster than the library's tables are updated.
 */
export function normalisePhone(text: string, country: string): string | null {
  if (text.length > PHONE_TEXT_MAX) return null;
  const region: CountryCode | undefined = isSupportedCountry(country) ? country : undefined;
  const number = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false });
  return number?.isPossible() ? number.number : null;
}
