import type { Account } from "../accounts/account";
import { recordAct } from "../groups/audit";
import { type Group, groupByNo } from "../groups/group";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { AppError } from "../platform/errors";
import { newId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { ReadThroughCache } from "../platform/read-through";
import { endingOf, looksLikeSecret, newSecret } from "./secret";
import * as store from "./store";
import type { Access, Admission, ApiKey, ApiKeyId, HeldKey, Verdict } from "./types";

export type { Access, Admission, ApiKey, ApiKeyId } from "./types";

/**
 * Which key has which hash. Its group may be half a minute old, as a public page's is; whether the key still holds is asked of its
 * gate at each request. A text that is no key is looked up once a minute in each isolate.
 */
const held = new ReadThroughCache<{ key: HeldKey; group: Group }>({
  entriesMax: 1_000,
  freshMs: 30_000,
  staleMs: 300_000,
  absentMs: 60_000,
});

/** Who sent more texts that are no keys than anybody does by mistake: so long, what this isolate does not know is not looked up for them. */
const guessers = new LruCache<true>(1_000);
const GUESSER_MS = 60_000;

/** Forgets what this isolate holds, as a new one would. For tests. */
export function forgetKeysHeld(): void {
  held.clear();
  guessers.clear();
}

/**
 * Says whose key a text is and takes one of the key's four requests a second (`gate-object.ts`). What is no key makes no object and
 * is counted against its address, so that trying costs nobody but whoever tries; a right key never is, since many may come from one
 * address. Fails closed with `unavailable` when neither memory nor the directory can say; a key that was in use goes on for ten minutes
 * without the directory.
 * @param presented as it was sent; it is hashed here, and neither logged nor kept
 * @param address of whoever sent it
 */
export async function admit(ctx: Context, presented: string, address = ""): Promise<Admission> {
  if (!looksLikeSecret(presented)) return { is: "unknown" };
  const hash = await sha256(presented);
  const name = toHex(hash);
  if (held.held(name, ctx.now) == null && guessers.get(address, ctx.now)) {
    return { is: "limited", retryAfterSeconds: GUESSER_MS / 1000 };
  }
  const found = await whileReachable(ctx, () => held.read(ctx, name, () => ownerOf(ctx, hash)));
  if (!found) {
    if (!(await mayTry(ctx, address))) guessers.set(address, true, ctx.now + GUESSER_MS);
    return { is: "unknown" };
  }
  const verdict = await whileReachable<Verdict>(ctx, async () => await gateOf(ctx, found.key.no).take());
  if (verdict.is === "away") throw new AppError("unavailable", "unavailable", { retryAfterSeconds: 2 });
  if (verdict.is === "revoked") return { is: "unknown" };
  if (verdict.is === "limited") {
    return { is: "limited", retryAfterSeconds: Math.max(1, Math.round(verdict.waitMs / 1000)) };
  }
  return { is: "admitted", ...found };
}

async function ownerOf(ctx: Context, hash: Uint8Array): Promise<{ key: HeldKey; group: Group } | null> {
  const found = await store.keyByHash(ctx.directory, hash);
  const group = found && (await groupByNo(ctx.directory, found.groupNo));
  return group && { key: found.key, group };
}

async function whileReachable<V>(ctx: Context, ask: () => Promise<V>): Promise<V> {
  try {
    return await ask();
  } catch (error) {
    ctx.log.error("keys.unavailable", error);
    throw new AppError("unavailable", "unavailable", { retryAfterSeconds: 2, cause: error });
  }
}

/** The same limit that stands before signing. Fails open: a limiter that is away locks nobody out. */
async function mayTry(ctx: Context, address: string): Promise<boolean> {
  const key = toHex((await sha256(`api-key ${address}`)).slice(0, 16));
  try {
    return (await ctx.env.PUBLIC_RATE.limit({ key })).success;
  } catch (error) {
    ctx.log.error("rate.away", error);
    return true;
  }
}

function gateOf({ env }: Context, keyNo: number) {
  return env.KEY_GATES.getByName(String(keyNo));
}

/**
 * Makes a key. The key itself is in the answer and nowhere else.
 * @returns null when the group has as many as it may have
 */
export async function createKey(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  { name, access }: { name: string; access: Access },
): Promise<{ id: ApiKeyId; secret: string } | null> {
  const secret = newSecret();
  const id = newId<ApiKeyId>();
  const made = await store.insertKey(ctx.directory, {
    ...{ id, groupNo: group.no, name, access, hash: await sha256(secret), ending: endingOf(secret) },
    ...{ createdAt: ctx.now, createdBy: by.no },
  });
  if (!made) return null;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: "key.created", subject: name },
    detail: { access },
  });
  return { id, secret };
}

/** A group's keys, those that hold first. */
export function listKeys(ctx: Context, group: Group): Promise<ApiKey[]> {
  return store.keysOf(ctx.directory, group.no);
}

/** One key of this group. */
export function keyById(ctx: Context, group: Group, id: ApiKeyId): Promise<ApiKey | null> {
  return store.keyById(ctx.directory, group.no, id);
}

export async function renameKey(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  key: ApiKey,
  name: string,
): Promise<void> {
  if (name === key.name || !(await store.nameKey(ctx.directory, group.no, key.id, name))) return;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: "key.renamed", subject: name },
    detail: { from: key.name },
  });
}

/** Ends a key: at once where its gate can be told, and within five seconds everywhere. */
export async function revokeKey(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  key: ApiKey,
): Promise<void> {
  if (!(await store.endKey(ctx.directory, group.no, key.id, { by: by.no, at: ctx.now }))) return;
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act: "key.revoked", subject: key.name });
  // The gate asks the directory every five seconds: whoever cannot tell it now loses no more than that.
  await gateOf(ctx, key.no)
    .shut()
    .catch((error: unknown) => ctx.log.error("keys.shut", error));
}

/** Whoever made a key answers for what it does: the number of their account; null when the group has no such key. */
export function accountBehind(ctx: Context, group: Group, keyNo: number): Promise<number | null> {
  return store.makerOf(ctx.env.DIRECTORY, group.no, keyNo);
}
