import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { developmentVariables, OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import { openAs, visit, withTag } from "./stage.ts";

const server = sharedServer();
const slug = "answered";
const rosaEmail = withTag(world.organiser.email, slug);
const domain = developmentVariables(server.port).MAIL_FROM.split("@")[1];
const [amina] = world.supporters;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await sharedBrowser();
  const rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
});
afterAll(() => browser.close());

/** A mail as another server hands it over. */
async function writes(to: string, subject: string, text: string, more: string[] = []): Promise<void> {
  const headers = [
    `From: ${amina.givenName} ${amina.familyName} <${amina.email}>`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${crypto.randomUUID()}@supporters.example>`,
    "Content-Type: text/plain; charset=utf-8",
    ...more,
  ];
  const raw = `${headers.join("\r\n")}\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\n`;
  expect(await server.receiveMail({ from: amina.email, to, raw })).toMatchObject({ status: 200 });
}

test("a supporter writes to the group's address, an organiser reads it and is done with it", async () => {
  const words = "I can bring forty chairs.\nWhom do I call? 🪑";
  await writes(`${slug}@${domain}`, "Re: Our rivers", words);
  await writes(`${slug}@${domain}`, "Automatic reply: away", "I am away.", ["Auto-Submitted: auto-replied"]);
  await visit(browser, { width: 360, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, rosaEmail, `/groups/${slug}/mailings/replies`);
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.getByRole("link", { name: `${amina.givenName} ${amina.familyName}` }).click();
    expect(await page.locator(".reply-text").textContent()).toBe(words);
    await page.getByRole("button", { name: "Mark as done" }).click();
    await page.getByText("Marked as done.").waitFor();
    await page.getByText("Nothing waits").waitFor();
    expect(trouble).toEqual([]);
  });
});

test("what is written to nobody waits for the operator with its source", async () => {
  const subject = `What is this about ${crypto.randomUUID()}?`;
  await writes(`nobody-at-all@${domain}`, subject, "Hello?");
  await visit(browser, {}, async (page) => {
    await openAs(page, server, OPERATOR_EMAIL, "/operations/inbound");
    const row = page.getByRole("row").filter({ hasText: subject });
    const download = page.waitForEvent("download");
    await row.getByRole("link", { name: "Source" }).click();
    expect((await download).suggestedFilename()).toMatch(/^inbound-\d+\.eml$/);
    expect(await accessibilityViolations(page)).toEqual([]);
    await row.getByRole("button", { name: "Settled" }).click();
    await page.getByText("Marked as settled.").waitFor();
    expect(await page.getByText(subject).count()).toBe(0);
  });
});
