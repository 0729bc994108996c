import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import type { Visitor } from "../client.ts";
import { publishSurvey, signIn, startGroup } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { expectSigners, openAs, visit } from "./stage.ts";

const server = sharedServer();
const slug = "asks-a-survey";
const rosaEmail = world.organiser.email.replace("@", `+${slug}@`);
const host = server.groupHost(slug);
const [amina, jeanLuc] = world.supporters;
const { survey } = world;

let browser: TestBrowser;
/** Below the platform's origin, once it is published. */
let overview: string;
let rosa: Visitor;

beforeAll(async () => {
  browser = await sharedBrowser();
  rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
});
afterAll(() => browser.close());

/** Presses a button among the questions and waits for the page that comes back. */
async function press(within: Locator, name: string) {
  await Promise.all([
    within.page().waitForEvent("load"),
    within.getByRole("button", { name, exact: true }).click(),
  ]);
}

const more = "Page, for whom, and where the answer goes";

test("an organiser on a phone, without script, asks two pages of questions with a condition and a field", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, rosaEmail, `/groups/${slug}/actions/new/survey`);
    await page.getByLabel("What is the survey about?").fill(survey.title);
    await page.getByRole("button", { name: "Make a draft" }).click();
    const questions = page.locator("#f-questions");
    await press(questions, "Add a question");
    const first = page.getByRole("group", { name: "Question 1", exact: true });
    await first.getByLabel("Question", { exact: true }).fill(survey.ride);
    await first.getByLabel("How is it answered?").selectOption("One of a few");
    await first.getByLabel("Choices").fill(survey.rides.join("\n"));
    await first.getByLabel("It must be answered").check();
    await first.getByText(more).click();
    await press(first, "Make a field for it");

    await press(questions, "Add a question");
    const second = page.getByRole("group", { name: "Question 2", exact: true });
    await second.getByLabel("Question", { exact: true }).fill(survey.line);
    await second.getByText(more).click();
    await second.getByLabel("Who is asked?").selectOption({ index: 1 });
    await press(second, "Choose the answers");
    await second
      .getByRole("group", { name: "Asked of those who answer" })
      .getByLabel(survey.rides[0])
      .check();

    await press(questions, "Add a question");
    const third = page.getByRole("group", { name: "Question 3", exact: true });
    await third.getByLabel("Question", { exact: true }).fill(survey.minutes);
    await third.getByLabel("How is it answered?").selectOption("A number");
    await press(third, "Save to the library");
    await third.getByLabel("Page").selectOption("A new page (2)");

    await page.getByLabel("Show the results to everybody").check();
    await page.getByRole("button", { name: "Next: publish" }).click();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("It is live. Share the link below.").waitFor();
    overview = new URL(page.url()).pathname;
  });
});

const surveyUrl = () => `http://${host}/surveys/${survey.slug}`;

test("a supporter without script is asked page by page, and goes back without losing anything", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(`${surveyUrl()}?source=flyer`);
    await page.getByText("Step 1 of 3").waitFor();
    await page.getByText(`If you answered “${survey.rides[0]}” to “${survey.ride}”:`).waitFor();
    await page.getByLabel(survey.rides[1], { exact: true }).check();
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.getByLabel(survey.minutes).fill("a quarter of an hour");
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.getByText(`Write a number for “${survey.minutes}”, such as 3 or 2.5`).first().waitFor();
    await page.getByLabel(survey.minutes).fill("12,5");
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "About you" }).waitFor();
    await page.locator("form").getByRole("button", { name: "Back" }).click();
    expect(await page.getByLabel(survey.minutes).inputValue()).toBe("12,5");
    await page.locator("form").getByRole("button", { name: "Back" }).click();
    expect(await page.getByLabel(survey.rides[1], { exact: true }).isChecked()).toBe(true);
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await fillContact(page, amina);
    // The refused page is the one thing a console has to tell.
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("with script, a question appears with the answer that leads to it", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(surveyUrl());
    const line = page.getByLabel(survey.line);
    await expect.poll(() => line.isVisible()).toBe(false);
    await page.getByLabel(survey.rides[0], { exact: true }).check();
    expect(await line.isVisible()).toBe(true);
    expect(await page.getByText("If you answered").isVisible()).toBe(false);
    await page.getByLabel(survey.rides[1], { exact: true }).check();
    expect(await line.isVisible()).toBe(false);
    await page.getByLabel(survey.rides[0], { exact: true }).check();
    await line.fill("506");
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await page.getByLabel(survey.minutes).fill("30");
    await page.locator("form").getByRole("button", { name: "Next" }).click();
    await fillContact(page, jeanLuc);
    expect(trouble).toEqual([]);
  });
});

