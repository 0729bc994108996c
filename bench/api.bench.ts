import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Server } from "../test/server.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { compare, figure, type Run, withServer } from "./harness.ts";
import { load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { stageGroup, stagePetitions } from "./stage.ts";
import { MANY_PEOPLE } from "./workers/many-people.ts";

// A page of people and a signature over the API, a second: beside the hosted form that takes the same signature, and beside a bare
// Hono application that reads or writes the least and answers with the same bytes. A key has four requests a second, so many keys go
// round. Then a walk through a large group by `next`: what a page reads must not grow with how far one is.

const CONNECTIONS = 16;
const RUN_MS = 1_500;
const REPEATS = 3;
/** At four a second they allow more than any machine here answers. Each has an object of its own, which is awake when a run begins. */
const KEYS = 400;
const PEOPLE = 100_000;
const PAGE = 25;
/** A walk to the end is 4,000 pages; of these so many are read, from all parts of the way. */
const WALKED = 40;
/** What a page may read: its people, what is told of each, and the keys' group. */
const ROWS_MAX = 400;

const API = "/api/v2";
let crowd = 0;

async function stageKeys(server: Server, groupNo: number): Promise<string[]> {
  const keys = Array.from({ length: KEYS }, (_, no) => `gs_${String(no).padStart(40, "k")}`);
  const rows = keys.map((key) => ({
    id: randomUUID().replaceAll("-", ""),
    hash: createHash("sha256").update(key).digest("hex"),
  }));
  await server.query(
    "DIRECTORY",
    `INSERT INTO api_keys (id, group_no, name, access, hash, ending, created_at, created_by, last_used_at)
     SELECT unhex(value ->> 'id'), ?1, 'bench', 'full', unhex(value ->> 'hash'), 'kkkk', 1, 1, 9000000000000 FROM json_each(?2)`,
    ...[groupNo, JSON.stringify(rows)],
  );
  return keys;
}

/** Asks once with each key, so that no run pays for what a key costs once. */
async function wake(server: Server, headers: Headers): Promise<void> {
  const { statuses, failed } = await load({
    ...{ port: server.directPort, host: server.platformHost, connections: CONNECTIONS, requestsMax: KEYS },
    request: (index) => ({ path: `${API}/`, headers: headers(index) }),
  });
  if (failed > 0) throw new Error(`keys: ${JSON.stringify(statuses)}`);
}

type Ask = (index: number) => {
  method?: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
};

/** Answers a second of processor time, since others may be at work on the same machine. Throws when one is refused. */
function runOf(server: Server, host: string, ask: Ask, accepted: number): Run {
  return async () => {
    const first = crowd;
    const before = cpuSecondsOf(server.pid);
    const result = await load({
      ...{ port: server.directPort, host, connections: CONNECTIONS, durationMs: RUN_MS },
      request: (index) => ask(first + index),
      accept: (status) => status === accepted,
    });
    const after = cpuSecondsOf(server.pid);
    if (result.failed > 0) throw new Error(`refused: ${JSON.stringify(result.statuses)}`);
    crowd += result.requests;
    return before === null || after === null ? result.perSecond : result.requests / (after - before);
  };
}

const personOf = (no: number) =>
  JSON.stringify({
    person: { given_name: "Amina", email_addresses: [{ address: `bench-${no}@supporters.example` }] },
  });

type Headers = (no: number) => Record<string, string>;

function headersWith(keys: readonly string[]): Headers {
  return (no) => ({
    "OSDI-API-Token": keys[no % keys.length] ?? "",
    "Content-Type": "application/json",
    "CF-Connecting-IP": addressOf(no),
  });
}

/** The id of the one action there is, as the API writes it. */
async function actionId(server: Server): Promise<string> {
  const [row] = await server.query<{ id: string }>("SHARD_00", "SELECT lower(hex(id)) AS id FROM actions");
  return row?.id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") ?? "";
}

async function compareAnswers(server: Server, bare: Server): Promise<void> {
  const group = await stageGroup(server);
  const [petition] = await stagePetitions(server, group, { first: 1, count: 1 });
  if (!petition) throw new Error("no petition");
  for (const each of [server, bare]) await each.query("SHARD_00", MANY_PEOPLE, 1, 5_000);
  const headers = headersWith(await stageKeys(server, group.groupNo));
  await wake(server, headers);
  const page = await server.fetch(server.platformHost, `${API}/people`, { headers: headers(0) });
  await bare.fetch("localhost", "/constant", { method: "PUT", body: await page.text() });

  const path = `${API}/petitions/${await actionId(server)}/signatures`;
  const ofApi = (ask: Ask) => runOf(server, server.platformHost, ask, 200);
  const ofBare = (ask: Ask) => runOf(bare, "localhost", ask, 200);
  const people = ofApi((no) => ({ path: `${API}/people`, headers: headers(no) }));
  const helper = ofApi((no) => ({ method: "POST", path, headers: headers(no), body: personOf(no) }));
  const form = runOf(server, group.host, (no) => formRequest(group.host, petition.path, no), 303);
  const options = { unit: "answers/s of CPU", repeats: REPEATS };
  const barePeople = ofBare(() => ({ path: "/people" }));
  const bareHelper = ofBare((no) => ({ method: "POST", path: "/signatures", body: personOf(no) }));
  await compare(
    "a page of people, beside bare Hono and D1",
    { candidate: people, baseline: barePeople },
    options,
  );
  await compare(
    "a signature over the API, beside the hosted form",
    { candidate: helper, baseline: form },
    options,
  );
  await compare(
    "a signature over the API, beside bare Hono and D1",
    { candidate: helper, baseline: bareHelper },
    options,
  );
}

function formRequest(host: string, path: string, no: number): ReturnType<Ask> {
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    Origin: `http://${host}`,
    "CF-Connecting-IP": addressOf(no),
  };
  return { method: "POST", path, headers, body: formOf(20_000_000 + no) };
}

