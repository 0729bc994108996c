import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDocument } from "../src/mailings/content/document";
import { bundle, into } from "../src/mailings/editor/make.ts";
import { readImageHeader } from "../src/platform/image-header";
import english from "../src/ui/locales/en/mail-content.json";
import { accessibilityViolations, type TestBrowser } from "./browser.ts";
import { sharedBrowser } from "./story.ts";

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
  pictures: "/pictures",
};
/** Twice as wide as a mail needs, and a place on a map in its head. */
const PHOTO_WIDTH = 2_400;

let browser: TestBrowser;
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/editor.json") return response.end(JSON.stringify(setup));
    if (pathname === "/pictures") return void receive(request, response);
    if (pathname === "/pictures.json") return response.end(JSON.stringify({ pictures: kept, next: null }));
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
        <body><main><h1>Write</h1><form><label for="body">Body</label><textarea id="body" name="body" data-mail-editor="/editor.json"${searchParams.get("more")}>${body}</textarea></form></main>
        <script type="module" src="/js/resize.js"></script><script type="module" src="/js/mail-editor.js"></script></body></html>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://localhost:${port}`;
  browser = await sharedBrowser();
});
afterAll(async () => {
  await browser.close();
  server.close();
});

const kept: { src: string; alt: string }[] = [];

/** Keeps a picture as the server does, and notes how large the browser made it. */
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = await new Response(Buffer.concat(chunks), {
    headers: { "Content-Type": request.headers["content-type"] ?? "" },
  }).formData();
  const picture = form.get("picture");
  const header = picture instanceof File ? readImageHeader(await picture.bytes()) : null;
  if (!header) return void response.writeHead(422).end('{"error":{"message":"This is no picture."}}');
  const offered = { src: `/files/images/${header.width}.${header.type}`, alt: String(form.get("alt")) };
  kept.push(offered);
  response.writeHead(201).end(JSON.stringify({ picture: { ...offered, ...header } }));
}

async function opened(body = "", options = {}, more = ""): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage(options);
  const trouble: string[] = [];
  page.on("console", (message) => void trouble.push(message.text()));
  page.on("pageerror", (error) => void trouble.push(error.message));
  await page.goto(`${origin}/?more=${more}&body=${encodeURIComponent(body)}`);
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

test("a picture is made smaller, described and kept, and an earlier one is taken again", async () => {
  const { page, trouble } = await opened();
  const insert = async () => {
    await page.locator(".mail-editor-text > p").last().click();
    await page.keyboard.type("/p");
    await page.keyboard.press("Enter");
  };
  await insert();
  const apply = page.getByRole("button", { name: "Apply" });
  await page.locator("dialog input[type=file]").setInputFiles(await photo(page));
  // Nothing is said of it yet.
  await apply.click();
  expect(kept).toEqual([]);
  await page.getByLabel("What it shows, in words").fill("A river");
  await apply.click();
  await page.locator("dialog").waitFor({ state: "detached" });
  const shown = { src: "/files/images/1200.jpg", alt: "A river", width: null, href: null };
  expect(await written(page)).toMatchObject([{ type: "image", attrs: shown }, { type: "paragraph" }]);
  expect(kept).toMatchObject([{ alt: "A river" }]);
  await insert();
  await page.getByText("Choose an earlier picture").click();
  await page.getByRole("button", { name: "A river" }).click();
  await apply.click();
  await page.locator("dialog").waitFor({ state: "detached" });
  expect((await written(page)).filter(({ type }) => type === "image")).toMatchObject([
    { attrs: shown },
    { attrs: shown },
  ]);
  expect(kept).toHaveLength(1);
  // The pictures of the group's pages are not there in this test.
  expect(trouble.filter((line) => !line.includes("ERR_") && !line.includes("Content Security"))).toEqual([]);
});

/** A JPEG of a camera's size. */
async function photo(page: Page) {
  const made = await page.evaluate(`new Promise((done) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: ${PHOTO_WIDTH}, height: 1200 });
    const context = canvas.getContext("2d");
    for (let at = 0; at < 400; at += 1) {
      context.fillStyle = "hsl(" + at * 47 + " 60% 50%)";
      context.fillRect((at * 131) % 2400, (at * 71) % 1200, 300, 200);
    }
    done(canvas.toDataURL("image/jpeg").split(",")[1]);
  })`);
  return { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from(String(made), "base64") };
}

test("a part of a mail is for some people alone, by the keyboard", async () => {
  const { page, trouble } = await opened();
  await page.locator(".mail-editor-text").focus();
  await page.keyboard.type("/o");
  await page.keyboard.press("Enter");
  await page.getByLabel("Test").selectOption("equals");
  await page.getByRole("button", { name: "Apply" }).press("Enter");
  // What to compare with is missing.
  await page.getByLabel("Words or number").fill("Rosa");
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.type("Dear Rosa");
  expect(await written(page)).toMatchObject([
    {
      type: "condition",
      attrs: { match: "all", clauses: [{ field: "first_name", is: "equals", value: "Rosa" }] },
      content: [{ type: "paragraph", content: [{ text: "Dear Rosa" }] }],
    },
    { type: "paragraph" },
  ]);
  await page.getByText("Only for people with: First name is exactly “Rosa”").waitFor();
  await page.locator(".mail-editor-text > p").last().click();
  // A browser tells the editor of a moved cursor only before it draws again.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await page.evaluate(`const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", '<div data-condition data-clauses="[{x"><p>pasted</p></div>');
    document.querySelector(".mail-editor-text")
      .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))`);
  expect((await written(page)).slice(0, 2)).toMatchObject([
    { type: "condition" },
    { type: "condition", attrs: { clauses: [{ field: "first_name", is: "filled" }] } },
  ]);
  expect(trouble).toEqual([]);
});

test("a locked mail changes in its open parts alone, and a template says which those are", async () => {
  const say = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
  const body = JSON.stringify({
    ...{ type: "doc", attrs: { locked: true } },
    content: [say("Ours"), { type: "slot", attrs: { name: "Story" }, content: [say("Yours")] }],
  });
  const { page, trouble } = await opened(body);
  const texts = async () => JSON.stringify(await written(page)).match(/"text":"[^"]*"/g);
  await page.getByText("Ours", { exact: true }).click();
  await page.keyboard.type("x");
  await page.getByText("Its template is locked").waitFor();
  await page.getByText("Yours", { exact: true }).click();
  await page.keyboard.press("End");
  await page.keyboard.type(" truly");
  expect(await texts()).toEqual(['"text":"Ours"', '"text":"Yours truly"']);
  for (let time = 0; time < 14; time += 1) await page.keyboard.press("Backspace");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  expect((await written(page)).map(({ type }) => type)).toEqual(["paragraph", "slot"]);
  const template = await opened(body, {}, " data-mail-slots");
  await template.page.getByText("Ours", { exact: true }).click();
  await template.page.keyboard.press("End");
  await template.page.keyboard.type("elves");
  await template.page.keyboard.press("Enter");
  await template.page.keyboard.type("/");
  await template.page.getByRole("menuitem", { name: "Open part" }).waitFor();
  expect(JSON.stringify(await written(template.page))).toContain('"text":"Ourselves"');
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
        type: "condition",
        attrs: { match: "all", clauses: [{ field: "first_name", is: "filled", value: "" }] },
        content: [{ type: "slot", attrs: { name: "Story" }, content: [{ type: "paragraph" }] }],
      },
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
