import { describe, expect, it, test } from "vitest";
import { groupSettings } from "../../groups/types";
import { newId } from "../../platform/ids";
import { translator } from "../../ui/i18n";
import { contrast, GROUNDS, READABLE } from "../../ui/theme";
import { type MailingColours, type MailingVersion, mailingSettings, type Wrapper } from "../types";
import { makeVersion } from "./build";
import { coloursOf } from "./colours";
import { standingAt } from "./ground";
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
    expect(ground).toEqual({ is: "none" });
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
    const [, shade = ""] = /dark\)\{\.m-words\{color:(#[0-9a-f]{6})!important/.exec(html) ?? [];
    expect(contrast(shade, GROUNDS.dark)).toBeGreaterThanOrEqual(READABLE);
  });

  const card = (css: string, cell = 'style="background:#fff"') =>
    `<style>${css}</style><div class="page"><table><tr><td class="card" ${cell}><div class="inner">{{ content }}</div></td></tr></table></div>`;
  const dark = (rules: string) => `@media (prefers-color-scheme:dark){${rules}}`;
  const DARK_SHADE = "dark){.m-words{color:";

  it.each([
    ["no rule for dark mode", ""],
    ["one that is about something else", dark(".logo{opacity:.8}")],
    ["one for what lies behind the ground", dark(".page{background:#111!important}")],
    ["one that the ground's own style outdoes", dark(".card{background:#111}")],
    [
      "one for small screens alone",
      "@media (prefers-color-scheme:dark) and (max-width:400px){.card{background:#111!important}}",
    ],
    ["one that gives another light ground", dark(".card{background:#f4f4f4!important}")],
    ["one that gives what cannot be told", dark(".card{background:linear-gradient(#000,#222)!important}")],
    ["one that cannot be matched simply", dark(".card:first-child{background:#111!important}")],
  ])("keeps the colour of words in dark mode on the light ground of a wrapper with %s", (_, css) => {
    const { html, ground } = made({ words: "#1d3a8f" }, card(css));
    expect(ground).toEqual({ is: "colour", colour: "#ffffff" });
    expect(html).not.toContain(DARK_SHADE);
    expect(html).toContain(".m-words a.m-quiet{color:#1d3a8f!important}");
  });

  it("takes no word on dark mode from the body's own styles", () => {
    const body = `<style>${dark(".card{background:#111!important}")}</style><p>Now</p>`;
    expect(made({ words: "#1d3a8f" }, card(""), body).html).not.toContain(DARK_SHADE);
  });

  it.each([
    ["the ground", dark(".page .card{background-color:#111111 !important}"), undefined],
    [
      "what is in front of it",
      "@media screen and (prefers-color-scheme: dark){.inner{background:#111}}",
      undefined,
    ],
    ["the ground of an attribute", dark("td{background:black}"), 'bgcolor="#ffffff"'],
    ["where there was no ground", dark(".card{background:#111}"), ""],
  ])("shows the lighter shade where a wrapper gives %s a dark one in dark mode", (_, css, cell) => {
    expect(made({ words: "#1d3a8f" }, card(css, cell)).html).toContain(DARK_SHADE);
  });

  it("says where it cannot be told what words stand on, and leaves them their colour", () => {
    const { html, codes } = made({ words: "#1d3a8f" }, card("", 'style="background:hsl(0 0% 50%)"'));
    expect(codes).toContain("colour_unknown");
    expect(codes).not.toContain("colour_weak");
    expect(html).not.toContain(DARK_SHADE);
    expect(made(none, card("", 'style="background:hsl(0 0% 50%)"')).codes).not.toContain("colour_unknown");
  });

  it("says when links made from the button's colour can hardly be read on the ground of their wrapper", () => {
    const night = card("", 'bgcolor="#101030"');
    const link = '<p><a href="https://a.example">x</a></p>';
    expect(made({ button: "#1d3a8f" }, night, link).codes).toContain("link_weak");
    expect(made({ button: "#1d3a8f" }, card(""), link).codes).not.toContain("link_weak");
    expect(made({ button: "#1d3a8f" }, night, "<p>No link</p>").codes).not.toContain("link_weak");
    expect(made({ button: "#1d3a8f" }, night).codes).not.toContain("link_weak");
    const coloured = card("a{color:#ffffff}", 'bgcolor="#101030"');
    expect(made({ button: "#1d3a8f" }, coloured, link).codes).not.toContain("link_weak");
    expect(made({ words: "#ffffff" }, night, link).codes).not.toContain("link_weak");
  });

  test.each([
    ["en", "2.3"],
    ["fr", "2,3"],
    ["es", "2,3"],
  ] as const)("have their figures written as %s has them", (language, figure) => {
    const values = { words: "#1d3a8f", ground: "#101030", ratio: 2.3 };
    for (const code of ["colour_weak", "link_weak"] as const)
      expect(translator(language)(`mailContent.problems.${code}.what`, values)).toContain(figure);
  });

  it("gives code, which has a ground of its own, an ink of its own, and leaves it what somebody wrote", () => {
    const night = card("", 'bgcolor="#101030"');
    const { html } = made({ words: "#ffffff" }, night, "<pre>code</pre>");
    expect(html).toMatch(/<pre style="[^"]*background:#f4efe7;[^"]*;color:#221d18">code/);
    expect(html).toContain(".m-words pre{background-color:");
    expect(made(none, night, "<pre>code</pre>").html).not.toMatch(/<pre style="[^"]*;color:/);
    const own = "<style>pre{background:#000000;color:#00ff00}</style><pre>code</pre>";
    expect(made({ words: "#ffffff" }, night, own).html).toMatch(/<pre style="[^"]*color:#00ff00[^"]*">code/);
    const around = `<style>pre{background:#222222;color:#eeeeee}</style>${night}`;
    expect(made({ words: "#ffffff" }, around, "<pre>code</pre>").html).toMatch(
      /<pre style="[^"]*color:#eeeeee[^"]*">/,
    );
  });

  it("says when words can hardly be read on the ground of their wrapper", () => {
    const night = '<table><tr><td style="background-color:#101030">{{ content }}</td></tr></table>';
    expect(made({ words: "#1d3a8f" }, night).codes).toContain("colour_weak");
    expect(made({ words: "#ffffff" }, night).codes).not.toContain("colour_weak");
    expect(made({ words: "#1d3a8f" }).codes).not.toContain("colour_weak");
  });

  it("writes black or white on buttons when the group's colour changed below the words that were chosen", () => {
    expect(coloursOf({ ...none, buttonWords: "#ffffff" }, "#0a7d5a").buttonWords).toBe("#ffffff");
    expect(coloursOf({ ...none, buttonWords: "#ffffff" }, "#ffe08a").buttonWords).toBe("#000000");
  });

  it.each([
    ['<table bgcolor="#abc"><tr><td>', "#aabbcc"],
    ['<table bgcolor="AABBCC"><tr><td>', "#aabbcc"],
    ['<div style="background:WHITE"><p>', "#ffffff"],
    ['<div style="background:#ffffff"><p style="background-color:Navy">', "#000080"],
    ['<div style="background:#112233"></div><p>', "none"],
    ['<div style="background:#ffffff none"><p>', "#ffffff"],
    ['<div style="background:no-repeat center/cover #FFF"><p>', "#ffffff"],
    ['<div style="background:rgb(255,255,255)"><p>', "#ffffff"],
    ['<div style="background:rgba(0 0 40 / 100%)"><p>', "#000028"],
    ['<div style="background:#ffffff"><p style="background-color:rgb(0,0,40)">', "#000028"],
    ['<div style="background:#ffffff"><p style="background:linear-gradient(#000000,#ffffff)">', "unknown"],
    ['<div style="background:#ffffff linear-gradient(#000000,#ffffff)">', "unknown"],
    ['<div style="background:#ffffff"><p style="background-color:rgba(0,0,0,.5)">', "unknown"],
    ['<div style="background:#ffffff"><p style="background-color:rgba(0,0,0,0)">', "#ffffff"],
    ['<div style="background:#ffffff"><p style="background:transparent" bgcolor="#000000">', "#ffffff"],
    ['<div style="background:#ffffff"><p style="background:none">', "#ffffff"],
    ['<div style="background-color:#ffffff;background:#000000">', "#000000"],
    ['<div style="background:hsl(0 0% 0%)">', "unknown"],
    ['<div style="background:notacolour">', "unknown"],
  ])("finds what %s gives for a ground", (html, expected) => {
    const { ground } = standingAt(html, html.length);
    expect(ground.is === "colour" ? ground.colour : ground.is).toBe(expected);
  });
});
