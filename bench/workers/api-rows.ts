import type { Env } from "../../src/env";
import worker from "../../src/worker";
import { takeCounts, watchD1 } from "./meter";

/* The whole worker, whose databases count the rows they read: `/rows` on its own host says how many since it was last asked. */

export * from "../../src/worker";

let isWatching = false;

export default {
  ...worker,
  fetch(request: Request, env: Env, executionCtx: ExecutionContext): Response | Promise<Response> {
    if (!isWatching) watchD1(env);
    isWatching = true;
    if (new URL(request.url).hostname === "meter.localhost")
      return Response.json(takeCounts()["read D1"] ?? 0);
    return worker.fetch(request, env, executionCtx);
  },
};
