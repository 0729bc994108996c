import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { publishSurvey } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import {
  expectCount,
  expectSigners,
  openAs,
  type Stage,
  setStage,
  signInBrowser,
  submitButton,
  supportersOf,
  visit,
} from "./stage.ts";

const server = sharedServer();
const [amina, , mei, , , layla] = supportersOf("embedded");
const phone = { width: 360 } as const;

let browser: TestBrowser;
let stage: Stage;
let partner: PartnerSite;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "embedded");
  partner = await openPartnerSite();
});
afterAll(async () => {
  partner.server.close();
  await browser.close();
});

type PartnerSite = {
  server: Server;
  /** Makes a page of this site and gives its address. */
  page(path: string, body: string, policy: string): string;
};

/** A site of somebody else, on another origin: loud styles, a script that notes every event, and a policy for each page. */
async function openPartnerSite(): Promise<PartnerSite> {
  const pages = new Map<string, { body: string; type: string; policy: string }>();
  pages.set("/loud.css", { body: LOUD, type: "text/css", policy: "" });
  pages.set("/notes.js", { body: NOTES, type: "text/javascript", policy: "" });
  const site = createServer((request, response) => {
    const found = pages.get((request.url ?? "").split("?", 1)[0] ?? "");
    response.writeHead(found ? 200 : 404, {
      "content-type": found?.type ?? "text/plain",
      ...(found?.policy ? { "content-security-policy": found.policy } : {}),
    });
    response.end(found?.body);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const origin = `http://partner.localhost:${(site.address() as AddressInfo).port}`;
  return {
    server: site,
    page(path, body, policy) {
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Partner</title>
        <link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/loud.css"><script src="/notes.js"></script></head>
        <body><main><h1>Our site</h1><p id="own">Our words</p>${body}</main></body></html>`;
      pages.set(path, { body: html, type: "text/html", policy });
      return origin + path;
    },
  };
}

const LOUD = `html { font-size: 40px; color: rgb(255, 0, 0); }
* { letter-spacing: 4px; text-transform: uppercase; }
groundswell-action { color: rgb(255, 0, 0); line-height: 4; }
input, button { border: 9px dotted rgb(255, 0, 0) !important; }`;

const NOTES = `window.noted = [];
for (const name of ["groundswell:loaded", "groundswell:submitted"])
  document.addEventListener(name, ({ detail }) => noted.push(name + " " + JSON.stringify(detail)));
for (const name of ["can_embed_loaded", "can_embed_submitted"])
  document.addEventListener(name, (event) => noted.push(name + " " + (event.target === document)));`;

function noted(page: Page): Promise<string[]> {
  return page.evaluate<string[]>("noted");
}

async function fill(
  form: ReturnType<Page["locator"]>,
  person: { givenName: string; familyName: string; email: string },
): Promise<void> {
  await form.getByLabel("First name", { exact: true }).fill(person.givenName);
  await form.getByLabel("Last name").fill(person.familyName);
  await form.getByLabel("Email").fill(person.email);
}

/** What the organiser copies from the petition's page. */
async function copied(label: string): Promise<{ code: string; policy: string }> {
  const found = { code: "", policy: "" };
  await visit(browser, {}, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${stage.overview}/embed`);
    await page.getByText(label, { exact: true }).first().click();
    const part = page.locator("details[open]");
    found.code = await part.getByLabel("Code to copy").inputValue();
    if (label.includes("strict")) found.policy = await part.getByLabel("Sources to allow").inputValue();
  });
  return found;
}

test("on a page of another site with a strict policy: in its own style, counted once with the petition's page", async () => {
  const { code, policy } = await copied("For sites with a strict security policy");
  const [scripts = "", ...rest] = policy.split("; ");
  const strict = [
    "default-src 'none'",
    `${scripts} 'self'`,
    "style-src 'self'",
    ...rest.map((line) => (line.startsWith("img-src") ? `${line} data:` : line)),
    "require-trusted-types-for 'script'",
    "trusted-types groundswell",
  ].join("; ");
  const url = partner.page("/take-action", code, strict);
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(`${url}?token=private`);
    const embed = page.locator("groundswell-action");
    await submitButton(page).waitFor();
    expect(await noted(page)).toEqual([
      `groundswell:loaded {"action":"${stage.petitionPath.slice(1)}"}`,
      "can_embed_loaded true",
    ]);
    expect(await fieldStyle(page)).toEqual({
      isRed: false,
      fontSize: "17px",
      letterSpacing: "normal",
      border: "2px",
    });
    expect(await page.evaluate("getComputedStyle(document.getElementById('own')).color")).toBe(
      "rgb(255, 0, 0)",
    );
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);

    await embed.getByLabel("First name", { exact: true }).fill(amina.givenName);
    await embed.getByLabel("Email").fill("amina at home");
    await submitButton(page).click();
    const summary = embed.getByRole("alert");
    await summary.getByRole("link", { name: "Write an email address like name@example.org" }).click();
    expect(
      await page.evaluate("document.querySelector('groundswell-action').shadowRoot.activeElement.name"),
    ).toBe("email");
    expect(await embed.getByLabel("First name", { exact: true }).inputValue()).toBe(amina.givenName);
    expect(page.url()).toBe(`${url}?token=private`);

    await fill(embed, amina);
    await submitButton(page).click();
    await embed.getByText("You’re number 1", { exact: true }).waitFor();
    expect((await noted(page)).slice(2)).toEqual([
      `groundswell:submitted {"action":"${stage.petitionPath.slice(1)}"}`,
      "can_embed_submitted true",
    ]);
    expect(await page.context().cookies()).toEqual([]);
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
  await expectCount(server, stage, 1);
  await visit(browser, {}, async (page) => {
    await signInBrowser(page, stage.petitionUrl, amina);
    await page.getByText("You had already taken part").waitFor();
    await signInBrowser(page, stage.petitionUrl, mei);
    await page.getByText("You’re number 2", { exact: true }).waitFor();
  });
  await expectCount(server, stage, 2);
  await visit(browser, {}, async (page) => {
    await openAs(page, server, stage.rosaEmail, "/account");
    await expectSigners(page, `${server.origin}${stage.overview}/signers?source=partner.localhost`, 1);
  });
});

