import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestBrowser } from "./browser.ts";
import { sharedBrowser } from "./story.ts";

/* public/js/editor.js on a page with a form that saves itself, another form and a link, before a server that takes its time. */

const PUBLIC = join(import.meta.dirname, "../public");
const SLOW_MS = 400;
const PAGE = `<!doctype html><html lang="en"><head><title>Write</title></head><body>
  <form method="post" action="/draft" data-editor="/draft"><input name="version" value="1"><input name="words" id="words">
  <p data-autosave-state data-saving="Saving" data-failed="Not saved"></p><button id="save">Save</button></form>
  <form method="post" action="/other"><button id="other">Other</button></form>
  <a id="next" href="/next">Next</a><script type="module" src="/js/editor.js"></script></body></html>`;

let browser: TestBrowser;
let server: Server;
let origin: string;
/** What the server keeps, and whatever came with another version than it had. */
let kept = { version: 1, words: "" };
let stale = 0;
let isAway = false;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.url === "/js/editor.js")
      return response
        .setHeader("Content-Type", "text/javascript")
        .end(readFileSync(`${PUBLIC}/js/editor.js`));
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    if (request.url !== "/draft" || request.method !== "POST") return response.end(PAGE);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = new URLSearchParams(Buffer.concat(chunks).toString());
    await sleep(SLOW_MS);
    if (isAway) return response.destroy();
    if (Number(sent.get("version")) === kept.version)
      kept = { version: kept.version + 1, words: sent.get("words") ?? "" };
    else stale += 1;
    if (!request.headers.accept?.startsWith("application/json")) return response.end(PAGE);
    return response.end(JSON.stringify({ version: kept.version, saved: "now" }));
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

/** Somebody typed, and what they typed is not saved yet. */
async function typed(words: string): Promise<{ page: Page; asked: string[] }> {
  kept = { version: 1, words: "" };
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.goto(origin);
  await page.fill("#words", words);
  return { page, asked };
}

test("a link and another form wait until what was just typed is saved", async () => {
  for (const [control, path] of [
    ["#next", "/next"],
    ["#other", "/other"],
  ] as const) {
    const { page, asked } = await typed(`before ${path}`);
    await page.click(control);
    await page.waitForURL(`**${path}`);
    expect([kept.words, asked]).toEqual([`before ${path}`, []]);
    await page.context().close();
  }
});

test("whoever presses the button while the form saves itself does not meet themselves", async () => {
  const { page } = await typed("saved by itself");
  await page.waitForRequest("**/draft");
  await page.fill("#words", "saved by the button");
  await page.click("#save");
  await page.waitForURL("**/draft");
  expect([kept.words, kept.version, stale]).toEqual(["saved by the button", 3, 0]);
  await page.context().close();
});

test("leaving with what cannot be saved asks first", async () => {
  isAway = true;
  const { page, asked } = await typed("lost");
  await page.click("#next");
  await page.waitForURL("**/next");
  expect(asked).toEqual(["beforeunload"]);
  await page.context().close();
});
