import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { openAs, publicCount, type Stage, setStage, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei] = supportersOf("knows");
/** Amina once more, from work. */
const atWork = {
  ...amina,
  email: `a.sow+knows@${amina.email.split("@")[1]}`,
  comment: "From the office, too.",
};
const DRAINED_TIMEOUT_MS = 40_000;

let browser: TestBrowser;
let stage: Stage;
let people: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "knows");
  people = `/groups/${stage.slug}/people`;
  for (const who of [amina, jeanLuc, mei, atWork]) await signOverHttp(server, stage, who);
  const drained = async () => expect(await (await stage.rosa.get(people)).text()).toContain(atWork.email);
  await vi.waitFor(drained, { timeout: DRAINED_TIMEOUT_MS, interval: 500 });
});
afterAll(() => browser.close());

async function typeSearch(page: Page, text: string): Promise<void> {
  await page.getByLabel("Search by name").pressSequentially(text, { delay: 20 });
}

test("an organiser finds somebody while typing, with a slip in the name", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, people);
    await typeSearch(page, "tremb");
    await page.getByText("1 person found").waitFor();
    await page.getByLabel("Search by name").fill("");
    await typeSearch(page, "tremlbay");
    await page.waitForURL(/q=tremlbay/);
    await page.getByRole("link", { name: "Jean-Luc Tremblay" }).click();
    await page.getByRole("heading", { level: 1, name: "Jean-Luc Tremblay" }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(trouble).toEqual([]);
  });
});

test("on a phone and without script, they note, tag and move somebody, and take the move back", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${people}?q=${encodeURIComponent("mei chen")}`);
    await page.getByRole("link", { name: "Mei Chen" }).click();
    await page.getByText("Write a note").click();
    await page.getByRole("textbox", { name: "Note" }).fill("Offered to bring soup.");
    await page.getByRole("button", { name: "Save the note" }).click();
    await page.getByRole("combobox", { name: "Give a tag" }).fill("cooks");
    await page.getByRole("button", { name: "Give", exact: true }).click();
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByLabel("Postal code").fill("H2X 1Y4");
    await page.getByLabel("Town").fill("Montréal");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Montréal").first().waitFor();
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await page.getByText("It is as it was before.").waitFor();
    const happened = page.locator(".timeline");
    for (const words of ["Offered to bring soup.", "cooks", mei.comment, "Undone"])
      await happened.getByText(words).first().waitFor();
  });
});

test("two records of one person are compared, merged and parted, and the public count follows", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, `${people}?q=amina`);
    await page.getByRole("link", { name: "Amina Sow" }).first().click();
    await page.getByRole("link", { name: "Merge with somebody" }).click();
    await page.getByRole("link", { name: "Compare" }).first().click();
    await page.getByText("its count goes down by one").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Merge these two" }).click();
    await page.getByText("The two are one person now.").waitFor();
    for (const email of [amina.email, atWork.email])
      await page.getByRole("link", { name: email }).first().waitFor();
    await vi.waitFor(async () => expect(await publicCount(server, stage)).toBe(3), DRAINED_TIMEOUT_MS);
    await page.getByRole("link", { name: "Undo this merge" }).click();
    await page.getByRole("button", { name: "Make them two again" }).click();
    await page.getByText("They are two people again.").waitFor();
    await vi.waitFor(async () => expect(await publicCount(server, stage)).toBe(4), DRAINED_TIMEOUT_MS);
    expect(trouble).toEqual([]);
  });
});
