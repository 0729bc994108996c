import { describe, expect, it, test } from "vitest";
import { groupSettings } from "../../groups/types";
import { newId } from "../../platform/ids";
import { contrast, GROUNDS, READABLE } from "../../ui/theme";
import { type MailingColours, type MailingVersion, mailingSettings, type Wrapper } from "../types";
import { makeVersion } from "./build";
import { coloursOf, groundAt } from "./colours";
import type { Material } from "./making";

const none: MailingColours = { button: "", buttonWords: "", words: "" };
const BODY = [
  { type: "paragraph", content: [{ type: "text", text: "Words of the body" }] },
  { type: "button", attrs: { label: "Sign", href: "https://a.example/" } },
];

function made(colours: Partial<MailingColours>, wrapper: string | null = null, body: string | object = BODY) {
  const material: Material = {
    group: {
      ...{ no: 1, id: newId(), slug: "air", name: "Air", shard: "SHARD_00", jurisdiction: "" as const },
      ...{
        timeZone: "UTC",
        currency: "CAD",
        locale: "en" as const,
        country: "CA",
        postalAddress: "1 Street",
      },
      ...{ status: "active" as const, createdAt: 1, settings: groupSettings.parse({ accent: "#0a7d5a" }) },
    },
    mailing: { no: 1, settings: mailingSettings.parse({ colours }) },
    wrapper: wrapper === null ? null : wrapperOf(wrapper),
    ...{ origin: "https://air.example", actions: new Map(), snippets: new Map() },
  };
  const version: MailingVersion = {
    ...{
      variantNo: 1,
      language: "en",
      fromName: "Air",
      subject: "Hello",
      preview: "",
      plain: null,
      revision: 1,
    },
    form: typeof body === "string" ? "html" : "visual",
    body: typeof body === "string" ? body : JSON.stringify({ type: "doc", content: body }),
  };
  const { build, problems, ground } = makeVersion(version, material);
  return { html: build.html, plain: build.plain, codes: problems.map(({ code }) => code), ground };
}

function wrapperOf(html: string): Wrapper {
  return {
    ...{ no: 1, id: newId(), name: "W", html, plain: "", foot: "", amp: "", language: null, others: [] },
    ...{ versions: [], revision: 1, updatedAt: 1 },
  };
}

describe("the colours of one mail", () => {
  test("a mail without any looks as its group does", () => {
    const { html, ground } = made(none);
    expect(html).not.toContain("m-words");
    expect(html).toContain('bgcolor="#0a7d5a"');
    expect(ground).toBeNull();
  });

  test("dress its buttons and, in a shade that can be read, its links, and not the line under the group's name", () => {
    const { html } = made({ button: "#ffd84d", buttonWords: "#3a1d00" }, null, [
      ...BODY,
      {
        type: "paragraph",
        content: [
          { type: "text", text: "more", marks: [{ type: "link", attrs: { href: "https://a.example/2" } }] },
        ],
      },
    ]);
    expect(html).toContain('<td class="m-button" bgcolor="#ffd84d"');
    expect(html).toContain("color:#3a1d00;background-color:#ffd84d");
    expect(html).toContain("border-bottom:4px solid #0a7d5a");
    const link = /color:(#[0-9a-f]{6});text-decoration:underline">more/.exec(html)?.[1] ?? "";
    expect(contrast(link, GROUNDS.light)).toBeGreaterThanOrEqual(READABLE);
  });

  it("dresses the words of the body, and not those of the wrapper around it", () => {
    const around =
      "<style>p{color:#aa0000;margin:1px} a{color:#00aa00}</style><p>Head</p>{{ content }}<p>Foot of it</p>";
    const { html, plain } = made(
      { words: "#1d3a8f" },
      around,
      '<p>Body <a href="https://a.example">x</a></p>',
    );
    expect(html).toMatch(/<p style="[^"]*color:#aa0000[^"]*">Head/);
    expect(html).toMatch(/<p style="[^"]*color:#aa0000[^"]*">Foot of it/);
    expect(html).toContain('<div class="m-words" style="color:#1d3a8f"><p style="margin:1px">Body');
    expect(html).toMatch(/color:#00aa00[^"]*">x<\/a>/);
    expect(plain).toContain("Body");
  });

  it("leaves words the colour that the body itself gives them", () => {
    const { html } = made(
      { words: "#1d3a8f" },
      null,
      '<style>.warn{color:#aa0000}</style><p class="warn">Now</p>',
    );
    expect(html).toMatch(/color:#aa0000[^"]*">Now/);
  });

  it("shows words in a lighter shade where the ground turns dark", () => {
    const { html } = made({ words: "#1d3a8f" });
    const [, shade = ""] = /dark\)\{\.m-words,[^}]*\{color:(#[0-9a-f]{6})!important/.exec(html) ?? [];
    expect(contrast(shade, GROUNDS.dark)).toBeGreaterThanOrEqual(READABLE);
  });

  it("keeps their colour in dark mode on the ground of a wrapper that stays, and not of one that says what it is then", () => {
    const card = (css: string) =>
      `${css}<table><tr><td class="card" style="background:#fff">{{ content }}</td></tr></table>`;
    expect(made({ words: "#1d3a8f" }, card(""))).toMatchObject({ ground: "#ffffff" });
    expect(made({ words: "#1d3a8f" }, card("")).html).not.toContain("{.m-words");
    const dark =
      "<style>@media (prefers-color-scheme:dark){.card{background-color:#111111!important}}</style>";
    expect(made({ words: "#1d3a8f" }, card(dark)).html).toContain("{.m-words");
  });

  it("says when words can hardly be read on the ground of their wrapper", () => {
    const night = '<table><tr><td style="background-color:#101030">{{ content }}</td></tr></table>';
    expect(made({ words: "#1d3a8f" }, night).codes).toContain("colour_weak");
    expect(made({ words: "#ffffff" }, night).codes).not.toContain("colour_weak");
    expect(made({ words: "#1d3a8f" }).codes).not.toContain("colour_weak");
  });

  it("writes black or white on buttons when the group's colour changed below the words that were chosen", () => {
    expect(coloursOf({ ...none, buttonWords: "#ffffff" }, "#0a7d5a").buttonWords).toBe("#ffffff");
    expect(coloursOf({ ...none, buttonWords: "#ffffff" }, "#ffe08a").buttonWords).toBe("#000");
  });

  it.each([
    ['<table bgcolor="#abc"><tr><td>', "#aabbcc"],
    ['<div style="background:WHITE"><p>', "#ffffff"],
    ['<div style="background:#112233"></div><p>', null],
    ['<div style="background:rebeccapurple"><p>', null],
  ])("finds what %s gives for a ground", (html, ground) => {
    expect(groundAt(html, html.length)).toBe(ground);
  });
});
