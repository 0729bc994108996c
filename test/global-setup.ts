import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { serveBrowser } from "./browser.ts";
import { startServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `createClient(ports.port, ports.directPort)` talks to the server all stories share. */
    ports: { port: number; directPort: number };
    /** Where `openBrowser` finds the browser all stories share. */
    browser: string;
  }
}

/** One server with empty storage and one browser for all stories of a run; each story makes its own group and contexts. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = join(project.config.root, ".wrangler/stories", String(process.pid));
  rmSync(dir, { recursive: true, force: true });
  const [server, browser] = await Promise.all([startServer({ dir }), serveBrowser()]);
  project.provide("ports", { port: server.port, directPort: server.directPort });
  project.provide("browser", browser.wsEndpoint());
  return async () => {
    await Promise.all([server.stop(), browser.close()]);
    rmSync(dir, { recursive: true, force: true });
  };
}
