import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newId } from "../platform/ids";
import type { OperationsObject } from "./operations-object";
import {
  ERROR_TEXT_MAX,
  FAILURES_MAX,
  FAILURES_SHOWN_MAX,
  HOME_STALE_MS,
  HOMES_MAX,
  type HomeReport,
  TROUBLED_HOME_STALE_MS,
} from "./types";

const T0 = Date.parse("2030-03-01T12:00:00Z");
const MINUTE = 60_000;

function reportWith(changes: Partial<HomeReport> = {}): HomeReport {
  return {
    actionId: newId(),
    groupNo: 1,
    kind: "petition",
    objects: 1,
    pending: 0,
    oldestPendingAt: null,
    parked: 0,
    drainedTotal: 0,
    drainRatePerMinute: 0,
    at: T0,
    ...changes,
  };
}

/** An object of its own for each test; in the installation there is one. */
const object = () => env.OPERATIONS.getByName(crypto.randomUUID());
const inside = <R>(stub: DurableObjectStub<OperationsObject>, look: (object: OperationsObject) => R) =>
  runInDurableObject(stub, (instance: OperationsObject) => look(instance));

describe("reports of homes", () => {
  it("are summed, the newest of each action counting", async () => {
    const stub = object();
    const one = reportWith({ pending: 5, oldestPendingAt: T0 - 9_000, drainRatePerMinute: 60, at: T0 });
    await stub.report(one);
    await stub.report({ ...one, pending: 99, at: T0 - 1 });
    await stub.report(
      reportWith({ pending: 2, oldestPendingAt: T0 - 30_000, drainRatePerMinute: 30, parked: 1 }),
    );
    expect(await stub.overview(T0)).toMatchObject({
      homeCount: 2,
      pending: 7,
      oldestPendingAt: T0 - 30_000,
      parked: 1,
      drainRatePerMinute: 90,
    });
  });

  it("show trouble first, then the oldest backlog, then the newest", async () => {
    const stub = object();
    const calm = reportWith({ at: T0 + 5 });
    const waiting = reportWith({ pending: 1, oldestPendingAt: T0 - 10 });
    const older = reportWith({ pending: 1, oldestPendingAt: T0 - 20 });
    const failing = reportWith({ lastError: "D1_ERROR" });
    for (const report of [calm, waiting, older, failing]) await stub.report(report);
    const { homes } = await stub.overview(T0);
    expect(homes.map(({ actionId }) => actionId)).toEqual(
      [failing, older, waiting, calm].map(({ actionId }) => actionId),
    );
  });

  it("say nothing about the rate of now once they are old", async () => {
    const stub = object();
    await stub.report(reportWith({ drainRatePerMinute: 60 }));
    expect((await stub.overview(T0 + 16 * MINUTE)).drainRatePerMinute).toBe(0);
  });

  it("of a silent home are forgotten after a day, with a backlog after a week", async () => {
    const stub = object();
    await stub.report(reportWith());
    await stub.report(reportWith({ pending: 1, oldestPendingAt: T0 }));
    await inside(stub, (operations) => operations.sweep(T0 + HOME_STALE_MS + 1));
    expect((await stub.overview(T0)).homes.map(({ pending }) => pending)).toEqual([1]);
    await inside(stub, (operations) => operations.sweep(T0 + TROUBLED_HOME_STALE_MS + 1));
    expect((await stub.overview(T0)).homeCount).toBe(0);
  });

  it("are bounded, and those in trouble stay", async () => {
    const stub = object();
    const troubled = reportWith({ parked: 3, at: T0 - 10 * MINUTE });
    await inside(stub, (operations) => {
      operations.report(troubled);
      for (let n = 0; n < HOMES_MAX; n += 1) operations.report(reportWith({ at: T0 - n }));
      operations.sweep(T0);
    });
    const overview = await stub.overview(T0);
    expect(overview.homeCount).toBe(HOMES_MAX);
    expect(overview.homes[0]?.actionId).toBe(troubled.actionId);
  });
});

describe("the last errors", () => {
  it("are kept newest first, cut to their limits", async () => {
    const stub = object();
    await inside(stub, (operations) => {
      for (let n = 0; n < FAILURES_MAX + 5; n += 1)
        operations.failure({ event: `e${n}`, errorText: "x".repeat(9_000), at: T0 + n });
    });
    const { failures } = await stub.overview(T0);
    expect(failures).toHaveLength(FAILURES_SHOWN_MAX);
    expect(failures[0]).toEqual({
      event: `e${FAILURES_MAX + 4}`,
      errorText: "x".repeat(ERROR_TEXT_MAX),
      at: T0 + FAILURES_MAX + 4,
    });
    const kept = await runInDurableObject(stub, (_object, state) =>
      state.storage.sql.exec("SELECT count(*) AS n FROM failures").one(),
    );
    expect(kept).toEqual({ n: FAILURES_MAX });
  });
});

it("an error that quotes someone's address is kept without it", async () => {
  const stub = object();
  await stub.failure({ event: "e", errorText: 'refused: "ana.o+x@example.org", <bo@example.org>', at: T0 });
  await stub.report(reportWith({ lastError: "no ana@example.org" }));
  const { failures, homes } = await stub.overview(T0);
  expect([failures[0]?.errorText, homes[0]?.lastError]).toEqual(['refused: "…@…", <…@…>', "no …@…"]);
});

describe("the queues", () => {
  it("have the figures of the last hour and the rate of the last minutes", async () => {
    const stub = object();
    const batch = { queue: "groundswell-mail", done: 10, retried: 1, backlog: 40 };
    await stub.batch({ ...batch, at: T0 - 61 * MINUTE });
    await stub.batch({ ...batch, at: T0 - 30 * MINUTE });
    await stub.batch({ ...batch, at: T0 - 1 });
    await stub.batch({ ...batch, backlog: 7, at: T0 });
    const { queues } = await stub.overview(T0);
    expect(queues).toEqual([
      { queue: "groundswell-mail", done: 30, retried: 3, donePerMinute: 4, backlog: 7, lastAt: T0 },
    ]);
  });
});
