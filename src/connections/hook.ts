import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { randomToken, sha256 } from "../platform/crypto";
import * as store from "./store";
import { forgetOld } from "./store-deliveries";
import { type Hook, type HookState, type Mapping, mapping, PAYLOAD_DAYS } from "./types";

const DAY_MS = 86_400_000;
const ENDING_LENGTH = 4;
/** 256 bits of chance, which is why a plain hash of it is enough. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

type By = { no: number };

/** Where form tools send to. */
export const HOOK_PATH = "/hooks";

/** A new address, in test: nothing is stored before somebody has looked. Null when the group has as many as it may. */
export async function createHook(
  ctx: Context,
  group: Group,
  name: string,
  by: By,
): Promise<{ hook: Hook; url: string } | null> {
  const db = dbFor(ctx.env, group);
  const secret = randomToken();
  const no = await store.insertHook(db, {
    ...{ name, by: by.no, now: ctx.now },
    mapping: mapping.parse({}),
    ending: secret.slice(-ENDING_LENGTH),
  });
  const hook = no === null ? null : await store.selectHook(db, no);
  if (!hook) return null;
  await note(ctx, group, by, "hook.created", hook);
  await store.replaceToken(ctx.env.DIRECTORY, {
    hash: await sha256(secret),
    groupNo: group.no,
    hookNo: hook.no,
  });
  return { hook, url: urlOf(ctx, secret) };
}

/** A new address in place of the one before, which nobody answers at any more. */
export async function renewHook(ctx: Context, group: Group, hook: Hook, by: By): Promise<string> {
  const secret = randomToken();
  await note(ctx, group, by, "hook.renewed", hook);
  await store.replaceToken(ctx.env.DIRECTORY, {
    hash: await sha256(secret),
    groupNo: group.no,
    hookNo: hook.no,
  });
  await store.updateHook(dbFor(ctx.env, group), hook.no, { ending: secret.slice(-ENDING_LENGTH) });
  return urlOf(ctx, secret);
}

function urlOf(ctx: Context, secret: string): string {
  return `${ctx.config.platform.origin}${HOOK_PATH}/${secret}`;
}

export async function changeHook(
  ctx: Context,
  group: Group,
  hook: Hook,
  change: { mapping?: Mapping; state?: HookState },
  by: By,
): Promise<void> {
  await note(ctx, group, by, change.state ? `hook.${change.state}` : "hook.mapped", hook);
  await store.updateHook(dbFor(ctx.env, group), hook.no, change);
}

export async function deleteHook(ctx: Context, group: Group, hook: Hook, by: By): Promise<void> {
  await note(ctx, group, by, "hook.deleted", hook);
  await store.updateDeleted(dbFor(ctx.env, group), hook.no, ctx.now);
}

/** False when there are as many as there may be. */
export async function restoreHook(ctx: Context, group: Group, hook: Hook, by: By): Promise<boolean> {
  await note(ctx, group, by, "hook.restored", hook);
  return store.updateDeleted(dbFor(ctx.env, group), hook.no, null);
}

function note(ctx: Context, group: Group, by: By, act: string, hook: Hook): Promise<void> {
  return recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act,
    subject: String(hook.no),
    detail: { name: hook.name },
  });
}

export function listHooks(ctx: Context, group: Group): Promise<Hook[]> {
  return store.selectHooks(dbFor(ctx.env, group));
}

/** A hook of the group by its number, one that was deleted too. */
export function hookByNo(ctx: Context, group: Group, no: number): Promise<Hook | null> {
  return store.selectHook(dbFor(ctx.env, group), no);
}

/** Whose a secret is; null for nobody's, and for one of a hook that was deleted. */
export async function hookOfSecret(
  ctx: Context,
  secret: string,
): Promise<{ group: Group; hook: Hook } | null> {
  if (!SECRET.test(secret)) return null;
  const found = await store.selectToken(ctx.env.DIRECTORY, await sha256(secret));
  const group = found && (await groupByNo(ctx.directory, found.groupNo));
  const hook = group && (await hookByNo(ctx, group, found.hookNo));
  return hook && hook.deletedAt === null ? { group, hook } : null;
}

/** Throws away payloads after their time. For the clock; pages show none that is older in any case. */
export async function forgetOldPayloads(ctx: Context): Promise<void> {
  for (const shard of shardNames(ctx.env))
    await forgetOld(dbFor(ctx.env, { no: 0, shard }).d1, {
      payloadsBefore: ctx.now - PAYLOAD_DAYS * DAY_MS,
      now: ctx.now,
    });
}
