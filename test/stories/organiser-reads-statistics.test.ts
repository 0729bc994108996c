import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import {
  expectCount,
  openAs,
  type Stage,
  setStage,
  signInBrowser,
  signOverHttp,
  supportersOf,
  visit,
} from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei] = supportersOf("statistics");
const phone = { width: 360 } as const;
/** An isolate tells, a batch of the queue fills, a row is written; on a busy machine. */
const VIEWS_TIMEOUT_MS = 60_000;

let browser: TestBrowser;
let stage: Stage;
let statistics: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "statistics");
  statistics = `${stage.overview}/statistics`;
});
afterAll(() => browser.close());

/** A number at the top of the page, by what stands above it. */
function figure(page: Page, label: string) {
  return page
    .locator(".stat", { has: page.getByText(label, { exact: true }) })
    .locator(".stat-value")
    .first()
    .textContent();
}

test("supporters come by a friend's link and by a leaflet's; one only looks", async () => {
  for (const [who, query, script] of [
    [amina, "?source=share-whatsapp.b", true],
    [mei, "?source=leaflet", false],
  ] as const) {
    await visit(browser, { ...phone, script }, async (page) => {
      await signInBrowser(page, stage.petitionUrl + query, who);
      await page.waitForURL(/\/thanks/);
    });
  }
  await signOverHttp(server, stage, jeanLuc, "?source=leaflet");
  await visit(browser, phone, async (page) => void (await page.goto(stage.petitionUrl)));
  await expectCount(server, stage, 3);
});

test("an organiser on a phone, without script, reads who came from where", async () => {
  await visit(browser, { ...phone, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, stage.overview);
    const look = async () => {
      await page.goto(`${server.origin}${statistics}?range=7`);
      // Three pages opened in the browser; what was sent without looking at the page is no view.
      expect(await figure(page, "Views")).toBe("3");
      expect(await figure(page, "Took part")).toBe("3");
    };
    await vi.waitFor(look, { timeout: VIEWS_TIMEOUT_MS, interval: 500 });
    expect(await figure(page, "Took part per view")).toBe("100%");
    const sources = page.getByRole("table", { name: "Sources", exact: true });
    expect(await sources.getByRole("row").nth(1).textContent()).toBe("leaflet2266%");
    const shared = page.getByRole("table", { name: "Shared links" });
    expect(await shared.getByRole("row").nth(1).textContent()).toBe("WhatsApp, wording B1133%");
    await page.getByText("The numbers, day by day").click();
    const days = page.getByRole("table", { name: "Day by day" });
    expect(await days.getByRole("row").count()).toBe(2);
    expect(trouble).toEqual([]);
  });
});

test("an organiser goes from the overview's panel to the page, its days and its files", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, stage.overview);
    await page.getByRole("heading", { name: "The last 7 days" }).waitFor();
    await page.getByText("leaflet", { exact: true }).first().waitFor();
    await page.getByRole("link", { name: "All statistics" }).click();
    await page.getByRole("link", { name: "All time" }).click();
    await page.getByRole("img", { name: /^Took part: 3\. most 3, / }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const file = page.waitForEvent("download");
    await page.getByRole("link", { name: "Sources: download (CSV)" }).click();
    expect((await file).suggestedFilename()).toMatch(/-sources\.csv$/);
    // To the browser a page that turns out to be a file is a page it did not go to.
    expect(trouble.filter((line) => !line.includes(".csv"))).toEqual([]);
  });
});
