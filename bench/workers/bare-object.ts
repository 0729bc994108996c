import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../src/env";

/*
 * What signing is measured against: the least that is durable and counts a person once. The worker reads the address from the same
 * form, one object says `INSERT OR IGNORE`, and the reply waits for the disk as every reply of an object does.
 */

export * from "./idle-objects";

export class ActionIntake extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec("CREATE TABLE IF NOT EXISTS signers (email TEXT PRIMARY KEY) WITHOUT ROWID");
  }

  sign(email: string): boolean {
    return this.#sql.exec("INSERT OR IGNORE INTO signers (email) VALUES (?)", email).rowsWritten > 0;
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const email = new URLSearchParams(await request.text()).get("email") ?? "";
    const stub = env.INTAKE.getByName("one") as unknown as DurableObjectStub<ActionIntake>;
    await stub.sign(email);
    return new Response(null, {
      status: 303,
      headers: { location: `${new URL(request.url).pathname}/thanks` },
    });
  },
};
