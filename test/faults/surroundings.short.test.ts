import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { HomeSummary } from "../../src/intake/types";
import { signIn } from "../seed.ts";
import { OPERATOR_EMAIL } from "../variables.ts";
import { world } from "../world.ts";
import { signAndBeThanked } from "./outage.ts";
import { Stage } from "./stage.ts";

/* What surrounds the intake objects of an action fails: rows that D1 refuses, a home that is away, word of a closing lost. */

/** Far more than an idle machine needs: an object tries again after longer and longer pauses. */
const DRAIN_MS = 120_000;
const WAIT_MS = 90_000;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: false });
});
// What one test broke must not break the next when it fails.
afterEach(async () => {
  await stage.break({ poison: "", homes: "work" });
});
afterAll(async () => {
  await stage.close();
});

async function signTogether(name: string, count: number, comment = ""): Promise<void> {
  const emails = Array.from({ length: count }, (_, n) => `${name}${n}@supporters.example`);
  await Promise.all(emails.map((email) => signAndBeThanked(stage, email, comment)));
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`still not: ${what}`);
    await sleep(200);
  }
}

test("rows that D1 refuses are parked and shown to operators, hold nobody up, and arrive when they are replayed", async () => {
  await stage.break({ poison: "nightshade" });
  await signTogether("healthy", 20);
  await signTogether("poisoned", 3, "nightshade");
  await signTogether("later", 20);
  await until("the others are stored", async () => (await stage.countStored()) === 40);
  await until("three are parked", async () => (await stage.home<HomeSummary>("summary")).parked === 3);
  expect(await stage.publicCountAfter(43)).toBe(43);

  const operator = await signIn(stage.server, { name: "Operator", email: OPERATOR_EMAIL });
  const parkedPath = await parkedPathOf(operator);
  const page = await (await operator.get(parkedPath)).text();
  expect(page).toContain("SQLITE_CONSTRAINT");
  expect(page).not.toContain("poisoned0@");

  await stage.break({ poison: "" });
  expect((await operator.post(parkedPath, {})).status).toBe(200);
  const summary = await stage.drained(DRAIN_MS);
  expect(summary).toMatchObject({ total: 43, parked: 0 });
  expect((await stage.signers()).filter(({ comment }) => comment === "nightshade")).toHaveLength(3);
  expect(await stage.home("check")).toBe(0);
});

/** The overview links to the parked rows of an action as soon as its home has told of them. */
async function parkedPathOf(operator: Awaited<ReturnType<typeof signIn>>): Promise<string> {
  let path = "";
  await until("the operations page names them", async () => {
    const page = await (await operator.get("/operations")).text();
    path = /href="([^"]*\/parked)"/.exec(page)?.[1] ?? "";
    return path !== "";
  });
  return path;
}

test("while the home is away signatures are taken and stored, and the public count follows by itself afterwards", async () => {
  const before = await stage.countStored();
  await stage.break({ homes: "refuse" });
  await signTogether("homeless", 20);
  await until("they are stored", async () => (await stage.countStored()) === before + 20);
  expect((await stage.get(stage.path)).status).toBe(200);
  await stage.break({ homes: "work" });
  await until("the count follows", async () => (await stage.publicCount()) === before + 20);
});

test("an object that missed word of a closing hears it with its next report, one that missed a reopening asks", async () => {
  await stage.drained(DRAIN_MS);
  await stage.intake("weur/0", "close");
  const refused = await stage.sign({ email: "first@supporters.example" });
  expect(refused.headers.get("location")).toBe(stage.path);
  await until("it takes signatures again", async () => {
    const response = await stage.sign({ email: "second@supporters.example" });
    return response.headers.get("location")?.includes("/thanks") ?? false;
  });

  await stage.home("close", stage.target);
  await stage.intake("weur/0", "reopen");
  await stage.sign({ email: "third@supporters.example" });
  await until("it is closed", async () => {
    const response = await stage.sign({ email: "fourth@supporters.example" });
    return response.headers.get("location") === stage.path;
  });
  await stage.home("reopen", stage.target);
});

test("closing and reopening by an organiser, with a kill after each, ends with everybody counted once", async () => {
  await signAndBeThanked(stage, "regular@supporters.example", "before closing");
  await stage.drained(DRAIN_MS);
  const before = await stage.countStored();
  const rosa = await signIn(stage.server, world.organiser);
  const path = `/groups/${stage.group}/actions/${stage.target.actionId}`;
  expect((await rosa.post(`${path}/closure`, {})).status).toBe(200);
  await stage.kill();
  await stage.restart();
  const refused = await stage.sign({ email: "regular@supporters.example", comment: "closed" });
  expect(refused.headers.get("location")).toBe(stage.path);

  expect((await rosa.post(`${path}/closure/undo`, {})).status).toBe(200);
  await stage.kill();
  await stage.restart();
  await signAndBeThanked(stage, "regular@supporters.example", "after reopening");
  await signAndBeThanked(stage, "newcomer@supporters.example", "after reopening");
  await stage.drained(DRAIN_MS);
  expect(await stage.publicCountAfter(before + 1)).toBe(before + 1);
  const regular = (await stage.signers()).find(({ email }) => email === "regular@supporters.example");
  expect(regular?.comment).toBe("after reopening");
});
