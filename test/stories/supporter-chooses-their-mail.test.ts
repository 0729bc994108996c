import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { openAs, type Stage, setStage, signOverHttp, supportersOf } from "./stage.ts";

const server = sharedServer();
const [amina] = supportersOf("own-mail");

describe("In a group whose new people confirm their address, Amina", () => {
  let browser: TestBrowser;
  let page: Page;
  let trouble: string[];
  let stage: Stage;

  beforeAll(async () => {
    browser = await sharedBrowser();
    stage = await setStage(server, "own-mail");
    const rosa = await browser.newPage({ locale: "en" });
    await openAs(rosa, server, stage.rosaEmail, `/groups/${stage.slug}/mailings/settings`);
    await rosa.getByLabel("New people confirm their address first").check();
    await rosa.locator("main form .button-primary").first().click();
    await rosa.waitForLoadState();
    await rosa.goto(`${server.origin}/groups/${stage.slug}/mailings/topics`);
    await rosa.getByLabel("Name", { exact: true }).fill("Buses");
    await rosa.getByRole("button", { name: "Add topic" }).click();
    await rosa.getByText("The topic was added.").waitFor();
    await rosa.close();
    page = await browser.newPage({ locale: "en", width: 360, script: false });
    trouble = watchForTrouble(page);
  });
  afterAll(() => browser.close());

  test("signs, and says by the link of a mail that it was she", async () => {
    await signOverHttp(server, stage, amina);
    const [mail] = await waitForMail(server, amina.email, { subject: /^Please confirm/ });
    if (!mail) throw new Error("no mail came");
    await page.goto(`http://${stage.host}${linkIn(mail, "/m/")}`);
    await page.getByRole("button", { name: "Yes, send me mail" }).click();
    await page.getByRole("heading", { name: /^Welcome to/ }).waitFor();
  });

  test("chooses what she gets, how often and in which language", async () => {
    await page.getByRole("link", { name: "Your mail preferences" }).click();
    expect(await page.getByLabel(/^I want mail from/).isChecked()).toBe(true);
    await page.getByLabel("Buses").uncheck();
    await page.getByLabel("How often?").selectOption("1");
    await page.getByLabel("Need a break?").selectOption("30");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await page.getByLabel("Buses").isChecked()).toBe(false);
    await page.getByText(/^Until /).waitFor({ state: "attached" });
  });

  test("leaves with two clicks, says why, and undoes it", async () => {
    await page.goto(page.url().replace("/preferences", "/unsubscribe"));
    await page.getByText("Why?").first().click();
    await page.getByLabel("There are too many mails").check();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("heading", { name: /^You are off/ }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { name: "Done: nothing has changed" }).waitFor();
    const whole = await browser.newPage({ locale: "en" });
    await whole.goto(page.url().replace("/return", "/unsubscribe"));
    expect(await accessibilityViolations(whole)).toEqual([]);
    await whole.close();
    expect(trouble).toEqual([]);
  });
});
