import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestBrowser } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { openAs, setStage } from "./stage.ts";

const server = sharedServer();

let browser: TestBrowser;
beforeAll(async () => {
  browser = await sharedBrowser();
});
afterAll(() => browser.close());

test("in colours the reader's own system forces, only the tab one is on is marked", async () => {
  const { rosaEmail, overview } = await setStage(server, "forced-colours");
  const page = await browser.newPage({ width: 1280 });
  await page.emulateMedia({ forcedColors: "active" });
  await openAs(page, server, rosaEmail, overview);

  const lines = (tabs: string, side: string) =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll("${tabs}")].map((tab) => getComputedStyle(tab).border${side}Color)`,
    );
  for (const [within, side] of [
    [".tabs a", "InlineStart"],
    [".subtabs a.subtab", "BlockEnd"],
  ] as const) {
    const [marked] = await lines(`${within}[aria-current]`, side);
    const others = new Set(await lines(`${within}:not([aria-current])`, side));
    expect(others.size).toBe(1);
    expect(others).not.toContain(marked);
  }
  await page.context().close();
});
