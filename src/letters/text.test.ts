import { describe, expect, it } from "vitest";
import { fill, withoutFields, writerValues } from "../officials/merge";
import { nextMorning } from "./clock";
import { ownWords, variantFor, variantsIn } from "./text";

const variant = (subject: string, language: "" | "en" | "fr" = "") => ({ subject, body: "b", language });

describe("the texts of a letter", () => {
  it("are handed out about equally often, and always the same to one person", () => {
    const variants = [variant("a"), variant("b"), variant("c")];
    const counts = new Map<string, number>();
    for (let n = 0; n < 3_000; n += 1) {
      const subject = variantFor(variants, `person${n}@supporters.example`)?.subject ?? "";
      counts.set(subject, (counts.get(subject) ?? 0) + 1);
    }
    expect([...counts.values()].every((count) => count > 850 && count < 1_150)).toBe(true);
    expect(variantFor(variants, " Amina@X.example ")).toBe(variantFor(variants, "amina@x.example"));
    expect(variantFor([], "amina@x.example")).toBeUndefined();
  });

  it("are those in the language of whoever reads them, or else the page's", () => {
    const variants = [variant("page"), variant("fr", "fr"), variant("en", "en")];
    expect(variantsIn(variants, "fr", "en").map(({ subject }) => subject)).toEqual(["fr"]);
    expect(variantsIn(variants, "en", "en").map(({ subject }) => subject)).toEqual(["page", "en"]);
    expect(variantsIn(variants, "es", "en").map(({ subject }) => subject)).toEqual(["page", "en"]);
  });

  it("take names as text: what is put in is not looked at again, and a name that is a link is left out", () => {
    const values = writerValues({ givenName: "{{target_name}}", familyName: "www.spam.example" });
    expect(fill("I am {{ full_name }}", { ...values, target_name: "X" })).toBe("I am {{target_name}}");
    expect(fill("{{constructor}}", {})).toBe("{{constructor}}");
    expect(withoutFields("Dear {{target_name}}, hello")).toBe("Dear, hello");
  });

  it("know a supporter's own words from the organiser's, however they are moved about", () => {
    const began = "Please fund the night bus. The bus matters.";
    expect(ownWords(began, began)).toBe(0);
    expect(ownWords("The bus matters. Please fund the night bus.", began)).toBe(0);
    expect(ownWords(`${began} My daughter rides it.`, began)).toBe(4);
    expect(ownWords(`${began} bus bus bus`, began)).toBe(3);
    expect(ownWords("", began)).toBe(0);
  });

  it("leave together at eight in the morning, on the days clocks change too", () => {
    const at = (text: string) => Date.parse(text);
    expect(nextMorning(at("2030-03-09T20:00:00Z"), "America/Toronto")).toBe(at("2030-03-10T12:00:00Z"));
    expect(nextMorning(at("2030-03-08T20:00:00Z"), "America/Toronto")).toBe(at("2030-03-09T13:00:00Z"));
    expect(nextMorning(at("2030-03-09T13:00:00Z"), "America/Toronto")).toBe(at("2030-03-10T12:00:00Z"));
  });
});
