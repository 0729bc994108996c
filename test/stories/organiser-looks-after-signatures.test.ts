import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { downloaded, sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import {
  expectCount,
  expectSigners,
  openAs,
  type Stage,
  setStage,
  signOverHttp,
  submitButton,
  supportersOf,
  visit,
  withTag,
} from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei, oluwaseun] = supportersOf("looked-after");
/** A published change shows on the page within this. */
const SHOWN_MS = 40_000;

describe("four people have signed, two of them by the flyer, and Rosa", () => {
  let browser: TestBrowser;
  let rosa: Page;
  let trouble: string[];
  let stage: Stage;
  let overview: string;

  beforeAll(async () => {
    browser = await sharedBrowser();
    stage = await setStage(server, "looked-after");
    overview = server.origin + stage.overview;
    await signOverHttp(server, stage, amina);
    await signOverHttp(server, stage, jeanLuc, "?source=flyer");
    await signOverHttp(server, stage, mei);
    await signOverHttp(server, stage, oluwaseun, "?source=flyer");
    rosa = await browser.newPage({ locale: "en" });
    trouble = watchForTrouble(rosa);
    await openAs(rosa, server, stage.rosaEmail, "/account");
    await expectSigners(rosa, `${overview}/signers`, 4);
  });
  afterAll(() => browser.close());

  test("finds one by name and one by address", async () => {
    for (const text of [mei.familyName, mei.email]) {
      await rosa.goto(`${overview}/signers`);
      await rosa.getByLabel("Name or email address").fill(text);
      await rosa.getByRole("button", { name: "Search" }).click();
      await expect
        .poll(() => rosa.locator("tbody tr").allTextContents(), { message: text })
        .toEqual([expect.stringContaining(mei.email)]);
    }
    await rosa.getByLabel("Name or email address").fill("nobody at all");
    await rosa.getByRole("button", { name: "Search" }).click();
    await rosa.getByText("Nobody fits this search.").waitFor();
  });

  test("takes those of one source out of the count, after seeing how many they are, and undoes it", async () => {
    await rosa.goto(overview);
    await rosa.getByRole("link", { name: "flyer" }).click();
    await rosa.getByRole("link", { name: "Take all of these out of the count…" }).click();
    await rosa.getByText("This takes 2 of 4 people out of the count.").waitFor();
    await rosa.getByText(jeanLuc.email).waitFor();
    await rosa.getByRole("button", { name: "Take 2 people out" }).click();
    await rosa.getByText("2 people are out of the count.").waitFor();
    await expectCount(server, stage, 2);
    await rosa.getByRole("button", { name: "Undo" }).click();
    await rosa.getByText("2 people are back in the count.").waitFor();
    await expectCount(server, stage, 4);
    await rosa.goto(`${overview}/removals`);
    expect(await rosa.getByRole("row", { name: "source flyer" }).textContent()).toContain("Put back");
  });

  test("shows a comment after reading it, and only that one", async () => {
    await rosa.goto(`${overview}/comments`);
    const comment = rosa.locator(".comment").filter({ hasText: amina.comment });
    await comment.getByRole("button", { name: "Show it" }).click();
    await rosa.getByText("1 comment is shown.").waitFor();
    await visit(browser, {}, async (page) => {
      const look = async () => {
        await page.reload();
        expect(await page.locator(".signers q").allTextContents()).toEqual([amina.comment]);
      };
      await page.goto(stage.petitionUrl);
      await vi.waitFor(look, { timeout: SHOWN_MS, interval: 500 });
    });
  });

  test("hides a comment that was shown at once, and nobody sees it any more", async () => {
    const second = await setStage(server, "shown-at-once");
    const shown = (count: number) =>
      visit(browser, {}, async (page) => {
        await page.goto(second.petitionUrl);
        expect(await page.getByText(mei.comment).count()).toBe(count);
      });
    await visit(browser, { locale: "en" }, async (page) => {
      await openAs(page, server, second.rosaEmail, `${second.overview}/edit`);
      await page.locator("summary", { hasText: "Goal and what is shown" }).click();
      await page.getByLabel("Read comments before they are shown").uncheck();
      await page.getByRole("button", { name: "Save the live page" }).last().click();
      await page.getByText("Saved.", { exact: true }).waitFor();
      await signOverHttp(server, second, mei);
      await expectCount(server, second, 1);
      await vi.waitFor(() => shown(1), { timeout: SHOWN_MS, interval: 500 });
      await page.goto(`${server.origin}${second.overview}/comments?state=shown`);
      await page.getByRole("button", { name: "Hide it" }).click();
      await page.getByText("1 comment is hidden.").waitFor();
      await vi.waitFor(() => shown(0), { timeout: SHOWN_MS, interval: 500 });
    });
  });

  test("takes the list away as CSV, with every answer, and the history says so", async () => {
    await rosa.goto(`${overview}/signers`);
    const [download] = await Promise.all([
      rosa.waitForEvent("download"),
      rosa.getByRole("button", { name: "Download all (CSV)" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${world.petition.slug}.csv`);
    const lines = (await downloaded(download)).toString("utf8").trimEnd().split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain("Took part at (UTC),Email,First name,Last name");
    const line = lines.find((text) => text.includes(jeanLuc.email));
    expect(line).toContain(`${jeanLuc.email},${jeanLuc.givenName},${jeanLuc.familyName}`);
    expect(line).toContain(",flyer,");
    await rosa.goto(`${server.origin}/groups/${stage.slug}/settings/history`);
    await rosa.getByRole("row", { name: "Exported people" }).waitFor();
  });

  test("closes the petition and opens it again", async () => {
    // Somebody new each time, since a browser may keep a page it has seen for half a minute.
    const expectForms = (count: number, words: string) =>
      visit(browser, {}, async (page) => {
        await page.goto(stage.petitionUrl);
        expect(await submitButton(page).count()).toBe(count);
        expect(await page.locator("main").textContent()).toContain(words);
      });
    await rosa.goto(overview);
    await rosa.getByRole("button", { name: "Close" }).click();
    await rosa.getByText("Closed. The page stays, with its number").waitFor();
    await vi.waitFor(() => expectForms(0, "This is closed"), { timeout: SHOWN_MS, interval: 500 });
    await expectForms(0, "4 supporters");
    await signOverHttp(server, stage, { ...amina, email: withTag(amina.email, "late") });
    await rosa.getByRole("button", { name: "Open again" }).click();
    await rosa.getByText("Open again: people can take part.").waitFor();
    await vi.waitFor(() => expectForms(1, "4 supporters"), { timeout: SHOWN_MS, interval: 500 });
    await signOverHttp(server, stage, { ...amina, email: withTag(amina.email, "again") });
    await expectCount(server, stage, 5);
  });

  test("invites somebody by mail, who writes with her and never sees anybody's data", async () => {
    const email = withTag(world.coOrganiser.email, stage.slug);
    await rosa.goto(`${server.origin}/groups/${stage.slug}/settings/members`);
    await rosa.getByLabel("Email addresses").fill(email);
    await rosa.getByRole("radio", { name: "Organiser" }).check();
    await rosa.getByRole("button", { name: "Send invitations" }).click();
    await rosa.getByText("The invitations are on their way.").waitFor();

    const [invitation] = await waitForMail(server, email, { subject: /invites you/ });
    if (!invitation) throw new Error("no invitation came");
    await visit(browser, { locale: "en" }, async (tom) => {
      await tom.goto(server.origin + linkIn(invitation, "/invitations/accept"));
      await tom.getByRole("button", { name: "Sign in and join" }).click();
      const [link] = await waitForMail(server, email, { subject: /Sign in/ });
      if (!link) throw new Error("no sign-in link came");
      await tom.goto(server.origin + linkIn(link, "/sign-in/confirm"));
      await tom.getByRole("button", { name: "Sign in" }).click();
      await tom.getByRole("button", { name: `Join ${world.group.name}` }).click();
      await tom.getByRole("heading", { name: world.group.name }).waitFor();

      await expect.poll(() => tom.getByRole("link", { name: "New petition" }).count()).toBe(1);
      const tabs = (name: string) =>
        expect.poll(() => tom.getByRole("navigation", { name }).getByRole("link").allTextContents());
      await tabs("This group").toEqual(["Home", "Actions", "Mailings"]);
      await tom.getByRole("link", { name: world.petition.title }).click();
      const inRow = ["Overview", "Edit", "What came of it", "Sharing", "Statistics"];
      await tabs("This action").toEqual(inRow);
      await tom.locator("summary", { hasText: "More" }).click();
      await tabs("This action").toEqual([...inRow, "Embed", "Print", "Translations", "History"]);
      for (const path of ["/signers", "/comments", "/removals", "/signers?q=a"]) {
        const response = await tom.goto(overview + path);
        expect(response?.status(), path).toBe(403);
        expect(await tom.content()).not.toContain("@supporters.example");
      }
    });
    await rosa.reload();
    const row = rosa.getByRole("row", { name: email });
    expect(await row.getByRole("combobox").inputValue()).toBe("organiser");
    // A download ends the navigation it began as.
    expect(trouble.filter((line) => !line.includes("signers.csv net::ERR_ABORTED"))).toEqual([]);
  });
});
