import type { Page, Response } from "playwright-core";
import { world } from "../world.ts";
import { inBeverlyHills } from "./addressed.ts";
import type { Gathering } from "./gathering.ts";
import type { Giving } from "./giving.ts";
import type { Mailings } from "./mailing.ts";
import { openReaderPage } from "./reading.ts";
import { type Language, type Petitions, type Scene, supporters } from "./scene.ts";

/* How one comes to a page of the scene: by its address, through what lies before it, or by sending its form. */

type Visit = { page: Page; scene: Scene; language: Language };

export type ListedPage = {
  name: string;
  as: "visitor" | "organiser" | "operator";
  /** A page of the group's own host: no cookie, one small document. */
  isPublic?: true;
  /** 200 unless told. */
  status?: number;
  /** It speaks the group's language, whoever asks. */
  isInGroupLanguage?: true;
  open(visit: Visit): Promise<Response | null>;
};

export const platform =
  (path: string | ((visit: Visit) => string)): ListedPage["open"] =>
  (visit) =>
    visit.page.goto(
      visit.scene.server.origin + inLanguage(visit, typeof path === "string" ? path : path(visit)),
    );

/** Somebody without an account, and an operator, chooses the language in the address. */
export function inLanguage({ language }: Visit, path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}lang=${language}`;
}

export const petition =
  (state: keyof Petitions, below = ""): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.petitions[language][state].petitionUrl + below);

export const survey =
  (below = ""): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.surveys[language].url + below);

export const letter =
  (to: "url" | "toCongress" = "url"): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.addressed.letters[language][to]);
export const call: ListedPage["open"] = ({ page, scene, language }) =>
  page.goto(scene.addressed.calls[language].url);
export const inLetter = (path: string) =>
  platform(({ scene, language }) => scene.addressed.letters[language].overview + path);
export const inCall = (path: string) =>
  platform(({ scene, language }) => scene.addressed.calls[language].overview + path);

export const inSurvey = (path: string) =>
  platform(({ scene, language }) => scene.surveys[language].overview + path);
export const gift =
  (to: "url" | "manage"): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.giving[language][to]);
export const inGiving = (path: string | ((giving: Giving["en"]) => string)) =>
  platform(({ scene, language }) => {
    const giving = scene.giving[language];
    return giving.overview + (typeof path === "string" ? path : path(giving));
  });

export const gathering =
  (to: keyof Gathering): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(scene.gathering[language][to]);
export const inGathering = (to: "overview" | "campaignOverview", path: string) =>
  platform(({ scene, language }) => scene.gathering[language][to] + path);

export const inGroup = (path: string) => platform(({ scene }) => scene.group + path);
export const inPetition = (path: string, state: keyof Petitions = "live") =>
  platform(({ scene, language }) => scene.petitions[language][state].overview + path);

export const inMailing = (which: keyof Mailings, path = "") =>
  platform(({ scene }) => scene.mailings[which] + path);

export const inOperations = (path: string) => platform(({ scene }) => scene.operationsGroup + path);

/** Pages of one of the supporters, whom a search finds. */
export const inPerson =
  (path: string): ListedPage["open"] =>
  async ({ page, scene }) => {
    await page.goto(
      `${scene.server.origin}${scene.group}/people?q=${encodeURIComponent(supporters[0].email)}`,
    );
    const href = await page.locator(".person a").first().getAttribute("href");
    return page.goto(`${scene.server.origin}${href}${path}`);
  };

/** A merge of that supporter, with somebody or still with nobody. */
export const inMerge =
  (other: "" | "other"): ListedPage["open"] =>
  async ({ page, scene }) => {
    const ids: string[] = [];
    for (const { email } of supporters.slice(0, 2)) {
      await page.goto(`${scene.server.origin}${scene.group}/people?q=${encodeURIComponent(email)}`);
      const href = await page.locator(".person a").first().getAttribute("href");
      ids.push(href?.split("/").at(-1) ?? "");
    }
    const query = other ? `one=${ids[0]}&other=${ids[1]}` : `one=${ids[0]}`;
    return page.goto(`${scene.server.origin}${scene.group}/people/merges/new?${query}`);
  };

/** A page of the group's host, in the language asked for. */
export const inSite =
  (path: string): ListedPage["open"] =>
  ({ page, scene, language }) =>
    page.goto(`http://${scene.petitions.en.live.host}${path}?lang=${language}`);
/** A page that a supporter's mails lead to. */
export const ofReader =
  (path: string, more = ""): ListedPage["open"] =>
  ({ page, scene, language }) => {
    const { host } = scene.petitions.en.live;
    const where = { server: scene.server, host, email: supporters[0].email };
    return openReaderPage(page, where, `${path}?lang=${language}${more}`);
  };