/** How the field for the email looks within the shadow. */
function fieldStyle(page: Page) {
  return page.evaluate(`(() => {
    const field = document.querySelector("groundswell-action").shadowRoot.querySelector("input[name=email]");
    const { color, fontSize, letterSpacing, borderTopWidth: border } = getComputedStyle(field);
    return { isRed: color === "rgb(255, 0, 0)", fontSize, letterSpacing, border };
  })()`);
}

test("an embed code from before works when its host is changed: script first, its place later, names as site owners know them", async () => {
  const script = `http://${stage.host}/widgets/v6/petition/${stage.petitionPath.split("/")[2]}?format=js&source=widget`;
  const area = `can-petition-area-${stage.petitionPath.split("/")[2]}`;
  const url = partner.page(
    "/old",
    `<link href='http://${stage.host}/css/style-embed-v3.css' rel='stylesheet' type='text/css' /><script src='${script}'></script><div id="later"></div>`,
    "",
  );
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(url);
    expect(await noted(page)).toEqual([]);
    await page.evaluate(
      `document.getElementById("later").innerHTML = '<div id="${area}" style="width: 100%"></div>'`,
    );
    await page.locator("#new_signature").waitFor();
    expect(await noted(page)).toContain("can_embed_loaded true");
    for (const hook of [
      ".can_embed#can_embed_form .widget_title",
      "#new_signature #form-first_name",
      "#form-last_name",
      "#form-email.input",
      "#form-zip_code",
      "select#form-country.can_select",
      "#form-comments",
      "#d_sharing.controls input[name=consent]",
      ".check_radio_field label.control-label[for=form-consent]",
      "input[type=submit][name=commit].can_button",
      ".honeypot[hidden]",
    ])
      expect(await page.locator(hook).count(), hook).toBe(1);

    await page.locator("#form-email").fill("layla at home");
    await page.evaluate(`document.querySelector('input[name="commit"]').value = "Add my name"`);
    await page.evaluate(`document.querySelector('input[name="commit"]').click()`);
    await page.locator("#form-email.error_input").waitFor();
    expect(await page.locator("#form-email").inputValue()).toBe("layla at home");
    await page.locator("#form-first_name").fill(layla.givenName);
    await page.locator("#form-last_name").fill(layla.familyName);
    await page.locator("#form-email").fill(layla.email);
    await page.locator('input[name="commit"]').click();
    await page.locator(".can_thank_you_wrap #can_thank_you h1").waitFor();
    expect(await noted(page)).toContain("can_embed_submitted true");
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});

