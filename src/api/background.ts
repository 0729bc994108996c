import type { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor, shardNames } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import { sendAll } from "../platform/queues";
import type { ApiRequestId, apiRequestDue } from "./background-types";
import { readText } from "./body";
import { answer } from "./hal";
import * as store from "./store-background";
import { type ApiEnv, type Caller, callAs } from "./web";

/** Whoever takes a request has so long before it is taken for lost. */
const WORKED_ON_MS = 120_000;
/** So often its message is tried again; from then on the hourly look asks again, later each time, until it is given up. */
const TRIES_MAX = 8;
const LATER_MS = 3_600_000;
const GIVEN_UP_TRIES = 40;
/** Whoever works on it may have a clock that is behind. */
const CLOCKS_MS = 60_000;
const OVERDUE_MAX = 500;

/**
 * Answers 200 `{}` at once and works later where `background_request=true` asks for it (osdi-api.md §1.12); the name some clients
 * send, `background_processing`, means nothing, since these read the reply. Stands behind `withKey`, before the handler.
 */
export const maybeLater = createMiddleware<ApiEnv>(async (c, next) => {
  const isLater = /^(true|1)$/i.test(c.req.query("background_request") ?? "") && c.var.makes === null;
  if (!isLater) return next();
  const { ctx, caller } = c.var;
  const id = newId<ApiRequestId>();
  const { key } = caller;
  await store.insertRequest(caller.db, {
    ...{ id, askedAt: ctx.now, access: key.access, keyNo: key.no, keyName: key.name },
    ...{ method: c.req.method, url: c.req.url, body: await readText(c.req.raw), dueAt: ctx.now - CLOCKS_MS },
  });
  // The row is the promise: a client that were told otherwise would ask again, and be counted twice.
  await ask(ctx, [{ groupNo: caller.group.no, id }]).catch((error: unknown) =>
    ctx.log.error("api.not_asked", error),
  );
  return answer(c, {});
});

function ask(ctx: Context, requests: { groupNo: number; id: ApiRequestId }[]): Promise<void> {
  return sendAll(
    ctx.env.EVENTS,
    requests.map((request) => ({ type: "api.request", ...request })),
  );
}

/** Asks again for the requests whose message was lost. */
export async function askForOverdueRequests(ctx: Context): Promise<void> {
  for (const name of shardNames(ctx.env)) {
    const shard = ctx.env[name];
    if (shard) await ask(ctx, await store.overdueRequests(shard, ctx.now - WORKED_ON_MS, OVERDUE_MAX));
  }
}

/**
 * Does what a client asked to be done later, as of when it was asked. What is refused is forgotten, since nobody is there to be told; what
 * fails on our side is tried again. What a request makes it makes under its own id, so that doing it twice makes it once.
 * @throws when it is to be tried again
 */
export async function runRequest(
  ctx: Context,
  due: z.infer<typeof apiRequestDue>,
  api: Hono<ApiEnv>,
): Promise<void> {
  const group = await groupByNo(ctx.directory, due.groupNo);
  const id = parseId<ApiRequestId>(due.id);
  // The row of a group that was stopped waits until it is back, or too old.
  if (!group || !id || group.status === "suspended") return;
  const db = dbFor(ctx.env, group);
  const kept = await store.claimRequest(db, id, { now: ctx.now, until: ctx.now + WORKED_ON_MS });
  if (!kept) return;
  const caller: Caller = { key: { no: kept.keyNo, name: kept.keyName, access: kept.access }, group, db };
  const response = await again(ctx, api, kept, caller);
  if (response.status < 500 || kept.tries >= GIVEN_UP_TRIES) {
    if (!response.ok) ctx.log.info("api.later_refused", { status: response.status, tries: kept.tries });
    return store.deleteRequest(db, id);
  }
  if (kept.tries >= TRIES_MAX) return store.releaseRequest(db, id, ctx.now + LATER_MS);
  await store.releaseRequest(db, id, ctx.now - CLOCKS_MS);
  throw new Error(`a request of the API answered ${response.status}`);
}

function again(
  ctx: Context,
  api: Hono<ApiEnv>,
  { id, askedAt, method, url, body }: store.KeptRequest,
  caller: Caller,
): Promise<Response> {
  const request = new Request(url, { method, ...(body === "" ? {} : { body }) });
  callAs(request, caller, id, askedAt);
  const executionCtx: Pick<ExecutionContext, "waitUntil" | "passThroughOnException" | "props"> = {
    waitUntil: (work: Promise<unknown>) => ctx.later(work),
    passThroughOnException: () => undefined,
    props: {},
  };
  return Promise.resolve(api.fetch(request, ctx.env satisfies Env, executionCtx));
}
