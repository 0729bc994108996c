import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../test/server.ts";
import { world } from "../test/world.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { compare, type Run, withServer } from "./harness.ts";
import { type LoadOptions, load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { countStored, type Stage, type StagedPetition, stageActions, stageGroup } from "./stage.ts";

// Each kind's page and each kind's answers a second of processor time, beside the petition's of the same server in turns: what a kind
// adds must not cost more than a third. An answer of a kind is the whole of what the last page of its form sends. What follows an answer
// (the drain, a letter's mail) is no run's: each begins when the server has come to rest. Gifts are measured without a promise: an answer
// there asks D1 and the payment provider before it leaves (decision 0014).

const CONNECTIONS = 32;
const RUN_MS = 1_000;
const REPEATS = 3;
const DRAIN_TIMEOUT_MS = 60_000;
/**
 * At rest it uses less than this share of one processor. It is looked at for longer than a second, since what is done in parts, such as
 * a thousand letters, goes on after a pause of one: with a shorter look the next run paid for the letters of the one before.
 */
const REST_SHARE = 0.1;
const REST_LOOK_MS = 1_250;
/** 1.3 times as long is a rate of 1 / 1.3. */
const AT_LEAST = 0.77;

const inTwoYears = new Date().getUTCFullYear() + 2;
const person = {
  name: world.organiser.name,
  title: "Mayor",
  email: "mayor@city.example",
  phone: "416-555-0100",
};
const choice = { type: "radio", choices: ["Yes", "No"], isRequired: true };

type BenchedKind = {
  name: string;
  path: string;
  settings: Record<string, unknown>;
  /** What its form asks beside what all ask. */
  answer?: Record<string, string>;
  isPromised?: boolean;
};

const petition: BenchedKind = {
  ...{ name: "petition", path: "petitions" },
  settings: { targets: world.petition.targets, ask: world.petition.ask },
};

const others: BenchedKind[] = [
  {
    ...{ name: "form", path: "forms" },
    settings: { questions: [{ key: "why", label: "Why do you write?", type: "text" }] },
    answer: { q_why: "The air at the school gate" },
  },
  {
    ...{ name: "survey", path: "surveys" },
    settings: {
      questions: ["first", "second", "third"].map((key) => ({
        key,
        label: `The ${key} question`,
        ...choice,
      })),
    },
    answer: { q_first: "Yes", q_second: "No", q_third: "Yes" },
  },
  {
    ...{ name: "letter", path: "letters" },
    settings: {
      source: { people: [person] },
      variants: [{ subject: "Clean air", body: "Dear {{target_name}}, please act." }],
    },
    answer: { "letter.en.subject": "Clean air", "letter.en.body": `Dear ${person.name}, please act.` },
  },
  {
    ...{ name: "call", path: "calls" },
    settings: { source: { people: [person] }, script: "Hello {{target_name}}, please act." },
    answer: { step: "2", at: "0", outcome: "answered" },
  },
  {
    ...{ name: "event", path: "events" },
    settings: {
      ...{ startsAt: `${inTwoYears}-03-12T19:00`, timeZone: "America/Toronto", capacity: 100_000 },
      place: { name: "Library", locality: "Toronto", country: "CA" },
    },
  },
  {
    ...{ name: "fundraiser", path: "fundraisers" },
    settings: { currency: "CAD", amounts: [1_000, 2_500], rhythms: ["once"] },
    answer: { amount: "2500", rhythm: "once", currency: "CAD" },
    isPromised: false,
  },
];

type Staged = { kind: BenchedKind; action: StagedPetition };

function pagesOf(server: Server, { host }: Stage, { action }: Staged): Run {
  return async () => {
    const { rate } = await measured(server, action, {
      host,
      request: () => ({ path: action.path }),
      accept: (status) => status === 200,
    });
    return rate;
  };
}

type Asked = Pick<LoadOptions, "host" | "request" | "accept">;

/** One run; its rate is by processor time where that is known, since others may be at work on the same machine. */
async function measured(server: Server, { path }: StagedPetition, asked: Asked) {
  const before = cpuSecondsOf(server.pid);
  const result = await load({
    ...{ port: server.directPort, connections: CONNECTIONS, durationMs: RUN_MS },
    ...asked,
  });
  const after = cpuSecondsOf(server.pid);
  if (result.failed > 0) throw new Error(`${path}: ${JSON.stringify(result.statuses)}`);
  const { requests, perSecond } = result;
  return { requests, rate: before === null || after === null ? perSecond : requests / (after - before) };
}

/** Each answer is another person's. What was taken is drained, and what follows it done, before whoever runs next. */
function answersOf(server: Server, group: Stage, { kind, action }: Staged): Run {
  let next = 0;
  return async () => {
    const first = next;
    const { requests, rate } = await measured(server, action, {
      host: group.host,
      request: (index) => ({
        method: "POST",
        path: action.path,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Origin: `http://${group.host}`,
          "CF-Connecting-IP": addressOf(first + index),
        },
        body: `${formOf(first + index)}&${new URLSearchParams(kind.answer ?? {})}`,
      }),
      accept: (status) => status === 303,
    });
    next += requests;
    if (kind.isPromised !== false) await untilStored(server, group, action, next);
    await untilAtRest(server);
    return rate;
  };
}

async function untilAtRest({ pid }: Server): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (let used = cpuSecondsOf(pid); used !== null; ) {
    const since = performance.now();
    await sleep(REST_LOOK_MS);
    const now = cpuSecondsOf(pid) ?? 0;
    if (now - used < (REST_SHARE * (performance.now() - since)) / 1_000) return;
    if (since > deadline) throw new Error("the server does not come to rest");
    used = now;
  }
}

async function untilStored(
  server: Server,
  group: Stage,
  action: StagedPetition,
  count: number,
): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  while ((await countStored(server, group, action)) < count) {
    if (performance.now() > deadline) throw new Error(`${action.path}: not all is stored`);
    await sleep(50);
  }
}

await withServer({}, async (server) => {
  const group = await stageGroup(server);
  const stage = async (kind: BenchedKind, first: number): Promise<Staged> => {
    const [action] = await stageActions(server, group, kind, { first, count: 1 });
    if (!action) throw new Error(`no ${kind.name}`);
    return { kind, action };
  };
  const measure = async (baseline: Staged, { kind, action }: Staged) => {
    const promise = kind.isPromised === false ? {} : { atLeast: AT_LEAST };
    await compare(
      `${kind.name}: page, beside the petition's`,
      {
        candidate: pagesOf(server, group, { kind, action }),
        baseline: pagesOf(server, group, baseline),
      },
      { unit: "pages/s of CPU", repeats: REPEATS, atLeast: AT_LEAST },
    );
    await compare(
      `${kind.name}: answer, beside a signature`,
      { candidate: answersOf(server, group, { kind, action }), baseline: answersOf(server, group, baseline) },
      { unit: "answers/s of CPU", repeats: REPEATS, ...promise },
    );
  };
  for (const [index, kind] of others.entries()) {
    // A petition of its own for each, so that the people are new to both.
    const baseline = await stage(petition, 2 * index + 1);
    await measure(baseline, await stage(kind, 2 * index + 2));
  }
});
