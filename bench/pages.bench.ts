import type { Server } from "../test/server.ts";
import { compare, figure, withServer } from "./harness.ts";
import { load } from "./load.ts";
import { type Stage, type StagedPetition, stageGroup, stagePetitions } from "./stage.ts";

// Pages a second of the whole worker, each beside a Hono application with one route whose answer is a constant: the same bytes and the
// same headers, over the same number of connections of the same generator. Warm is a page of which the isolate holds the HTML, which
// is made anew every 30 s as in life. Cold is another petition at each request, one the isolate does not know: its snapshot is looked
// for in KV, then in D1, its count is asked of its home, and the page is made.

const CONNECTIONS = 32;
const WARM_MS = 1_500;
const COLD_REQUESTS = 350;
const COLD_REPEATS = 5;
const REPEATS = 3;
/**
 * Each is seen once in the first walk. More than an isolate holds (2,000 snapshots, `served.ts`), so that whoever walks through them in
 * the same order again meets none that is still held.
 */
const COLD_PETITIONS = COLD_REQUESTS * (COLD_REPEATS + 1);

/** As a browser sends them; they count for both sides. */
const headers = {
  Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Accept-Language": "en-CA,en;q=0.8",
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
};

async function perSecond(
  { directPort }: Server,
  { host }: Pick<Stage, "host">,
  limits: { durationMs: number } | { requestsMax: number },
  pathOf: (index: number) => string,
): Promise<number> {
  const result = await load({
    ...{ port: directPort, host, connections: CONNECTIONS, ...limits },
    request: (index) => ({ path: pathOf(index), headers }),
    accept: (status) => status === 200,
  });
  if (result.failed > 0) throw new Error(`no page: ${JSON.stringify(result.statuses)}`);
  return result.perSecond;
}

/** Makes the constant worker answer exactly as the other answers at a path. Gives the size, uncompressed. */
async function imitate(constant: Server, server: Server, { host }: Stage, path: string): Promise<number> {
  const page = await server.fetch(host, path, { headers });
  if (page.status !== 200) throw new Error(`${path}: ${page.status}`);
  const kept = [...page.headers].filter(
    ([name]) => !["content-length", "transfer-encoding", "date"].includes(name),
  );
  const bytes = await page.arrayBuffer();
  await constant.fetch("localhost", "/constant", {
    method: "PUT",
    body: bytes,
    headers: { "X-Headers": JSON.stringify(Object.fromEntries(kept)) },
  });
  return bytes.byteLength;
}

/** Each call walks on; after the last petition it begins again. */
function coldWalk(petitions: StagedPetition[]): () => string {
  let next = 0;
  return () => petitions[next++ % petitions.length]?.path ?? "";
}

const unit = "pages/s";

await withServer({}, async (server) => {
  await withServer({ entry: "bench/workers/constant-page.ts" }, async (constant) => {
    const group = await stageGroup(server);
    const [petition] = await stagePetitions(server, group, { first: 1, count: 1 });
    if (!petition) throw new Error("no petition");
    const bare = { host: "localhost" };
    const warm = (path: string) => ({
      candidate: () => perSecond(server, group, { durationMs: WARM_MS }, () => path),
      baseline: () => perSecond(constant, bare, { durationMs: WARM_MS }, () => petition.path),
    });

    figure("the page, uncompressed", await imitate(constant, server, group, petition.path), {
      unit: "bytes",
    });
    await compare("warm page, beside a constant page", warm(petition.path), { unit, atLeast: 0.8 });

    const walk = coldWalk(await stagePetitions(server, group, { first: 2, count: COLD_PETITIONS }));
    const cold = {
      candidate: () => perSecond(server, group, { requestsMax: COLD_REQUESTS }, walk),
      baseline: warm(petition.path).baseline,
    };
    await compare("cold page from D1, home never asked", cold, { unit, repeats: COLD_REPEATS });
    // The first walk left every snapshot in KV, as publishing does.
    await compare("cold page from KV, as published", cold, { unit, repeats: REPEATS });

    const countPath = `${petition.path}/count.json`;
    await imitate(constant, server, group, countPath);
    await compare("count.json, beside a constant answer", warm(countPath), {
      unit: "answers/s",
      repeats: REPEATS,
    });
  });
});
