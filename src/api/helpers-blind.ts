import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { sendsTooOften } from "../actions/public-rate";
import type { Kind } from "../actions/types";
import { groupByNo } from "../groups/group";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type ActionId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { actionTypes } from "./action-types";
import { readBody } from "./body";
import { answer } from "./hal";
import { takeFromBrowser } from "./helpers-browser";
import { ApiError, notFound } from "./problem";
import { groupNoOfAction } from "./store-actions";
import { subjectOf } from "./subject";
import { type ApiContext, type ApiEnv, KEY_HEADER } from "./web";

const RATE_SECONDS = 60;
/** An action never changes its group, but a group may be stopped. */
const GROUP_KEPT_MS = 30_000;
/** Null for an id that no action has. */
const groups = new LruCache<Group | null>(4_000);

/**
 * What a browser may post without a key (osdi-api.md §1.2): that somebody acts, with nothing said back. Stands before the keys are
 * asked for, and passes on whatever has one. Gifts and people are a client's to write, and need one.
 */
export function blindRoutes(kinds: readonly Kind[]): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>({ strict: false });
  for (const type of actionTypes) {
    const { item } = type;
    if (!item || item.path === "donations") continue;
    const path = `/${type.path}/:id/${item.path}`;
    // Aliases of other vendors' servers (osdi-api.md §4.25).
    const aliases = item.helperRels.map((rel) => `/${type.path}/:id/${rel.split(":").at(-1)}`);
    for (const each of new Set([path, ...aliases])) {
      api.options(each, withCors, (c) => c.body(null, 204));
      api.post(each, withCors, async (c, next) => {
        if (c.req.header(KEY_HEADER)?.trim() || c.var.makes !== null) return next();
        const id = parseId<ActionId>(c.req.param("id") ?? "");
        await refuseTooMany(c, id ?? UNKNOWN);
        const body = await readBody(c);
        const found = id && (await groupOf(c, id));
        if (!found) throw notFound(type.noun, c.req.param("id") ?? "");
        const subject = await subjectOf(
          { ctx: c.var.ctx, ...found },
          kinds,
          { ...type, item },
          c.req.param("id") ?? "",
        );
        await takeFromBrowser(c, found, subject, body);
        return answer(c, {});
      });
    }
  }
  return api;
}

/** Any page may post: what it says is about its visitor, and nothing of the visitor is in the answer (osdi-api.md §9.30). */
const withCors = createMiddleware<ApiEnv>(async (c, next) => {
  c.header("Access-Control-Allow-Origin", "*");
  if (c.req.method === "OPTIONS") {
    c.header("Access-Control-Allow-Methods", "POST, OPTIONS");
    c.header("Access-Control-Allow-Headers", "Content-Type");
    c.header("Access-Control-Max-Age", "86400");
  }
  await next();
});

/** Counts for what is no action, and for each one that must be looked for. */
const UNKNOWN = "unknown";

async function refuseTooMany(c: ApiContext, what: string): Promise<void> {
  if (await sendsTooOften(c.var.ctx, c.req.raw, what))
    throw new ApiError(429, "Too many requests", RATE_SECONDS);
}

/** The group of an action, whichever shard it lives in. Looking for one asks them all, which nobody has done too often. */
async function groupOf(c: ApiContext, id: ActionId) {
  const { ctx } = c.var;
  let group = groups.get(id, ctx.now);
  if (group === undefined) {
    await refuseTooMany(c, UNKNOWN);
    group = await findGroup(ctx, id);
    groups.set(id, group, ctx.now + GROUP_KEPT_MS);
  }
  return group && { group, db: dbFor(ctx.env, group) };
}

async function findGroup(ctx: Context, id: ActionId): Promise<Group | null> {
  const asked = shardNames(ctx.env).flatMap((name) => {
    const shard = ctx.env[name];
    return shard ? [{ name, no: groupNoOfAction(shard, id) }] : [];
  });
  for (const { name, no } of asked) {
    const groupNo = await no;
    const group = groupNo === null ? null : await groupByNo(ctx.directory, groupNo);
    if (group?.shard === name) return group;
  }
  return null;
}
