import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import type { Visitor } from "../client.ts";
import { mailTo, waitForMail } from "../mailbox.ts";
import { publishAddressed, signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
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
let rosa: Visitor;

beforeAll(async () => {
  browser = await sharedBrowser();
  rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
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

test("a supporter on a phone writes to theirs", async () => {
  const email = amina.email.replace("@", `+${slug}@`);
  await visit(browser, { width: 360 }, async (page) => {
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

const toCongress = {
  ...{ "source.from": "builtin", "source.sets.us-house": "yes" },
  ...{
    "source.fallback.name": "La oficina del distrito",
    "source.fallback.email": "oficina@district.example",
  },
};
const inSpanish = {
  ...{ "letters.shown": "yes", isEditable: "yes", ownWords: "3", delivery: "digest", "variants.count": "1" },
  ...{
    "variants.0.subject": "Calles tranquilas",
    "variants.0.body": "Soy {{first_name}}, de {{postal_code}}.",
  },
};
const ENGLISH = /\b(the|your|you|and|choose|letter|next|send|district)\b/i;

test("a supporter without script finds every word in Spanish: the district, the fallback, the words of their own", async () => {
  const [title, path] = ["Escriba al Congreso", "escriba-al-congreso"];
  const fields = { ...toCongress, ...inSpanish };
  await publishAddressed(rosa, slug, { kind: "letter", title, slug: path, locale: "es", fields });
  await visit(browser, { width: 360, script: false, locale: "es" }, async (page) => {
    const form = page.locator("form");
    const words = async () => expect(await page.locator("main").textContent()).not.toMatch(ENGLISH);
    await page.goto(`http://${server.groupHost(slug)}/letters/${path}`);
    await page.getByLabel("Nombre", { exact: true }).fill(amina.givenName);
    await page.getByLabel("Apellidos").fill(amina.familyName);
    await page.getByLabel("Correo").fill(amina.email.replace("@", `+${slug}-es@`));
    await page.getByLabel("Código postal").fill("90210");
    await page.getByLabel("País").selectOption("US");
    await form.getByRole("button", { name: "Siguiente" }).click();
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByRole("link", { name: "Elija su distrito" }).waitFor();
    await words();
    await page.getByLabel("CA-36").check();
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByText("La oficina del distrito").waitFor();
    await form.getByRole("button", { name: "Enviar mi carta" }).click();
    await page.getByText("Añada al menos 3 palabras suyas").first().waitFor();
    await words();
    const text = page.getByLabel("Su carta", { exact: true });
    await text.fill(`${await text.inputValue()} Mi hija va sola.`);
    await form.getByRole("button", { name: "Enviar mi carta" }).click();
    await page.getByRole("heading", { name: "Gracias", exact: true }).waitFor();
  });
});

test("the organiser sees whom the letters went to", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    await openAs(page, server, rosaEmail, `${overview}/letters`);
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByRole("row", { name: "Ingrid Solheim" }).locator("td").first().textContent();
      })
      .toBe("1");
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
