import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../test/server.ts";
import { type Counts, linesOf, type MeterName, printBill } from "./bill.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { figure, withServer } from "./harness.ts";
import { load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { countStored, type Stage, type StagedPetition, stageGroup, stagePetitions } from "./stage.ts";

// What a signature costs: everything the platform bills, counted on the whole worker where it happens (`workers/meter.ts`), in a burst
// and in a trickle. A burst is signatures as fast as they are taken, and the two hours after it: what the home looks for and compares
// later is part of its cost. A trickle is one signature a minute for an hour, of a clock that is moved, with every object asleep in
// between. Free allowances are left out.

const BURST = 2_000;
const TRICKLE = 60;
const MINUTE_MS = 60_000;
const AFTERWARDS_MS = 120 * MINUTE_MS;
/** Reports, announcements and mails follow the last row within this time. */
const SETTLE_MS = 3_000;
const DRAIN_TIMEOUT_MS = 60_000;
const METER_HOST = "meter.localhost";

type Scenario = { name: string; isTrickle: boolean; hasReceipt: boolean; isKnown: boolean; hasFeed?: true };
type Site = { server: Server; group: Stage; petition: StagedPetition };

async function ask(server: Server, path: string): Promise<Counts> {
  const response = await server.fetch(METER_HOST, path);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as Counts;
}

function signature({ group, petition }: Site, n: number) {
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    Origin: `http://${group.host}`,
    "CF-Connecting-IP": addressOf(n),
  };
  return { method: "POST" as const, path: petition.path, headers, body: formOf(n) };
}

/** People 0, 1, … sign at once; returns when all that follows within seconds has happened. */
async function burst(site: Site): Promise<void> {
  const { server, group, petition } = site;
  const result = await load({
    ...{ port: server.directPort, host: group.host, requestsMax: BURST },
    request: (index) => signature(site, index),
    accept: (status) => status === 303,
  });
  if (result.failed > 0) throw new Error(`refused: ${JSON.stringify(result.statuses)}`);
  await untilStored(site, BURST);
  await sleep(SETTLE_MS);
  const stored = await countStored(server, group, petition);
  if (stored !== BURST) throw new Error(`${stored} stored of ${BURST}`);
}

async function untilStored({ server, group, petition }: Site, count: number): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  while ((await countStored(server, group, petition)) < count) {
    if (performance.now() > deadline) throw new Error("not all that was signed is stored");
    await sleep(100);
  }
}

async function trickle(site: Site): Promise<void> {
  const { server, group } = site;
  await ask(server, "/hold");
  for (let n = 0; n < TRICKLE; n++) {
    const { path, ...init } = signature(site, n);
    const response = await server.fetch(group.host, path, init);
    if (response.status !== 303) throw new Error(`refused: ${response.status}`);
    await ask(server, `/advance?ms=${MINUTE_MS}`);
  }
  await untilStored(site, TRICKLE);
}

/** What was counted, for one signature. */
async function measure({ isTrickle, hasReceipt, isKnown, hasFeed }: Scenario): Promise<Counts> {
  return withServer({ entry: "bench/workers/metered.ts" }, async (server) => {
    const group = await stageGroup(server);
    const [first, second] = await stagePetitions(server, group, { first: 1, count: 2, hasReceipt });
    if (!first || !second) throw new Error("no petition");
    // As a group's first webhook, or the first look at the feed, switches it on.
    if (hasFeed)
      await server.query(
        "SHARD_00",
        "INSERT INTO change_feeds (group_no, since) VALUES (?, 0)",
        group.groupNo,
      );
    if (isKnown) await burst({ server, group, petition: first });
    const site = { server, group, petition: second };
    await ask(server, "/counts");
    const cpuBefore = cpuSecondsOf(server.pid);
    await (isTrickle ? trickle : burst)(site);
    const cpuAfter = cpuSecondsOf(server.pid);
    if (!isTrickle) {
      await ask(server, "/hold");
      await ask(server, `/advance?ms=${AFTERWARDS_MS}`);
    }
    const counts = await ask(server, "/counts");
    if (cpuBefore !== null && cpuAfter !== null) counts["cpu ms"] = (cpuAfter - cpuBefore) * 1000;
    if (hasReceipt) counts["e-mail"] = await mailsOf(site);
    const signatures = isTrickle ? TRICKLE : BURST;
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / signatures]));
  });
}

async function mailsOf({ server, group, petition }: Site): Promise<number> {
  const sql = "SELECT count(*) AS n FROM receipts WHERE group_no = ? AND action_no = ?";
  const [row] = await server.query<{ n: number }>("SHARD_00", sql, group.groupNo, petition.actionNo);
  return row?.n ?? 0;
}

/** Rows promised for a signature without a thank-you mail. */
const OBJECT_ROWS_MAX = 4;
const D1_ROWS_MAX = { new: 9, known: 4 };
/** More where somebody reads the group's change feed: one row for each batch. */
const FEED_ROWS_MAX = 1;

const scenarios: Scenario[] = [
  { name: "burst, new people", isTrickle: false, hasReceipt: false, isKnown: false },
  { name: "burst, known people", isTrickle: false, hasReceipt: false, isKnown: true },
  { name: "trickle, new people", isTrickle: true, hasReceipt: false, isKnown: false },
  { name: "trickle, known people", isTrickle: true, hasReceipt: false, isKnown: true },
  {
    name: "burst, known people, change feed",
    isTrickle: false,
    hasReceipt: false,
    isKnown: true,
    hasFeed: true,
  },
  {
    name: "trickle, known people, change feed",
    isTrickle: true,
    hasReceipt: false,
    isKnown: true,
    hasFeed: true,
  },
  { name: "burst, new people, thank-you mail", isTrickle: false, hasReceipt: true, isKnown: false },
  { name: "trickle, new people, thank-you mail", isTrickle: true, hasReceipt: true, isKnown: false },
];

for (const scenario of scenarios) {
  const lines = linesOf(await measure(scenario));
  printBill(`${scenario.name}: a signature, and $ a million of them`, lines);
  const amountOf = (name: MeterName) => lines.find((line) => line.name === name)?.amount ?? 0;
  const { name, hasReceipt, isKnown, hasFeed } = scenario;
  const promise = (atMost: number) => ({ unit: "rows", ...(hasReceipt ? {} : { atMost }) });
  const d1Max = (isKnown ? D1_ROWS_MAX.known : D1_ROWS_MAX.new) + (hasFeed ? FEED_ROWS_MAX : 0);
  figure(`${name}: in objects`, amountOf("rows written in objects"), promise(OBJECT_ROWS_MAX));
  figure(`${name}: in D1`, amountOf("rows written in D1"), promise(d1Max));
  const mails = lines.find((line) => line.name === "e-mails")?.dollars ?? 0;
  const dollars = lines.reduce((sum, line) => sum + line.dollars, 0) - mails;
  figure(`${name}: a million`, dollars, {
    unit: mails > 0 ? `$, and $${mails.toFixed(0)} for the e-mails` : "$",
  });
}
