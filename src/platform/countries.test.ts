import { expect, test } from "vitest";
import { countriesIn, countryCodes, isCountry } from "./countries";

test("there are 249 countries, each with a name of its own", () => {
  expect(new Set(countryCodes).size).toBe(249);
  expect(new Set(countriesIn("en").map(({ name }) => name)).size).toBe(249);
});

test.each([
  ["en", "Germany"],
  ["fr", "Allemagne"],
  ["es", "Alemania"],
])("countries are named and sorted in %s", (locale, germany) => {
  const countries = countriesIn(locale);
  expect(countries.find(({ code }) => code === "DE")?.name).toBe(germany);
  expect(countries.every(({ name, code }) => name !== code)).toBe(true);
});

test("an accent does not send a country to the end of the list", () => {
  const names = countriesIn("fr").map(({ name }) => name);
  expect(names.indexOf("Équateur")).toBeLessThan(names.indexOf("France"));
});

test.each(["ca", "XX", "", "CAN", "__proto__"])("%j is no country", (code) => {
  expect(isCountry(code)).toBe(false);
});
