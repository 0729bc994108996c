import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openBrowser } from "./browser.ts";
import { startServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `createClient(ports.port, ports.directPort)` talks to the server all stories share. */
    ports: { port: number; directPort: number };
  }
}

/** A browser's first start unpacks it; two files that start one at the same time must find it whole. */
async function unpackBrowser(): Promise<void> {
  const browser = await openBrowser();
  await browser.close();
}

/** One server with empty storage for all stories of a run; each story makes its own group. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = join(project.config.root, ".wrangler/stories", String(process.pid));
  rmSync(dir, { recursive: true, force: true });
  const [server] = await Promise.all([startServer({ dir }), unpackBrowser()]);
  project.provide("ports", { port: server.port, directPort: server.directPort });
  return async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
