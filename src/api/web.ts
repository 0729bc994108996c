import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { Env } from "../env";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { admit } from "../keys/key";
import { type Context, createContext } from "../platform/context";
import { networkOf } from "../platform/http";
import { ApiError } from "./problem";

/** Whoever calls, once their key was looked at. */
export type Caller = {
  key: { no: number; name: string; access: "full" | "read" };
  group: Group;
  db: GroupDb;
};

/**
 * What a handler finds in `c.var`. `makes` is null, or of a request that is worked on later the id under which to make what it
 * makes: the same at each try, so that it is made once.
 */
export type ApiEnv = {
  Bindings: Env;
  Variables: { ctx: Context; base: string; caller: Caller; makes: string | null };
};
export type ApiContext = HonoContext<ApiEnv>;

/** Where the API lies, on the platform host. */
export const API_PATH = "/api/v2";
export const KEY_HEADER = "OSDI-API-Token";
/** Of a key that is none, so much is said back to whoever sent it. */
const KEY_SHOWN_MAX = 80;

/** Requests that are worked on again, and on whose behalf. Nobody outside can put one in: it is the object itself that counts. */
const repeated = new WeakMap<Request, { caller: Caller; makes: string; askedAt: number | undefined }>();

/**
 * Has a request pass as its caller's without a key, which is kept nowhere.
 * @param makes the id under which it makes what it makes
 * @param askedAt when it was asked, in ms: what was said since by somebody else is newer. Now when left out.
 */
export function callAs(request: Request, caller: Caller, makes: string, askedAt?: number): void {
  repeated.set(request, { caller, makes, askedAt });
}

/** Gives every handler its context and the absolute address the client used: it builds its next calls from our links. */
export const withApi = createMiddleware<ApiEnv>(async (c, next) => {
  const requestId = c.req.header("CF-Ray") ?? crypto.randomUUID();
  c.set(
    "ctx",
    createContext(
      c.env,
      requestId,
      (work) => c.executionCtx.waitUntil(work),
      repeated.get(c.req.raw)?.askedAt,
    ),
  );
  c.set("base", baseOf(c));
  c.set("makes", repeated.get(c.req.raw)?.makes ?? null);
  await next();
  c.header("X-Request-Id", requestId);
  c.header("Cache-Control", "max-age=0, private, must-revalidate");
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Vary", KEY_HEADER);
});

/** Behind a proxy that ends TLS the request itself may say http: the scheme is the installation's. */
function baseOf(c: ApiContext): string {
  const { protocol } = c.var.ctx.config.platform;
  return `${protocol}//${new URL(c.req.url).host}${API_PATH}`;
}

/**
 * Lets callers with a valid key pass: any for reading, a full one for everything else. Fails closed with 403 and the words clients
 * look for (osdi-api.md §1.2), and 429 beyond four requests in a second (§1.3).
 */
export const withKey = createMiddleware<ApiEnv>(async (c, next) => {
  const caller = await callerOf(c);
  if (!caller) throw unknownKey(c);
  if (caller.key.access === "read" && c.req.method !== "GET" && c.req.method !== "HEAD")
    throw new ApiError(403, "This API key may read and change nothing");
  c.set("caller", caller);
  await next();
});

/**
 * The caller, null without a key or with one that is none. Throws when the key's share of this second is used up, and for a group that
 * the operators have stopped.
 */
export async function callerOf(c: ApiContext): Promise<Caller | null> {
  const known = repeated.get(c.req.raw);
  if (known) return known.caller;
  const presented = c.req.header(KEY_HEADER)?.trim() ?? "";
  if (presented === "") return null;
  const admitted = await admit(c.var.ctx, presented, networkOf(c.req.raw));
  if (admitted.is === "limited") throw new ApiError(429, "Too many requests", admitted.retryAfterSeconds);
  if (admitted.is === "unknown") return null;
  const { key, group } = admitted;
  if (group.status === "suspended") throw new ApiError(403, "This group is suspended");
  return { key, group, db: dbFor(c.env, group) };
}

function unknownKey(c: ApiContext): ApiError {
  const sent = (c.req.header(KEY_HEADER) ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, KEY_SHOWN_MAX);
  return new ApiError(403, `API Key invalid or not present ${sent}`.trimEnd());
}
