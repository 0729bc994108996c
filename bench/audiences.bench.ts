import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type Server, startServer } from "../test/server.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { figure } from "./harness.ts";
import { growthOf } from "./memory.ts";
import { ACTIONS, GROUP_NO, MAILINGS, PEOPLE, shardFile, withMillion } from "./million.ts";

// How long the live count of the commonest audiences takes in a group of a million people, and how long any statement of it holds up
// the shard while signatures drain beside it; and what a person, a participation and a mail event cost in bytes.

const COUNT_MS_MAX = 2_000;
const QUICK_MS = 300;
const QUICK_OF_TEN = 6;
const STATEMENT_MS_MAX = 250;
const TURNS = 5;
const DRAINED = 5_000;
const EVENT_BYTES_MAX = 25;
const ISOLATE_MEGABYTES = 128;

const subscribed = { is: "subscription", channel: "email", status: ["subscribed"] };
const all = (...clauses: unknown[]) => ({ include: { all: [subscribed, ...clauses] } });

/** What organisers ask most. */
const audiences: [string, unknown][] = [
  ["everybody subscribed", all()],
  ["subscribed in Ontario", all({ is: "region", regions: ["Ontario", "ON"] })],
  ["subscribed with a tag (60,000)", all({ is: "tag", tags: [3] })],
  ["subscribed, signed a petition (80,000)", all({ is: "action", actions: [5] })],
  [
    "signed the largest petition (600,000), have not donated",
    { include: { all: [subscribed, { is: "action", actions: [1] }, { not: { is: "donation" } }] } },
  ],
  [
    "gave CAD 50 or more within a year",
    all({ is: "donation", currency: "CAD", total: { least: 5_000 }, when: { lastDays: 365 } }),
  ],
  ["opened a mailing in 30 days", all({ is: "mail", did: "opened", when: { lastDays: 30 } })],
  [
    "not mailed in the last 7 days",
    { ...all(), exclude: { any: [{ is: "mail", did: "received", when: { lastDays: 7 } }] } },
  ],
  ["joined in the last 90 days", all({ is: "joined", when: { lastDays: 90 } })],
  [
    "said in a custom field that they cycle",
    all({ is: "field", field: 1, test: { op: "is", values: ["Bike"] } }),
  ],
];
/** Asked less often, and heavier. */
const others: [string, unknown][] = [
  ["within 25 km of M4M", all({ is: "near", country: "CA", postalCode: "M4M", km: 25 })],
  ["took no action in 180 days", all({ not: { is: "action", when: { lastDays: 180 } } })],
  [
    "opened 3 mailings or more in 90 days",
    all({ is: "mail", did: "opened", when: { lastDays: 90 }, times: { least: 3 } }),
  ],
  ["clicked in the newest mailing", all({ is: "mail", did: "clicked", mailings: [MAILINGS] })],
  ["a random 10 %", all({ is: "sample", share: 1_000, seed: 7 })],
];

type Found = { count: number; ms: number; longestMs: number; statements: number };

