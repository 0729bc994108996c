import { DatabaseSync } from "node:sqlite";
import { type Server, startServer } from "../test/server.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { figure } from "./harness.ts";
import { growthOf } from "./memory.ts";
import { GROUP_NO, PEOPLE, shardFile, withMillion } from "./million.ts";

// How long finding somebody among a million people takes while one types, what the index costs in bytes and rows, how quickly it
// is made, and how long any statement of making it holds up the shard.

const SEARCH_MS_MAX = 100;
const STATEMENT_MS_MAX = 250;
const BYTES_MAX = 180;
const ROWS_MAX = 1.5;
const TURNS = 15;
const NEWCOMERS = 5_000;
const ISOLATE_MEGABYTES = 128;

const SYLLABLES =
  "ma,ri,an,el,jo,sa,li,ka,to,mi,ra,ne,lu,do,be,ca,ti,na,vi,ro,sha,gar,lop,mar,fer,sil,per,son,sen,ber,man,ham,wil,bro".split(
    ",",
  );

/** Names as many as people have, a few of them everybody's: a million who are all called alike are no test. */
function nameEverybody(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  database.function("name_of", { deterministic: true }, (no, most, salt) =>
    nameOf(Number(no), Number(most), Number(salt)),
  );
  database.exec(
    `UPDATE people SET given_name = name_of(person_no, 20000, 1), family_name = name_of(person_no, 200000, 2) WHERE group_no = ${GROUP_NO}`,
  );
  // The newest all have another domain, so that the one everybody had before is not to be seen among them.
  database.exec(
    `UPDATE people SET email = replace(email, '@supporters.', '@newcomers.') WHERE group_no = ${GROUP_NO} AND person_no > ${PEOPLE - NEWCOMERS}`,
  );
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

function nameOf(no: number, most: number, salt: number): string {
  const share = (Math.imul(no * 2 + salt, 2_654_435_761) >>> 0) / 2 ** 32;
  let rest = Math.imul(Math.floor(Math.exp(share * Math.log(most))) * 2 + salt, 2_246_822_507) >>> 0 || 1;
  const count = 2 + (rest % 3);
  let name = "";
  for (let part = 0; part < count; part += 1) {
    name += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.imul(rest ^ (rest >>> 7), 2_654_435_761) >>> 0;
  }
  return (name[0] ?? "").toUpperCase() + name.slice(1);
}

type Reply = {
  ms: number;
  longestMs: number;
  written: number;
  indexedTo: number;
  last: number;
  count: number;
};

async function ask(server: Server, path: string, query: Record<string, string> = {}): Promise<Reply> {
  const response = await server.fetch(
    "localhost",
    `${path}?${new URLSearchParams({ group: String(GROUP_NO), ...query })}`,
    {
      method: "POST",
    },
  );
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as Reply;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function makeIndex(server: Server): Promise<void> {
  let [ms, longestMs, written] = [0, 0, 0];
  for (;;) {
    const step = await ask(server, "/index");
    ms += step.ms;
    written += step.written;
    longestMs = Math.max(longestMs, step.longestMs);
    if (step.indexedTo >= step.last) break;
  }
  figure("people indexed a second", (PEOPLE / ms) * 1000, { unit: "people/s" });
  figure("longest statement of indexing", longestMs, { unit: "ms", atMost: STATEMENT_MS_MAX });
  figure("rows written a person indexed", written / PEOPLE, { unit: "rows", atMost: ROWS_MAX });
}

async function searches(server: Server): Promise<void> {
  const [given, family] = [nameOf(777_777, 20_000, 1), nameOf(777_777, 200_000, 2)];
  const slip = family.slice(0, 2) + family[3] + family[2] + family.slice(4);
  const email = `${((777_777 * 2_654_435_761) % 2 ** 32).toString(16)}.777777@supporters.example`;
  const asked: [string, string][] = [
    ["one letter", "m"],
    ["two letters", "ma"],
    ["a first name", given],
    ["two beginnings", `${given.slice(0, 3)} ${family.slice(0, 3)}`],
    ["a whole name", `${given} ${family}`],
    ["a whole name with a slip", `${given} ${slip}`],
    ["a last name with a letter missing", `${family.slice(0, 1)}${family.slice(2)}`],
    ["the beginning of an email", email.slice(0, 5)],
    ["a domain everybody once had", "@supporters"],
    ["a domain all newcomers have", "@new"],
    ["a domain nobody has", "@supportersx"],
    ["an email with a slip", `${email.slice(0, 2)}${email.slice(3)}`],
    ["a phone", "+1 416 555"],
    ["a postal code", "m4m"],
    ["nobody", "xyzzyqqq"],
  ];
  for (const [name, text] of asked) {
    const taken: number[] = [];
    let count = 0;
    const before = cpuSecondsOf(server.pid);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const startedAt = performance.now();
      ({ count } = await ask(server, "/search", { q: text }));
      taken.push(performance.now() - startedAt);
    }
    const after = cpuSecondsOf(server.pid);
    // Processor time where the system tells it: the time on the clock is also that of others on this machine.
    const cpuMs = before === null || after === null ? Infinity : ((after - before) * 1000) / TURNS;
    console.log(`     ${median(taken).toFixed(0)} ms on the clock`);
    figure(`search: ${name} (“${text}”, ${count} found)`, Math.min(median(taken), cpuMs), {
      unit: "ms",
      atMost: SEARCH_MS_MAX,
    });
  }
  const plain: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) plain.push((await ask(server, "/plain")).ms);
  figure("plain SELECT count(*) of the people", median(plain), { unit: "ms" });
}

function storage(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const size = database
    .prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE 'people_search%'")
    .get();
  figure("the index, a person", Number(size?.bytes) / PEOPLE, { unit: "bytes", atMost: BYTES_MAX });
  database.close();
}

await withMillion(async (dir) => {
  nameEverybody(shardFile(dir));
  const server = await startServer({ dir, entry: "bench/workers/search.ts" });
  try {
    await makeIndex(server);
    const { grownBy } = await growthOf(server.pid, () => searches(server));
    figure("memory of the process while people are looked for: it grew by", grownBy, {
      unit: "MB",
      atMost: ISOLATE_MEGABYTES,
    });
    await server.stop();
    storage(shardFile(dir));
  } finally {
    await server.kill();
  }
});
