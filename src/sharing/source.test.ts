import { expect, test } from "vitest";
import { readShareSource, sourceOfShare } from "./source";
import { ways } from "./types";

test.each([
  { way: null, letter: "", code: "0123456789ab" },
  ...ways.flatMap((way) =>
    ["", "b"].flatMap((letter) => ["", "k3j9x2m4tqab"].map((code) => ({ way, letter, code }))),
  ),
])("what a source is made of is read back: %o", (parts) => {
  expect(readShareSource(sourceOfShare(parts))).toEqual(parts);
});

test("the forms are the ones links have had, with the variant behind a dot", () => {
  expect(sourceOfShare({ way: "whatsapp", letter: "", code: "" })).toBe("share-whatsapp");
  expect(sourceOfShare({ way: "whatsapp", letter: "b", code: "" })).toBe("share-whatsapp.b");
  expect(sourceOfShare({ way: "x", letter: "b", code: "k3j9x2m4tqab" })).toBe("r-k3j9x2m4tqab.x.b");
});

test.each([
  "",
  "leaflet",
  "share-",
  "share-friendster",
  "share-whatsapp.",
  "share-whatsapp.bb",
  "share-whatsapp.B",
  "share-whatsapp.b.c",
  "r-",
  "r-short",
  "r-k3j9x2m4tqabc",
  "r-k3j9x2m4tabI",
  "r-K3J9X2M4TQAB",
  "xr-k3j9x2m4tqab",
  "r-k3j9x2m4tqab ",
])("%j is no share of ours", (source) => {
  expect(readShareSource(source)).toBeNull();
});
