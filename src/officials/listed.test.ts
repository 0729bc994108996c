import fc from "fast-check";
import { expect, test } from "vitest";
import { contextOf } from "../../test/groups";
import { matchListed } from "./listed";
import type { ListedTarget } from "./types";

const ctx = contextOf();

/** As people count them. */
const WARDS: readonly string[] = ["WARD 1", "WARD 2", "WARD 10"];
const listed = fc.array(
  fc.record({
    districts: fc.uniqueArray(fc.constantFrom(...WARDS), { maxLength: 2 }),
    prefixes: fc.uniqueArray(fc.constantFrom("M", "M4", "M4M", "K"), { maxLength: 3 }),
  }),
  { maxLength: 8 },
);

test("a list is matched as its rule says, however it is kept in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      listed,
      fc.constantFrom("M4M 2T1", "M4", "K1A 0B1", ""),
      fc.constantFrom(undefined, "WARD 2", "WARD 9"),
      async (places, postalCode, district) => {
        const list = places.map((place, at) => ({ ...place, ...nobody, key: `${at}`, name: `${at}` }));
        const code = postalCode.replace(" ", "");
        const near = list.filter(
          ({ prefixes }) => prefixes.length === 0 || prefixes.some((prefix) => code.startsWith(prefix)),
        );
        const open = WARDS.filter((each) => near.some(({ districts }) => districts.includes(each)));
        const chosen = open.length === 1 ? open[0] : open.find((each) => each === district);
        const isOpen = chosen === undefined && open.length > 1;
        const fitting = near.filter(
          ({ districts }) => districts.length === 0 || (chosen !== undefined && districts.includes(chosen)),
        );
        const sitting = (ward: string) => near.filter(({ districts }) => districts.includes(ward));
        const where = { country: "CA", postalCode, locale: "en", ...(district ? { district } : {}) };
        const found = await matchListed(ctx, list, where);
        expect(found.targets.map(({ name }) => name)).toEqual(isOpen ? [] : fitting.map(({ name }) => name));
        expect(found.districts).toEqual(
          (isOpen ? open : []).map((ward) => ({
            ...{ code: ward, label: ward, names: sitting(ward).map(({ name }) => name) },
          })),
        );
      },
    ),
    { numRuns: 300 },
  );
});

const nobody: Omit<ListedTarget, "key" | "name" | "districts" | "prefixes"> = {
  ...{ title: "", office: "", email: "", phone: "", language: "", form: "" },
};
