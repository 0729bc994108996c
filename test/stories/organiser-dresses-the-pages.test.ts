import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { publishPetition } from "../seed.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { expectCount, openAs, type Stage, setStage, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const slug = "dresses-the-pages";
const [amina, jeanLuc] = supportersOf(slug);
const looks = `/groups/${slug}/settings/looks`;
/** What another isolate may go on showing. */
const SOON_MS = 40_000;

let browser: TestBrowser;
let stage: Stage;
let french: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, slug);
  french = await publishPetition(stage.rosa, slug, world.frenchPetition);
});
afterAll(() => browser.close());

/** A picture of noise as a camera would give it, larger than a page needs. */
async function photo(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(() => {
    const canvas = document.createElement("canvas");
    canvas.width = ${width};
    canvas.height = ${height};
    const context = canvas.getContext("2d");
    for (let step = 0; step < 4_000; step += 1) {
      context.fillStyle = "hsl(" + ((step * 47) % 360) + " 60% " + (20 + (step % 60)) + "%)";
      context.fillRect((step * 131) % canvas.width, (step * 71) % canvas.height, 90, 60);
    }
    return canvas.toDataURL("image/png").split(",")[1];
  })()`);
  return Buffer.from(base64, "base64");
}

/** What the browser makes of a property, by its name in script. */
function styleOf(locator: Locator, property: string): Promise<string> {
  return locator.evaluate(
    (element, name) => String(Reflect.get(globalThis, "getComputedStyle")(element)[name]),
    property,
  );
}

/** Whether a click in the middle of it meets it, and its words are of a size and colour that can be read. */
function isInSight(locator: Locator): Promise<{ isOnTop: boolean; isReadable: boolean }> {
  return locator.evaluate((element) => {
    element.scrollIntoView({ block: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const met = element.ownerDocument.elementFromPoint(left + width / 2, top + height / 2);
    const { color, fontSize } = Reflect.get(globalThis, "getComputedStyle")(element);
    const isReadable = Number.parseFloat(fontSize) >= 13 && !/^rgba\(.*, 0\)$/.test(color);
    return { isOnTop: met === element || element.contains(met), isReadable };
  });
}

const header =
  '<div class="own-top"><nav aria-label="Local 506"><ul><li><a href="https://example.org/">Local 506</a></li></ul></nav></div>';
/** What would hide the consent and our footer, by mistake or by design. */
const hiding = "label, .field, .choice, .fine, .public-footer { display: none !important }";
/** The same with what styles may do: a box of one's own laid over everything, and words nobody can read. */
const covering =
  ".own-top::after { content: ''; position: absolute; inset: -999rem; z-index: 99999; background: red }\n" +
  "main *, .public-footer * { color: transparent !important; font-size: 0 !important; box-shadow: 0 0 0 99rem red }";
const css =
  ".own-top { background: #23395d; color: #fff; padding: 12px 16px }\n.own-top a { color: inherit }";

test("an organiser tries out colour, font, header and styles, is told what cannot be, and shows them", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, `/groups/${slug}/settings`);
    await page.getByRole("link", { name: "Looks", exact: true }).click();
    await page.getByLabel("Colour").fill("#f2d12e");
    await page.getByLabel("Like a book").check();
    await page.getByText("Header, footer and styles of your own").click();
    await page.getByLabel("Header (HTML)").fill(`${header}<script>alert(1)</script>`);
    await page.getByLabel("Styles (CSS)").fill(`@import "https://tracker.example/x.css";\n${css}`);
    await page.getByRole("button", { name: "Try it in the preview" }).click();
    await page.getByText("Of the rules with @, only @media, @supports and @container").first().waitFor();
    expect(await page.getByLabel("Header (HTML)").inputValue()).toContain("Local 506");
    await page.getByLabel("Styles (CSS)").fill(`${css}\n${hiding}`);
    await page.getByRole("button", { name: "Try it in the preview" }).click();
    await page.getByText("not moved, hidden or covered").first().waitFor();
    await page.getByLabel("Styles (CSS)").fill(`${css}\n${covering}`);
    await page.getByRole("button", { name: "Try it in the preview" }).click();
    await page.getByText("Left out because pages may not have it: <script>").waitFor();
    await page.getByText("On a light page, words in this colour would be hard to read").waitFor();
    const preview = page.frameLocator("iframe.preview-frame");
    await preview.getByRole("link", { name: "Local 506" }).waitFor();
    expect(await styleOf(preview.locator(".own-top"), "backgroundColor")).toBe("rgb(35, 57, 93)");
    const live = await server.fetch(stage.host, stage.petitionPath);
    expect(await live.text()).not.toContain("own-top");
    await page.getByRole("button", { name: "Show on our pages" }).click();
    await page.getByText("Your pages get the new looks within a minute.").waitFor();
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
  const shown = async () =>
    expect(await (await server.fetch(stage.host, stage.petitionPath)).text()).toContain("own-top");
  await vi.waitFor(shown, { timeout: SOON_MS, interval: 500 });
  await visit(browser, { width: 360 }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(stage.petitionUrl);
    expect(await styleOf(page.locator("h1"), "fontFamily")).toContain("Iowan Old Style");
    for (const part of [
      page.locator("label", { hasText: "may send me mail about this" }),
      page.locator(".action-card form .button-primary"),
      page.getByRole("link", { name: "Report this page" }),
    ])
      expect(await isInSight(part)).toEqual({ isOnTop: true, isReadable: true });
    expect(await page.getByText("may send me mail about this").isVisible()).toBe(true);
    expect(await page.getByText("What you write here goes to").isVisible()).toBe(true);
    expect(await page.getByText("has a link to leave its list").isVisible()).toBe(true);
    expect(trouble).toEqual([]);
  });
});

test("a picture is made smaller before it is sent, and goes as it is without script", async () => {
  await visit(browser, { width: 1280 }, async (page) => {
    await openAs(page, server, stage.rosaEmail, looks);
    const file = await photo(page, 3_000, 1_500);
    await page
      .getByLabel("Picture file")
      .first()
      .setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: file });
    await page.locator("#f-logo[data-resized]").waitFor();
    await page.getByLabel("Words for people who do not see the logo").fill("Local 506, in white on blue");
    await page.getByRole("button", { name: "Add the logo" }).click();
    const logo = page.getByRole("img", { name: "Local 506, in white on blue" });
    await logo.waitFor();
    expect([await logo.getAttribute("width"), await logo.getAttribute("height")]).toEqual(["800", "400"]);

    const picture = await photo(page, 2_400, 1_200);
    await page.goto(`${server.origin}${stage.overview}/edit`);
    await page.locator("summary", { hasText: "Image" }).click();
    await page
      .locator("#f-picture")
      .setInputFiles({ name: "street.png", mimeType: "image/png", buffer: picture });
    await page.locator("#f-picture[data-resized]").waitFor({ state: "attached" });
    await page.getByLabel("What the picture shows").fill("A street without cars");
    await page.getByRole("button", { name: "Save the live page" }).first().click();
    await page.getByText("Saved").first().waitFor();
    await page.goto(`${stage.petitionUrl}?now`);
    const shown = page.getByRole("img", { name: "A street without cars" });
    expect([await shown.getAttribute("width"), await shown.getAttribute("height")]).toEqual(["1600", "800"]);
  });
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, stage.rosaEmail, looks);
    const plain = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNkaGAgCTCRpnxUw6iGoaQBALsfAKDYtvfIAAAAAElFTkSuQmCC",
      "base64",
    );
    await page.locator("#f-logo").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: plain });
    await page.getByRole("button", { name: "Save the logo" }).click();
    const logo = page.getByRole("img", { name: "Local 506, in white on blue" });
    expect(await logo.getAttribute("width")).toBe("16");
    await page.getByRole("button", { name: "Back to how it was before" }).click();
    await page.getByText("Your pages look as before again within a minute.").waitFor();
    expect(await page.getByLabel("Colour").inputValue()).toBe("");
  });
});

test("two languages of one petition are linked, lead to each other, and share one total", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${stage.overview}/translations`);
    await page.getByRole("combobox", { name: "Action" }).selectOption(french.split("/").at(-1) ?? "");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await page.getByText("The actions are linked.").waitFor();
    await page.goto(`${stage.petitionUrl}?source=flyer`);
    await page.getByRole("link", { name: "Français" }).click();
    await page.getByRole("heading", { level: 1, name: world.frenchPetition.title }).waitFor();
  });
  await visit(browser, { width: 360, locale: "fr-CA" }, async (page) => {
    const trouble = watchForTrouble(page);
    await page.goto(`${stage.petitionUrl}?source=flyer`);
    await page.getByRole("link", { name: "Lire en français" }).click();
    await page.getByRole("heading", { level: 1, name: world.frenchPetition.title }).waitFor();
    expect(new URL(page.url()).search).toBe("?source=flyer");
    expect(await page.getByRole("link", { name: "English", exact: true }).count()).toBe(1);
    expect(trouble).toEqual([]);
  });
  const frenchPage = { host: stage.host, petitionPath: `/petitions/${world.frenchPetition.slug}` };
  await signOverHttp(server, stage, amina);
  await signOverHttp(server, frenchPage, jeanLuc);
  await expectCount(server, stage, 2);
  await expectCount(server, frenchPage, 2);
});
