import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { eventYear, gatherIn, publish } from "./gathering.ts";
import { openAs, type Stage, setStage, submitButton, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc] = supportersOf("evening");
const phone = { width: 360, theme: "dark" } as const;

let browser: TestBrowser;
let stage: Stage;
let url: string;
let overview: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "evening");
});
afterAll(() => browser.close());

test("Rosa writes an event on her phone, is told of an hour that does not exist, and publishes it", async () => {
  await visit(browser, phone, async (page) => {
    await openAs(page, server, stage.rosaEmail, `/groups/${stage.slug}/actions/new/event`);
    await page.getByLabel("What are you inviting people to?").fill(world.event.title);
    await page.getByRole("button", { name: "Make a draft" }).click();
    await page
      .getByRole("group", { name: "When", exact: true })
      .getByLabel("Starts")
      .fill("2027-03-14T02:30");
    await page.getByLabel("Name of the place").fill(world.event.place);
    await page.getByLabel("Town or city").first().fill(world.event.town);
    await page.getByLabel("How many places?").fill("1");
    await page.locator(".editor-bar").getByRole("button", { name: "Next: publish" }).click();
    await page.getByRole("alert").getByText("02:30 does not exist on that day").waitFor();
    await page
      .getByRole("group", { name: "When", exact: true })
      .getByLabel("Starts")
      .fill(`${eventYear}-05-13T18:30`);
    await page.locator(".editor-bar").getByRole("button", { name: "Next: publish" }).click();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("Live").first().waitFor();
    overview = new URL(page.url()).pathname;
  });
  const html = await (await stage.rosa.get(`${overview}/edit`)).text();
  const slug =
    /name="slug"[^>]*value="([^"]+)"/.exec(html)?.[1] ?? /value="([^"]+)"[^>]*name="slug"/.exec(html)?.[1];
  url = `http://${stage.host}/events/${slug}`;
});

test("Amina saves the one place without script, Jean-Luc waits, and moves up when she cancels by the link in her mail", async () => {
  const reply = async (person: typeof amina | typeof jeanLuc) => {
    await visit(browser, { ...phone, script: false }, async (page) => {
      const trouble = watchForTrouble(page);
      await page.goto(url);
      await page.getByText("6:30").first().waitFor();
      await page.getByLabel("First name", { exact: true }).fill(person.givenName);
      await page.getByLabel("Last name").fill(person.familyName);
      await page.getByLabel("Email").fill(person.email);
      await submitButton(page, "Save my place").click();
      const isFirst = person === amina;
      await page
        .getByRole("heading", { name: isFirst ? "Your place is saved" : "You are on the waiting list" })
        .waitFor();
      expect(await page.getByRole("img", { name: "QR code of your place" }).count()).toBe(isFirst ? 1 : 0);
      expect(trouble).toEqual([]);
    });
  };
  await reply(amina);
  await reply(jeanLuc);
  const [mail] = await waitForMail(server, amina.email, { subject: /Your reply to/ });
  if (!mail) throw new Error("no mail");
  expect(mail.text).toContain("Your place is saved");
  await visit(browser, { ...phone, script: false }, async (page) => {
    await page.goto(`http://${stage.host}${linkIn(mail, "/events/")}`);
    await page.getByRole("button", { name: "Cancel my place" }).click();
    await page.getByText("You are no longer on the list").waitFor();
  });
  const [news] = await waitForMail(server, jeanLuc.email, { subject: /You have a place/ });
  expect(news?.text).toContain("a place has become free");
});

test("at the door Rosa scans Jean-Luc’s code and checks him in, and an organiser's list knows who waits", async () => {
  const [news] = await waitForMail(server, jeanLuc.email, { subject: /You have a place/ });
  if (!news) throw new Error("no mail");
  let ticket = "";
  await visit(browser, phone, async (page) => {
    await page.goto(`http://${stage.host}${linkIn(news, "/events/")}`);
    await page.getByRole("img", { name: "QR code of your place" }).waitFor();
    const read: string = await page
      .locator(".event-ticket")
      .getAttribute("data-code")
      .then((code) => code ?? "");
    ticket = read;
  });
  expect(ticket).toContain("/check-in?ticket=");
  await visit(browser, phone, async (page) => {
    const { pathname, search } = new URL(ticket);
    await openAs(page, server, stage.rosaEmail, pathname + search);
    await page.getByRole("heading", { name: `${jeanLuc.givenName} ${jeanLuc.familyName}` }).waitFor();
    await page.getByRole("button", { name: "Check in" }).click();
    await page.getByText("Checked in at").waitFor();
    await page.getByRole("link", { name: "To the list" }).click();
    expect(await page.getByRole("row", { name: jeanLuc.familyName }).textContent()).toContain("Undo");
    expect(await page.getByText(amina.email).count()).toBe(0);
  });
});

