import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { type Account, isOperator } from "../accounts/account";
import { askToSignIn, frameOf, type WebEnv } from "../accounts/web";
import { AppError } from "../platform/errors";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { Key } from "../ui/i18n";

/** What a handler below `/operations` finds in `c.var`, once `operatorsOnly` let the request pass. */
export type OperatorEnv = WebEnv & { Variables: { account: Account } };

/**
 * Lets the people who run the installation pass (the OPERATORS variable). Fails closed: without a session to the sign-in
 * page; for everybody else there is no such page.
 */
export const operatorsOnly = createMiddleware<OperatorEnv>(async (c, next) => {
  const account: Account | null = c.var.account;
  if (!account) return askToSignIn(c);
  if (!isOperator(c.var.ctx, account)) throw new AppError("not_found");
  return next();
});

type Visit = { var: OperatorEnv["Variables"]; req: { query(name: string): string | undefined } };

const count = z.coerce.number().int().min(0).max(1_000_000).catch(0);

/** What every page of operations is given: who looks, in which language and zone, and what was just done. */
export async function pageProps(c: Visit, doneWords: Record<string, Key> = {}) {
  const { t, locale, ctx, account } = c.var;
  const done = named(doneWords, c.req.query("done"));
  const flash: FlashMessage | undefined = done && {
    kind: "good",
    text: t(done, { count: count.parse(c.req.query("count")) }),
  };
  return { t, locale, now: ctx.now, timeZone: account.timeZone, frame: await frameOf(c), flash };
}

export type PageProps = Awaited<ReturnType<typeof pageProps>>;

const number = z.coerce.number().int().positive();

/** A number in an address; null when it is none. */
export function numberIn(text: string | undefined): number | null {
  const read = number.safeParse(text);
  return read.success ? read.data : null;
}
