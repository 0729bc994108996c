import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { mailTo, waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { bringList, readyToMail } from "./mailing.ts";
import { openAs, type Stage, setStage, visit } from "./stage.ts";

const server = sharedServer();
const people = Array.from({ length: 200 }, (_, index) => `reader-${index + 1}@mailed.example`);
/** A busy machine writes, freezes and sends; whoever waits looks again and again. */
const PATIENCE = { timeout: 60_000 };
const subjects = [world.petition.title, "Twenty minutes for cleaner air"] as const;

let browser: TestBrowser;
let stage: Stage;
let mailings: string;
let href = "";

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "mailing");
  mailings = `/groups/${stage.slug}/mailings`;
  await bringList(stage.rosa, stage.slug, people);
  await readyToMail(stage.rosa, stage.slug);
  const look = async () => {
    const page = await stage.rosa.get(`/groups/${stage.slug}/imports`);
    expect(await page.text()).toContain("Done");
  };
  await vi.waitFor(look, { ...PATIENCE, interval: 500 });
});
afterAll(() => browser.close());

const TABS_MAX = 120;

/* From the empty list to the last mail nobody touches a mouse. */

async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor({ state: "attached" });
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    if ((await control.and(page.locator(":focus")).count()) > 0) return;
  }
  throw new Error("no tab leads there");
}

async function press(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}

async function write(page: Page, control: Locator, text: string): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

/** Of several radio buttons Tab reaches the one that is chosen, and the arrows the others. */
async function choose(page: Page, wanted: Locator): Promise<void> {
  const name = await wanted.getAttribute("name");
  await tabTo(page, page.locator(`input[name="${name}"]:checked`));
  for (let arrows = 0; arrows < TABS_MAX && !(await wanted.isChecked()); arrows += 1)
    await page.keyboard.press("ArrowDown");
}

async function saved(page: Page): Promise<void> {
  await press(page, page.getByRole("button", { name: "Save", exact: true }).first());
  await page.getByText("Saved.", { exact: true }).waitFor();
}

test("an organiser writes with the editor, and a second subject to test", async () => {
  await visit(browser, {}, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, mailings);
    await page.getByText("No mailings yet").waitFor();
    await press(page, page.getByRole("link", { name: "New mailing" }).first());
    await press(page, page.getByRole("button", { name: "Start with a blank page" }));
    await page.getByRole("toolbar").waitFor();
    await write(page, page.getByLabel("Subject"), subjects[0]);
    await write(page, page.getByLabel("Preview text"), world.petition.ask);
    await tabTo(page, page.getByRole("textbox", { name: "Message" }));
    await page.keyboard.type("Dear neighbours, ");
    await page.keyboard.press("ControlOrMeta+b");
    await page.keyboard.type("sign today");
    // It saves itself, and becomes a mail.
    const preview = `${new URL(page.url()).pathname}/preview`;
    const mail = async () => (await stage.rosa.get(preview)).text();
    await expect.poll(mail, PATIENCE).toMatch(/<strong[^>]*>sign today<\/strong>/);
    await saved(page);
    expect(await accessibilityViolations(page)).toEqual([]);
    await press(page, page.locator("summary", { hasText: "Versions and languages" }));
    await press(page, page.getByRole("button", { name: "Test another version (A/B)" }));
    await page.getByRole("link", { name: "Version B" }).waitFor();
    await write(page, page.getByLabel("Subject"), subjects[1]);
    await press(page, page.getByRole("button", { name: "Next: who gets it" }));
    await page.getByRole("heading", { name: "Who is in" }).waitFor();
    href = new URL(page.url()).pathname.replace(/\/target$/, "");
    expect(trouble).toEqual([]);
  });
});

test("chooses who gets it, and reads in words who that is", async () => {
  await visit(browser, { width: 360 }, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${href}/target`);
    await page.locator(".audience-number", { hasText: "200" }).waitFor(PATIENCE);
    expect(await accessibilityViolations(page)).toEqual([]);
    await press(page, page.getByRole("button", { name: "Next: review" }));
    await page.getByText("This mails 200 people. Nobody is left out.").waitFor(PATIENCE);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});

test("sends a test to themselves, then a part of the list, without any script", async () => {
  await visit(browser, { width: 360, script: false }, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${href}/review`);
    await press(page, page.getByRole("button", { name: "Send the test" }));
    await page.getByText("The test is on its way.").waitFor();
    const tests = await waitForMail(server, stage.rosaEmail, { count: 2, subject: /^\[Test\]/ });
    expect(tests.map(({ subject }) => subject).toSorted()).toEqual(
      subjects.map((each) => `[Test] ${each}`).toSorted(),
    );
    await choose(page, page.getByLabel("Test on a part first"));
    await write(page, page.getByLabel("Part of the people"), "20");
    await choose(page, page.getByLabel("Wait for somebody to choose"));
    await press(page, page.getByRole("button", { name: "Send to 200 people" }));
    await page
      .getByRole("heading", { name: "The test", exact: true })
      .or(page.getByText("Being"))
      .first()
      .waitFor();
  });
});

