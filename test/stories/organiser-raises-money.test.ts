import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import type { Visitor } from "../client.ts";
import { waitForMail } from "../mailbox.ts";
import { signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { publish } from "./gathering.ts";
import { openAs, submitButton, supportersOf, visit, withTag } from "./stage.ts";

const server = sharedServer();
const slug = "riverside-gives";
const rosaEmail = withTag(world.organiser.email, "gives");
const [amina, jeanLuc, mei] = supportersOf("gives");
const { fundraiser } = world;
const pageUrl = `http://${server.groupHost(slug)}/fundraisers/${fundraiser.slug}`;
const phone = { width: 360 } as const;
/** Long enough for a regular gift's second turn to come, be heard of and be written. */
const LIST_TIMEOUT_MS = 20_000;

let browser: TestBrowser;
let rosa: Visitor;

beforeAll(async () => {
  browser = await sharedBrowser();
  rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
});
afterAll(() => browser.close());

type Supporter = { givenName: string; familyName: string; email: string };

async function fillIn(page: Page, { givenName, familyName, email }: Supporter): Promise<void> {
  await page.getByLabel("First name", { exact: true }).fill(givenName);
  await page.getByLabel("Last name").fill(familyName);
  await page.getByLabel("Email", { exact: true }).fill(email);
}

async function payBy(page: Page, card: string): Promise<void> {
  await page.getByLabel(card, { exact: true }).check();
  await page.getByRole("button", { name: "Pay" }).click();
}

test("an organiser's draft is a page that takes gifts, on a phone", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, rosaEmail, `/groups/${slug}/actions/new/fundraiser`);
    await page.getByLabel("What do you need money for?").fill(fundraiser.title);
    await page.getByRole("button", { name: "Make a draft" }).click();
    await page.getByLabel("Goal in money").fill("1,000");
    await page.getByText("Fees, dedications and receipts").click();
    await page.getByLabel("On the receipt").fill(fundraiser.receiptText);
    await page.getByRole("button", { name: "Next: publish" }).click();
    await page.getByText(pageUrl).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("It is live. Share the link below.").waitFor();
    expect(trouble).toEqual([]);
  });
});

test("without script somebody gives once, in memory of somebody, after a card that was declined", async () => {
  await visit(browser, { ...phone, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(pageUrl);
    await fillIn(page, amina);
    await submitButton(page, "Give").click();
    await page.getByRole("alert").getByRole("link", { name: "Choose an amount" }).waitFor();
    await page.getByLabel("Other amount", { exact: true }).check();
    await page.getByLabel("The other amount").fill("40");
    await page.getByLabel("the card fee on top").check();
    await page.getByText("Give in somebody’s name").click();
    await page.getByLabel("In memory of").check();
    await page.getByLabel("Their name").fill(fundraiser.inMemoryOf);
    await submitButton(page, "Give").click();

    await page.getByRole("heading", { name: "$41.51" }).waitFor();
    await payBy(page, "Is declined");
    await page.getByText("The card was declined. Nothing was charged.").waitFor();
    await payBy(page, "Asks you to approve first");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("You gave $41.51.").waitFor();
    expect(trouble.filter((line) => !line.includes("402") && !line.includes("422"))).toEqual([]);
  });
  const [receipt] = await waitForMail(server, amina.email, { subject: /Your receipt: \$41\.51/ });
  expect(receipt?.text).toContain(fundraiser.receiptText);
  expect(receipt?.text).toContain(`In memory of ${fundraiser.inMemoryOf}`);
});

const ENGLISH = /\b(the|your|you|and|amount|give|card|pay|monthly)\b/i;

test("in Spanish and without script, an amount that is none is refused in words, and a gift is thanked for", async () => {
  const path = "sensores-en-la-escuela";
  await publish(rosa, slug, "fundraiser", {
    ...{ title: "Sensores en la escuela", slug: path, locale: "es", fundraiser: "shown" },
    ...{ currency: world.group.currency, "amounts.0": "10", least: "1", most: "5000", moneyGoal: "2500" },
    ...{ isOtherAllowed: "yes", "rhythm.once": "yes" },
  });
  await visit(browser, { ...phone, script: false, locale: "es" }, async (page) => {
    const words = async () => expect((await page.locator("main").textContent())?.match(ENGLISH)).toBeNull();
    await page.goto(`http://${server.groupHost(slug)}/fundraisers/${path}`);
    await page.getByLabel("Nombre", { exact: true }).fill(mei.givenName);
    await page.getByLabel("Apellidos").fill(mei.familyName);
    await page.getByLabel("Correo electrónico", { exact: true }).fill(mei.email);
    await page.getByLabel("Otro importe", { exact: true }).check();
    await page.getByLabel("El otro importe").fill("-5");
    await submitButton(page, "Donar").click();
    await page.getByRole("alert").getByRole("link", { name: "mayor que cero" }).waitFor();
    await words();
    await page.getByLabel("El otro importe").fill("12,50");
    await submitButton(page, "Donar").click();
    await page.getByRole("heading", { name: "12,50" }).waitFor();
    await words();
    await page.getByLabel("Es rechazada", { exact: true }).check();
    await page.getByRole("button", { name: "Pagar" }).click();
    await page.getByText("La tarjeta fue rechazada. No se cobró nada.").waitFor();
    await page.getByLabel("Funciona", { exact: true }).check();
    await page.getByRole("button", { name: "Pagar" }).click();
    await page.getByText("Usted donó").waitFor();
  });
});

