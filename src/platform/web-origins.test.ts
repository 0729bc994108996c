import { describe, expect, it } from "vitest";
import { isAmong, readSite } from "./web-origins";

describe("a site as people write it", () => {
  it.each([
    ["example.org", "https://example.org"],
    ["https://Example.ORG/take/action?x=1#y", "https://example.org"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["https://example.org:443/", "https://example.org"],
    ["*.example.org", "https://*.example.org"],
    ["https://*.example.org:8443", "https://*.example.org:8443"],
    ["bücher.example", "https://xn--bcher-kva.example"],
  ])("%s is %s", (text, origin) => {
    expect(readSite(text)).toBe(origin);
  });

  it.each([
    "",
    "*",
    "*.org",
    "https://*",
    "https://a.*.org",
    "javascript://example.org",
    "data:text/html,x",
    "https://rosa:secret@example.org",
    "https://example.org;script-src",
    "https://exa mple.org",
    "'self'",
    "https://[::1]",
    `https://${"a.".repeat(130)}org`,
    "ftp://example.org",
  ])("%s is none", (text) => {
    expect(readSite(text)).toBeNull();
  });
});

it("finds an origin among sites by scheme, name and port, and below a star", () => {
  const sites = ["https://example.org", "https://*.partner.example", "http://localhost:3000"];
  const among = (origin: string) => isAmong(sites, origin);
  for (const origin of ["https://example.org", "https://a.partner.example", "https://a.b.partner.example"])
    expect(among(origin), origin).toBe(true);
  for (const origin of [
    "http://example.org",
    "https://example.org:8443",
    "https://www.example.org",
    "https://partner.example",
    "https://.partner.example",
    "https://evilpartner.example",
    "https://a.partner.example.evil.example",
    "http://a.partner.example",
    "http://localhost:3001",
    "null",
    "",
  ])
    expect(among(origin), origin).toBe(false);
});