const pageOfPeople = z.object({
  _links: z.object({ next: z.object({ href: z.string() }) }),
  _embedded: z.object({ "osdi:people": z.array(z.unknown()).length(PAGE) }),
});

/** The rows that pages on the way through a large group read, by the cursors that a client follows. */
async function walkThrough(server: Server): Promise<number[]> {
  const group = await stageGroup(server);
  await server.query("SHARD_00", MANY_PEOPLE, 1, PEOPLE);
  const headers = headersWith(await stageKeys(server, group.groupNo));
  const rowsRead = async () =>
    z.number().parse(await (await server.fetch("meter.localhost", "/rows")).json());
  const read: number[] = [];
  let next = `${API}/people`;
  for (let no = 0; no < WALKED; no += 1) {
    // Some pages on, as whoever walks gets there: the cursor is where the page before ended.
    if (no > 0 && no % 4 === 0) next = next.replace(/after=\d+/, `after=${PEOPLE - (PEOPLE / WALKED) * no}`);
    const response = await server.fetch(server.platformHost, next, { headers: headers(no) });
    const body = pageOfPeople.parse(await response.json());
    read.push(await rowsRead());
    const { pathname, search } = new URL(body._links.next.href);
    next = pathname + search;
  }
  // The first pages also read what is then held: the key, the group.
  return read.slice(2);
}

await withServer({}, (server) =>
  withServer({ entry: "bench/workers/api-bare.ts" }, (bare) => compareAnswers(server, bare)),
);
await withServer({ entry: "bench/workers/api-rows.ts" }, async (server) => {
  const read = await walkThrough(server);
  const name = `rows read a page of ${PAGE}, through ${PEOPLE.toLocaleString("en")} people`;
  figure(`${name}, at most`, Math.max(...read), { unit: "rows", atMost: ROWS_MAX });
  figure(`${name}, at least`, Math.min(...read), { unit: "rows" });
});
