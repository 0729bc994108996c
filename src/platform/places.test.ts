import { expect, test } from "vitest";
import { countryCodes } from "./countries";
import { currencyCodes, currencyOf, isCurrency } from "./currencies";
import { zoneOfPlace } from "./place-zones";
import { isTimeZone, timeZoneNamed, timeZonesWith } from "./time-zones";

test("every country but Antarctica has one currency, and every currency a name", () => {
  const others = countryCodes.filter((code) => currencyOf(code) === "USD");
  expect(others.toSorted()).toEqual("AQ AS BQ EC FM GU MH MP PR PW SV TC TL UM US VG VI".split(" "));
  expect(new Set(currencyCodes).size).toBe(currencyCodes.length);
  expect(currencyCodes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  expect([currencyOf("FR"), currencyOf("CA"), currencyOf("??")]).toEqual(["EUR", "CAD", "USD"]);
  expect([isCurrency("EUR"), isCurrency("eur"), isCurrency("")]).toEqual([true, false, false]);
});

test.each(["UTC", "Europe/Paris", "Asia/Kolkata"])(
  "%s is a time zone, and offered when it is in use",
  (name) => {
    expect(isTimeZone(name)).toBe(true);
    expect(timeZonesWith(name)).toContain(name);
  },
);

test.each(["", "+02:00", "Mars/Olympus", "<b>", "Europe/Paris; DROP", "x".repeat(100)])(
  "%j is no time zone",
  (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(timeZonesWith(name)).not.toContain(name);
  },
);

test("a zone is known by its aliases, and stored by the name that is listed", () => {
  expect([timeZoneNamed("europe/paris"), timeZoneNamed("US/Eastern"), timeZoneNamed("UTC")]).toEqual([
    "Europe/Paris",
    "America/New_York",
    "UTC",
  ]);
  expect([timeZoneNamed("Mars/Olympus"), timeZoneNamed("+02:00"), timeZoneNamed("")]).toEqual([
    null,
    null,
    null,
  ]);
});

test("an address tells whose clock somebody goes by: the region's, else where most of the country live", () => {
  expect([
    zoneOfPlace("CA", " bc"),
    zoneOfPlace("CA", "Québec"),
    zoneOfPlace("FR", ""),
    zoneOfPlace("??", ""),
  ]).toEqual(["America/Vancouver", "America/Toronto", "Europe/Paris", null]);
});
