import type { Env } from "../../src/env";
import worker from "../../src/worker";

/*
 * The whole worker, but the rate limit is counted in memory. The platform's limiter adds no latency (Cloudflare's docs, rate limiting), while the
 * emulator of a local runtime writes a row into an object of its own for every request. Nothing else is replaced, and the limit is that
 * of wrangler.toml. A stand-in all the same: no promise is measured with it.
 */

export * from "../../src/worker";

const LIMIT = 120;
const PERIOD_MS = 60_000;

let period = 0;
const taken = new Map<string, number>();

const limiter: RateLimit = {
  limit: async ({ key }) => {
    const now = Math.floor(Date.now() / PERIOD_MS);
    if (now !== period) taken.clear();
    period = now;
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    return { success: count <= LIMIT };
  },
};

let replaced: Env | null = null;

export default {
  ...worker,
  fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    replaced ??= { ...env, PUBLIC_RATE: limiter };
    return worker.fetch(request, replaced, executionCtx);
  },
};
