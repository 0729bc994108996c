import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { openBrowser, type PageOptions } from "../../test/browser.ts";
import type { Client, Visitor } from "../../test/client.ts";
import { publishPetition, seed, signIn } from "../../test/seed.ts";
import { freePort, startServer } from "../../test/server.ts";
import { world } from "../../test/world.ts";

/* npm run screenshots: the pictures of the documentation, from the demo world on a server of its own. */

const READY_TIMEOUT_MS = 90_000;
/** Pictures are fetched with every clone. */
const BYTES_MAX = 200_000;
const desk = { width: 1280, height: 860 };
const phone = { width: 360, height: 740 };

type Scene = { server: Client; rosa: Visitor; overview: string };
type Shot = PageOptions & { name: string; open(page: Page, scene: Scene): Promise<unknown> };

const petitionPath = `/petitions/${world.petition.slug}`;
const siteOf = (server: Client) => `http://${server.groupHost(world.group.slug)}`;

/** A page of the dashboard, as Rosa sees it. */
const asRosa =
  (path: (scene: Scene) => string): Shot["open"] =>
  (page, scene) => {
    const query = new URLSearchParams({ email: world.organiser.email, next: path(scene) });
    return page.goto(`${scene.server.origin}/dev/sign-in?${query}`, { waitUntil: "networkidle" });
  };

const shots: Shot[] = [
  {
    name: "petition-1280-light",
    ...desk,
    open: (page, { server }) => page.goto(siteOf(server) + petitionPath, { waitUntil: "networkidle" }),
  },
  {
    name: "petition-360-dark",
    ...phone,
    theme: "dark",
    open: (page, { server }) =>
      page.goto(`${siteOf(server)}/petitions/${world.frenchPetition.slug}`, { waitUntil: "networkidle" }),
  },
  { name: "home", ...desk, open: asRosa(() => `/groups/${world.group.slug}`) },
  { name: "editor", ...desk, open: asRosa(({ overview }) => `${overview}/edit`) },
  { name: "signers", ...desk, open: asRosa(({ overview }) => `${overview}/signers`) },
  { name: "thanks", ...phone, open: signOnce },
];

/** Somebody who has signed signs again, so that the number stays what the other pictures show. */
async function signOnce(page: Page, { server }: Scene): Promise<void> {
  const { givenName, familyName, email } = world.supporters[0];
  await page.goto(`${siteOf(server)}/petitions/${world.frenchPetition.slug}`);
  await page.locator("#f-givenName").fill(givenName);
  await page.locator("#f-familyName").fill(familyName);
  await page.locator("#f-email").fill(email);
  await page.locator("form .button-primary").click();
  await page.waitForURL(/\/thanks\?/, { waitUntil: "networkidle" });
}

async function setScene(server: Client): Promise<Scene> {
  await seed(server);
  const rosa = await signIn(server, world.organiser);
  await publishPetition(rosa, world.group.slug, world.frenchPetition);
  const home = await (await rosa.get(`/groups/${world.group.slug}`)).text();
  const found = new RegExp(`href="(/groups/[^"]+)"[^>]*>${world.petition.title}<`).exec(home)?.[1];
  if (!found) throw new Error("the petition is not on the home page");
  const scene = { server, rosa, overview: found.replace(/\/comments$/, "") };
  await untilStored(scene);
  return scene;
}

/** Waits until the list and the page hold everybody who signed: both follow a signature. */
async function untilStored({ server, rosa, overview }: Scene): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  const count = world.supporters.length;
  const shown = new RegExp(`data-count-total[^>]*>\\s*${count}\\s*<`);
  for (;;) {
    const list = await (await rosa.get(`${overview}/signers`)).text();
    const page = await (await server.fetch(server.groupHost(world.group.slug), petitionPath)).text();
    if ((list.match(/name="ids"/g) ?? []).length === count && shown.test(page)) return;
    if (Date.now() > deadline) throw new Error(`${petitionPath} never showed ${count} signatures`);
    await sleep(500);
  }
}

const dir = mkdtempSync(join(tmpdir(), "groundswell-screenshots-"));
const [server, browser] = await Promise.all([
  startServer({ dir, port: await freePort(8787) }),
  openBrowser(),
]);
try {
  const scene = await setScene(server);
  for (const { name, open, ...options } of shots) {
    const page = await browser.newPage(options);
    await open(page, scene);
    const path = join(import.meta.dirname, `${name}.png`);
    await page.screenshot({ path, animations: "disabled" });
    const { size } = statSync(path);
    if (size > BYTES_MAX) throw new Error(`${name}.png has ${size} bytes; ${BYTES_MAX} is the most`);
    console.log(`docs/screenshots/${name}.png  ${Math.round(size / 1000)} kB`);
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
