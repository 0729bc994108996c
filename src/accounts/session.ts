import type { Context } from "../platform/context";
import { randomToken, sha256 } from "../platform/crypto";
import { newId } from "../platform/ids";
import * as store from "./store";
import {
  type Account,
  SESSION_MS,
  SESSION_TOUCH_MS,
  SESSIONS_SHOWN_MAX,
  type Session,
  type SignInMethod,
} from "./types";

/** Where and how someone signs in; shown back to them in the list of sessions. */
export type Visit = { method: SignInMethod; device: string; place: string };

/**
 * Signs an account in. Always a new secret, and the session the browser held before ends: one planted there by somebody
 * else never becomes a signed-in one (session fixation).
 * @returns the cookie's value, which is stored nowhere
 */
export async function startSession(
  ctx: Context,
  account: Account,
  visit: Visit,
  replacedToken: string | null = null,
): Promise<string> {
  const token = randomToken();
  await store.insertSession(ctx.directory, {
    ...visit,
    id: newId(),
    tokenHash: await sha256(token),
    accountNo: account.no,
    createdAt: ctx.now,
    lastSeenAt: ctx.now,
    expiresAt: ctx.now + SESSION_MS,
  });
  if (replacedToken) await endSession(ctx, replacedToken);
  return token;
}

/** Who holds this cookie, or null when it is forged, expired or signed out. Fails closed. */
export async function findSession(
  ctx: Context,
  token: string,
): Promise<{ session: Session; account: Account; isExtended: boolean } | null> {
  if (!TOKEN.test(token)) return null;
  const found = await store.sessionByHash(ctx.directory, await sha256(token), ctx.now);
  if (!found) return null;
  const isExtended = ctx.now - found.session.lastSeenAt >= SESSION_TOUCH_MS;
  if (isExtended)
    ctx.later(store.touchSession(ctx.directory, found.session.id, ctx.now, ctx.now + SESSION_MS));
  return { ...found, isExtended };
}

// 32 bytes in base64url; anything else was never ours and costs no query.
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Signs out the browser that holds this cookie. */
export async function endSession(ctx: Context, token: string): Promise<void> {
  await store.deleteSessionByHash(ctx.directory, await sha256(token));
}

/** Where an account is signed in, the latest used first. */
export async function listSessions(ctx: Context, account: Account): Promise<Session[]> {
  return store.sessionsOf(ctx.directory, account.no, ctx.now, SESSIONS_SHOWN_MAX);
}

/** Ends one session of this account; false when it has none of that id. */
export async function endSessionById(ctx: Context, account: Account, id: string): Promise<boolean> {
  return store.deleteSession(ctx.directory, account.no, id);
}

/** Signs an account out everywhere, here too. */
export async function endSessions(ctx: Context, account: Account): Promise<void> {
  await store.deleteSessions(ctx.directory, account.no);
}