test("in a frame, without any script, and only where the group lets it", async () => {
  const own = await setStage(server, "framed");
  const partnerOrigin = new URL(partner.page("/frame", "", "")).origin;
  await visit(browser, {}, async (page) => {
    await openAs(page, server, own.rosaEmail, `/groups/${own.slug}/settings`);
    await page.getByLabel("Sites that may embed your actions").fill(`${partnerOrigin}/any/page`);
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("The settings are saved.").waitFor();
    expect(await page.getByLabel("Sites that may embed your actions").inputValue()).toBe(partnerOrigin);
  });
  const frame = `<iframe src="${own.petitionUrl}/embed" title="Petition" width="100%" height="1500"></iframe>`;
  const url = partner.page("/frame", frame, "default-src 'none'; style-src 'self'; frame-src http:");
  await visit(browser, { ...phone, script: false }, async (page) => {
    await page.goto(url);
    const framed = page.frameLocator("iframe");
    await fill(framed.locator("form"), amina);
    await framed.getByRole("button", { name: "Sign the petition" }).click();
    await framed.getByText("You’re number 1", { exact: true }).waitFor();
  });
  await expectCount(server, own, 1);
  await visit(browser, {}, async (page) => {
    await openAs(page, server, own.rosaEmail, "/account");
    await expectSigners(page, `${server.origin}${own.overview}/signers?source=partner.localhost`, 1);
  });

  const element = `<groundswell-action href="${own.petitionUrl}"><a href="${own.petitionUrl}">Sign</a></groundswell-action><script src="http://${own.host}/js/embed.js"></script>`;
  const body = partner.page("/both", frame + element, "");
  await visit(browser, {}, async (page) => {
    await page.goto(body.replace("partner.localhost", "stranger.localhost"));
    await page.getByRole("link", { name: "Sign" }).waitFor();
    expect(await page.frameLocator("iframe").getByRole("button").count()).toBe(0);
    expect(await page.evaluate("document.querySelector('groundswell-action').shadowRoot")).toBeNull();
    expect(await noted(page)).toEqual([]);
    await page.goto(body);
    await page.frameLocator("iframe").getByRole("button", { name: "Sign the petition" }).waitFor();
    await submitButton(page).waitFor();
  });
});

test("an action of several pages with a question for some goes from page to page in place", async () => {
  const { survey } = world;
  const path = `/surveys/${survey.slug}`;
  await publishSurvey(stage.rosa, stage.slug, survey);
  const element = `<groundswell-action href="http://${stage.host}${path}"></groundswell-action><script src="http://${stage.host}/js/embed.js"></script>`;
  const url = partner.page("/survey", element, "");
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(`${url}?source=newsletter`);
    const embed = page.locator("groundswell-action");
    const line = embed.getByLabel(survey.line);
    await embed.getByLabel(survey.rides[1] ?? "").waitFor();
    expect(await line.isVisible()).toBe(false);
    await embed.getByLabel(survey.rides[0] ?? "").check();
    expect(await line.isVisible()).toBe(true);
    await line.fill("506");
    await embed.getByRole("button", { name: "Next" }).click();
    await embed.getByLabel(survey.minutes).fill("12.5");
    await embed.getByRole("button", { name: "Back" }).click();
    await line.waitFor();
    expect(await line.inputValue()).toBe("506");
    await embed.getByRole("button", { name: "Next" }).click();
    expect(await embed.getByLabel(survey.minutes).inputValue()).toBe("12.5");
    await embed.getByRole("button", { name: "Next" }).click();
    await fill(embed, mei);
    await embed.locator("form button.button-primary").click();
    await embed.getByRole("heading", { name: "Thank you" }).waitFor();
    expect(await noted(page)).toContain(`groundswell:submitted {"action":"${path.slice(1)}"}`);
    expect(trouble).toEqual([]);
  });
});
