import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { downloaded, sharedBrowser, sharedServer } from "../story.ts";
import { openAs, type Stage, setStage, visit } from "./stage.ts";

const server = sharedServer();
/** As a volunteer's spreadsheet leaves it: semicolons, Windows letters, a heading nobody knows, rows that are none. */
const messy = [
  "Courriel;Prénom;Ville;Taille du T-shirt;Infolettre",
  "zoe@liste.example;Zoé;Montréal;M;oui",
  '"Ana ""la"" Sow <ana@liste.example>";Ana;"Laval;',
  'Québec";L;non',
  ";Personne;Rome;;",
  "pas une adresse;Bo;Paris;S;oui",
  "ZOE@liste.example;Zoé;Montréal;M;oui",
].join("\r\n");
const file = { name: "tournée.csv", mimeType: "text/csv", buffer: Buffer.from(messy, "latin1") };

let browser: TestBrowser;
let stage: Stage;
let imports: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "imports");
  imports = `/groups/${stage.slug}/imports`;
});
afterAll(() => browser.close());

async function chooseFile(page: Page): Promise<void> {
  await openAs(page, server, stage.rosaEmail, imports);
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What is in the columns?" }).waitFor();
}

test("an organiser brings a messy file, mends the mapping, and reads what became of each row", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    const trouble = watchForTrouble(page);
    await chooseFile(page);
    expect(await page.getByLabel("What “Courriel” is").inputValue()).toBe("email");
    expect(await page.getByLabel("What “Infolettre” is").inputValue()).toBe("optIn");
    expect(await page.getByLabel("What “Taille du T-shirt” is").inputValue()).toBe("");
    await page.getByText("This is no email address.").waitFor();
    await page.getByLabel("What “Taille du T-shirt” is").selectOption({ label: "Text" });
    await page
      .getByRole("radiogroup", { name: "Who gets your mail" })
      .getByLabel("Those whose row says that they agreed")
      .check();
    await page.getByLabel("Tags for everybody in the file").fill("tour");
    await page.getByRole("button", { name: "Start the import" }).click();
    await page.getByText("Confirm that these people agreed to get mail").first().waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByLabel("I confirm that these people agreed").check();
    await page.getByRole("button", { name: "Start the import" }).click();
    await page.getByText("Done", { exact: true }).waitFor();
    const figures = await page.locator(".stat-value").allTextContents();
    // Zoé and Ana are new, Zoé comes twice, two rows are nobody.
    expect(figures).toEqual(["2", "1", "0", "2"]);
    expect(await accessibilityViolations(page)).toEqual([]);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download the list of problems (CSV)" }).click();
    const list = (await downloaded(await download)).toString("utf8");
    expect(list.split("\r\n")[1]).toMatch(
      /^5,Not stored,There is neither an email address nor a phone number\./,
    );
    expect(list.split("\r\n")[2]).toMatch(
      /^6,Not stored,This is no email address\.,Courriel,pas une adresse/,
    );
    // A download is, to the browser, a page it did not go to. A refused form is one too.
    expect(trouble.filter((line) => !/problems\.csv|422/.test(line))).toEqual([]);
  });
});

test("without script, the same file and the way back", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await chooseFile(page);
    expect(await page.getByLabel("What “Taille du T-shirt” is").inputValue()).not.toBe("");
    await page.getByRole("button", { name: "Start the import" }).click();
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByText("Done", { exact: true }).count();
      })
      .toBe(1);
    expect(await page.locator(".stat-value").allTextContents()).toEqual(["0", "0", "3", "2"]);
    await openAs(page, server, stage.rosaEmail, imports);
    await page.getByRole("link", { name: "tournée.csv" }).last().click();
    await page.getByRole("button", { name: "Undo this import" }).click();
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByText("Taken back:").textContent();
      })
      .toContain("were taken out");
  });
});
