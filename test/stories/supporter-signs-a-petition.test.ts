import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import {
  expectCount,
  expectSigners,
  openAs,
  type Stage,
  setStage,
  signOverHttp,
  submitButton,
  supportersOf,
  visit,
  withTag,
} from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei, , , layla] = supportersOf("signed");
const phone = { width: 360, theme: "dark" } as const;
const TABS_MAX = 40;

let browser: TestBrowser;
let english: Stage;
let french: Stage;

beforeAll(async () => {
  browser = await sharedBrowser();
  english = await setStage(server, "signed");
  french = await setStage(server, "signee", world.frenchPetition);
});
afterAll(() => browser.close());

/** The name of the field that has the keyboard. */
function focused(page: Page): Promise<string | null> {
  return page.locator(":focus").getAttribute("name");
}

test("on a dark phone without script: what is wrong is said, nothing written is lost, and the thanks can be shared", async () => {
  await visit(browser, { ...phone, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(`${english.petitionUrl}?source=leaflet`);
    await page.getByLabel("First name", { exact: true }).fill(amina.givenName);
    await page.getByLabel("Email").fill("amina at home");
    await page.getByLabel("Why does this matter to you?").fill(amina.comment);
    await page.getByLabel("may send me mail").check();
    await submitButton(page).click();

    const summary = page.getByRole("alert");
    expect(await summary.getByRole("heading").textContent()).toBe("There are 2 problems");
    expect(await page.getByLabel("First name", { exact: true }).inputValue()).toBe(amina.givenName);
    expect(await page.getByLabel("Email").inputValue()).toBe("amina at home");
    expect(await page.getByLabel("Why does this matter to you?").inputValue()).toBe(amina.comment);
    expect(await page.getByLabel("may send me mail").isChecked()).toBe(true);
    expect(await page.getByLabel("Show my first name").isChecked()).toBe(false);
    await summary.getByRole("link", { name: "Write an email address like name@example.org" }).click();
    await expect.poll(() => focused(page)).toBe("email");
    await summary.getByRole("link", { name: "Write your last name" }).click();
    await expect.poll(() => focused(page)).toBe("familyName");

    await page.getByLabel("Last name").fill(amina.familyName);
    await page.getByLabel("Email").fill(amina.email);
    await submitButton(page).click();
    await page.getByText("You’re number 1", { exact: true }).waitFor();
    for (const network of ["WhatsApp", "Facebook", "Bluesky", "X", "email"]) {
      const href = await page
        .getByRole("link", { name: `Share on ${network}` })
        .or(page.getByRole("link", { name: `Share by ${network}` }))
        .getAttribute("href");
      expect(decodeURIComponent(href ?? ""), network).toContain(
        `${english.petitionUrl}?source=share-${network.toLowerCase()}`,
      );
    }
    expect(await page.getByLabel("Link to share").inputValue()).toBe(
      `${english.petitionUrl}?source=share-copy`,
    );
    expect(
      await page.getByRole("button", { name: "Copy the link" }).count(),
      "a button that needs script",
    ).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("with the keyboard alone: every field in the order it is read, and Enter sends", async () => {
  await visit(browser, {}, async (page) => {
    await page.goto(english.petitionUrl);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Skip to the page");
    await page.keyboard.press("Enter");

    const typed: Record<string, string> = {
      givenName: mei.givenName,
      familyName: mei.familyName,
      email: mei.email,
      comment: mei.comment,
    };
    const order: string[] = [];
    for (let tab = 0; tab < TABS_MAX && order.at(-1) !== "consent"; tab += 1) {
      await page.keyboard.press("Tab");
      const name = await focused(page);
      if (name === null) continue;
      order.push(name);
      const ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(ring, `the ring around ${name}`).not.toBe("none");
      if (typed[name]) await page.keyboard.type(typed[name]);
      if (name === "isNamed" || name === "consent") await page.keyboard.press("Space");
    }
    expect(order).toEqual([
      "givenName",
      "familyName",
      "email",
      "postalCode",
      "country",
      "comment",
      "isNamed",
      "consent",
    ]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText(/^You’re number \d$/).waitFor();
    await page.getByRole("link", { name: `Back to “${world.petition.title}”` }).click();
    await submitButton(page).waitFor();
    expect(page.url()).toBe(english.petitionUrl);
  });
});

test("in French, from the form through its errors to the thanks and the mail", async () => {
  await visit(browser, { ...phone, locale: "en" }, async (page) => {
    await page.goto(french.petitionUrl);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    await submitButton(page, "Signer la pétition").click();
    await page.getByRole("link", { name: "Écrivez votre prénom" }).click();
    await expect.poll(() => focused(page)).toBe("givenName");
    await page.getByLabel("Prénom", { exact: true }).fill(jeanLuc.givenName);
    await page.getByLabel("Nom", { exact: true }).fill(jeanLuc.familyName);
    await page.getByLabel("Adresse électronique").fill(jeanLuc.email);
    await submitButton(page, "Signer la pétition").click();
    await page.getByRole("heading", { name: "Merci" }).waitFor();
    await page.getByRole("link", { name: "Partager par courriel" }).waitFor();
  });
  const [mail] = await waitForMail(server, jeanLuc.email, {
    subject: new RegExp(world.frenchPetition.title),
    contains: french.petitionUrl,
  });
  expect(mail?.subject).toMatch(/^Merci/);
  expect(mail?.text).toContain(`Bonjour ${jeanLuc.givenName}`);
});

test("names in any script, with signs and with markup in them, are shown as they were written", async () => {
  const people = [
    layla,
    { ...mei, givenName: "Mei 🌻", email: withTag(mei.email, "flower"), comment: "🚲💨 <b>bold</b>" },
    { ...amina, givenName: "<i>Amina</i>", email: withTag(amina.email, "tag"), comment: "\"'&amp;" },
  ];
  const stage = await setStage(server, "written");
  for (const person of people) await signOverHttp(server, stage, person);
  await expectCount(server, stage, people.length);
  await visit(browser, phone, async (page) => {
    await page.goto(stage.petitionUrl);
    const recent = page.locator(".signers strong");
    expect(await recent.allTextContents()).toEqual(["<i>Amina</i> S.", "Mei 🌻 C.", "ليلى ح."]);
    const direction = await page.evaluate(
      "getComputedStyle(document.querySelector('.signers li:last-child strong')).direction",
    );
    expect(direction).toBe("rtl");
  });
  await visit(browser, {}, async (page) => {
    await openAs(page, server, stage.rosaEmail, "/account");
    await expectSigners(page, `${server.origin}${stage.overview}/signers`, 3);
    for (const { givenName, familyName, comment } of people) {
      const row = page.getByRole("row", { name: `${givenName} ${familyName}` });
      expect(await row.textContent(), givenName).toContain(comment);
    }
  });
});