test("watches, pauses, goes on, and sends the better one to the rest", async () => {
  await visit(browser, {}, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${href}/progress`);
    // Without anybody touching the page.
    await page.getByText("We wait for people to read.").waitFor(PATIENCE);
    // About a fifth: chance decides for each person.
    await page.locator(".progress-words", { hasText: /^[2-6]\d of 200/ }).waitFor(PATIENCE);
    await press(page, page.getByRole("button", { name: "Pause" }));
    await page.getByText("Somebody of your team paused it.").waitFor();
    await press(page, page.getByRole("button", { name: "Go on" }));
    await page.getByText("The mailing goes on.").waitFor();
    await page.getByRole("button", { name: "Send B to the rest" }).waitFor(PATIENCE);
    page.on("dialog", (dialog) => void dialog.accept());
    await press(page, page.getByRole("button", { name: "Send B to the rest" }));
    await page.getByText("Version B goes to the rest.").waitFor();
    await page.getByText("200 of 200").waitFor(PATIENCE);
    await page.getByText("Finished").waitFor(PATIENCE);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
  const got = await Promise.all(people.slice(0, 20).map((email) => mailTo(server, email)));
  expect(got.map((mails) => mails.length)).toEqual(got.map(() => 1));
});

test("a reader opens the mail, leaves the list by it, and the numbers say so", async () => {
  const [reader = ""] = people;
  const [mail] = await waitForMail(server, reader);
  expect(mail?.subject).toMatch(new RegExp(subjects.join("|")));
  expect(mail?.headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
  await visit(browser, { width: 360, script: false }, async (page) => {
    await page.goto(`${server.origin}/dev/mail/${mail?.id}`);
    const link = /https?:\/\/[^\s<>"]+\/unsubscribe/.exec(mail?.text ?? "")?.[0] ?? "";
    await page.goto(link);
    await page.locator("main form button").first().click();
    await page.waitForLoadState();
  });
  const found = async () => {
    const query = encodeURIComponent(reader);
    return (await stage.rosa.get(`/groups/${stage.slug}/people?q=${query}`)).text();
  };
  await expect.poll(found, PATIENCE).toContain("No mail");
  await visit(browser, {}, async (page) => {
    const unsubscribed = page.locator(".stat", { has: page.getByText("Unsubscribed", { exact: true }) });
    const looks = async () => {
      await openAs(page, server, stage.rosaEmail, `${href}/results?again=yes`);
      return unsubscribed.locator(".stat-value").first().textContent();
    };
    await expect.poll(looks, { ...PATIENCE, interval: 2_000 }).toBe("1");
    expect(await accessibilityViolations(page)).toEqual([]);
    await openAs(page, server, stage.rosaEmail, mailings);
    await page.getByRole("link", { name: subjects[0] }).waitFor();
    // A copy for everybody else leaves out whoever got the first: nobody is left.
    await openAs(page, server, stage.rosaEmail, `${href}/progress`);
    await page.getByRole("button", { name: "Send to everybody who did not get it" }).click();
    await page.getByRole("link", { name: "3. Review and send" }).click();
    await page.getByText("Nobody would get this mailing.").waitFor();
    // Once more to those who did not open it: everybody but the one who left.
    await openAs(page, server, stage.rosaEmail, `${href}/progress`);
    await page.getByRole("button", { name: "Send again to those who did not open it" }).click();
    await page.getByRole("link", { name: "3. Review and send" }).click();
    await page.getByText("This mails 199 people.").waitFor(PATIENCE);
    await page.getByRole("button", { name: "Send to 199 people" }).click();
    await page.getByText("199 of 199").waitFor(PATIENCE);
    // And a plain copy to begin the next one from.
    await openAs(page, server, stage.rosaEmail, `${mailings}/new`);
    await page.getByRole("button", { name: "Make a copy" }).first().click();
    await page.getByText("Draft", { exact: true }).first().waitFor();
    expect(await page.getByLabel("Subject").inputValue()).toBe(subjects[1]);
  });
  const [left = "", stayed = ""] = people;
  expect([(await mailTo(server, left)).length, (await mailTo(server, stayed)).length]).toEqual([1, 2]);
});
