import { inject } from "vitest";
import { type Client, createClient } from "./client.ts";

/** The server that all stories of a run share (`global-setup.ts`). Make a group of your own on it. */
export function sharedServer(): Client {
  const { port, directPort } = inject("ports");
  return createClient(port, directPort);
}
