import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { openAs, type Stage, setStage, signInBrowser, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei, seun] = supportersOf("shared");
const phone = { width: 360 } as const;
/** A drain, and then what is remembered of a page or a number. */
const SOON_MS = 60_000;

let browser: TestBrowser;
let stage: Stage;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "shared");
});
afterAll(() => browser.close());

const shareLink = (page: Page) => page.getByLabel("Your own link").inputValue();
const pathOf = (link: string) => link.slice(link.indexOf("?"));

test("Rosa writes two variants on her phone, gives each supporter a link of their own, and asks for the list", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, `${stage.overview}/edit`);
    await page.locator("summary", { hasText: /^Sharing/ }).click();
    await page.getByLabel("Personal links").selectOption("page");
    await page.locator("summary", { hasText: "Other words for each network" }).click();
    await page.getByLabel("WhatsApp", { exact: true }).fill("Neighbours: two minutes, please");
    await page.locator("summary", { hasText: "Variants to test" }).click();
    await page.getByRole("button", { name: "Add a variant" }).click();
    await page.getByRole("group", { name: "Variant A" }).getByLabel("Your name for it").fill("Plain");
    await page.getByRole("button", { name: "Add a variant" }).click();
    const hope = page.getByRole("group", { name: "Variant B" });
    await hope.getByRole("textbox", { name: "Title when shared" }).fill("Our children can breathe again");
    await page.locator("form[data-editor]").getByRole("button", { name: /^Save/ }).last().click();
    await page.locator('a[href="#f-share-variants-1-label"]').click();
    await page.getByRole("group", { name: "Variant B" }).getByLabel("Your name for it").fill("Hope");
    expect(await page.getByLabel("WhatsApp", { exact: true }).inputValue()).toContain("two minutes");
    await page.locator("form[data-editor]").getByRole("button", { name: /^Save/ }).last().click();
    await page.getByText("Saved").first().waitFor();
    const tabs = page.getByRole("navigation", { name: "This action" });
    await tabs.locator("summary", { hasText: "More" }).click();
    await tabs.getByRole("link", { name: "Sharing" }).click();
    await page.getByText("B · Hope").waitFor();
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("without script on a phone: Amina passes on her own link, two come by it, and she sees it", async () => {
  await visit(browser, { ...phone, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await signInBrowser(page, stage.petitionUrl, amina);
    const link = await shareLink(page);
    expect(link).toMatch(/\?v=[ab]&source=r-[0-9a-z]{12}\.copy\.[ab]$/);
    const whatsApp = await page.getByRole("link", { name: "Share on WhatsApp" }).getAttribute("href");
    expect(decodeURIComponent(whatsApp ?? "")).toContain("Neighbours: two minutes, please");
    expect(decodeURIComponent(whatsApp ?? "")).toContain(pathOf(link).replace(".copy", ".whatsapp"));

    const thanks = page.url();
    await page.goto(link);
    const canonical = await page.locator('link[rel="canonical"]').getAttribute("href");
    expect(canonical).toBe(stage.petitionUrl);
    await signOverHttp(server, stage, jeanLuc, pathOf(link));
    await signOverHttp(server, stage, mei, pathOf(link).replace(".copy", ".whatsapp"));
    const look = async () => {
      await page.goto(thanks);
      expect(await page.getByText("2 people have come by your link.").count()).toBe(1);
      expect(await page.getByRole("heading", { name: "Who brought most people" }).count()).toBe(1);
    };
    await vi.waitFor(look, { timeout: SOON_MS, interval: 3_000 });
    expect(await page.context().cookies()).toEqual([]);
    expect(trouble).toEqual([]);
  });
});

test("with script: a press is told of, and Rosa sees it beside the sign-ups and chooses the winner", async () => {
  await visit(browser, phone, async (page) => {
    await signInBrowser(page, stage.petitionUrl, seun);
    // Only then the script that tells of a press has run.
    await page.waitForLoadState();
    const letter = (await page.locator("[data-variant]").getAttribute("data-variant")) ?? "";
    const told = page.waitForResponse((response) => response.url().endsWith("/shared"));
    await page.evaluate(
      'for (const link of document.querySelectorAll("a[data-way]")) link.addEventListener("click", (event) => event.preventDefault())',
    );
    await page.getByRole("link", { name: "Share on Bluesky" }).click();
    expect((await told).status()).toBe(204);
    expect(["a", "b"]).toContain(letter);
  });
  await visit(browser, {}, async (page) => {
    const look = async () => {
      await openAs(page, server, stage.rosaEmail, `${stage.overview}/sharing`);
      expect(await page.getByText("2 people came by shared links.").count()).toBe(1);
      expect(await page.getByText("The buttons to share were pressed 1 time.").count()).toBe(1);
      expect(await page.getByText("Amina", { exact: false }).count()).toBeGreaterThan(0);
    };
    await vi.waitFor(look, { timeout: SOON_MS, interval: 1_000 });
    await page.getByRole("button", { name: "Go on with B alone" }).click();
    await page.getByText("Everybody gets B · Hope.").waitFor();
  });
});