test("with script the button says what it will do; a monthly gift is later ended by its link", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(pageUrl);
    await page.getByLabel("$25", { exact: true }).check();
    await page.getByLabel("Monthly").check();
    await expect.poll(() => submitButton(page, "Give $25 monthly").count()).toBe(1);
    await page.getByLabel("The other amount").fill("30");
    await expect.poll(() => submitButton(page, "Give $25 monthly").count()).toBe(0);
    await page.getByLabel("$25", { exact: true }).check();
    expect(await page.getByLabel("The other amount").inputValue()).toBe("");
    await fillIn(page, jeanLuc);
    await submitButton(page, "Give $25 monthly").click();
    await payBy(page, "Works once, then fails for a regular gift");
    await page.getByText("You give $25 every month.").waitFor();
    await page.getByRole("link", { name: "Change or end your regular gift" }).click();
    await page.getByText("$25 every month").waitFor();
    expect(trouble).toEqual([]);

    await failNextTurn();
    const [recovery] = await waitForMail(server, jeanLuc.email, { subject: /could not be taken/ });
    expect(recovery?.text).toContain("Put in another card");
    await page.reload();
    await page.getByText("The last payment did not go through.").waitFor();
    await page.getByRole("button", { name: "End my gift" }).click();
    await page.getByRole("heading", { name: "End your regular gift?" }).waitFor();
    await page.getByRole("button", { name: "End my gift" }).click();
    await page.getByText("This gift has ended.").waitFor();
  });
});

/** What a bank does without being asked: here the newest subscription's next turn does not go through. */
async function failNextTurn(): Promise<void> {
  await visit(browser, {}, async (page) => {
    await page.goto(`${server.origin}/dev/payments`);
    const row = page.getByRole("row", { name: /tsub_/ }).last();
    await row.getByRole("button", { name: "Fail the next turn" }).click();
    await page.getByRole("heading", { name: "Test bank" }).waitFor();
  });
}

test("the organiser sees what came in, a dispute as it comes, and gives a gift back", async () => {
  await visit(browser, phone, async (page) => {
    await page.goto(pageUrl);
    await page.getByLabel("$10", { exact: true }).check();
    await fillIn(page, mei);
    await submitButton(page, "Give $10").click();
    await payBy(page, "Works, and is disputed a few seconds later");
    await page.getByText("You gave $10.").waitFor();
  });
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, rosaEmail, `/groups/${slug}/actions`);
    await page.getByRole("link", { name: fundraiser.title }).first().click();
    await page.getByRole("navigation", { name: "This action" }).getByRole("link", { name: "Gifts" }).click();
    await expect
      .poll(
        async () => {
          await page.reload();
          return page.getByRole("row", { name: mei.givenName }).textContent();
        },
        { timeout: LIST_TIMEOUT_MS },
      )
      .toContain("Disputed");
    await page.getByRole("link", { name: `${amina.givenName} ${amina.familyName}` }).click();
    await page.getByLabel("How much").fill("41.51");
    await page.getByRole("button", { name: "Give it back" }).click();
    await page.getByText("The money is on its way back.").waitFor();
    await page.getByText("Refunded", { exact: true }).waitFor();
    expect(trouble).toEqual([]);
  });
  await waitForMail(server, amina.email, { subject: /\$41\.51 given back/ });
  const count = async () =>
    await (await server.fetch(server.groupHost(slug), `/fundraisers/${fundraiser.slug}/count.json`)).json<{
      tally: number;
      count: number;
    }>();
  await expect.poll(async () => (await count()).tally, { timeout: LIST_TIMEOUT_MS }).toBe(2500);
  await expect.poll(async () => (await count()).count, { timeout: LIST_TIMEOUT_MS }).toBe(3);
});
