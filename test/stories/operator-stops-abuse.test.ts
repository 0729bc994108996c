import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import {
  expectCount,
  openAs,
  type Stage,
  setStage,
  signOverHttp,
  submitButton,
  supportersOf,
  visit,
} from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc] = supportersOf("reported");
/** A page cached elsewhere follows within this. */
const FOLLOWS_MS = 40_000;

let browser: TestBrowser;
let stage: Stage;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "reported");
  await signOverHttp(server, stage, amina);
});
afterAll(() => browser.close());

/** Waits until somebody new sees these words at the petition's address, with so many forms. */
async function expectPage(
  words: string,
  { status, forms }: { status: number; forms: number },
): Promise<void> {
  const look = () =>
    visit(browser, {}, async (page) => {
      const response = await page.goto(stage.petitionUrl);
      expect(response?.status()).toBe(status);
      expect(await page.locator("main").textContent()).toContain(words);
      expect(await submitButton(page).count()).toBe(forms);
    });
  await vi.waitFor(look, { timeout: FOLLOWS_MS, interval: 500 });
}

test("a visitor reports a page; an operator reads it, stops the action, and later lets it go on", async () => {
  const detail = "The numbers in it were made up by somebody else.";
  await visit(browser, { width: 360, script: false }, async (page) => {
    await page.goto(stage.petitionUrl);
    await page.getByRole("link", { name: "Report this page" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").getByRole("link").click();
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("reason");
    await page.getByLabel("It deceives").check();
    await page.getByLabel("Tell us more").fill(detail);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Someone will read your report").waitFor();
  });

  const operator = await browser.newPage({ locale: "en" });
  const trouble = watchForTrouble(operator);
  await openAs(operator, server, OPERATOR_EMAIL, "/");
  await operator.getByRole("link", { name: "Operations" }).click();
  await operator
    .getByRole("navigation", { name: "Operations" })
    .getByRole("link", { name: "Reports" })
    .click();
  const report = operator.locator(".card").filter({ hasText: detail });
  await expect.poll(() => report.getByRole("link", { name: stage.petitionUrl }).count()).toBe(1);
  await report.getByLabel("What happens to it").selectOption({ label: "Stop this action" });
  await report.getByRole("button", { name: "Settle" }).click();
  await operator.getByText("One report is settled.").waitFor();
  expect(await report.count(), "the report among the open ones").toBe(0);

  await expectPage("This page is stopped", { status: 410, forms: 0 });
  await signOverHttp(server, stage, jeanLuc, "", 410);
  await visit(browser, { locale: "en" }, async (rosa) => {
    await openAs(rosa, server, stage.rosaEmail, stage.overview);
    await rosa.getByText("The people who run this installation have stopped this action").waitFor();
  });

  await operator.getByRole("link", { name: "Settled" }).click();
  await report.getByRole("link", { name: world.group.name }).click();
  const row = operator.getByRole("row", { name: world.petition.title });
  await row.getByRole("button", { name: "Let go on" }).click();
  await operator.getByText("The action goes on.").waitFor();
  await expectPage("1 supporter", { status: 200, forms: 1 });
  await signOverHttp(server, stage, jeanLuc);
  await expectCount(server, stage, 2);

  await operator.goto(`${server.origin}/operations`);
  for (const act of ["Settled a report", "Let an action go on"])
    expect(await operator.getByRole("row", { name: act }).count(), act).toBeGreaterThan(0);
  expect(trouble).toEqual([]);
  await operator.context().close();
});

test("nobody else sees the operations pages", async () => {
  await visit(browser, { locale: "en" }, async (rosa) => {
    await openAs(rosa, server, stage.rosaEmail, "/");
    expect(await rosa.getByRole("link", { name: "Operations" }).count()).toBe(0);
    const response = await rosa.goto(`${server.origin}/operations/reports`);
    expect(response?.status()).toBe(404);
  });
});
