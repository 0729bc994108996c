import type { Env } from "../../src/env";
import { dbFor } from "../../src/groups/shard";
import { rowBody } from "../../src/intake/drain";
import { ActionIntake as Intake } from "../../src/intake/intake-object";
import { targetText } from "../../src/intake/known-target";
import { storeParticipations } from "../../src/intake/store";
import type { IntakeTarget } from "../../src/intake/types";
import type { ActionId, GroupId } from "../../src/platform/ids";
import { idToHex, newId } from "../../src/platform/ids";
import { participationOf } from "../people";
import { barePage, storeBare } from "./bare-insert";

/*
 * Puts pages of participations into D1 in three ways and says how long each took: `/drain` by the statements of the drain,
 * `/object` by an intake object from its outbox, news and all, `/bare` by plain multi-row inserts of the same rows.
 */

export * from "../../src/worker";

const PAGE_ROWS = 1_000;
const SHARD = "SHARD_00";

type Order = { first: number; count: number; groupNo: number; actionNo: number };

/** It waits for an alarm that never rings, so that nothing is drained before the clock is looked at. */
export class ActionIntake extends Intake {
  constructor(ctx: DurableObjectState, env: Env) {
    ctx.storage.setAlarm = async () => undefined;
    super(ctx, { ...env, INTAKE_GATHER_MS: "1000" });
  }

  async fill(target: IntakeTarget, first: number, count: number): Promise<void> {
    const record = (n: number) =>
      this.record(targetText(target), identityOf(n), JSON.stringify(participationOf(n)));
    await Promise.all(Array.from({ length: count }, (_, index) => record(first + index)));
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const order = await request.json<Order>();
    switch (new URL(request.url).pathname) {
      case "/drain":
        return Response.json(await drain(env, order));
      case "/object":
        return Response.json(await drainObject(env, order));
      case "/bare":
        return Response.json(await bare(env, order));
      default:
        return new Response("not found", { status: 404 });
    }
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};

async function drain(env: Env, { first, count, groupNo, actionNo }: Order): Promise<{ ms: number }> {
  const group = dbFor(env, { no: groupNo, shard: SHARD });
  const pages = pagesOf(first, count).map((page) => page.map((n) => rowOf(n)));
  return timed(env, async () => {
    for (const page of pages) await storeParticipations(group, actionNo, [], page);
  });
}

async function bare(env: Env, { first, count, groupNo, actionNo }: Order): Promise<{ ms: number }> {
  const d1 = dbFor(env, { no: groupNo, shard: SHARD }).d1;
  const pages = pagesOf(first, count).map((page) =>
    barePage(
      page.map((n) => rowOf(n)),
      page[0] ?? 0,
    ),
  );
  return timed(env, async () => {
    for (const page of pages) await storeBare(d1, groupNo, actionNo, page);
  });
}

async function drainObject(env: Env, { first, count, groupNo, actionNo }: Order): Promise<{ ms: number }> {
  const actionId = newId<ActionId>();
  const stub = env.INTAKE.getByName(`${actionId}/weur/0`) as unknown as DurableObjectStub<ActionIntake>;
  const target: IntakeTarget = {
    ...{ groupNo, groupId: newId<GroupId>(), shard: SHARD, jurisdiction: "", actionNo, actionId },
    ...{ kind: "petition", isOnce: true, tagNos: [], hasReceipt: true },
  };
  for (let at = first; at < first + count; at += PAGE_ROWS) await stub.fill(target, at, PAGE_ROWS);
  return timed(env, async () => {
    const { state, settled, error } = await stub.drain();
    if (state !== "empty" || settled !== count) throw new Error(`${state} after ${settled}: ${error}`);
  });
}

/** The clock of a worker stands still between two waits, so one is waited for on either side. */
async function timed(env: Env, work: () => Promise<void>): Promise<{ ms: number }> {
  await env.SHARD_01?.prepare("SELECT 1").run();
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}

function pagesOf(first: number, count: number): number[][] {
  const pages: number[][] = [];
  for (let at = first; at < first + count; at += PAGE_ROWS) {
    pages.push(Array.from({ length: Math.min(PAGE_ROWS, first + count - at) }, (_, index) => at + index));
  }
  return pages;
}

function rowOf(n: number): string {
  return rowBody(JSON.stringify(participationOf(n)), idToHex(newId()), Date.now(), identityOf(n), 0, false);
}

function identityOf(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.imul(n, 2_654_435_761) >>> 0);
  view.setUint32(4, n);
  return bytes;
}
