import { describe, expect, it } from "vitest";
import { inForm } from "./body-form";

const wordsIn = (html: string) => JSON.parse(inForm(html, "html", "visual")).content;
const paragraph = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });

describe("a body in another form", () => {
  it("keeps the words of HTML and nothing of its styles", () => {
    const html =
      "<head><title>x</title></head><style>a{}</style><p>Clean <b>air</b></p><STYLE>b{}</STYLE>&amp; now<br>1 < 2";
    expect(wordsIn(html)).toEqual([paragraph("Clean air"), paragraph("& now"), paragraph("1 < 2")]);
  });

  it.each([["<style "], ["<script"], ["<"], ["<p "]])(
    "is made in milliseconds of tags without an end: %s",
    (unit) => {
      const began = performance.now();
      inForm(unit.repeat(100_000), "html", "visual");
      expect(performance.now() - began).toBeLessThan(1_000);
    },
  );

  it("leaves Markdown that nobody could read as it is written", () => {
    const heavy = `${"a.".repeat(40_000)}@`;
    expect(inForm(heavy, "markdown", "html")).toBe(heavy);
    expect(inForm("**air**", "markdown", "html")).toBe("<p><strong>air</strong></p>\n");
  });
});
