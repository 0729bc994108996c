import { describe, expect, it } from "vitest";
import { meantAddress, meantDomain } from "./email-typo";

describe("the address somebody meant", () => {
  it.each([
    ["gmial.com", "gmail.com"],
    ["gmail.ocm", "gmail.com"],
    ["ayhoo.com", "yahoo.com"],
    ["hotmial.fr", "hotmail.fr"],
    ["OUTLOK.com", "outlook.com"],
  ])("is told from a slip: %s", (domain, meant) => {
    expect(meantDomain(domain, 0)).toBe(meant);
    // The second time it is remembered.
    expect(meantDomain(domain, 0)).toBe(meant);
  });

  it.each([
    "gmail.com",
    "union.org.uk",
    "mac.com",
    "riseup.net",
    "ville.gouv.fr",
    "supporters.example",
    "é.fr",
    "x",
    "",
  ])("is what was written: %s", (domain) => expect(meantDomain(domain, 0)).toBeNull());

  it("keeps what stands before the @", () => {
    expect(meantAddress("Ana+list@gmial.com", 0)).toBe("Ana+list@gmail.com");
    expect(meantAddress("@gmial.com", 0)).toBeNull();
    expect(meantAddress(`a@${"x".repeat(300)}.com`, 0)).toBeNull();
  });
});
