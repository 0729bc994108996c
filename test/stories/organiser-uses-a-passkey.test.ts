import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBrowser, watchForTrouble } from "../browser.ts";
import { waitForMail } from "../mailbox.ts";
import { sharedBrowser, sharedServer } from "../story.ts";
import { world } from "../world.ts";
import { openAs, type Stage, setStage } from "./stage.ts";

const server = sharedServer();
let browser: TestBrowser;
let stage: Stage;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "passkey");
});
afterAll(() => browser.close());

/** A device with a fingerprint reader that always knows its owner (Chrome DevTools protocol, WebAuthn domain). */
async function plugIn(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () =>
      (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
  };
}

async function signOut(page: Page): Promise<void> {
  await page.locator("summary", { hasText: "(account menu)" }).click();
  await page.locator("header").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in or start" }).waitFor();
}

test("an organiser adds a passkey, signs in with it and no mail, and takes it away again", async () => {
  const rosa = await browser.newPage({ locale: "en" });
  const trouble = watchForTrouble(rosa);
  const device = await plugIn(rosa);
  await openAs(rosa, server, stage.rosaEmail, "/account");
  await rosa.getByLabel("Name", { exact: true }).fill("Rosa’s laptop");
  await rosa.getByRole("button", { name: "Add a passkey" }).click();
  await rosa.getByText("The passkey is added.").waitFor();
  expect(await device.credentials()).toBe(1);
  expect(await rosa.getByRole("row", { name: "Rosa’s laptop" }).textContent()).toContain("Not yet");
  const [mail] = await waitForMail(server, stage.rosaEmail, { subject: /passkey/ });
  expect(mail?.text).toContain("Rosa’s laptop");

  await signOut(rosa);
  await rosa.getByRole("link", { name: "Sign in or start" }).click();
  await rosa.getByRole("button", { name: "Sign in with a passkey" }).click();
  await rosa.getByRole("heading", { name: world.group.name }).waitFor();
  await rosa.goto(`${server.origin}/account`);
  expect(await rosa.getByRole("row", { name: "This device" }).textContent()).toContain("Passkey");
  expect(trouble).toEqual([]);

  rosa.on("dialog", (dialog) => dialog.accept());
  await rosa.getByRole("button", { name: "Remove Rosa’s laptop" }).click();
  await rosa.getByText("The passkey is removed.").waitFor();
  await signOut(rosa);
  await rosa.goto(`${server.origin}/sign-in`);
  await rosa.getByRole("button", { name: "Sign in with a passkey" }).click();
  await rosa.getByText("This passkey was not accepted.").waitFor();
  await rosa.context().close();
});
