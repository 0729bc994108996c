import { existsSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  accessibilityViolations,
  openBrowser,
  screenshot,
  type TestBrowser,
  watchForTrouble,
} from "./browser.ts";

const good = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Good</title><main><h1>Good</h1>
  <p id="seen">no script</p><script src="/script.js"></script></main>`;
const kept = `<!doctype html><html lang="en"><title>Kept</title><link rel="stylesheet" href="/kept.css"><main><h1>Kept</h1></main>`;
const bad = `<!doctype html><html><title>Bad</title><img src="data:,"><p style="color:#ccc">pale</p>
  <script>alert(1)</script><img alt="" src="http://third-party.invalid/pixel.gif">`;

let browser: TestBrowser;
let server: Server;
let origin = "";
let stylesAsked = 0;
const seen: { host: string; language: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ host: request.headers.host ?? "", language: request.headers["accept-language"] ?? "" });
    if (request.url === "/script.js")
      return response.end("document.getElementById('seen').textContent = 'script'");
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    if (request.url === "/kept.css") {
      response.setHeader("content-type", "text/css");
      response.setHeader("cache-control", "max-age=0, stale-while-revalidate=600");
      stylesAsked += 1;
      // The first is answered; whoever looks for a newer one waits.
      return stylesAsked === 1 ? response.end("h1 { color: black }") : undefined;
    }
    response.setHeader("content-type", "text/html");
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src *",
    );
    return response.end({ "/bad": bad, "/kept": kept }[request.url ?? ""] ?? good);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://some-group.localhost:${typeof address === "object" && address ? address.port : 0}`;
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  server.close();
});

test("a group's host is reached by its name, in the language and theme asked for", async () => {
  const page = await browser.newPage({ width: 360, theme: "dark", locale: "fr" });
  await page.goto(origin);
  expect(seen.at(0)).toMatchObject({ host: new URL(origin).host, language: expect.stringMatching(/^fr/) });
  expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
  expect(await page.evaluate("innerWidth")).toBe(360);
});

test("script can be switched off", async () => {
  const shown = async (script: boolean) => {
    const page = await browser.newPage({ script });
    await page.goto(origin);
    return page.textContent("#seen");
  };
  expect(await shown(true)).toBe("script");
  expect(await shown(false)).toBe("no script");
});

test("axe runs under a policy that allows no inline script, and finds what is wrong", async () => {
  const page = await browser.newPage();
  await page.goto(`${origin}/bad`);
  const violations = await accessibilityViolations(page);
  expect(violations.join("\n")).toMatch(/image-alt[\s\S]*html-has-lang|html-has-lang[\s\S]*image-alt/);
  await page.goto(origin);
  expect(await accessibilityViolations(page)).toEqual([]);
});

test("trouble lists refused scripts and third parties, and is empty for a page in order", async () => {
  const page = await browser.newPage();
  const trouble = watchForTrouble(page);
  await page.goto(origin);
  expect(trouble).toEqual([]);
  await page.goto(`${origin}/bad`);
  expect(trouble.join("\n")).toContain("third party: http://third-party.invalid/pixel.gif");
  expect(trouble.join("\n")).toMatch(/console: .*inline script/i);
});

test("it is no trouble that the search for a newer stylesheet ends when the page is left", async () => {
  const page = await browser.newPage();
  const trouble = watchForTrouble(page);
  await page.goto(`${origin}/kept`);
  // Not until it is loaded: a browser too busy to have kept the stylesheet by now waits for the new one.
  await page.goto(`${origin}/kept`, { waitUntil: "commit" });
  await expect.poll(() => stylesAsked).toBe(2);
  await page.goto(origin);
  expect(trouble).toEqual([]);
});

test("a screenshot is a file", async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const path = await screenshot(page, "tools-test");
  expect(existsSync(path)).toBe(true);
  rmSync(path);
});
