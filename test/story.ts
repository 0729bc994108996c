import { buffer } from "node:stream/consumers";
import type { Download } from "playwright-core";
import { inject } from "vitest";
import { openBrowser, type TestBrowser } from "./browser.ts";
import { type Client, createClient } from "./client.ts";

/** The server that all stories of a run share (`global-setup.ts`). Make a group of your own on it. */
export function sharedServer(): Client {
  const { port, directPort } = inject("ports");
  return createClient(port, directPort);
}

/** The browser that all stories of a run share. Close what it gives when the story ends: its contexts go with it. */
export function sharedBrowser(): Promise<TestBrowser> {
  return openBrowser(inject("browser"));
}

/** The bytes of a file that a page handed to the shared browser. */
export async function downloaded(file: Download): Promise<Buffer> {
  return buffer(await file.createReadStream());
}
