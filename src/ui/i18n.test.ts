import { expect, test } from "vitest";
import { isLocale, type Key, localeFrom, locales, resources, translator } from "./i18n";

type Words = Map<string, string>;

// Words that really are the same in English, French and Spanish.
const alike = new Set<string>([
  "Actions",
  "Groundswell",
  "Facebook",
  "WhatsApp",
  "Bluesky",
  "X",
  "Typeform",
  "Google Forms",
  "Tally",
  "Slack",
  "Discord",
  "Mattermost",
  "Matrix (hookshot)",
  "Webhooks",
  "HTTP {{status}}",
  "{{ms}}\u00a0ms",
]);

function wordsOf(tree: object, path = ""): Words {
  return new Map(
    Object.entries(tree).flatMap(([name, value]): [string, string][] => {
      const key = path ? `${path}.${name}` : name;
      if (typeof value === "string") return [[key, value]];
      return [...wordsOf(value as object, key)];
    }),
  );
}

const words: Record<string, Words> = Object.fromEntries(
  locales.map((locale) => [locale, wordsOf(resources[locale].translation)]),
);

const pluralSuffix = /_(zero|one|two|few|many|other)$/;
const isPlural = (key: string, all: Words) =>
  pluralSuffix.test(key) && all.has(key.replace(pluralSuffix, "_other"));
const bare = (all: Words) =>
  new Set([...all.keys()].map((key) => (isPlural(key, all) ? key.replace(pluralSuffix, "") : key)));
const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*([\w.]+)[^}]*\}\}/g)].map(([, name]) => name).sort();
const marks = (text: string) => [...text.matchAll(/<(\w+)>/g)].map(([, name]) => name).sort();
const english = words.en ?? new Map();

test.each(["fr", "es"] as const)("%s has the keys English has, no more and no fewer", (locale) => {
  expect([...bare(words[locale] ?? new Map())].sort()).toEqual([...bare(english)].sort());
});

test.each(locales)("%s has every plural form its grammar needs", (locale) => {
  const all = words[locale] ?? new Map();
  const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  const missing = [...all.keys()]
    .filter((key) => isPlural(key, all))
    .map((key) => key.replace(pluralSuffix, ""))
    .flatMap((key) => needed.map((category) => `${key}_${category}`))
    .filter((key) => !all.has(key));
  expect(missing).toEqual([]);
});

test.each(["fr", "es"] as const)(
  "%s fills in the same values and marks the same parts as English",
  (locale) => {
    const all = words[locale] ?? new Map();
    const differing = [...all].filter(([key, text]) => {
      const model = english.get(key) ?? english.get(key.replace(pluralSuffix, "_other")) ?? "";
      // "One person signed" may leave the number out, so a singular is not held to it.
      const wanted = (phrase: string) =>
        [
          ...placeholders(phrase).filter((name) => !(isPlural(key, all) && name === "count")),
          ...marks(phrase),
        ].join();
      return wanted(text) !== wanted(model);
    });
    expect(differing.map(([key]) => key)).toEqual([]);
  },
);

test.each(locales)("%s has no empty phrase and no space at an end", (locale) => {
  const bad = [...(words[locale] ?? [])].filter(([, text]) => text.trim() === "" || text.trim() !== text);
  expect(bad.map(([key]) => key)).toEqual([]);
});

test("no phrase was left in English in both other languages", () => {
  const left = [...english].filter(
    ([key, text]) =>
      words.fr?.get(key) === text &&
      words.es?.get(key) === text &&
      !alike.has(text) &&
      /\p{L}{2}/u.test(text.replace(/\{\{[^}]*\}\}/g, "")),
  );
  expect(left.map(([key]) => key)).toEqual([]);
});

test("French puts a narrow or full no-break space before its high punctuation, and curly apostrophes everywhere", () => {
  const bad = [...(words.fr ?? [])].filter(([, text]) =>
    / [:;!?»]|« |\p{L}'\p{L}/u.test(text.replace(/https?:\S+/g, "")),
  );
  expect(bad.map(([key]) => key)).toEqual([]);
});

test("a phrase is said in the language asked for, with its values and plural", () => {
  expect(translator("fr")("common.nav.signOut")).toBe("Se déconnecter");
  expect(translator("en")("common.form.problems", { count: 1 })).toBe("There is a problem");
  expect(translator("en")("common.form.problems", { count: 1200 })).toBe("There are 1,200 problems");
  expect(translator("es")("common.form.problems", { count: 2 })).toBe("Hay 2 problemas");
});

test("a value is put in as it is: neither escaped nor read as a reference to other words", () => {
  const said = translator("en")("common.nav.productHome", {
    product: "<b>$t(common.nav.home)</b> {{count}}",
  });
  expect(said).toBe("<b>$t(common.nav.home)</b> {{count}}, home page");
});

test("a translator does not change when another is asked for", () => {
  const t = translator("es");
  translator("fr");
  const key: Key = "common.nav.help";
  expect(t(key)).toBe("Ayuda");
  expect(translator("es")).toBe(t);
});

test.each([
  ["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
  ["de,es;q=0.5,en;q=0.4", "es"],
  ["en;q=0.2, fr;q=0.7", "fr"],
  ["fr;q=0,en", "en"],
  ["de", "en"],
  ["*", "en"],
  ["", "en"],
  [undefined, "en"],
  [";;;,,q=;", "en"],
])("Accept-Language %s reads %s", (header, locale) => {
  expect(localeFrom(header)).toBe(locale);
});

test("only what is supported is chosen, the first of it by default", () => {
  expect(localeFrom("en", ["fr", "es"])).toBe("fr");
  expect(localeFrom("en,es;q=0.1", ["fr", "es"])).toBe("es");
});

test("a locale from outside is known or refused", () => {
  expect(["en", "fr", "es", "de", "", "EN", null].map(isLocale)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
