import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { publishPetition } from "../seed.ts";
import { downloaded, sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { expectCount, openAs, type Stage, setStage, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei] = supportersOf("on-paper");

let browser: TestBrowser;
let stage: Stage;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "on-paper");
});
afterAll(() => browser.close());

async function openPrint(page: Page): Promise<void> {
  await openAs(page, server, stage.rosaEmail, stage.overview);
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByRole("link", { name: "Print", exact: true }).click();
}

/** How many pages of paper a document takes. */
async function pagesOf(page: Page): Promise<number> {
  const file = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  return file.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test("an organiser on a phone takes home a code with a source of its own", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openPrint(page);
    await page.getByLabel("Source code").fill("library");
    await page.getByRole("button", { name: "Make the code" }).click();
    await page.getByRole("img", { name: `QR code that leads to “${world.petition.title}”` }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download as PNG" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${world.petition.slug}-qr.png`);
    const png = await downloaded(download);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
  });
});

test("a flyer and sheets of either size come out of the printer on as many pages as they should", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    for (const [size, sheet] of [
      ["A4", "a4"],
      ["US Letter", "letter"],
    ] as const) {
      await openPrint(page);
      await page.locator("#size-flyer").selectOption(size);
      await page.getByRole("button", { name: "Open the flyer" }).click();
      await page.getByText("Scan the code").waitFor();
      expect(await pagesOf(page), `pages of the ${size} flyer`).toBe(1);
      await page.goto(`${server.origin}${stage.overview}/print/sheet?size=${sheet}&pages=3`);
      await page.getByRole("button", { name: "Print" }).waitFor();
      expect(await pagesOf(page), `pages of three ${size} sheets`).toBe(3);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".how").isVisible()).toBe(false);
      expect(await page.locator("tbody").first().locator("tr").count()).toBeGreaterThan(7);
      await page.emulateMedia({ media: null });
    }
    expect(trouble).toEqual([]);
  });
});

test("however much is asked, a flyer stays one page, and so does a sheet", async () => {
  const long = {
    ...world.petition,
    slug: "long",
    title: `${world.petition.title}, ${world.petition.title} and ${world.petition.title}`.slice(0, 120),
    ask: `${world.petition.ask} `.repeat(6),
  };
  const overview = await publishPetition(stage.rosa, stage.slug, long);
  await visit(browser, { width: 1280 }, async (page) => {
    await openAs(page, server, stage.rosaEmail, overview);
    for (const size of ["a4", "letter"])
      for (const what of ["flyer", "sheet"]) {
        await page.goto(`${server.origin}${overview}/print/${what}?size=${size}`);
        expect(await pagesOf(page), `pages of the ${size} ${what}`).toBe(1);
      }
  });
});

test("an organiser types in a sheet by keyboard; who signed on the page too is counted once", async () => {
  await signOverHttp(server, stage, amina);
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openPrint(page);
    await page.getByRole("link", { name: "Type in signatures" }).click();
    await page.getByLabel("Sheet").first().fill("LIB-7");
    await page.getByRole("group", { name: "Line 1", exact: true }).getByLabel("First name").focus();
    for (const person of [amina, mei]) {
      await page.keyboard.type(person.givenName);
      await page.keyboard.press("Tab");
      await page.keyboard.type(person.familyName);
      await page.keyboard.press("Tab");
      await page.keyboard.type(person.email.replace("@", person === mei ? "" : "@"));
      await page.keyboard.press("Enter");
    }
    await page.getByRole("button", { name: "Record these lines" }).click();
    await page.getByText("Line 2: Write an email address").first().waitFor();
    expect(await page.getByLabel("First name").nth(0).inputValue()).toBe(amina.givenName);
    await page.getByRole("group", { name: "Line 2", exact: true }).getByLabel("Email").fill(mei.email);
    await page.getByRole("button", { name: "Record these lines" }).click();
    await page.getByText("1 new signature was recorded. 1 had signed before").waitFor();
    expect(await page.getByLabel("Sheet").first().inputValue()).toBe("LIB-7");
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
  await expectCount(server, stage, 2);
});

test("pasted lines are looked at before they are recorded, on a phone without script", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${stage.overview}/paper`);
    const { givenName, familyName, email } = jeanLuc;
    await page
      .getByLabel("Or paste the lines here")
      .fill(`First name\tLast name\tEmail\n${givenName}\t${familyName}\t${email}\nNo\tAddress\t`);
    await page.getByRole("button", { name: "Look at it first" }).click();
    await page.getByText("1 line can be recorded.").waitFor();
    await page.getByText("Line 3: Write your email address").waitFor();
    await page.getByRole("button", { name: "Record 1 line" }).click();
    await page.getByText("1 new signature was recorded.").waitFor();
  });
  await expectCount(server, stage, 3);
});
