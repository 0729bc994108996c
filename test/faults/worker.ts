import type { Env } from "../../src/env";
import worker, {
  MailingDriver as RealDriver,
  ActionHome as RealHome,
  ActionIntake as RealIntake,
  LimitsObject as RealLimits,
  OperationsObject as RealOperations,
} from "../../src/worker";
import { type Faults, faultsNow, faultyEnv, setFaults } from "./faulty-env";

/* The real worker in surroundings that break when told to. The host `faults.test` takes orders. */

const CONTROL_HOST = "faults.test";

type Call = { object: "HOME" | "INTAKE"; name: string; method: string; args: unknown[] };
type AnyStub = Record<string, (...given: unknown[]) => Promise<unknown>>;

async function control(request: Request, env: Env): Promise<Response> {
  if (new URL(request.url).pathname === "/faults")
    return Response.json(await setFaults(env, await request.json<Partial<Faults>>()));
  const { object, name, method, args } = await request.json<Call>();
  const stub = env[object].getByName(name) as unknown as AnyStub;
  return Response.json((await stub[method]?.(...args)) ?? null);
}

export class ActionIntake extends RealIntake {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faultyEnv(env));
  }
}

export class ActionHome extends RealHome {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faultyEnv(env));
  }
}

export class MailingDriver extends RealDriver {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faultyEnv(env));
  }
}

export {
  GroupChats,
  GroupExports,
  GroupPayments,
  GroupReports,
  ImportsObject,
  KeyGate,
  MailReaders,
  SendGate,
  SeriesClock,
  WebhookLane,
} from "../../src/worker";

export class LimitsObject extends RealLimits {}
export class OperationsObject extends RealOperations {}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).hostname === CONTROL_HOST) return control(request, env);
    return worker.fetch(request, faultyEnv(env), ctx);
  },
  async queue(batch, env, ctx) {
    const once = () => worker.queue(batch, faultyEnv(env), ctx);
    const isDoubled = (await faultsNow(env)).consumers === "double";
    await Promise.all(isDoubled ? [once(), once()] : [once()]);
  },
  scheduled: (controller, env, ctx) => worker.scheduled(controller, faultyEnv(env), ctx),
} satisfies ExportedHandler<Env>;
