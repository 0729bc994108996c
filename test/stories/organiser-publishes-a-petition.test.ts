import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { type CapturedMail, mailTo, waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { expectCount, expectSigners, signInBrowser, supportersOf, visit, withTag } from "./stage.ts";

const server = sharedServer();
const [amina, jeanLuc, mei] = supportersOf("published");
const signers = [amina.email, jeanLuc.email, mei.email].toSorted();
const rosaEmail = withTag(world.organiser.email, "published");
const slug = "riverside-for-clean-air";
const petitionPath = "/petitions/a-clean-air-zone-around-every-school";
const petitionUrl = `http://${server.groupHost(slug)}${petitionPath}`;
/** Longer than the mail lane needs to deliver a mail nobody should get. */
const MAIL_SETTLES_MS = 2_500;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await sharedBrowser();
});
afterAll(() => browser.close());

test("somebody new has a live, counted petition: sign up, group, petition, publish, three supporters, three mails", async () => {
  const rosa = await browser.newPage({ locale: "en" });
  const trouble = watchForTrouble(rosa);

  await rosa.goto(server.origin);
  await rosa.getByRole("link", { name: "Sign in or start" }).click();
  await rosa.getByLabel("Email address").fill(rosaEmail);
  await rosa.getByRole("button", { name: "Mail me a link" }).click();
  await rosa.getByRole("heading", { name: "Check your mail" }).waitFor();
  await waitForMail(server, rosaEmail, { subject: /Sign in/ });
  await rosa.getByRole("link", { name: "captured mail is here" }).click();
  await rosa.getByRole("row", { name: rosaEmail }).getByRole("link").click();
  await rosa.getByRole("link", { name: "/sign-in/confirm" }).click();
  await rosa.getByRole("button", { name: "Sign in" }).click();

  await rosa.getByRole("heading", { name: "Start a group" }).waitFor();
  // She may type before the script that suggests an address has arrived.
  await expect
    .poll(async () => {
      await rosa.getByLabel("Name of the group").fill("");
      await rosa.getByLabel("Name of the group").fill(world.group.name);
      return rosa.getByLabel("Web address").inputValue();
    })
    .toBe(slug);
  // Where the platform guesses her country the choice is folded away.
  const country = rosa.getByLabel("Country");
  if (!(await country.isVisible())) await rosa.locator("main details > summary").first().click();
  await country.selectOption(world.group.country);
  await rosa.getByRole("button", { name: "Start the group" }).click();

  await rosa.getByRole("heading", { name: world.group.name }).waitFor();
  await rosa.getByRole("link", { name: "New petition" }).first().click();
  await rosa.getByLabel("What do you want to change?").fill(world.petition.title);
  await rosa.getByRole("button", { name: "Make a draft" }).click();
  await rosa.getByLabel("Name", { exact: true }).fill(world.petition.targets[0].name);
  await rosa.getByLabel("Office").fill(world.petition.targets[0].title);
  await rosa.getByLabel("What do you ask of them?").fill(world.petition.ask);
  await rosa.getByLabel("The story").fill(world.petition.description);
  await rosa.getByRole("button", { name: "Next: publish" }).click();
  await rosa.getByText(petitionUrl).waitFor();
  await rosa.getByRole("button", { name: "Publish" }).click();
  await rosa.getByText("It is live. Share the link below.").waitFor();
  expect(await rosa.getByLabel("Link", { exact: true }).inputValue()).toBe(petitionUrl);
  const overview = new URL(rosa.url()).pathname;
  expect(trouble).toEqual([]);

  const numbers: (string | null)[] = [];
  const changed = { ...jeanLuc, comment: "Le boulevard est pire encore." };
  for (const supporter of [amina, jeanLuc, changed, mei]) {
    await visit(browser, { locale: "en" }, async (page) => {
      const wrong = watchForTrouble(page);
      await signInBrowser(page, petitionUrl, supporter);
      await page.getByRole("heading", { name: "Thank you" }).waitFor();
      numbers.push(await page.locator("main p").first().textContent());
      expect(wrong).toEqual([]);
    });
  }
  const repeat = "You had already taken part. We kept your newest answer, and you are counted once.";
  expect(numbers).toEqual(["You’re number 1", "You’re number 2", repeat, "You’re number 3"]);

  const stage = { host: server.groupHost(slug), petitionPath };
  await expectCount(server, stage, 3);
  await visit(browser, {}, async (page) => {
    await page.goto(petitionUrl);
    await expect.poll(() => page.locator(".count").textContent()).toBe("3 supporters");
  });

  await expectSigners(rosa, `${server.origin}${overview}/signers`, 3);
  const row = rosa.getByRole("row", { name: jeanLuc.email });
  await expect
    .poll(async () => {
      await rosa.reload();
      return row.textContent();
    })
    .toContain(changed.comment);
  for (const { email } of [amina, mei]) expect(await rosa.getByRole("row", { name: email }).count()).toBe(1);
  await rosa.getByRole("link", { name: "Overview" }).click();
  await expect.poll(() => rosa.locator(".stat-value").first().textContent()).toBe("3");

  const [thanks] = await waitForMail(server, mei.email, { contains: petitionUrl });
  expect(thanks).toMatchObject({ subject: `Thank you for adding your name: ${world.petition.title}` });
  await expect.poll(async () => new Set(await thankYouMails()).size).toBe(signers.length);
  await sleep(MAIL_SETTLES_MS);
  expect(await thankYouMails()).toEqual(signers);
  expect(trouble).toEqual([]);
  await rosa.context().close();
});

/** Who got a mail about this petition, once for each mail. */
async function thankYouMails(): Promise<string[]> {
  const all = await Promise.all(signers.map((email) => mailTo(server, email)));
  return all
    .flat()
    .filter(({ text }: CapturedMail) => text.includes(petitionUrl))
    .map(({ to }) => to)
    .toSorted();
}
