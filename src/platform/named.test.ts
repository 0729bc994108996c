import { expect, it } from "vitest";
import { named } from "./named";

it("finds what a record itself holds, and nothing that every object has", () => {
  const words = { saved: "Saved" };
  expect(named(words, "saved")).toBe("Saved");
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty", "", undefined])
    expect(named(words, name)).toBeUndefined();
});