async function ask<Reply>(server: Server, path: string, body: unknown): Promise<Reply> {
  const response = await server.fetch("localhost", `${path}?group=${GROUP_NO}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as Reply;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** What a count takes: processor time where the system tells it, else the time on the clock, which others share. */
async function timed(server: Server, path: string, body: unknown) {
  const before = cpuSecondsOf(server.pid);
  const found: Found[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) found.push(await ask<Found>(server, path, body));
  const after = cpuSecondsOf(server.pid);
  const clockMs = median(found.map((each) => each.ms));
  const cpuMs = before === null || after === null ? clockMs : ((after - before) * 1000) / TURNS;
  return { found, clockMs, ms: Math.min(clockMs, cpuMs) };
}

async function counts(server: Server): Promise<void> {
  let quick = 0;
  for (const [name, audience] of [...audiences, ...others]) {
    const { found, ms, clockMs } = await timed(server, "/count", audience);
    const isCommon = audiences.some(([known]) => known === name);
    if (isCommon && ms <= QUICK_MS) quick += 1;
    const { count = 0, statements = 0 } = found[0] ?? {};
    const longest = Math.max(...found.map(({ longestMs }) => longestMs));
    console.log(
      `     ${count.toLocaleString("en")} people, ${statements} statements, the longest ${longest.toFixed(0)} ms; ${clockMs.toFixed(0)} ms on the clock`,
    );
    figure(`count: ${name}`, ms, { unit: "ms", ...(isCommon ? { atMost: COUNT_MS_MAX } : {}) });
  }
  const plain = await timed(server, "/plain", {});
  figure("plain SELECT count(*) of the people", plain.ms, { unit: "ms" });
  figure(`of the ten, counted within ${QUICK_MS} ms`, quick, { unit: "audiences", atLeast: QUICK_OF_TEN });
}

/** Signatures drain for as long as the ten are counted, one after the other without a pause. */
async function beside(server: Server): Promise<void> {
  let first = PEOPLE * 2;
  const drain = async () => {
    const order = { first, count: DRAINED, actionNo: ACTIONS };
    first += DRAINED;
    return (await ask<{ ms: number }>(server, "/drain", order)).ms;
  };
  const aloneMs = await drain();
  let isCounting = true;
  const draining = (async () => {
    const taken: number[] = [];
    while (isCounting) taken.push(await drain());
    return taken;
  })();
  let longestMs = 0;
  const [cpuBefore, startedAt] = [cpuSecondsOf(server.pid), performance.now()];
  for (const [, audience] of audiences)
    longestMs = Math.max(longestMs, (await ask<Found>(server, "/count", audience)).longestMs);
  const [cpuAfter, tookMs] = [cpuSecondsOf(server.pid), performance.now() - startedAt];
  isCounting = false;
  const together = await draining;
  // The server has work all the time, so that what it got of a core tells how much of a statement's time was spent waiting for one.
  const share =
    cpuBefore === null || cpuAfter === null ? 1 : Math.min(1, ((cpuAfter - cpuBefore) * 1000) / tookMs);
  console.log(
    `     the longest took ${longestMs.toFixed(0)} ms on the clock; the server got ${share.toFixed(2)} of a core`,
  );
  figure("longest statement of the ten while signatures drain", longestMs * share, {
    unit: "ms",
    atMost: STATEMENT_MS_MAX,
  });
  figure("signatures stored, nobody counting", (DRAINED / aloneMs) * 1000, { unit: "signatures/s" });
  figure("signatures stored beside ten counts without a pause", (DRAINED / median(together)) * 1000, {
    unit: "signatures/s",
  });
}

function storage(dir: string): void {
  const path = shardFile(dir);
  const database = new DatabaseSync(path, { readOnly: true });
  const bytes = new Map(
    database
      .prepare("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name")
      .all()
      .map(({ name, bytes: size }) => [String(name), Number(size)]),
  );
  const rows = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  const each = (table: string, ...trees: string[]) =>
    [table, ...trees].reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0) / rows(table);
  figure(
    "a person, with address, indexes and the narrow copy",
    each("people", "people_by_id", "identities", "people_brief"),
    {
      unit: "bytes",
    },
  );
  const indexes = ["by_action", "with_comment", "by_link", "out", "with_gift"].map(
    (name) => `participations_${name}`,
  );
  figure("a participation, with its indexes", each("participations", ...indexes), { unit: "bytes" });
  figure("a mail opened or clicked", each("mail_events"), { unit: "bytes", atMost: EVENT_BYTES_MAX });
  figure("a recipient", each("mailing_recipients"), { unit: "bytes" });
  figure("the whole group", statSync(path).size / 1e6, { unit: "MB" });
  database.close();
}

await withMillion(async (dir) => {
  storage(dir);
  const server = await startServer({ dir, entry: "bench/workers/audiences.ts" });
  try {
    const { grownBy } = await growthOf(server.pid, () => counts(server));
    figure("memory of the process while it counts: it grew by", grownBy, {
      unit: "MB",
      atMost: ISOLATE_MEGABYTES,
    });
    await beside(server);
  } finally {
    await server.kill();
  }
});
