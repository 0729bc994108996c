import { describe, expect, it } from "vitest";
import { pressShare, readShare, shareFields } from "./reading";
import { shareSettings } from "./types";

const image = { key: "groups/1/images/x.png", alt: "", width: 10, height: 10 };
const now = shareSettings.parse({
  title: "T",
  text: "W",
  networks: { x: "For X" },
  variants: [
    { letter: "a", label: "One" },
    { letter: "c", label: "Two", image },
  ],
  lettersUsed: 3,
  winner: "c",
  links: "thanks",
});

describe("the editor's fields", () => {
  it("sent back as they were change nothing", () => {
    expect(shareSettings.parse(readShare(now, shareFields(now)))).toEqual(now);
  });

  it("that were not sent keep what there is", () => {
    expect(readShare(now, { "share.title": "New" })).toEqual({ ...now, title: "New" });
  });

  it("of a variant that is gone take its picture and its victory along, and its letter is given to no other", () => {
    const left = pressShare("remove-share-variant:1", shareFields(now)) ?? {};
    expect(readShare(now, left)).toMatchObject({ winner: "", variants: [{ letter: "a" }] });
    const added = pressShare("add-share-variant", left) ?? {};
    const read = readShare(now, { ...added, "share.variants.1.label": "Three" });
    expect(read).toMatchObject({ lettersUsed: 4, variants: [{ letter: "a" }, { letter: "d", image: null }] });
  });

  it("cannot name a picture: it is the saved one or none", () => {
    const form = { ...shareFields(now), "share.variants.0.image": "groups/2/images/y.png" };
    expect(readShare(now, form)).toMatchObject({ variants: [{ image: null }, { image }] });
    const given = { ...form, "share.variants.1.noImage": "yes" };
    expect(readShare(now, given)).toMatchObject({ variants: [{ image: null }, { image: null }] });
  });

  it("let a fifth variant be neither added nor slipped in", () => {
    let form = shareFields(now);
    for (let n = 0; n < 5; n += 1) form = pressShare("add-share-variant", form) ?? form;
    expect(form["share.variants.count"]).toBe("4");
    const five = { ...form, "share.variants.count": "9", "share.variants.4.letter": "z" };
    expect(shareSettings.safeParse(readShare(now, five)).success).toBe(false);
  });

  it("once the alphabet is used up, another one is not added", () => {
    const worn = shareFields({ ...now, lettersUsed: 26 });
    expect(pressShare("add-share-variant", worn)).toEqual(worn);
  });

  it("of a count that is none are no variants", () => {
    for (const count of ["-1", "x", "1e9", "0.5"])
      expect(() => readShare(now, { "share.variants.count": count })).not.toThrow();
    expect(readShare(now, { "share.variants.count": "-1" })).toMatchObject({ variants: [] });
  });
});
