import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { newId } from "../platform/ids";
import type { Locale } from "../ui/i18n";
import * as store from "./store";
import type { Account } from "./types";

export type { Account, Session } from "./types";

/**
 * The account of an address, made when there is none. Only for an address whose owner is proven: whoever opened the
 * link mailed there. Throws when the text is no address.
 */
export async function accountFor(
  ctx: Context,
  typed: string,
  defaults: { locale: Locale; timeZone: string },
): Promise<Account> {
  const emailKey = normaliseEmail(typed);
  if (!emailKey) throw new Error("not an email address");
  return store.findOrCreateAccount(ctx.directory, {
    id: newId(),
    email: typed.trim(),
    emailKey,
    ...defaults,
    createdAt: ctx.now,
  });
}

/** The account of an address, or null. Never let its answer show to someone who is not signed in. */
export async function findAccount(ctx: Context, typed: string): Promise<Account | null> {
  const emailKey = normaliseEmail(typed);
  return emailKey ? store.accountByEmailKey(ctx.directory, emailKey) : null;
}

/** The account of a number that a row of the group keeps; null once it is gone. */
export function accountOf(ctx: Context, accountNo: number): Promise<Account | null> {
  return store.accountByNo(ctx.directory, accountNo);
}

/** Whether an account runs the installation (the OPERATORS variable). */
export function isOperator(ctx: Context, account: Account): boolean {
  return ctx.config.operators.includes(account.emailKey);
}

/** Forgets sessions and spent tokens that have expired. Run by the hourly cron line; running it twice does no harm. */
export async function forgetExpired(ctx: Context): Promise<void> {
  await store.deleteExpired(ctx.directory, ctx.now);
}
