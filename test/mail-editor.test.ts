import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDocument } from "../src/mailings/content/document";
import { bundle, into } from "../src/mailings/editor/make.ts";
import english from "../src/ui/locales/en/mail-content.json";
import { accessibilityViolations, openBrowser, type TestBrowser } from "./browser.ts";

/* The visual editor of mails in a real browser, on a page with the policy of ours and nothing else. */

const PUBLIC = join(import.meta.dirname, "../public");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; form-action 'self'";
const setup = {
  words: Object.fromEntries(
    Object.entries(english.editor).map(([name, words]) => [name, words.replace("{{block}}", "%block%")]),
  ),
  fields: [{ name: "first_name", label: "First name" }],
  actions: [{ no: 7, title: "Clean air", kind: "Petition", act: "Sign", isFundraiser: false }],
  snippets: ["office"],
  networks: [{ name: "mastodon", label: "Mastodon" }],
  origin: "http://group.localhost",
};

let browser: TestBrowser;
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/editor.json") return response.end(JSON.stringify(setup));
    if (pathname !== "/") {
      const type = pathname.endsWith(".css") ? "text/css" : "text/javascript";
      return response.setHeader("Content-Type", type).end(readFileSync(PUBLIC + pathname));
    }
    const body = (searchParams.get("body") ?? "").replaceAll("<", "&lt;");
    return response
      .setHeader("Content-Type", "text/html; charset=utf-8")
      .setHeader("Content-Security-Policy", POLICY)
      .end(
        `<!doctype html><html lang="en"><head><title>Write</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/base.css"></head>
        <body><main><h1>Write</h1><form><label for="body">Body</label><textarea id="body" name="body" data-mail-editor="/editor.json">${body}</textarea></form></main>
        <script type="module" src="/js/mail-editor.js"></script></body></html>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://localhost:${port}`;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  server.close();
});

async function opened(body = "", options = {}): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage(options);
  const trouble: string[] = [];
  page.on("console", (message) => void trouble.push(message.text()));
  page.on("pageerror", (error) => void trouble.push(error.message));
  await page.goto(`${origin}/?body=${encodeURIComponent(body)}`);
  await page.locator(".mail-editor").waitFor();
  return { page, trouble };
}

/** What the form would send, as the server reads it. */
async function written(page: Page) {
  const value = await page.locator("textarea").inputValue();
  return readDocument(value)?.content ?? [];
}

async function answer(page: Page, values: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(values))
    await page.locator(`dialog input[name=${name}]`).fill(value);
  await page.keyboard.press("Enter");
}

test("public/js/mail-editor.js is what its sources make (npm run editor), and evaluates no text", async () => {
  const made = await bundle();
  expect(readFileSync(into, "utf8") === made).toBe(true);
  expect(made).not.toMatch(/\beval\(|new Function\(/);
});

test("a writer puts blocks and fields into a mail with the keyboard alone", async () => {
  const { page, trouble } = await opened();
  await page.locator(".mail-editor-text").focus();
  await page.keyboard.type("Dear friends");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/");
  await page.keyboard.type("b");
  await page.keyboard.press("Enter");
  await answer(page, { label: "Act now", href: "javascript:alert(1)" });
  await answer(page, { href: "https://news.example/act" });
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.type("Bye ");
  await page.keyboard.press("Alt+F10");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await answer(page, { fallback: "you" });
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.type("!");
  expect(await written(page)).toMatchObject([
    { type: "paragraph", content: [{ text: "Dear friends" }] },
    { type: "button", attrs: { label: "Act now", href: "https://news.example/act" } },
    {
      type: "paragraph",
      content: [
        { text: "Bye " },
        { type: "field", attrs: { name: "first_name", fallback: "you" } },
        { text: "!" },
      ],
    },
  ]);
  await page.getByRole("button", { name: "Move up" }).first().click();
  expect((await written(page)).map(({ type }) => type)).toEqual(["button", "paragraph", "paragraph"]);
  await page.getByRole("button", { name: "Remove Button" }).click();
  expect((await written(page)).map(({ type }) => type)).toEqual(["paragraph", "paragraph"]);
  expect(trouble).toEqual([]);
});

test("every change tells autosave, and whoever listens for the document", async () => {
  const { page } = await opened("Some **words**\n\nmore");
  await page.evaluate(`window.heard = [];
    for (const name of ["input", "mail-editor:change"]) document.forms[0].addEventListener(name, () => heard.push(name));`);
  await page.locator(".mail-editor-text").focus();
  await page.keyboard.type("x");
  expect(await page.evaluate("heard")).toEqual(expect.arrayContaining(["input", "mail-editor:change"]));
  expect(await written(page)).toHaveLength(2);
});

const WORD = `<html xmlns:o="urn"><head><style>p{color:red}</style></head><body><!--[if gte mso 9]><xml>x</xml><![endif]-->
<h2 style="color:red">Title</h2><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>first<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>second</p>
<p class=MsoNormal><span style="font-weight:700">strong</span> <a href="javascript:alert(1)" onclick="x()">bad</a> <a href="https://news.example">good</a>
<img src="data:image/png;base64,AA"></p><script>alert(1)</script><iframe src="https://news.example"></iframe></body></html>`;

test("what is pasted from a word processor comes in clean", async () => {
  const { page, trouble } = await opened();
  await page.locator(".mail-editor-text").focus();
  await page.evaluate(`const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", ${JSON.stringify(WORD)});
    document.querySelector(".mail-editor-text")
      .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))`);
  const content = await written(page);
  expect(content.map(({ type }) => type)).toEqual(["heading", "bulletList", "paragraph"]);
  const text = JSON.stringify(content);
  expect(text.match(/listItem/g)).toHaveLength(2);
  expect(text).toContain('{"type":"bold"}');
  expect(text).toContain("https://news.example");
  expect(text).not.toMatch(/javascript|alert|·|data:|color/);
  expect(trouble).toEqual([]);
});

test.each([
  [360, "light"],
  [1280, "dark"],
] as const)("at %i pixels, %s, everybody can use it", async (width, theme) => {
  const body = JSON.stringify({
    type: "doc",
    content: [
      { type: "heading", attrs: { level: 1 }, content: [{ type: "text", text: "Title" }] },
      { type: "button", attrs: { label: "Act", href: "https://news.example", align: "left" } },
      { type: "actionCard", attrs: { actionNo: 7, label: "" } },
      { type: "paragraph", content: [{ type: "field", attrs: { name: "first_name", fallback: "" } }] },
      {
        type: "columns",
        content: [1, 2].map(() => ({ type: "column", content: [{ type: "paragraph" }] })),
      },
    ],
  });
  const { page } = await opened(body, { width, theme });
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
});
