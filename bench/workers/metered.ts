import type { Env } from "../../src/env";
import worker, {
  ActionHome as Home,
  ActionIntake as Intake,
  LimitsObject as Limits,
  OperationsObject as Operations,
} from "../../src/worker";
import { forgetAlarm, holdClock, moveTo, nextAlarm, watchAlarms } from "./clock";
import { add, installMeter, type ObjectBinding, takeCounts, uncountedStub, watchSql } from "./meter";
import { countedBatch, nextHeldBatch, watchQueues } from "./queues";

/*
 * The whole worker with a meter on every binding. Its own host answers `/counts` (and begins again at nought), `/hold` (from now on
 * the clock moves only when told to) and `/advance?ms=`; every other request is the worker's.
 */

const METER_HOST = "meter.localhost";

type Metered = { ring(): Promise<void>; finish(): Promise<void>; sleep(): Promise<void> };
type ObjectClass = new (
  ctx: DurableObjectState,
  env: Env,
) => {
  alarm?(info?: AlarmInvocationInfo): void | Promise<void>;
};

/** The names of the objects that are awake, so that they can be put to sleep. */
const awake = new Map<string, { binding: ObjectBinding; name: string }>();

let isWatching = false;

/** Once for the isolate: what is watched is the classes behind the bindings. */
function watchBindings(env: Env): void {
  if (isWatching) return;
  isWatching = true;
  installMeter(env);
  watchQueues(env);
}

function metered<Base extends ObjectClass>(binding: ObjectBinding, base: Base) {
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript asks for exactly this of a mixin's constructor.
  class Metered extends (base as new (...values: any[]) => InstanceType<ObjectClass>) {
    readonly #state: DurableObjectState;
    readonly #background: Set<Promise<unknown>>;

    constructor(ctx: DurableObjectState, env: Env) {
      const name = ctx.id.name ?? "";
      watchBindings(env);
      watchSql(binding, ctx.storage.sql);
      watchAlarms(binding, name, ctx.storage);
      const background = watchBackground(binding, ctx);
      super(ctx, env);
      this.#background = background;
      this.#state = ctx;
      add(`constructed ${binding}`);
      awake.set(`${binding}/${name}`, { binding, name });
    }

    override async alarm(info?: AlarmInvocationInfo): Promise<void> {
      add(`alarm ${binding}`);
      forgetAlarm(binding, this.#state.id.name ?? "");
      const start = performance.now();
      await super.alarm?.(info);
      add(`busy ms ${binding}`, performance.now() - start);
    }

    /** The alarm, rung by the held clock. */
    async ring(): Promise<void> {
      await this.alarm();
    }

    /** Waits for what was begun in the background. */
    async finish(): Promise<void> {
      while (this.#background.size > 0) await Promise.allSettled(this.#background);
    }

    /** Leaves memory, as after ten quiet seconds (Cloudflare's docs, Durable Objects). */
    async sleep(): Promise<void> {
      this.#state.abort("asleep");
    }
  }
  return Metered as unknown as Base;
}

/** What an object goes on with after it has answered is time in which it is busy. */
function watchBackground(binding: ObjectBinding, ctx: DurableObjectState): Set<Promise<unknown>> {
  const running = new Set<Promise<unknown>>();
  const waitUntil = ctx.waitUntil.bind(ctx);
  ctx.waitUntil = (work) => {
    const start = performance.now();
    const done = Promise.resolve(work).finally(() => {
      running.delete(done);
      add(`busy ms ${binding}`, performance.now() - start);
    });
    running.add(done);
    waitUntil(done);
  };
  return running;
}

export * from "../../src/worker";
export class ActionIntake extends metered("INTAKE", Intake) {}
export class ActionHome extends metered("HOME", Home) {}
export class LimitsObject extends metered("LIMITS", Limits) {}
export class OperationsObject extends metered("OPERATIONS", Operations) {}

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    watchBindings(env);
    const { hostname, pathname, searchParams } = new URL(request.url);
    if (hostname !== METER_HOST) {
      add("request");
      return worker.fetch(request as never, env, executionCtx);
    }
    if (pathname === "/hold") holdClock();
    if (pathname === "/advance") await advance(env, executionCtx, Number(searchParams.get("ms")));
    return Response.json(pathname === "/counts" ? takeCounts() : {});
  },

  async queue(batch: MessageBatch, env: Env, executionCtx: ExecutionContext): Promise<void> {
    watchBindings(env);
    await worker.queue(countedBatch(batch), env, executionCtx);
  },
};

/** Lets the time go by: alarms ring in their order, what they send arrives, and in the end everything is asleep. */
async function advance(env: Env, executionCtx: ExecutionContext, ms: number): Promise<void> {
  const until = Date.now() + ms;
  await finishAll(env);
  await deliver(env, executionCtx);
  for (let alarm = nextAlarm(until); alarm; alarm = nextAlarm(until)) {
    await uncountedStub<Metered>(env, alarm.binding, alarm.name).ring();
    await finishAll(env);
    await deliver(env, executionCtx);
  }
  moveTo(until);
  for (const { binding, name } of awake.values()) {
    await uncountedStub<Metered>(env, binding, name)
      .sleep()
      .catch(() => undefined);
  }
  awake.clear();
}

/** Waits for what objects do in the background; what they ask of each other then is done by the second round. */
async function finishAll(env: Env): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const { binding, name } of awake.values()) await uncountedStub<Metered>(env, binding, name).finish();
  }
}

async function deliver(env: Env, executionCtx: ExecutionContext): Promise<void> {
  for (let batch = nextHeldBatch(); batch; batch = nextHeldBatch()) {
    await worker.queue(countedBatch(batch), env, executionCtx);
  }
}
