import { DurableObject } from "cloudflare:workers";
import type { Env } from "../src/env";

/*
 * The worker that the tests of the tools run (`startServer({ entry })`), so that they fail for reasons of their own only. It has
 * the bindings of wrangler.toml and a route for each promise the server harness makes.
 */

class Counter extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS seen (word TEXT PRIMARY KEY)");
  }

  see(word: string): number {
    this.ctx.storage.sql.exec("INSERT OR IGNORE INTO seen VALUES (?)", word);
    return this.ctx.storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM seen").one().n;
  }

  async wakeIn(ms: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }

  override async alarm(): Promise<void> {
    await this.env.SITES.put("alarm", "rang");
  }
}

export class ActionIntake extends Counter {}
export class ActionHome extends Counter {}
export class LimitsObject extends Counter {}
export class OperationsObject extends Counter {}
export class GroupPayments extends Counter {}
export class GroupExports extends Counter {}
export class GroupReports extends Counter {}
export class ImportsObject extends Counter {}
export class GroupChats extends Counter {}
export class MailingDriver extends Counter {}
export class SendGate extends Counter {}
export class MailReaders extends Counter {}
export class KeyGate extends Counter {}
export class WebhookLane extends Counter {}
export class SeriesClock extends Counter {}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams, host } = new URL(request.url);
    const word = searchParams.get("word") ?? "";
    const counter = env.INTAKE.getByName("one") as unknown as DurableObjectStub<Counter>;
    switch (pathname) {
      case "/constant":
        return new Response(CONSTANT, { headers: { "content-type": "text/html" } });
      case "/who":
        return Response.json({ host, ip: request.headers.get("cf-connecting-ip"), mode: env.ENVIRONMENT });
      case "/form":
        return Response.json([...(await request.formData())]);
      case "/see":
        return Response.json(await counter.see(word));
      case "/wake":
        return Response.json(await counter.wakeIn(Number(word)));
      case "/send":
        await env.EVENTS.send(word);
        return new Response("sent");
      case "/note":
        return Response.json(await env.SITES.get(word));
      default:
        return new Response("not found", { status: 404 });
    }
  },
  async queue(batch: MessageBatch<string>, env: Env): Promise<void> {
    for (const { body } of batch.messages) await env.SITES.put(`queue ${body}`, batch.queue);
  },
  async scheduled({ cron }: ScheduledController, env: Env): Promise<void> {
    await env.SITES.put("cron", cron);
  },
  async email({ from, to }: ForwardableEmailMessage, env: Env): Promise<void> {
    await env.SITES.put("mail", `${from} to ${to}`);
  },
};

const CONSTANT = "<p>constant</p>".repeat(700);
