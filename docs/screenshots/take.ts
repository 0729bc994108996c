import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser, type PageOptions } from "../../test/browser.ts";
import { freePort, type Server, startServer } from "../../test/server.ts";
import { world } from "../../test/world.ts";

/* npm run screenshots: the pictures of the documentation, from the demo world on a server of its own. */

const COUNT_TIMEOUT_MS = 90_000;

type Shot = { name: string; url: (server: Server) => string; options: PageOptions };

const petition = (server: Server) =>
  `http://${server.groupHost(world.group.slug)}/petitions/${world.petition.slug}`;
const dashboard = (server: Server) =>
  `${server.origin}/dev/sign-in?email=${encodeURIComponent(world.organiser.email)}`;

const shots: Shot[] = [
  { name: "petition", url: petition, options: { width: 1280, height: 860 } },
  {
    name: "petition-phone",
    url: petition,
    options: { width: 390, height: 844, theme: "dark", locale: "fr" },
  },
  { name: "dashboard", url: dashboard, options: { width: 1280, height: 860 } },
];

/** Waits until the page shows every signature of the demo world: what is served may be half a minute old. */
async function untilCounted(server: Server): Promise<void> {
  const deadline = Date.now() + COUNT_TIMEOUT_MS;
  const { host, pathname } = new URL(petition(server));
  const shown = new RegExp(`>\\s*${world.supporters.length}\\s*<`);
  while (!shown.test(await (await server.fetch(host, pathname)).text())) {
    if (Date.now() > deadline)
      throw new Error(`${pathname} never showed ${world.supporters.length} signatures`);
    await sleep(500);
  }
}

const dir = mkdtempSync(join(tmpdir(), "groundswell-screenshots-"));
const [server, browser] = await Promise.all([
  startServer({ dir, port: await freePort(8787) }),
  openBrowser(),
]);
try {
  const { seed } = await import("../../test/seed.ts");
  await seed(server);
  await untilCounted(server);
  for (const { name, url, options } of shots) {
    const page = await browser.newPage(options);
    const response = await page.goto(url(server), { waitUntil: "networkidle" });
    if (response?.status() !== 200) throw new Error(`${page.url()} answered ${response?.status()}`);
    await page.screenshot({ path: join(import.meta.dirname, `${name}.png`), animations: "disabled" });
    console.log(`docs/screenshots/${name}.png`);
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
