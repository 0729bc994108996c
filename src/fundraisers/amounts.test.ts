import { expect, it } from "vitest";
import { feeCoverFor, partsOf, suggestedAmounts } from "./amounts";

it("covers the fee so that the gift arrives whole, and at most one unit more", () => {
  for (const rate of [
    { basisPoints: 290, fixed: 30 },
    { basisPoints: 220, fixed: 0 },
    { basisPoints: 2_000, fixed: 100 },
    { basisPoints: 0, fixed: 0 },
  ]) {
    for (let gift = 1; gift < 200_000; gift += 977) {
      const charged = gift + feeCoverFor(gift, rate);
      const left = charged - (charged * rate.basisPoints) / 10_000 - rate.fixed;
      expect(left, `${gift}`).toBeGreaterThanOrEqual(gift - 1e-6);
      expect(left - gift, `${gift}`).toBeLessThan(1);
    }
  }
  expect(feeCoverFor(2500, { basisPoints: 290, fixed: 30 })).toBe(106);
});

it("parts a gift between recipients without losing a cent", () => {
  const recipients = [
    { name: "Sensors", share: 60 },
    { name: "School gardens", share: 30 },
    { name: "Legal fund", share: 10 },
  ];
  expect(partsOf(999, recipients).map(({ amount }) => amount)).toEqual([599, 300, 100]);
  expect(partsOf(1, recipients).reduce((sum, { amount }) => sum + amount, 0)).toBe(1);
  expect(partsOf(999, [])).toEqual([]);
});

it("suggests amounts in the currency's own smallest unit", () => {
  expect(suggestedAmounts("CAD")).toEqual([1000, 2500, 5000, 10_000]);
  expect(suggestedAmounts("JPY")).toEqual([1000, 2500, 5000, 10_000]);
  expect(suggestedAmounts("KWD")).toEqual([10_000, 25_000, 50_000, 100_000]);
});
