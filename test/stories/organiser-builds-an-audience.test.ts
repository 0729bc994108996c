import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { expectCount, openAs, type Stage, setStage, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei] = supportersOf("audience");

let browser: TestBrowser;
let stage: Stage;
let audiences: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "audience");
  audiences = `${stage.overview.split("/actions/")[0]}/audiences`;
  for (const supporter of [amina, jeanLuc, mei])
    await signOverHttp(server, stage, supporter, "?source=leaflet");
  await expectCount(server, stage, 3);
});
afterAll(() => browser.close());

test("an organiser on a phone, without script, says who is meant and reads how many that are", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, audiences);
    await page.getByRole("link", { name: "New audience" }).click();
    await page.getByRole("button", { name: "Remove (Subscription)" }).click();
    await page.getByLabel("Add a condition").first().selectOption({ label: "Action taken" });
    await page.getByRole("button", { name: "Add", exact: true }).first().click();
    await page.getByRole("group", { name: "Actions" }).getByRole("checkbox").first().check();
    await page.getByLabel("Add a condition").last().selectOption({ label: "People by address" });
    await page.getByRole("button", { name: "Add", exact: true }).last().click();
    await page.getByRole("button", { name: "Save audience" }).click();
    await page.getByRole("link", { name: "Give the audience a name." }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Signed, without Mei");
    await page.getByLabel("Email addresses").fill(mei.email);
    await page.getByRole("button", { name: "Save audience" }).click();
    await page.getByText("The audience is saved.").waitFor();
    expect(await page.locator(".audience-number").textContent()).toBe("2");
    expect(await page.locator(".audience-words").textContent()).toMatch(
      /^People who signed .* without those who /,
    );
    await page.locator('[name="person"]').fill(mei.email);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText(`${mei.email} is not in this audience`).waitFor();
    // A refused form is told to the console as well.
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("with script the count follows what is typed, and a deleted audience comes back", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, audiences);
    await page.getByRole("link", { name: "Signed, without Mei" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Email addresses").fill("");
    await expect.poll(() => page.locator(".audience-number").textContent()).toBe("3");
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.goBack();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: "Signed, without Mei" }).waitFor();
    expect(trouble).toEqual([]);
  });
});
