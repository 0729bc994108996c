import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { openAs, type Stage, setStage } from "./stage.ts";

const server = sharedServer();
let browser: TestBrowser;
let stage: Stage;
let rosa: Page;
let trouble: string[];

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "by-keyboard");
  rosa = await browser.newPage({ locale: "en" });
  trouble = watchForTrouble(rosa);
  await openAs(rosa, server, stage.rosaEmail, `/groups/${stage.slug}`);
});
afterAll(() => browser.close());

const palette = () => rosa.getByRole("dialog", { name: "Search or go to" });
const focused = () => rosa.evaluate<string>("document.activeElement.textContent.trim()");

test("a slash opens the search of a group, which offers where to go and finds what is typed", async () => {
  await rosa.keyboard.press("/");
  await palette().waitFor();
  await palette().getByRole("link", { name: "New petition" }).waitFor();
  const title = world.petition.title;
  await rosa.keyboard.type(title.slice(0, 8).toLowerCase());
  await palette().getByRole("link", { name: title }).waitFor();
  await expect.poll(() => palette().getByRole("link", { name: "New petition" }).count()).toBe(0);
  await rosa.keyboard.press("ArrowDown");
  expect(await focused()).toContain(title);
  await rosa.keyboard.press("Enter");
  await rosa.getByRole("heading", { name: title, level: 1 }).waitFor();
});

test("Ctrl and K open it too, Enter goes to the first of the list, and Escape leaves where one was", async () => {
  await rosa.keyboard.press("Control+k");
  await palette().waitFor();
  await rosa.keyboard.press("Escape");
  await expect.poll(() => palette().count()).toBe(0);
  await rosa.keyboard.press("Control+k");
  await rosa.keyboard.type("audien");
  await palette().getByRole("link", { name: "Audiences" }).waitFor();
  await expect.poll(() => palette().getByRole("link").count()).toBe(1);
  await rosa.keyboard.press("Enter");
  await rosa.waitForURL(`**/groups/${stage.slug}/audiences`);
});

test("a slash is a slash where one writes, and wherever somebody does not want it to be more", async () => {
  await rosa.goto(`${server.origin}/groups/${stage.slug}/people`);
  await rosa.getByRole("searchbox").fill("");
  await rosa.getByRole("searchbox").press("/");
  expect(await rosa.getByRole("searchbox").inputValue()).toBe("/");
  expect(await palette().count()).toBe(0);
  await rosa.keyboard.press("Control+k");
  await palette().getByRole("checkbox").uncheck();
  await palette().getByRole("button", { name: "Close" }).click();
  await rosa.goto(`${server.origin}/groups/${stage.slug}`);
  await rosa.keyboard.press("/");
  expect(await palette().count()).toBe(0);
  await rosa.getByRole("link", { name: "Search" }).click();
  await palette().getByRole("checkbox").check();
  await rosa.keyboard.press("Escape");
  expect(trouble).toEqual([]);
});
