import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import {
  expectCount,
  expectSigners,
  openAs,
  type Stage,
  setStage,
  signInBrowser,
  signOverHttp,
  supportersOf,
} from "./stage.ts";

const server = sharedServer();
const [amina, , mei] = supportersOf("own-data");

describe("Amina has signed, and", () => {
  let browser: TestBrowser;
  let page: Page;
  let trouble: string[];
  let stage: Stage;

  beforeAll(async () => {
    browser = await sharedBrowser();
    stage = await setStage(server, "own-data");
    await signOverHttp(server, stage, amina);
    const rosa = await browser.newPage({ locale: "en" });
    await openAs(rosa, server, stage.rosaEmail, "/account");
    await expectSigners(rosa, `${server.origin}${stage.overview}/signers`, 1);
    await rosa.close();
    page = await browser.newPage({ locale: "en", width: 360 });
    trouble = watchForTrouble(page);
  });
  afterAll(() => browser.close());

  test("asks from the petition's own page for a link to her data", async () => {
    await page.goto(stage.petitionUrl);
    await page.getByRole("link", { name: "Your data" }).click();
    await page.getByLabel("Your email address").fill(amina.email);
    await page.getByRole("button", { name: "Send me the link" }).click();
    await page.getByText("Look into your mailbox").waitFor();
    const [mail] = await waitForMail(server, amina.email, { subject: /^Your data with/ });
    if (!mail) throw new Error("no mail came");
    await page.goto(`http://${stage.host}${linkIn(mail, "/privacy/mine")}`);
    await page.getByRole("heading", { name: "Your data", level: 1 }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test("corrects her name and leaves the list", async () => {
    await page.getByLabel("First name").fill("Aminata");
    await page.getByRole("button", { name: "Save my details" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await page.getByLabel("First name").inputValue()).toBe("Aminata");
    await page.getByLabel(/may send me email/).uncheck();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(/you said so on this page/).waitFor();
  });

  test("changes her address, which both the old and the new one confirm", async () => {
    const renewed = `renewed+${amina.email}`;
    await page.getByLabel("New email address").fill(renewed);
    await page.getByRole("button", { name: "Change my address" }).click();
    await page.getByText("A link is on its way to both addresses.").waitFor();
    const mine = page.url();
    for (const [address, words] of [
      [renewed, "Now open the mail at your other address"],
      [amina.email, "Your new address holds from now on."],
    ] as const) {
      const [mail] = await waitForMail(server, address, { subject: /^Confirm your new email address/ });
      if (!mail) throw new Error(`no mail came to ${address}`);
      await page.goto(`http://${stage.host}${linkIn(mail, "/address-change")}`);
      await page.getByRole("button", { name: "Yes, change my address" }).click();
      await page.getByText(words).waitFor();
    }
    await page.goto(mine);
    await page.getByText(`We write to ${renewed}.`).waitFor();
  });

  test("takes everything with her, then has it erased, and the petition counts her no more", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download (ZIP)" }).click();
    expect((await download).suggestedFilename()).toBe("own-data-my-data.zip");
    const link = page.url();
    await page.getByRole("link", { name: "Erase my data" }).click();
    await page.getByText("This cannot be undone.").waitFor();
    await page.getByRole("button", { name: "Erase everything" }).click();
    await page.getByText("It is erased").waitFor();
    await expectCount(server, stage, 0);
    await page.goto(link);
    await page.getByText("This link no longer works").waitFor();
    // The page that is gone answers 404, and the browser says so.
    expect(trouble.filter((line) => !line.includes("404"))).toEqual([]);
  });

  test("somebody whose address has a slip in it is asked while typing, and takes the right one", async () => {
    const other = await browser.newPage({ locale: "en" });
    await other.goto(stage.petitionUrl);
    await other.getByLabel("Email").fill("mei.own-data@gmial.com");
    await other.getByLabel("Email").blur();
    await other.getByText("Did you mean mei.own-data@gmail.com?").waitFor();
    await other.getByRole("button", { name: "Use this address" }).click();
    expect(await other.getByLabel("Email").inputValue()).toBe("mei.own-data@gmail.com");
    await other.close();
  });

  test("and without script puts it right from the thank-you page", async () => {
    const bare = await browser.newPage({ locale: "en", script: false });
    await signInBrowser(bare, stage.petitionUrl, { ...mei, email: "mei.bare@gmial.com" });
    await bare.getByRole("link", { name: "Correct it" }).click();
    await expect
      .poll(
        async () => {
          await bare.getByRole("button", { name: "Correct the address" }).click();
          return new URL(bare.url()).pathname.endsWith("/thanks");
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    await expectCount(server, stage, 1);
    await bare.close();
  });
});
