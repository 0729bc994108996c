import { env } from "cloudflare:workers";
import { apiRoutes } from "../src/api/routes";
import { callAs } from "../src/api/web";
import type { Env } from "../src/env";
import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import { kinds } from "../src/kinds";
import { newId } from "../src/platform/ids";

export const BASE = "http://localhost:8787/api/v2";

/** A document as it came, of which a test says what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what no type can promise.
export type Doc = any;
export type Answered = { status: number; body: Doc; headers: Headers };

export const api = apiRoutes({ kinds, noteFailure: () => undefined });
const executionCtx = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };

/** A request as it comes, with or without a key. */
export async function call(
  method: string,
  path: string,
  sent: Sent & { bindings?: Env } = {},
): Promise<Answered> {
  return answerOf(await api.fetch(requestOf(method, path, sent), sent.bindings ?? env, executionCtx));
}

/**
 * A client whose key has been asked for already: what a key lets through, four times a second, is shown where keys are. Each of
 * its requests makes what it makes under an id of its own, or under one that is given.
 */
export function clientOf(group: Group, access: "full" | "read" = "full", makes?: string) {
  const ask = async (method: string, path: string, body?: unknown): Promise<Answered> => {
    const request = requestOf(method, path, { body });
    const key = { no: 1, name: "Sync", access };
    callAs(request, { key, group, db: dbFor(env, group) }, makes ?? newId());
    return answerOf(await api.fetch(request, env, executionCtx));
  };
  return {
    get: (path: string) => ask("GET", path),
    post: (path: string, body?: unknown) => ask("POST", path, body),
    put: (path: string, body?: unknown) => ask("PUT", path, body),
    delete: (path: string) => ask("DELETE", path),
  };
}

type Sent = { body?: unknown; key?: string; headers?: Record<string, string> };

function requestOf(method: string, path: string, { body, key, headers }: Sent): Request {
  const url = path.startsWith("http") ? path : `${BASE}${path}`;
  return new Request(url, {
    method,
    headers: { "Content-Type": "application/json", ...(key ? { "OSDI-API-Token": key } : {}), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function answerOf(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}
