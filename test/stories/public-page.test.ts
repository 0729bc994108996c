import { HtmlValidate } from "html-validate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { publishPetition, signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { fromOwnConnection, supportersOf } from "./stage.ts";

const server = sharedServer();
const slug = "public-page";
const host = server.groupHost(slug);
const petition = "/petitions/every-school";
const [amina, jeanLuc] = supportersOf(slug);

const signature = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: amina.country,
  postalCode: amina.postalCode,
  comment: amina.comment,
  isNamed: "yes",
};

let browser: TestBrowser;

beforeAll(async () => {
  const organiser = await signIn(server, { name: world.organiser.name, email: "rosa@public-page.example" });
  await startGroup(organiser, { ...world.group, slug });
  await publishPetition(organiser, slug, { ...world.petition, slug: "every-school" });
  browser = await sharedBrowser();
});
afterAll(() => browser?.close());

async function html(path: string): Promise<string> {
  return (await server.fetch(host, path)).text();
}

/** Every page a supporter can come to, by name. */
const pages: [name: string, load: () => Promise<string>][] = [
  ["the group", () => html("/")],
  ["the group in French", () => html("/?lang=fr")],
  ["the petition", () => html(petition)],
  [
    "the refused form",
    async () => (await server.visit(host).post(petition, { email: "nobody", comment: "x" })).text(),
  ],
  ["thanks", async () => (await server.visit(host).post(petition, signature, fromOwnConnection())).text()],
  ["the report form", () => html(`${petition}/report`)],
  ["the refused report", async () => (await server.visit(host).post(`${petition}/report`, {})).text()],
  ["nothing there", () => html("/petitions/nothing-there")],
  ["nobody's host", async () => (await server.fetch(server.groupHost("nobody-at-all"), "/")).text()],
];

describe("every public page", () => {
  // What the HTML standard asks for, without the tool's taste in spelling.
  const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });

  test.each(pages)("is valid HTML: %s", async (_, load) => {
    const report = await validator.validateString(await load());
    expect(
      report.results.flatMap(({ messages }) =>
        messages.map(({ ruleId, message }) => `${ruleId}: ${message}`),
      ),
    ).toEqual([]);
  });

  test("a petition has nothing axe-core would change in any theme, on phone and desk, and fits", async () => {
    const look = async (theme: "light" | "dark", width: number) => {
      const page = await browser.newPage({ theme, width });
      const trouble = watchForTrouble(page);
      await page.goto(`http://${host}${petition}`, { waitUntil: "networkidle" });
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(trouble).toEqual([]);
      await page.context().close();
    };
    await Promise.all([look("light", 360), look("light", 1280), look("dark", 360), look("dark", 1280)]);
  });
});

test("without script someone is told what is wrong, corrects it, and is thanked with their number", async () => {
  const page = await browser.newPage({ width: 360, script: false });
  await page.goto(`http://${host}${petition}?source=leaflet`);
  await page.getByLabel("First name", { exact: true }).fill(jeanLuc.givenName);
  await page.getByLabel("Last name").fill(jeanLuc.familyName);
  await page.getByLabel("Email").fill("jeanluc at home");
  await page.locator("form").getByRole("button", { name: "Sign the petition" }).click();
  await page.getByRole("link", { name: "Write an email address like name@example.org" }).click();
  await expect.poll(() => page.url()).toContain("source=leaflet#f-email");
  expect(await page.getByLabel("First name", { exact: true }).inputValue()).toBe(jeanLuc.givenName);
  await page.getByLabel("Email").fill(jeanLuc.email);
  await page.locator("form").getByRole("button", { name: "Sign the petition" }).click();
  await page.getByText(/^You’re number \d+$/).waitFor();
  expect(page.url()).toContain(`${petition}/thanks?done=`);
  expect(await page.getByRole("button", { name: "Copy the link" }).count()).toBe(0);
  expect(await page.getByLabel("Link to share").inputValue()).toBe(
    `http://${host}${petition}?source=share-copy`,
  );
  expect(await page.context().cookies()).toEqual([]);
  await page.context().close();
});

test("with script the page shows a signature given elsewhere, and learns which site led here", async () => {
  const page = await browser.newPage();
  await page.goto(`http://${server.groupHost("nobody-at-all")}/`);
  await page.goto(`http://${host}${petition}`, {
    referer: `http://${server.groupHost("nobody-at-all")}/story?private=1`,
  });
  const total = page.locator("[data-count-total]");
  const before = Number(await total.textContent());
  expect(await page.locator("input[data-referrer]").inputValue()).toContain("/story");
  await server.visit(host).post(petition, { ...signature, email: "elsewhere@public-page.example" });
  await expect
    .poll(async () => Number(await total.textContent()), { timeout: 40_000 })
    .toBeGreaterThan(before);
  await page.context().close();
});

test("on a phone the sign bar is in reach until the form is in sight", async () => {
  const page = await browser.newPage({ width: 360, script: false });
  await page.goto(`http://${host}${petition}`);
  const bar = page.getByRole("navigation", { name: "To the form" });
  await page.evaluate("scrollTo(0, document.body.scrollHeight)");
  await expect.poll(() => bar.isVisible()).toBe(true);
  await bar.getByRole("link").click();
  await expect.poll(() => bar.isVisible()).toBe(false);
  await page.context().close();
});
