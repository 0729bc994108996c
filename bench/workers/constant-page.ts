import { Hono } from "hono";
import type { Env } from "../../src/env";

/*
 * What pages are measured against: a Hono application with one route that answers with a constant. It is told which one by a PUT, so
 * that body and headers are the very ones of the page beside it.
 */

export * from "./idle-objects";

let body = new ArrayBuffer();
let headers: Record<string, string> = {};

export default new Hono<{ Bindings: Env }>()
  .put("/constant", async (c) => {
    headers = JSON.parse(c.req.header("X-Headers") ?? "{}");
    body = await c.req.arrayBuffer();
    return c.text("kept");
  })
  .get("/:kind/:slug", (c) => c.body(body, 200, headers));
