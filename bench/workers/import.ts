import type { Env } from "../../src/env";
import { dbFor } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import type { ImportRow } from "../../src/imports/import";
import { stepImport } from "../../src/imports/step";
import { selectImport } from "../../src/imports/store";
import type { ImportId } from "../../src/imports/types";
import { rowBody } from "../../src/intake/drain";
import { storeParticipations } from "../../src/intake/store";
import { createContext } from "../../src/platform/context";
import { type GroupId, idToHex, newId } from "../../src/platform/ids";
import { participationOf } from "../people";

/*
 * Brings people into a shard in two ways and says how long each took: `/import` from a file in R2 by the steps of an import, a turn of it,
 * `/drain` by the statements of the drain of signatures. `/file` writes the file before, `/text` gives it away, and `/rows` only makes what a drain is handed.
 */

export * from "../../src/worker";

const PAGE_ROWS = 500;
const SHARD = "SHARD_00";
const HEADING = "email,first name,last name,postal code,country,language,opt in\r\n";
const MAPPING = ["email", "givenName", "familyName", "postalCode", "country", "language", "optIn"];
const LINES_PER_CHUNK = 2_000;

/** A turn of an import, unless a bench asks for another: long enough for a small file. */
const TURN_MS = 60_000;

type Order = { first: number; count: number; groupNo: number };

export default {
  async fetch(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
    const order = await request.json<Order>();
    switch (new URL(request.url).pathname) {
      case "/file":
        return Response.json({ id: await writeFile(env, order) });
      case "/import":
        return Response.json(await bring(env, executionCtx, order as Order & { id: ImportId }));
      case "/drain":
        return Response.json(await drain(env, order));
      case "/rows":
        return Response.json({ pages: pagesOf(order).length });
      case "/text":
        return new Response(fileOf(order));
      default:
        return new Response("not found", { status: 404 });
    }
  },
  queue(batch: MessageBatch): void {
    batch.ackAll();
  },
};

/** The people as a spreadsheet has them, a chunk at a time. */
function fileOf({ first, count }: Order): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = -1;
  return new ReadableStream({
    pull(controller) {
      if (at === -1) {
        controller.enqueue(encoder.encode(HEADING));
        at = 0;
        return;
      }
      const end = Math.min(count, at + LINES_PER_CHUNK);
      let lines = "";
      for (; at < end; at += 1) lines += lineOf(first + at);
      controller.enqueue(encoder.encode(lines));
      if (at >= count) controller.close();
    },
  });
}

function lineOf(n: number): string {
  const { e, o, la, co } = participationOf(n);
  return `${e},"${o.givenName}",${o.familyName},${o.postalCode},${o.country},${la},${co === 1 ? "yes" : "no"}\r\n`;
}

async function writeFile(env: Env, order: Order): Promise<ImportId> {
  const id = newId<ImportId>();
  let bytes = 0;
  for await (const chunk of fileOf(order)) bytes += chunk.byteLength;
  const whole = new FixedLengthStream(bytes);
  const put = env.FILES.put(`imports/${order.groupNo}/${id}/file`, whole.readable);
  await fileOf(order).pipeTo(whole.writable);
  await put;
  await dbFor(env, { no: order.groupNo, shard: SHARD })
    .d1.prepare(
      `INSERT INTO imports (group_no, import_no, id, status, file_name, file_bytes, account_no, account_name, locale, format, headings, mapping, options,
         statement_hash, created_at, started_at, next_byte, next_line)
       SELECT ?1, coalesce(max(import_no), 0) + 1, unhex(?2), 'running', 'people.csv', ?3, 1, 'Rosa', 'en', ?4, ?5, ?6, ?7, '00112233aabbccdd', ?8, ?8, ?9, 2
       FROM imports WHERE group_no = ?1`,
    )
    .bind(
      ...[
        order.groupNo,
        idToHex(id),
        bytes,
        JSON.stringify({ encoding: "utf-8", delimiter: "comma", hasHeader: true }),
      ],
      ...[
        JSON.stringify(HEADING.trim().split(",")),
        JSON.stringify(MAPPING),
        JSON.stringify({ subscribe: "stated" }),
      ],
      ...[Date.now(), HEADING.length],
    )
    .run();
  return id;
}

async function bring(
  env: Env,
  executionCtx: ExecutionContext,
  order: Order & { id: ImportId; turnMs?: number },
) {
  const ctx = createContext(env, "bench", (work) => executionCtx.waitUntil(work));
  const group = {
    ...{ no: order.groupNo, id: "00000000-0000-7000-8000-000000000000" as GroupId, shard: SHARD },
    ...{ country: "CA", locale: "en" },
  } as Group;
  const db = dbFor(env, group);
  const find = async (): Promise<ImportRow> => {
    const row = await selectImport(db, order.id);
    if (!row) throw new Error("no import");
    return row;
  };
  const turn = order.turnMs ?? TURN_MS;
  let isDone = false;
  const { ms } = await timed(env, async () => {
    const until = Date.now() + turn;
    do {
      isDone = (await stepImport(ctx, group, await find(), until)).is === "done";
    } while (!isDone && Date.now() < until);
  });
  const { newCount, unchangedCount, rowCount } = await find();
  if (isDone && newCount + unchangedCount !== order.count)
    throw new Error(`${newCount} are new and ${unchangedCount} unchanged of ${rowCount}`);
  return { ms, isDone, rows: rowCount };
}

async function drain(env: Env, order: Order): Promise<{ ms: number }> {
  const group = dbFor(env, { no: order.groupNo, shard: SHARD });
  const pages = pagesOf(order);
  return timed(env, async () => {
    for (const page of pages) await storeParticipations(group, 1, [], page);
  });
}

function pagesOf({ first, count }: Order): string[][] {
  return Array.from({ length: Math.ceil(count / PAGE_ROWS) }, (_, nth) =>
    Array.from({ length: Math.min(PAGE_ROWS, count - nth * PAGE_ROWS) }, (_each, index) =>
      rowOf(first + nth * PAGE_ROWS + index),
    ),
  );
}

function rowOf(n: number): string {
  const identity = new Uint8Array(16);
  const view = new DataView(identity.buffer);
  view.setUint32(0, Math.imul(n, 2_654_435_761) >>> 0);
  view.setUint32(4, n);
  return rowBody(JSON.stringify(participationOf(n)), idToHex(newId()), Date.now(), identity, 0, false);
}

/** The clock of a worker stands still between two waits, so one is waited for on either side. */
async function timed(env: Env, work: () => Promise<void>): Promise<{ ms: number }> {
  await env.SHARD_01?.prepare("SELECT 1").run();
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}