/** Opens a page, sends its form and gives what came back after redirects. */
export const sending =
  (open: ListedPage["open"], fill: (page: Page) => Promise<unknown> = async () => {}): ListedPage["open"] =>
  async (visit) => {
    const { page } = visit;
    await open(visit);
    await fill(page);
    const answered = page.waitForResponse(
      (response) =>
        response.request().isNavigationRequest() &&
        response.frame() === page.mainFrame() &&
        (response.status() < 300 || response.status() > 399),
    );
    const loaded = page.waitForEvent("load");
    await page.locator("main form .button-primary").first().click();
    await loaded;
    return answered;
  };

/** The form that gives money back has a button of its own colour. */
export function sendingBack(open: ListedPage["open"]): ListedPage["open"] {
  return async (visit) => {
    const { page } = visit;
    await open(visit);
    await page.locator("#f-amount").fill("1000");
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.locator("main .button-danger").first().click();
    const response = await answered;
    await page.waitForLoadState();
    return response;
  };
}

export async function fillSignature(page: Page): Promise<void> {
  const { givenName, familyName } = world.supporters[0];
  await page.locator("#f-givenName").fill(givenName);
  await page.locator("#f-familyName").fill(familyName);
  await page.locator("#f-email").fill("every-page@supporters.example");
}

export async function fillResident(page: Page): Promise<void> {
  const { givenName, familyName, email, postalCode, country } = inBeverlyHills;
  await page.locator("#f-givenName").fill(givenName);
  await page.locator("#f-familyName").fill(familyName);
  await page.locator("#f-email").fill(email);
  await page.locator("#f-postalCode").fill(postalCode);
  await page.locator("#f-country").selectOption(country);
}

export async function fillLine(page: Page): Promise<void> {
  await page.locator("#f-rows-1-givenName").fill(world.supporters[0].givenName);
  await page.locator("#f-rows-1-email").fill("nobody");
}

/** A connection whose form has sent something, which is refused: the fields it is to be mapped to with values to choose from. */
export const receivedForm: ListedPage["open"] = async (visit) => {
  await sending(inGroup("/integrations/connections"), (page) => page.locator("#f-name").fill("Volunteers"))(
    visit,
  );
  const { page } = visit;
  const url = await page.locator("#f-url").inputValue();
  const action = await page.locator("form[action$='/renewal']").getAttribute("action");
  const body = { answers: [{ ref: "mail", label: "Your email", email: "nobody" }], ok: true };
  await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const href = new URL((action ?? "").replace("/renewal", ""), page.url());
  await page.goto(inLanguage(visit, href.href));
  await page.locator("#f-email").selectOption('answers[ref="mail"].email');
  await page.locator("form:has(#f-email) .button-primary").click();
  await page.waitForURL(/done=mapped/);
  return page.reload();
};

/** Lines of a spreadsheet, one right and one wrong, as they are shown before anything is recorded. */
export const pasted: ListedPage["open"] = async (visit) => {
  await inPetition("/paper")(visit);
  const { page } = visit;
  const { givenName, familyName } = world.supporters[0];
  const lines = `first name,last name,email\n${givenName},${familyName},paper@supporters.example\n${givenName},,nobody`;
  await page.locator("#f-file-text").fill(lines);
  const loaded = page.waitForEvent("load");
  const answered = page.waitForResponse((response) => response.url().includes("/uploads/"));
  await page.locator("#file .button").click();
  await loaded;
  return answered;
};

export async function emptyLetter(page: Page): Promise<void> {
  await page.locator(".letter textarea").first().fill("");
}

/** The letter to Congress after so many of its forms were sent: who one is, the district, the letter. */
export function sendingTo(count: 2 | 3): ListedPage["open"] {
  const asked = sending(letter("toCongress"), fillResident);
  const chosen = sending(asked, (page) => page.locator("#f-district").check());
  return count === 2 ? chosen : sending(chosen);
}

export const newKey = sending(inGroup("/integrations/keys"), (page) =>
  page.locator("#f-name").fill("Website"),
);

export const webhooks = inGroup("/integrations/webhooks");
const inList = '.table a[href*="/integrations/webhooks/"]';

/** The group's first webhook, with a test that nobody took. */
export const aWebhook: ListedPage["open"] = async (visit) => {
  const { page } = visit;
  await webhooks(visit);
  if ((await page.locator(inList).count()) === 0) {
    await sending(webhooks, async () => {
      await page.locator("#f-name").fill("CRM");
      await page.locator("#f-url").fill("http://127.0.0.1:9/hook");
    })(visit);
    await page.locator('form[action$="/test"] button').click();
    await webhooks(visit);
  }
  return page.goto(new URL((await page.locator(inList).first().getAttribute("href")) ?? "", page.url()).href);
};

export const aDelivery: ListedPage["open"] = async (visit) => {
  await aWebhook(visit);
  const { page } = visit;
  const href = (await page.locator(inList).first().getAttribute("href")) ?? "";
  return page.goto(new URL(href, page.url()).href);
};
