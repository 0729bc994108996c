import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../test/server.ts";
import { compare, figure, type Run, withServer } from "./harness.ts";
import { load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { countStored, stageGroup, stagePetitions } from "./stage.ts";

// How many signatures a second are taken, from the request to the 303. On: the limiter, the home, the drain with its announcements
// (it runs while signatures come in), and the spread, which grows with the load as in life. Off: the thank-you mail, since it is not
// part of taking a signature; `cost` shows what it costs. The baselines get the same forms over the same number of connections of
// the same generator for the same time. Everyone signs once; each has an address of their own.

const CONNECTIONS = 32;
const RUN_MS = 2_000;
const REPEATS = 5;
/** What the usual design has to count at each signature. */
const STANDING = 100_000;
const DRAIN_TIMEOUT_MS = 60_000;

/** Each server is asked by another crowd. */
let servers = 0;
const CROWD = 10_000_000;

type Crowd = (durationMs: number) => Promise<{ perSecond: number; signed: number; seconds: number }>;

/** People who have not signed yet, a new one for each request. Throws when one of them is refused. */
function crowdOf(server: Server, host: string, path: string): Crowd {
  let next = CROWD * servers++;
  return async (durationMs) => {
    const first = next;
    const result = await load({
      ...{ port: server.directPort, host, connections: CONNECTIONS, durationMs },
      request: (index) => ({
        method: "POST",
        path,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Origin: `http://${host}`,
          "CF-Connecting-IP": addressOf(first + index),
        },
        body: formOf(first + index),
      }),
      accept: (status) => status === 303,
    });
    if (result.failed > 0) throw new Error(`refused: ${JSON.stringify(result.statuses)}`);
    next += result.requests;
    return { perSecond: result.perSecond, signed: result.requests, seconds: result.seconds };
  };
}

/** Signing as it is deployed; `whole` counts until everyone is in D1. */
async function stageSigning(server: Server): Promise<{ taken: Run; whole: Run }> {
  const group = await stageGroup(server);
  const [petition] = await stagePetitions(server, group, { first: 1, count: 1 });
  if (!petition) throw new Error("no petition");
  const sign = crowdOf(server, group.host, petition.path);
  let expected = 0;
  const run = async () => {
    const result = await sign(RUN_MS);
    expected += result.signed;
    const waitedFrom = performance.now();
    // Whatever was acknowledged must be there, and what still drains must not slow down whoever runs next.
    while ((await countStored(server, group, petition)) !== expected) {
      if (performance.now() - waitedFrom > DRAIN_TIMEOUT_MS)
        throw new Error("not all that was signed is stored");
      await sleep(50);
    }
    return { ...result, wholeSeconds: result.seconds + (performance.now() - waitedFrom) / 1000 };
  };
  return {
    taken: async () => (await run()).perSecond,
    whole: async () => {
      const { signed, wholeSeconds } = await run();
      return signed / wholeSeconds;
    },
  };
}

function stageBaseline(server: Server): Run {
  const sign = crowdOf(server, "bench.localhost", "/petitions/petition-1");
  return async () => (await sign(RUN_MS)).perSecond;
}

const unit = "signatures/s";

await withServer({}, async (server) => {
  await withServer({ entry: "bench/workers/limiter-in-memory.ts" }, async (inMemory) => {
    const { taken, whole } = await stageSigning(server);
    const withoutEmulator = (await stageSigning(inMemory)).taken;
    // The code that runs often is compiled better after some seconds, on every side.
    for (const run of [taken, withoutEmulator]) await run();
    const beside = async (name: string, baseline: Run, atLeast: number) => {
      await compare(
        `signing, beside ${name}`,
        { candidate: taken, baseline },
        { unit, repeats: REPEATS, atLeast },
      );
      const label = "  the same, limit counted in memory";
      await compare(label, { candidate: withoutEmulator, baseline }, { unit, repeats: 3 });
    };
    await withServer({ entry: "bench/workers/bare-object.ts" }, async (bare) => {
      await beside("a bare object", stageBaseline(bare), 0.5);
    });
    await withServer({ entry: "bench/workers/usual-design.ts" }, async (usual) => {
      await usual.fetch("localhost", `/fill?count=${STANDING}`, { method: "POST" });
      await beside("the usual design", stageBaseline(usual), 8);
    });
    figure("signing until everyone is in D1", await whole(), { unit });
  });
});
