import type { Env } from "../../src/env";
import { MailingDriver as Driver, SendGate as Gate } from "../../src/worker";
import stage from "../../test/faults/mailing-worker";
import { watchAlarms } from "./clock";
import { add, installMeter, type ObjectBinding, takeCounts, watchSql } from "./meter";
import { countedBatch, watchQueues } from "./queues";

/* The worker that writes and sends mailings when told to, with a meter on what a mailing uses. Its own host answers `/counts`. */

const METER_HOST = "meter.localhost";
const MAILINGS = "groundswell-mailings";

export * from "../../test/faults/mailing-worker";

let isWatching = false;

function watch(env: Env): void {
  if (isWatching) return;
  isWatching = true;
  installMeter(env);
  watchQueues(env);
}

function watchObject(binding: ObjectBinding, ctx: DurableObjectState, env: Env): void {
  watch(env);
  watchSql(binding, ctx.storage.sql);
  watchAlarms(binding, ctx.id.name ?? "", ctx.storage);
  const { kv } = ctx.storage;
  const put = kv.put.bind(kv);
  Object.defineProperty(kv, "put", {
    value: (key: string, value: unknown) => {
      add(`row ${binding} kv`);
      put(key, value);
    },
  });
}

export class MailingDriver extends Driver {
  constructor(ctx: DurableObjectState, env: Env) {
    watchObject("MAILING", ctx, env);
    super(ctx, env);
  }

  override async alarm(): Promise<void> {
    add("alarm MAILING");
    const start = performance.now();
    await super.alarm();
    add("busy ms MAILING", performance.now() - start);
  }
}

export class SendGate extends Gate {
  constructor(ctx: DurableObjectState, env: Env) {
    watchObject("GATE", ctx, env);
    super(ctx, env);
  }
}

export default {
  ...stage,
  async fetch(request, env, ctx) {
    watch(env);
    if (new URL(request.url).hostname === METER_HOST) return Response.json(takeCounts());
    return stage.fetch(request, env, ctx);
  },
  async queue(batch, env, ctx) {
    watch(env);
    await stage.queue(batch.queue === MAILINGS ? countedBatch(batch) : batch, env, ctx);
  },
} satisfies ExportedHandler<Env>;
