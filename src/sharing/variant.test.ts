import { describe, expect, it } from "vitest";
import { newId } from "../platform/ids";
import { likelyNetwork, sharedUrl, shareHref } from "./network";
import { shareSettings } from "./types";
import { pickVariant } from "./variant";
import { wordsFor } from "./words";

const share = (more: object = {}) =>
  shareSettings.parse({
    title: "Common title",
    text: "Common text",
    networks: { x: "For X", emailSubject: "Subject", emailBody: "Body" },
    variants: [
      { letter: "a", label: "Plain" },
      { letter: "b", label: "Hope", title: "B title", text: "B text" },
    ],
    ...more,
  });

describe("settings of an older release", () => {
  it("still read, with everything new off", () => {
    expect(shareSettings.parse({ title: "T", text: "W" })).toEqual({
      ...shareSettings.parse({}),
      title: "T",
      text: "W",
    });
    expect(shareSettings.parse({})).toMatchObject({ variants: [], links: "none", split: "even", winner: "" });
  });

  it("two variants of one letter, five variants and a letter of two characters are refused", () => {
    const variant = (letter: string) => ({ letter, label: "L" });
    const read = (variants: unknown[]) => shareSettings.safeParse({ variants }).success;
    expect(read([variant("a"), variant("b")])).toBe(true);
    expect(read([variant("a"), variant("a")])).toBe(false);
    expect(read(["a", "b", "c", "d", "e"].map(variant))).toBe(false);
    expect(read([variant("aa")])).toBe(false);
    expect(read([variant("A")])).toBe(false);
  });
});

describe("a variant", () => {
  it("is the same for the same participation each time, and about even over many", () => {
    const counts = { a: 0, b: 0 };
    for (let n = 0; n < 2_000; n += 1) {
      const id = newId();
      const letter = pickVariant(share(), id, null)?.letter;
      expect(pickVariant(share(), id, null)?.letter).toBe(letter);
      if (letter === "a" || letter === "b") counts[letter] += 1;
    }
    expect(counts.a + counts.b).toBe(2_000);
    expect(Math.abs(counts.a - counts.b)).toBeLessThan(300);
  });

  it("follows the weights", () => {
    const picked = Array.from({ length: 1_000 }, () => pickVariant(share(), newId(), { a: 0.1, b: 0.9 }));
    const ofA = picked.filter((variant) => variant?.letter === "a").length;
    expect(ofA).toBeGreaterThan(40);
    expect(ofA).toBeLessThan(180);
  });

  it("is the winner where one was chosen, for everybody, and none where there are none", () => {
    for (let n = 0; n < 50; n += 1)
      expect(pickVariant(share({ winner: "b" }), newId(), null)?.letter).toBe("b");
    expect(pickVariant(share({ variants: [] }), newId(), null)).toBeNull();
  });

  it("somebody who did not act gets one too", () => {
    expect(["a", "b"]).toContain(pickVariant(share(), "", null)?.letter);
  });
});

describe("the words", () => {
  it("are the variant's, else the network's, else the common ones, else the title", () => {
    const [plain = null, hope = null] = share().variants;
    expect(wordsFor(share(), hope, "x", "Action")).toEqual({ title: "B title", text: "B text" });
    expect(wordsFor(share(), plain, "x", "Action")).toEqual({ title: "Common title", text: "For X" });
    expect(wordsFor(share(), null, "email", "Action")).toEqual({ title: "Subject", text: "Body" });
    expect(wordsFor(share(), null, "whatsapp", "Action").text).toBe("Common text");
    expect(wordsFor(shareSettings.parse({}), null, "bluesky", "Action")).toEqual({
      title: "Action",
      text: "Action",
    });
  });
});

describe("a link", () => {
  const url = "https://group.example/petitions/clean-air?done=secret#sign";

  it("names its variant and its source, and nothing that was private", () => {
    expect(sharedUrl(url, "facebook", { letter: "b", code: "" })).toBe(
      "https://group.example/petitions/clean-air?v=b&source=share-facebook.b",
    );
    expect(sharedUrl(url, "x", { letter: "", code: "k3j9x2m4tqab" })).toBe(
      "https://group.example/petitions/clean-air?source=r-k3j9x2m4tqab.x",
    );
  });

  it("to a network carries every character of the words as text", () => {
    const words = { title: `<b>&"'`, text: "50 % & more +1\nnext #tag <script>" };
    for (const network of ["whatsapp", "bluesky", "x", "email"] as const) {
      const href = shareHref(network, "https://group.example/a?source=share-x", words);
      expect(href).not.toMatch(/[<>"\s+]/);
      expect([...new URL(href).searchParams.values()].join()).toContain(words.text);
    }
  });

  it("to a network of short posts carries words that fit, cut between two of them", () => {
    const words = { title: "T", text: `${"Streets for children 🚸 ".repeat(20)}end` };
    for (const network of ["bluesky", "x"] as const) {
      const { searchParams } = new URL(shareHref(network, "https://group.example/a", words));
      const post = (searchParams.get("text") ?? "").replace(" https://group.example/a", "");
      expect([...post].length).toBeLessThanOrEqual(250);
      expect(post).toMatch(/^Streets for children 🚸 .*(Streets|for|children|🚸)…$/u);
    }
    const whole = new URL(shareHref("whatsapp", "https://group.example/a", words)).searchParams.get("text");
    expect(whole).toContain("end");
  });

  it("to WhatsApp comes first on a phone", () => {
    const phone = new Request("https://x.example", { headers: { "Sec-CH-UA-Mobile": "?1" } });
    expect(likelyNetwork(phone)).toBe("whatsapp");
    expect(likelyNetwork(new Request("https://x.example"))).toBe("facebook");
  });
});