test("a visitor elsewhere sees their own time beside the place's, and the page says it without script too", async () => {
  await visit(browser, { ...phone }, async (page) => {
    const zone = await page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone");
    await page.goto(url);
    await page.getByText("Eastern Daylight Time").first().waitFor();
    if (zone !== "America/Toronto") await page.getByText("By your clock:").first().waitFor();
  });
});

test("in Spanish and without script, somebody takes two shifts, waits for a third, gives one back, and cancels", async () => {
  const { title, slug, locale, place, town, shifts } = world.spanishEvent;
  const [first = "", full = "", last = ""] = shifts;
  const event = {
    ...{
      title,
      slug,
      locale,
      startsAt: `${eventYear}-05-13T18:00`,
      timeZone: "America/Toronto",
      where: "place",
    },
    ...{ "place.name": place, "place.locality": town, "shifts.count": "3", isManyShifts: "yes" },
    ...{ "shifts.0.name": first, "shifts.0.startsAt": `${eventYear}-05-13T16:00` },
    ...{ "shifts.1.name": full, "shifts.1.startsAt": `${eventYear}-05-13T18:00`, "shifts.1.capacity": "1" },
    ...{ "shifts.2.name": last, "shifts.2.startsAt": `${eventYear}-05-13T21:00` },
  };
  await publish(stage.rosa, stage.slug, "event", event);
  const choose = async (person: typeof amina | typeof jeanLuc, page: Page, wanted: readonly string[]) => {
    await page.goto(`http://${stage.host}/events/${slug}`);
    await page.getByLabel("Nombre", { exact: true }).fill(person.givenName);
    await page.getByLabel("Apellidos").fill(person.familyName);
    await page.getByLabel("Correo electrónico").fill(person.email);
    for (const shift of wanted) await page.getByLabel(shift).check();
    await submitButton(page, "Reservar mi plaza").click();
  };
  await visit(browser, { ...phone, script: false, locale }, async (page) => {
    const trouble = watchForTrouble(page);
    await choose(jeanLuc, page, [full]);
    await page.getByRole("heading", { name: "Su plaza está reservada" }).waitFor();
    await choose(amina, page, []);
    await page.getByRole("alert").getByRole("link", { name: "Elija cuándo puede venir" }).waitFor();
    await choose(amina, page, shifts);
    await page.getByRole("heading", { name: "Su plaza está reservada" }).waitFor();
    const said = (name: string) => page.locator("dl > div", { hasText: name }).textContent();
    expect(await said("Sus turnos")).toMatch(new RegExp(`${first}.*${last}`));
    expect(await said("En la lista de espera para")).toContain(full);
    await page.getByRole("link", { name: "Cambiar o cancelar" }).click();
    await page.getByLabel(last).uncheck();
    await page.getByRole("button", { name: "Guardar el cambio" }).click();
    await page.getByText("Su cambio está guardado").waitFor();
    expect(await said("Su turno")).not.toContain(last);
    await page.getByRole("button", { name: "Cancelar mi plaza" }).click();
    await page.getByText("Ya no está en la lista").waitFor();
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("in French, somebody finds the dinner near them on a phone and offers one of their own", async () => {
  const { campaign } = await gatherIn(server, stage, "fr");
  const { dinners } = world.frenchEventCampaign;
  await visit(browser, { ...phone, script: false, locale: "fr" }, async (page) => {
    await page.goto(campaign);
    await page.getByLabel("Code postal ou ville").fill("H3A 1A1");
    await page.getByRole("button", { name: "Chercher" }).click();
    await page.getByRole("img", { name: /^Carte avec/ }).waitFor();
    const [first] = await page.locator(".campaign-events li > a").allTextContents();
    expect(first).toBe(dinners[1]);
    await page.getByRole("link", { name: "Organisez-en un" }).click();
    await submitButton(page, "Proposer un événement").click();
    await page.getByRole("alert").getByRole("link", { name: "Écrivez la ville" }).click();
    expect(await page.locator(":focus").getAttribute("name")).toBe("eventTown");
  });
});
