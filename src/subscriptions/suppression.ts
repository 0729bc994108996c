import type { Context } from "../platform/context";
import { hmacSha256, toHex } from "../platform/crypto";
import {
  deleteSuppression,
  insertSuppression,
  selectSuppressed,
  selectSuppression,
} from "./store-suppressions";
import type { SuppressionCause } from "./types";

/** Half of it names an address well enough, and costs half the room. */
const HASH_BYTES = 16;

/** Those of some addresses, normalised, that the whole installation sends no mailing to. Two hundred at most. */
export async function suppressedAmong(ctx: Context, emails: readonly string[]): Promise<Set<string>> {
  if (emails.length === 0) return new Set();
  const hashes = await Promise.all(emails.map((email) => hashOf(ctx, email)));
  const found = await selectSuppressed(ctx.env.DIRECTORY, hashes);
  return new Set(emails.filter((_, position) => found.has(hashes[position] ?? "")));
}

/** Sends nothing to an address any more, whatever the group; a complaint stands over anything said before. */
export async function suppress(ctx: Context, email: string, cause: SuppressionCause): Promise<void> {
  await insertSuppression(ctx.env.DIRECTORY, await hashOf(ctx, email), cause, ctx.now);
}

/**
 * Lets an address be mailed again that is suppressed for one of some causes. A complaint is lifted by nobody but the person
 * (own-word.ts).
 * @param until ms: what was said of it later stands; everything is lifted unless told
 * @returns false when it was not suppressed, or for another cause
 */
export async function liftSuppression(
  ctx: Context,
  email: string,
  causes: readonly SuppressionCause[],
  until: number = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  return deleteSuppression(ctx.env.DIRECTORY, await hashOf(ctx, email), { causes, until });
}

/** Why and since when an address gets no mailings from anybody here; null when it may. */
export async function suppressionOf(
  ctx: Context,
  email: string,
): Promise<{ cause: SuppressionCause; at: number } | null> {
  return selectSuppression(ctx.env.DIRECTORY, await hashOf(ctx, email));
}

/** Names an address in a token without saying it. */
export function addressMark(ctx: Context, email: string): Promise<string> {
  return hashOf(ctx, email);
}

async function hashOf(ctx: Context, email: string): Promise<string> {
  return toHex((await hmacSha256(ctx.config.IDENTITY_PEPPER, `suppressed:${email}`)).slice(0, HASH_BYTES));
}
