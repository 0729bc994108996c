import { expect, it } from "vitest";
import { minorDigits, plainAmount, readAmount, splitAmount } from "./money";

const read = (text: string, currency = "CAD", mark: "." | "," = ".") => {
  const result = readAmount(text, currency, mark);
  return result.is === "amount" ? result.amount : result.reason;
};

it.each([
  ["25", 2500],
  ["25.5", 2550],
  ["25.50", 2550],
  ["25,50", 2550],
  [" 25 ", 2500],
  ["1,000", 100_000],
  ["1,000.50", 100_050],
  ["1 000,50", 100_050],
  ["1.000,50", 100_050],
  ["1,000,000", 100_000_000],
  ["$25", 2500],
  ["CA$25", 2500],
  ["25 CAD", 2500],
  ["25 cad", 2500],
  ["0.01", 1],
  ["0", 0],
  ["٢٥", 2500],
  ["25.", 2500],
])("reads %s as people mean it", (text, amount) => {
  expect(read(text)).toBe(amount);
});

it.each([
  ["", "missing"],
  ["  ", "missing"],
  ["-25", "negative"],
  ["−25", "negative"],
  ["25.505", "too_precise"],
  ["0.001", "too_precise"],
  ["1000000000000000", "too_large"],
  ["9".repeat(50), "too_large"],
  ["1e5", "not_a_number"],
  ["0x10", "not_a_number"],
  ["Infinity", "not_a_number"],
  ["NaN", "not_a_number"],
  ["twenty", "not_a_number"],
  ["1,00,000", "not_a_number"],
  ["1.2.3", "not_a_number"],
  ["10,00.5", "not_a_number"],
  ["25 €", "currency"],
  ["USD 25", "currency"],
  ["US$25", "currency"],
  ["+25", "not_a_number"],
  ["25-30", "not_a_number"],
])("refuses %j", (text, reason) => {
  expect(read(text)).toBe(reason);
});

it("reads a mark before three digits as thousands only where the language writes fractions with the other mark", () => {
  expect(read("1.000", "EUR", ",")).toBe(100_000);
  expect(read("1,000", "EUR", ",")).toBe("too_precise");
  expect(read("1.000", "CAD", ".")).toBe("too_precise");
});

it("knows currencies without minor units and with a thousand of them", () => {
  expect([minorDigits("JPY"), minorDigits("KWD"), minorDigits("USD")]).toEqual([0, 3, 2]);
  expect(read("500", "JPY")).toBe(500);
  expect(read("1,500", "JPY")).toBe(1500);
  expect(read("500.00", "JPY")).toBe(500);
  expect(read("500.5", "JPY")).toBe("too_precise");
  expect(read("1.250", "KWD")).toBe(1250);
  expect(read("1.2505", "KWD")).toBe("too_precise");
  expect(read("¥500", "JPY")).toBe(500);
});

it("writes amounts for machines", () => {
  expect(plainAmount({ amount: 2550, currency: "CAD" })).toBe("25.50");
  expect(plainAmount({ amount: -5, currency: "CAD" })).toBe("-0.05");
  expect(plainAmount({ amount: 500, currency: "JPY" })).toBe("500");
  expect(plainAmount({ amount: 1, currency: "KWD" })).toBe("0.001");
});

it("splits so that the parts add up, whatever the shares", () => {
  expect(splitAmount(1000, [1, 1, 1])).toEqual([334, 333, 333]);
  expect(splitAmount(1, [50, 50])).toEqual([1, 0]);
  expect(splitAmount(999, [60, 40])).toEqual([599, 400]);
  for (let amount = 0; amount < 300; amount += 7) {
    const parts = splitAmount(amount, [33, 33, 34, 1]);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
  }
});
