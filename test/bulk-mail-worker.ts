import type { Env } from "../src/env";
import { createContext } from "../src/platform/context";
import type { BulkLane, BulkMessage } from "../src/platform/mail/bulk";
import { bulkTransport } from "../src/platform/mail/bulk-transport";

/*
 * The worker of the tests and benches of transports: it hands over what it is given, chunk after chunk over one transport as a
 * consumer does, and says what became of each mail and how long that took.
 */

export * from "./tooling-worker";

type Order = { chunks: BulkMessage[][]; lane?: BulkLane; vars?: Record<string, string> };

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    const { chunks, lane = { dkim: null }, vars }: Order = await request.json();
    const ctx = createContext({ ...env, ...vars }, "bulk", (work) => executionCtx.waitUntil(work));
    const transport = bulkTransport(ctx, lane);
    const startedAt = performance.now();
    const results: unknown[] = [];
    for (const chunk of chunks) results.push(...(await transport.send(chunk)));
    await transport.close?.();
    return Response.json({ results, ms: performance.now() - startedAt });
  },
};
