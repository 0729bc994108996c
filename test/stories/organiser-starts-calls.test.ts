import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import type { Visitor } from "../client.ts";
import { publishAddressed, signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { openAs, visit } from "./stage.ts";

const server = sharedServer();
const slug = "starts-calls";
const rosaEmail = world.organiser.email.replace("@", `+${slug}@`);
const [amina] = world.supporters;
const { call } = world;
const url = `http://${server.groupHost(slug)}/calls/call-city-hall-about-the-school-gates`;

let browser: TestBrowser;
let overview: string;
let rosa: Visitor;

beforeAll(async () => {
  browser = await sharedBrowser();
  rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
});
afterAll(() => browser.close());

test("an organiser on a phone, without script, names two people to call and publishes", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, rosaEmail, `/groups/${slug}/actions/new/call`);
    await page.getByLabel("What should people call about?").fill(call.title);
    await page.getByRole("button", { name: "Make a draft" }).click();
    await page.getByLabel("Name", { exact: true }).first().fill("Helen Brandt");
    await page.getByLabel("Office").first().fill("Mayor");
    await page.getByLabel("Phone").first().fill("416-555-0100");
    await page.getByRole("button", { name: "Add another person" }).click();
    await page.locator("[name='source.people.1.name']").fill("The school board");
    await page.locator("[name='source.people.1.phone']").fill("416-555-0101");
    await page.getByLabel("What callers can say").fill(call.script);
    await page.getByRole("button", { name: "Next: publish" }).click();
    await page.getByText(url).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("It is live. Share the link below.").waitFor();
    overview = new URL(page.url()).pathname;
  });
});

test.each([true, false])(
  "a supporter on a phone calls both and says how it went (script: %s)",
  async (script) => {
    await visit(browser, { width: 360, script }, async (page) => {
      const trouble = watchForTrouble(page);
      await page.goto(url);
      await page.getByLabel("First name", { exact: true }).fill(amina.givenName);
      await page.getByLabel("Last name").fill(amina.familyName);
      await page.getByLabel("Email").fill(amina.email.replace("@", `+${slug}-${script}@`));
      await page.getByLabel("Postal code").fill(amina.postalCode);
      await page.locator("form").getByRole("button", { name: "Next" }).click();
      await page.getByText("Call 1 of 2").waitFor();
      expect(await page.getByRole("link", { name: "Call 416-555-0100" }).getAttribute("href")).toBe(
        "tel:4165550100",
      );
      await page.getByText(`my name is ${amina.givenName} and I live in ${amina.postalCode}`).waitFor();
      await page.getByLabel("Somebody answered").check();
      await page.getByRole("button", { name: "Save and go on" }).click();
      await page.getByText("Your call is counted.").waitFor();
      await page.getByText("Call 2 of 2").waitFor();
      await page.getByLabel("I left a message").check();
      await page.getByRole("button", { name: "Save and go on" }).click();
      await page.getByRole("heading", { name: "Thank you", exact: true }).waitFor();
      expect(trouble).toEqual([]);
    });
  },
);

const ENGLISH = /\b(the|your|you|and|call|next|save|answered)\b/i;

test("in Spanish and without script, a supporter is asked what is missing, calls, and says how it went", async () => {
  const [title, path] = ["Llame a la alcaldía", "llame-a-la-alcaldia"];
  const fields = {
    "source.from": "fixed",
    "source.people.count": "1",
    "source.people.0.name": "Helen Brandt",
    "source.people.0.phone": "416-555-0100",
    script: "Me llamo {{first_name}} y vivo en {{postal_code}}.",
  };
  await publishAddressed(rosa, slug, { kind: "call", title, slug: path, locale: "es", fields });
  await visit(browser, { width: 360, script: false, locale: "es" }, async (page) => {
    const form = page.locator("form");
    const words = async () => expect((await page.locator("main").textContent())?.match(ENGLISH)).toBeNull();
    await page.goto(`http://${server.groupHost(slug)}/calls/${path}`);
    await page.getByLabel("Nombre", { exact: true }).fill(amina.givenName);
    await page.getByLabel("Apellidos").fill(amina.familyName);
    await page.getByLabel("Correo").fill(amina.email.replace("@", `+${slug}-es@`));
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByRole("alert").waitFor();
    await words();
    await page.getByLabel("Código postal").fill(amina.postalCode);
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByText(`Me llamo ${amina.givenName} y vivo en ${amina.postalCode}.`).waitFor();
    expect(await page.getByRole("link", { name: "Llamar al 416-555-0100" }).getAttribute("href")).toBe(
      "tel:4165550100",
    );
    await words();
    await page.getByLabel("Dejé un mensaje").check();
    await form.getByRole("button", { name: "Guardar y seguir" }).click();
    await page.getByRole("heading", { name: "Gracias", exact: true }).waitFor();
  });
});

test("the organiser sees whom people called and how it went", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    await openAs(page, server, rosaEmail, `${overview}/calls`);
    await expect
      .poll(async () => {
        await page.reload();
        return [await callsTo(page, "Helen Brandt"), await callsTo(page, "The school board")];
      })
      .toEqual([
        ["2", "2", "0", "0", "0"],
        ["2", "0", "2", "0", "0"],
      ]);
  });
});

function callsTo(page: Page, name: string): Promise<string[]> {
  return page.getByRole("row", { name }).locator("td").allTextContents();
}
