import { gzipSync } from "node:zlib";
import { HtmlValidate } from "html-validate";
import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  accessibilityViolations,
  keepAxe,
  type TestBrowser,
  visibleViolations,
  watchForTrouble,
} from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import { doorPages, operatorPages, organiserPages, publicPages } from "./pages.ts";
import { decideOnSigners, type Language, type Scene, setScene } from "./scene.ts";
import { openAs } from "./stage.ts";
import type { ListedPage } from "./ways.ts";

const server = sharedServer();
const phone = { width: 360, height: 667 };
const desk = { width: 1280, height: 800 };
/** Promise P4, styles included. */
const PUBLIC_BYTES_MAX = 20_000;
const DRAIN_MS = 40_000;
// What the HTML standard asks for, without the tool's taste in spelling.
const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });

/** One page each, which goes from address to address: another page is another process of the browser. */
type Pages = Record<ListedPage["as"], { page: Page; trouble: string[] }>;
const languages: Language[] = ["en", "fr"];

let browser: TestBrowser;
let scene: Scene;
let pages: Record<Language, Pages>;

beforeAll(async () => {
  [browser, scene] = await Promise.all([sharedBrowser(), setScene(server)]);
  const { live } = scene.petitions.fr;
  const drained = async () => {
    const signers = await (await live.rosa.get(`${live.overview}/signers`)).text();
    expect(signers.match(/name="ids"/g)).toHaveLength(world.supporters.length);
  };
  await vi.waitFor(drained, { timeout: DRAIN_MS, interval: 300 });
  await decideOnSigners(scene);
  const [en, fr] = await Promise.all([pagesFor("en"), pagesFor("fr")]);
  pages = { en, fr };
});
afterAll(() => browser.close());

const everyPage = [...publicPages, ...doorPages, ...organiserPages, ...operatorPages];

/**
 * Every other page in French: what reads the words of all languages is elsewhere, and the same components are on many pages. Each is
 * read by axe, which takes most of the time, at a desk and then in the dark on a phone, where it asks again what may be another there.
 */
test.each(everyPage.map((listed, nth) => [`${listed.name} (${listed.as})`, listed, nth] as const))(
  "%s is valid, accessible, in order and fits",
  async (_, listed, nth) => {
    expect(await faultsOf(listed, languages[nth % 2] ?? "en")).toEqual([]);
  },
);

/** Everything wrong with a page in one language. */
async function faultsOf(listed: ListedPage, language: Language): Promise<string[]> {
  const { page, trouble } = pages[language][listed.as];
  await page.setViewportSize(desk);
  await page.emulateMedia({ colorScheme: "light" });
  const response = await listed.open({ page, scene, language });
  const { status = 200 } = listed;
  const html = (await response?.text()) ?? "";
  const spoken = await page.locator("html").getAttribute("lang");
  const faults = [
    ...(response?.status() === status ? [] : [`answered ${response?.status()} and not ${status}`]),
    ...(spoken === (listed.isInGroupLanguage ? "en" : language) ? [] : [`speaks ${spoken}`]),
    ...(await invalidHtml(html)),
    ...(listed.isPublic ? await heavyOrSticky(page, response, html) : []),
    ...(await accessibilityViolations(page)),
  ];
  await page.setViewportSize(phone);
  faults.push(...(await tooWide(page)).map((element) => `wider than 360 px: ${element}`));
  faults.push(...(await darkFaults(page)));
  // A browser writes down that the page itself was refused, which is meant.
  const seen = trouble.splice(0);
  faults.push(...seen.filter((line) => !(status >= 400 && line.includes(`status of ${status}`))));
  return faults.map((fault) => `${language}: ${fault}`);
}

/** On a phone so high that nothing lies below the row of buttons that stays at its lower edge. */
async function darkFaults(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "dark" });
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  await page.setViewportSize({ width: phone.width, height: height + phone.height });
  return (await visibleViolations(page)).map((fault) => `dark, on a phone: ${fault}`);
}

async function heavyOrSticky(page: Page, response: Response | null, html: string): Promise<string[]> {
  const bytes = gzipSync(html).byteLength;
  const cookies = await page.context().cookies(page.url());
  const header = await response?.headerValue("set-cookie");
  return [
    ...(bytes > PUBLIC_BYTES_MAX ? [`${bytes} bytes compressed`] : []),
    ...(header || cookies.length > 0 ? ["sets a cookie"] : []),
  ];
}

async function pagesFor(language: Language): Promise<Pages> {
  const open = async () => {
    const context = await browser.newContext({ ...desk, locale: language });
    await keepAxe(context);
    const page = await context.newPage();
    return { page, trouble: watchForTrouble(page) };
  };
  const pages = { visitor: await open(), organiser: await open(), operator: await open() };
  await openAs(pages.organiser.page, server, scene.organisers[language], "/account");
  await openAs(pages.operator.page, server, OPERATOR_EMAIL, "/account");
  return pages;
}

async function invalidHtml(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${ruleId} at ${line}:${column}: ${message}`),
  );
}

/** What sticks out at the end of the page, when the page scrolls sideways. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *:not(details:not([open]) *)")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 5).map((element) => element.tagName + "." + element.className)`);
}
