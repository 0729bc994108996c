import { compare, figure, withServer } from "./harness.ts";

// How many signatures a second one shard takes: the statements of the drain, and a whole intake object emptying its outbox, each
// beside plain multi-row inserts of the same rows. Everyone is new to the group, which is the dearest case.

const SIGNATURES_PER_SECOND = 8_000;
const COUNT = 5_000;
/** Rows already in the shard, so that no b-tree is as flat as an empty one. */
const STANDING = 20_000;
/** Each way has its own group in the same shard, so that none is spared by what another stored. */
const groups = { drain: 1, object: 2, bare: 3 };
type Way = keyof typeof groups;

await withServer({ entry: "bench/workers/drain.ts" }, async ({ fetch }) => {
  const stored = { drain: 0, object: 0, bare: 0 };
  const run = async (way: Way, by: Way = way): Promise<number> => {
    const body = JSON.stringify({ first: stored[way], count: COUNT, groupNo: groups[way], actionNo: 1 });
    stored[way] += COUNT;
    const response = await fetch("localhost", `/${by}`, { method: "POST", body });
    if (!response.ok) throw new Error(`/${by}: ${await response.text()}`);
    const { ms } = (await response.json()) as { ms: number };
    return (COUNT / ms) * 1000;
  };
  for (let standing = 0; standing < STANDING; standing += COUNT) {
    for (const way of ["drain", "object", "bare"] as const) await run(way, way === "bare" ? "bare" : "drain");
  }
  const options = { unit: "signatures/s" };
  const statements = await compare(
    "drain: statements, beside bare inserts",
    { candidate: () => run("drain"), baseline: () => run("bare") },
    options,
  );
  const object = await compare(
    "drain: a whole object, beside bare inserts",
    { candidate: () => run("object"), baseline: () => run("bare") },
    options,
  );
  for (const [name, { candidate }] of [
    ["the statements of the drain", statements],
    ["a whole object draining", object],
  ] as const) {
    figure(name, candidate, { unit: "signatures/s", atLeast: SIGNATURES_PER_SECOND });
  }
});
