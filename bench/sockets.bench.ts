import { compare, withServer } from "./harness.ts";
import { load } from "./load.ts";

// Why benches and fault tests use the server's direct port: what Miniflare's entry worker and the router of static assets cost
// a request, against the same worker with a constant page on a socket of its own.
await withServer({ entry: "test/tooling-worker.ts" }, async ({ port, directPort, platformHost }) => {
  const rate = async (through: number) => {
    const request = () => ({ path: "/constant" });
    return (await load({ port: through, host: platformHost, durationMs: 1_500, request })).perSecond;
  };
  await compare(
    "constant page through the whole stack",
    { candidate: () => rate(port), baseline: () => rate(directPort) },
    { unit: "pages/s", repeats: 3 },
  );
});
