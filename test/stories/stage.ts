import { randomInt } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, vi } from "vitest";
import type { TestBrowser } from "../browser.ts";
import type { Client, Visitor } from "../client.ts";
import { publishPetition, signIn, startGroup } from "../seed.ts";
import { world } from "../world.ts";

/** What someone writes into the form. */
type Signature = { givenName: string; familyName: string; email: string; comment: string };

/** What a busy machine needs. Whoever waits looks again and again, so that an idle one does not wait for long. */
const COUNT_TIMEOUT_MS = 40_000;
const LIST_TIMEOUT_MS = 40_000;

/** A group with a live petition, for stories that begin after those have been made. */
export type Stage = {
  slug: string;
  host: string;
  /** Rosa, over HTTP. */
  rosa: Visitor;
  rosaEmail: string;
  /** The petition's page, absolute. */
  petitionUrl: string;
  petitionPath: string;
  /** The petition in the dashboard, below the platform's origin. */
  overview: string;
};

type WithOwnAddress<People extends readonly unknown[]> = {
  [Index in keyof People]: Omit<People[Index], "email"> & { email: string };
};

/**
 * The supporters with addresses of the story's own. The mailbox and the limits of an address belong to the whole server, and
 * other stories run at the same time.
 */
export function supportersOf(slug: string) {
  const own = world.supporters.map((person) => ({ ...person, email: withTag(person.email, slug) }));
  return own as unknown as WithOwnAddress<typeof world.supporters>;
}

/** `rosa@riverside.example` as `rosa+tag@riverside.example`, which is another address. */
export function withTag(email: string, tag: string): string {
  return email.replace("@", `+${tag}@`);
}

export type PetitionAt = Pick<Stage, "host" | "petitionPath">;

/** Rosa's group and petition under an address of the story's own, so that no two stories meet. */
export async function setStage(
  server: Client,
  slug: string,
  petition: Parameters<typeof publishPetition>[2] = world.petition,
): Promise<Stage> {
  const rosaEmail = withTag(world.organiser.email, slug);
  const rosa = await signIn(server, { name: world.organiser.name, email: rosaEmail });
  await startGroup(rosa, { ...world.group, slug });
  const overview = await publishPetition(rosa, slug, petition);
  const host = server.groupHost(slug);
  const petitionPath = `/petitions/${petition.slug}`;
  return {
    slug,
    host,
    rosa,
    rosaEmail,
    overview,
    petitionPath,
    petitionUrl: `http://${host}${petitionPath}`,
  };
}

/** Opens a page of the platform in the browser as somebody who is signed in. */
export async function openAs(page: Page, server: Client, email: string, path: string): Promise<void> {
  const query = new URLSearchParams({ email, next: path });
  await page.goto(`${server.origin}/dev/sign-in?${query}`);
}

/** Fills in the petition's form in English and sends it. */
export async function signInBrowser(page: Page, url: string, signature: Signature): Promise<void> {
  const { givenName, familyName, email, comment } = signature;
  await page.goto(url);
  await page.getByLabel("First name", { exact: true }).fill(givenName);
  await page.getByLabel("Last name").fill(familyName);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Why does this matter to you?").fill(comment);
  await page.getByLabel("Show my first name and place").check();
  await submitButton(page).click();
}

/** The button in the form: the bar at the foot of a phone's screen has the same words. */
export function submitButton(page: Page, name = "Sign the petition") {
  return page.locator("form").getByRole("button", { name });
}

/** Signs over HTTP, as a browser without script would, from a connection of the signer's own. */
export async function signOverHttp(
  server: Client,
  { host, petitionPath }: PetitionAt,
  { givenName, familyName, email, comment }: Signature,
  query = "",
  status = 200,
): Promise<void> {
  const said = { givenName, familyName, email, comment };
  const fields = { ...said, country: world.group.country, isNamed: "yes", consent: "yes" };
  const response = await server.visit(host).post(petitionPath + query, fields, fromOwnConnection());
  expect(response.status, `signing as ${givenName}`).toBe(status);
}

/** A connection nobody else has, so that limits of one connection stop no other story. */
export function fromOwnConnection(): Record<string, string> {
  return { "cf-connecting-ip": `10.${[0, 0, 0].map(() => randomInt(256)).join(".")}` };
}

/** What `count.json` says now; it may be five seconds old. */
export async function publicCount(server: Client, { host, petitionPath }: PetitionAt): Promise<number> {
  const response = await server.fetch(host, `${petitionPath}/count.json`);
  const { count }: { count: number } = await response.json();
  return count;
}

export function expectCount(server: Client, petition: PetitionAt, count: number): Promise<void> {
  const look = async () => expect(await publicCount(server, petition)).toBe(count);
  return vi.waitFor(look, { timeout: COUNT_TIMEOUT_MS, interval: 300 });
}

/** Opens the list of signers again and again until it has this many rows, since D1 hears of a signature about a second later. */
export async function expectSigners(page: Page, url: string, count: number): Promise<void> {
  const look = async () => {
    await page.goto(url);
    expect(await page.locator("tbody tr").count()).toBe(count);
  };
  await vi.waitFor(look, { timeout: LIST_TIMEOUT_MS, interval: 500 });
}

/** A page in a context of its own that is closed when the visit is over. */
export async function visit(
  browser: TestBrowser,
  options: Parameters<TestBrowser["newPage"]>[0],
  during: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage(options);
  try {
    await during(page);
  } finally {
    await page.context().close();
  }
}
