import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessibilityViolations, type TestBrowser, watchForTrouble } from "../browser.ts";
import { linkIn, waitForMail } from "../mailbox.ts";
import { downloaded, sharedBrowser, sharedServer } from "../story.ts";
import { unzip } from "../unzip.ts";
import { openAs, type Stage, setStage, signOverHttp, supportersOf, visit } from "./stage.ts";

const server = sharedServer();
const supporters = supportersOf("takes-home");
const phone = { width: 360 } as const;
/** From the object that took a signature to the list. */
const STORED_TIMEOUT_MS = 40_000;

let browser: TestBrowser;
let stage: Stage;
let exportsPath: string;

beforeAll(async () => {
  browser = await sharedBrowser();
  stage = await setStage(server, "takes-home");
  exportsPath = `/groups/${stage.slug}/exports`;
  for (const supporter of supporters) await signOverHttp(server, stage, supporter, "?source=leaflet");
  await vi.waitFor(
    async () => {
      const listed = await (await stage.rosa.get(`${stage.overview}/signers`)).text();
      for (const { email } of supporters) expect(listed).toContain(email);
    },
    { timeout: STORED_TIMEOUT_MS, interval: 300 },
  );
});
afterAll(() => browser.close());

/** What a click brings as a file. */
async function fileOf(
  page: Page,
  click: () => Promise<unknown>,
): Promise<{ name: string; bytes: Uint8Array }> {
  const download = page.waitForEvent("download");
  await click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: new Uint8Array(await downloaded(file)) };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

test("an organiser on a phone takes the people along, with the columns she wants", async () => {
  await visit(browser, { ...phone, script: false }, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, exportsPath);
    await page.getByRole("link", { name: /^People Everybody/ }).click();
    await page.getByLabel("Tags", { exact: true }).uncheck();
    await page.getByLabel("Came by", { exact: true }).check();
    const { name, bytes } = await fileOf(page, () =>
      page.getByRole("button", { name: "Export", exact: true }).click(),
    );
    expect(name).toMatch(/^takes-home-everybody-on-the-list-.*\.csv$/);
    const [heading, ...lines] = text(bytes).trimEnd().split("\r\n");
    expect(heading).toMatch(
      /^Email,First name,Last name,Postal code,Country,Mail,Came by,On the list since \(/,
    );
    expect(lines).toHaveLength(supporters.length);
    for (const { email } of supporters) expect(lines.some((line) => line.startsWith(email))).toBe(true);
    expect(trouble).toEqual([]);
  });
});

test("what takes long is made behind: she sees it come, and fetches it by the link in the mail", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, `${exportsPath}/people`);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByLabel(/^Prepare it and mail me/).check();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByText("It is being prepared.").waitFor();
    await page.getByRole("link", { name: "Download: Everybody on the list" }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const [mail] = await waitForMail(server, stage.rosaEmail, { subject: /^Your export is ready/ });
    if (!mail) throw new Error("no mail came");
    const { bytes } = await fileOf(page, () =>
      page.goto(server.origin + linkIn(mail, exportsPath)).catch(() => undefined),
    );
    expect(text(bytes).trimEnd().split("\r\n")).toHaveLength(supporters.length + 1);
    expect(trouble.filter((line) => !line.includes("/file"))).toEqual([]);
  });
});

test("she takes everything the group owns, and finds it all in one archive", async () => {
  await visit(browser, {}, async (page) => {
    await openAs(page, server, stage.rosaEmail, `${exportsPath}/group`);
    await page.getByRole("button", { name: "Prepare the archive" }).click();
    const download = page.getByRole("link", { name: "Download: Everything the group owns" });
    await download.waitFor();
    const files = await unzip((await fileOf(page, () => download.click())).bytes);
    const manifest = JSON.parse(text(files.get("manifest.json")));
    expect(manifest.nouns.find(({ name }: { name: string }) => name === "people")?.rows).toBe(
      supporters.length,
    );
    expect(text(files.get("data/people.jsonl"))).toContain(supporters[0].email);
    expect(text(files.get("README.txt"))).toContain("manifest.json");
  });
});

test("she reads how the list grows, pins a figure, and takes the numbers along", async () => {
  await visit(browser, phone, async (page) => {
    const trouble = watchForTrouble(page);
    await openAs(page, server, stage.rosaEmail, `/groups/${stage.slug}/reports`);
    // The last count stands for a while before the next visit makes a new one.
    const counted = page.getByRole("img", { name: new RegExp(`^Actions taken: ${supporters.length}\\.`) });
    await vi.waitFor(
      async () => {
        await page.reload();
        expect(await counted.count()).toBe(1);
      },
      { timeout: STORED_TIMEOUT_MS, interval: 500 },
    );
    const sources = page.getByRole("table", { name: "New people by source" });
    expect(await sources.getByRole("row").nth(1).textContent()).toContain("leaflet");
    expect(await accessibilityViolations(page)).toEqual([]);
    const { name } = await fileOf(page, () =>
      page.getByRole("link", { name: "New people by source: download (CSV)" }).click(),
    );
    expect(name).toBe("takes-home-sources.csv");
    await page.getByLabel("Actions taken in 7 days").check();
    await page.getByLabel("Each week").first().check();
    await page.getByRole("button", { name: "Save" }).first().click();
    await page.getByText("Your home page shows these figures now.").waitFor();
    await page.goto(`${server.origin}/groups/${stage.slug}`);
    const pinned = page.getByRole("region", { name: "Your figures" });
    expect(await pinned.textContent()).toContain(`Actions taken in 7 days${supporters.length}`);
    expect(trouble.filter((line) => !line.includes(".csv"))).toEqual([]);
  });
});
