import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser, type TestBrowser, watchForTrouble } from "../browser.ts";
import { mailTo, waitForMail } from "../mailbox.ts";
import { signIn, startGroup } from "../seed.ts";
import { sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { openAs, visit } from "./stage.ts";

const server = sharedServer();
const slug = "starts-letters";
const rosaEmail = world.organiser.email.replace("@", `+${slug}@`);
const [amina] = world.supporters;
const { council, letter } = world;
const url = `http://${server.groupHost(slug)}/letters/tell-your-councillor-no-cars-at-the-school-gate`;
const own = "My daughter is six and walks there alone.";

let browser: TestBrowser;
let overview: string;

beforeAll(async () => {
  browser = await openBrowser();
  const rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
});
afterAll(() => browser.close());

test("an organiser uploads the council, sees what is wrong in the file, and tries a postal code", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, rosaEmail, `/groups/${slug}/targets`);
    await page.getByLabel("Name of the list").fill(council.name);
    await page.getByLabel("CSV file").setInputFiles({
      ...{ name: "council.csv", mimeType: "text/csv", buffer: Buffer.from(council.csv) },
    });
    await page.getByRole("button", { name: "Look at the file" }).click();
    await page.getByText("3 people can be put on the list.").waitFor();
    await page.getByText("Line 5: “not an address” is no email address").waitFor();
    await page.getByRole("button", { name: "Use these 3 people" }).click();
    await page.getByText("The list is replaced.").waitFor();
    await page.getByLabel("Postal code").fill(amina.postalCode);
    await page.getByRole("button", { name: "Try", exact: true }).click();
    const matched = page.locator(".matched");
    await matched.waitFor();
    expect(await matched.textContent()).toContain("Ingrid Solheim");
    expect(await matched.textContent()).toContain("Helen Brandt");
    expect(await matched.textContent()).not.toContain("Marc Beaulieu");
    expect(trouble).toEqual([]);
  });
});

test("the organiser writes a letter to them, tests it on themselves and publishes it", async () => {
  await visit(browser, {}, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, rosaEmail, `/groups/${slug}/actions/new/letter`);
    await page.getByLabel("What should people write about?").fill(letter.title);
    await page.getByRole("button", { name: "Make a draft" }).click();
    await page.getByLabel("A list of our own").check();
    await page.getByLabel("Which list?").selectOption({ label: `${council.name} (3 of 3 with email)` });
    await page.getByLabel("Subject", { exact: true }).fill(letter.subject);
    await page.getByLabel("Your letter", { exact: true }).fill(letter.body);
    await page.getByText("How letters are written and sent").click();
    await page.getByLabel("Words of their own they must add").fill("5");
    await page.getByRole("button", { name: "Next: publish" }).click();
    await page.getByText(url).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("It is live. Share the link below.").waitFor();
    overview = new URL(page.url()).pathname;
    await page.goto(`${server.origin}${overview}/letters`);
    await page.getByText("No letters yet").waitFor();
    await page.getByRole("button", { name: "Send me a test" }).click();
    await page.getByText("The test is on its way to your address.").waitFor();
    expect(trouble).toEqual([]);
  });
  const [mail] = await waitForMail(server, rosaEmail, { subject: /^\[Test\]/ });
  expect(mail?.subject).toBe(`[Test] ${letter.subject}`);
});

test.each([true, false])("a supporter on a phone writes to theirs (script: %s)", async (script) => {
  const email = amina.email.replace("@", `+${slug}-${script}@`);
  await visit(browser, { width: 360, script }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(url);
    await page.getByLabel("First name", { exact: true }).fill(amina.givenName);
    await page.getByLabel("Last name").fill(amina.familyName);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Postal code").fill(amina.postalCode);
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.getByText("Ingrid Solheim").waitFor();
    const text = page.getByLabel("Your letter", { exact: true });
    expect(await text.inputValue()).toContain("Dear [title of the recipient] [name of the recipient],");
    await page.locator("form").getByRole("button", { name: "Send my letter" }).click();
    await page.getByText("Add at least 5 words of your own; so far there are 0").first().waitFor();
    await text.fill(`${await text.inputValue()}\n\n${own}`);
    await page.locator("form").getByRole("button", { name: "Send my letter" }).click();
    await page.getByRole("heading", { name: "Thank you", exact: true }).waitFor();
    // The refused form's own answer is not trouble.
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
  for (const [address, dear] of [
    ["ingrid.solheim@council.example", "Dear Councillor Ingrid Solheim,"],
    ["mayor.brandt@council.example", "Dear Mayor Helen Brandt,"],
  ] as const) {
    const [mail] = (await waitForMail(server, address, { contains: email })).filter(
      ({ replyTo }) => replyTo === email,
    );
    expect(mail).toMatchObject({ subject: letter.subject, replyTo: email });
    expect(mail?.text).toContain(dear);
    expect(mail?.text).toContain(own);
  }
  expect(await mailTo(server, "marc.beaulieu@council.example")).toEqual([]);
});

test("the organiser sees whom the letters went to", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    await openAs(page, server, rosaEmail, `${overview}/letters`);
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByRole("row", { name: "Ingrid Solheim" }).locator("td").first().textContent();
      })
      .toBe("2");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export all letters" }).click();
    expect((await download).suggestedFilename()).toContain("letters.csv");
  });
});

test("a letter that comes back later is shown with its reason, and the address is left alone", async () => {
  const [mail] = await waitForMail(server, "mayor.brandt@council.example");
  const response = await server.fetch(server.platformHost, `/dev/mail/${mail?.id}/bounce`, {
    method: "POST",
  });
  expect(response.status).toBe(303);
  await visit(browser, { width: 360 }, async (page) => {
    await openAs(page, server, rosaEmail, `${overview}/letters`);
    const warning = page.getByText("Letters to 1 recipient come back");
    await expect
      .poll(async () => {
        await page.reload();
        return warning.count();
      })
      .toBe(1);
    const row = page.getByRole("row", { name: "Helen Brandt" });
    await row.getByText("Came back 1 time: 550 5.1.1 User unknown").waitFor();
    await page.getByRole("heading", { name: "Letters that did not arrive" }).waitFor();
    await row.getByRole("button", { name: "Send again" }).click();
    await page.getByText("1 letter is tried again.").waitFor();
    expect(await warning.count()).toBe(0);
  });
});