const ENGLISH = /\b(the|your|you|and|next|back|send|answered|about|choose)\b/i;

test("in Spanish and without script, every word is Spanish: the condition, what is wrong, the thanks", async () => {
  const questions = {
    ...{ title: "¿Cómo va a la escuela?", slug: "como-va-a-la-escuela", locale: "es" },
    ...{ ride: "¿Cómo va su hija?", rides: ["En autobús", "A pie"], line: "¿En qué línea?" },
    ...{ minutes: "¿Cuántos minutos tarda?", why: "¿Qué sería mejor?" },
  };
  await publishSurvey(rosa, slug, questions);
  await visit(browser, { width: 360, script: false, locale: "es" }, async (page) => {
    const form = page.locator("form");
    const words = async () => expect((await page.locator("main").textContent())?.match(ENGLISH)).toBeNull();
    await page.goto(`http://${host}/surveys/${questions.slug}`);
    await page.getByText("Paso 1 de 3").waitFor();
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByRole("alert").waitFor();
    await words();
    await page.getByLabel("En autobús").check();
    await page.getByLabel("¿En qué línea?").fill("506");
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByLabel("¿Cuántos minutos tarda?").fill("12,5");
    await form.getByRole("button", { name: "Siguiente" }).click();
    await page.getByRole("heading", { name: "Sobre usted" }).waitFor();
    await words();
    await page.getByLabel("Nombre", { exact: true }).fill(amina.givenName);
    await page.getByLabel("Apellidos").fill(amina.familyName);
    await page.getByLabel("Correo").fill(amina.email.replace("@", `+${slug}-es@`));
    await form.getByRole("button", { name: "Enviar mis respuestas" }).click();
    await page.getByRole("heading", { name: "Gracias", exact: true }).waitFor();
    await page.getByRole("link", { name: "Ver lo que ha respondido la gente" }).click();
    await page.getByText("Los resultados se muestran cuando hayan respondido 5 personas.").waitFor();
  });
});

async function fillContact(page: Page, person: { givenName: string; familyName: string; email: string }) {
  await page.getByLabel("First name", { exact: true }).fill(person.givenName);
  await page.getByLabel("Last name").fill(person.familyName);
  await page.getByLabel("Email").fill(person.email);
  await page.locator("form").getByRole("button", { name: "Send my answers" }).click();
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  await page.getByRole("link", { name: "See what people have answered" }).click();
  await page.getByText("Results are shown once 5 people have answered.").waitFor();
}

test("the organiser sees the answers as charts, as a list and as CSV, and the question in the library", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    await openAs(page, server, rosaEmail, overview);
    await expectSigners(page, `${server.origin}${overview}/signers`, 2);
    await page.getByRole("link", { name: "Results", exact: true }).click();
    const row = (answer: string) => page.getByRole("row", { name: answer });
    expect(await row(survey.rides[0]).textContent()).toContain("50%");
    expect(await row(survey.rides[1]).textContent()).toContain("50%");
    expect(await page.locator(".result-numbers").textContent()).toContain("21.25");
    await page.getByText("506").waitFor();
    const csv = await page.request.get(`${server.origin}${overview}/results.csv`);
    expect(await csv.text()).toContain(`${survey.minutes},Average,21.25,`);
    await page.goto(`${server.origin}/groups/${slug}/questions`);
    await page.getByRole("row", { name: survey.minutes }).waitFor();
    await page.getByRole("row", { name: survey.ride }).waitFor();
  });
});
