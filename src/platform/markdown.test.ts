import { expect, it } from "vitest";
import { isHeavyMarkdown, markdownHtml } from "./markdown";

const LENGTH = 50_000;
const fill = (unit: string) => unit.repeat(LENGTH / unit.length);

it("makes HTML of text, long text too", () => {
  expect(markdownHtml("**Clean** air!\nNow")).toBe("<p><strong>Clean</strong> air!<br>Now</p>\n");
  const long = fill(
    "Write to ana@example.org, **now**: every school needs clean air, whatever it costs!\n\n",
  );
  expect(markdownHtml(long)?.length).toBeGreaterThan(LENGTH);
  expect(isHeavyMarkdown(`![a](data:image/png;base64,${"iVBORw0KGgo".repeat(5_000)})`)).toBe(false);
});

it.each([
  ["a word that may be an address", `${fill("a.")}@`],
  ["many of them", fill(`${"a.".repeat(1_000)}@ `)],
  ["exclamation marks", fill("!a")],
  ["emphasis", fill("_a")],
  ["brackets", fill("[")],
  ["spaces", `a${fill(" ")}b`],
  ["tabs", `a${fill("\t")}b`],
  ["quotes in quotes", fill("> ")],
  ["lists in lists", Array.from({ length: 310 }, (_, depth) => `${" ".repeat(depth)}- a`).join("\n")],
  ["code", Array.from({ length: 310 }, (_, ticks) => "`".repeat(ticks + 1)).join(" ")],
])("reads no text that would take seconds: %s", (_name, source) => {
  const began = performance.now();
  markdownHtml(source);
  expect(performance.now() - began).toBeLessThan(700);
});
