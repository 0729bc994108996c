import { Hono } from "hono";
import type { Env } from "../../src/env";

/*
 * What the API is measured against: the least that gives the same answer. One route reads a page of people from D1 and answers with
 * bytes it was told before; the other writes a person and what they did, and answers so too.
 */

export * from "./idle-objects";

const PEOPLE = "SELECT * FROM people WHERE group_no = 1 ORDER BY person_no DESC LIMIT 25";
const PERSON = `INSERT INTO people (group_no, person_no, id, email, created_at)
  SELECT 1, coalesce(max(person_no), 0) + 1, randomblob(16), ?1, ?2 FROM people WHERE group_no = 1 RETURNING person_no`;

let body = new ArrayBuffer();

function shardOf(env: Env): D1Database {
  if (!env.SHARD_00) throw new Error("SHARD_00 is not bound");
  return env.SHARD_00;
}

export default new Hono<{ Bindings: Env }>()
  .put("/constant", async (c) => {
    body = await c.req.arrayBuffer();
    return c.text("kept");
  })
  .get("/people", async (c) => {
    await shardOf(c.env).prepare(PEOPLE).all();
    return c.body(body, 200, { "Content-Type": "application/hal+json" });
  })
  .post("/signatures", async (c) => {
    const { person } = await c.req.json<{ person: { email_addresses: { address: string }[] } }>();
    await shardOf(c.env).prepare(PERSON).bind(person.email_addresses[0]?.address, Date.now()).all();
    return c.body(body, 200, { "Content-Type": "application/hal+json" });
  });
