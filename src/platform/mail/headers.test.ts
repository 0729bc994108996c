import { describe, expect, it } from "vitest";
import { oneLine, safeHeaders, unsafeReason } from "./headers";
import type { MailMessage } from "./messages";

const mail: MailMessage = { to: "ana@example.org", subject: "Hello", html: "<p>Hello</p>", text: "Hello" };

describe("text in a header", () => {
  it.each([
    ["Hi\r\nBcc: everyone@example.org", "Hi Bcc: everyone@example.org"],
    ["a\u0000b\u0085c\u2028d\u2029e\tf", "a b c d e f"],
    ["  Élan 🌊 ", "Élan 🌊"],
  ])("%j becomes one line", (text, line) => {
    expect(oneLine(text, 998)).toBe(line);
  });

  it("is cut to its limit without half an emoji at the end", () => {
    const cut = safeHeaders({ ...mail, subject: "🌊".repeat(600) }).subject;
    expect(cut.length).toBeLessThanOrEqual(998);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.endsWith("🌊…")).toBe(true);
  });

  it("with half an emoji inside is mended", () => {
    expect(oneLine("a\ud83cb", 10).isWellFormed()).toBe(true);
  });
});

describe("what the transport is given", () => {
  it("says that no person wrote the mail", () => {
    expect(safeHeaders(mail).headers).toEqual({ "Auto-Submitted": "auto-generated" });
  });

  it("has no reply address when it is none", () => {
    expect(safeHeaders({ ...mail, replyTo: "a@b.org\r\nBcc: c@d.org" }).replyTo).toBeUndefined();
    expect(safeHeaders({ ...mail, replyTo: " Team@Example.org " }).replyTo).toBe("team@example.org");
  });

  it("comes from the platform when nobody is named", () => {
    expect(safeHeaders(mail).fromName).toBe("Groundswell");
    expect(safeHeaders({ ...mail, fromName: " \r\n " }).fromName).toBe("Groundswell");
  });
});

describe("headers that are refused", () => {
  it.each<[string, Record<string, string>]>([
    ["header_value", { "X-Note": "a\r\nBcc: b@example.org" }],
    ["header_value", { "X-Note": "é" }],
    ["header_value", { "X-Note": "a".repeat(2_049) }],
    ["header_name", { "X-Note:": "a" }],
    ["header_name", { "X-A\r\nBcc": "a" }],
    ["header_name", { [`X-${"a".repeat(99)}`]: "a" }],
    ["header_not_allowed", { "Return-Path": "a@example.org" }],
    ["header_not_allowed", { Bcc: "a@example.org" }],
    [
      "headers_too_large",
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`X-${n}`, "a".repeat(2_000)])),
    ],
  ])("%s", (reason, headers) => {
    expect(unsafeReason({ ...mail, headers })).toBe(reason);
  });

  it("are not those of a list or an extension", () => {
    const headers = {
      "List-Unsubscribe": "<https://example.org/u>",
      "X-Anything": "yes",
      References: "<a@b>",
    };
    expect(unsafeReason({ ...mail, headers })).toBeNull();
  });
});
