import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { expectSigners, openAs, type Stage, setStage, signOverHttp, supportersOf } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc] = supportersOf("tags-and-fields");

describe("Rosa, who wants to find people again,", () => {
  let browser: TestBrowser;
  let rosa: Page;
  let trouble: string[];
  let stage: Stage;
  let group: string;

  beforeAll(async () => {
    browser = await sharedBrowser();
    stage = await setStage(server, "tags-and-fields");
    group = `${server.origin}/groups/${stage.slug}`;
    await signOverHttp(server, stage, amina);
    await signOverHttp(server, stage, jeanLuc, "?source=flyer");
    rosa = await browser.newPage({ locale: "en" });
    trouble = watchForTrouble(rosa);
    await openAs(rosa, server, stage.rosaEmail, "/account");
    await expectSigners(rosa, `${server.origin}${stage.overview}/signers`, 2);
  });
  afterAll(() => browser.close());

  test("makes several tags at once, and is told what a tag may hold", async () => {
    await rosa.goto(`${group}/people`);
    await rosa.getByRole("navigation", { name: "People" }).getByRole("link", { name: "Tags" }).click();
    await rosa.getByLabel("New tags").fill("North End, press, PRESS, door!");
    await rosa.getByRole("button", { name: "Make" }).click();
    await rosa.getByText("Made: North-End, press, and door.").waitFor();
    await rosa.getByText("We left out what a tag cannot hold.").waitFor();
    expect(await accessibilityViolations(rosa)).toEqual([]);
  });

  test("renames one, merges two, deletes one and takes that back", async () => {
    await rosa.getByRole("link", { name: "door" }).click();
    await rosa.getByLabel("Name", { exact: true }).fill("media");
    await rosa.getByRole("button", { name: "Save changes" }).click();
    await rosa.getByText("Saved.").waitFor();
    await rosa.getByRole("link", { name: "media" }).click();
    await rosa.getByLabel("The tag that stays").selectOption({ label: "press" });
    await rosa.getByRole("button", { name: "Merge" }).click();
    await rosa.getByText("Merged. People follow within moments.").waitFor();
    await rosa.getByRole("link", { name: "press" }).click();
    await rosa.getByRole("link", { name: "Delete this tag" }).click();
    await rosa.getByText("0 people lose this tag.").waitFor();
    await rosa.getByRole("button", { name: "Delete the tag" }).click();
    await rosa.getByRole("button", { name: "Undo" }).click();
    await rosa.getByText("It is back.").waitFor();
  });

  test("makes a field with choices, and changes what it keeps", async () => {
    await rosa.getByRole("link", { name: "Fields" }).click();
    await rosa.getByLabel("Name", { exact: true }).fill("Shirt size");
    await rosa.getByLabel("What is kept").selectOption({ label: "One choice" });
    await rosa.getByRole("button", { name: "Make the field" }).click();
    await rosa.getByText("Write at least two choices").first().waitFor();
    await rosa.getByLabel(/^Choices/).fill("Small\nLarge");
    await rosa.getByRole("button", { name: "Make the field" }).click();
    await rosa.getByText("The field is made.").waitFor();
    await rosa.getByRole("link", { name: "Shirt size" }).click();
    await rosa.getByLabel("What is kept").selectOption({ label: "Several choices" });
    await rosa.getByRole("button", { name: "Save changes" }).click();
    await rosa.getByText("Saved.").waitFor();
    expect(await rosa.getByRole("row", { name: /Shirt size/ }).textContent()).toContain("Several choices");
    expect(await accessibilityViolations(rosa)).toEqual([]);
  });

  test("sees who came by the flyer, and makes a link for the next one", async () => {
    await expect
      .poll(
        async () => {
          await rosa.goto(`${group}/sources`);
          return rosa.getByRole("row", { name: /flyer/ }).count();
        },
        { timeout: 40_000 },
      )
      .toBe(1);
    await rosa.getByLabel("Source code").fill("poster-2");
    await rosa.getByRole("button", { name: "Make the link" }).click();
    expect(await rosa.getByLabel("Your link").inputValue()).toBe(`${stage.petitionUrl}?source=poster-2`);
    expect(trouble.filter((line) => !line.includes("422"))).toEqual([]);
  });
});
