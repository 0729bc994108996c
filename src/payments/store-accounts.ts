import { and, eq } from "drizzle-orm";
import type { Database } from "../platform/context";
import { paymentAccounts } from "./directory-tables";

export type PaymentAccount = { account: string; groupNo: number; canCharge: boolean };

export async function accountOfGroup(
  directory: Database,
  provider: string,
  groupNo: number,
): Promise<PaymentAccount | null> {
  const [row] = await directory
    .select()
    .from(paymentAccounts)
    .where(and(eq(paymentAccounts.provider, provider), eq(paymentAccounts.groupNo, groupNo)));
  return row ? { account: row.account, groupNo: row.groupNo, canCharge: row.canCharge === 1 } : null;
}

export async function groupNoOfAccount(
  directory: Database,
  provider: string,
  account: string,
): Promise<number | null> {
  const [row] = await directory
    .select({ groupNo: paymentAccounts.groupNo })
    .from(paymentAccounts)
    .where(and(eq(paymentAccounts.provider, provider), eq(paymentAccounts.account, account)));
  return row?.groupNo ?? null;
}

/** Gives a group an account; false when it has one, or the account is another group's. */
export async function insertAccount(
  directory: Database,
  row: { provider: string; account: string; groupNo: number; canCharge: boolean; createdAt: number },
): Promise<boolean> {
  const inserted = await directory
    .insert(paymentAccounts)
    .values({ ...row, canCharge: row.canCharge ? 1 : 0 })
    .onConflictDoNothing()
    .returning({ groupNo: paymentAccounts.groupNo });
  return inserted.length > 0;
}

export async function setCanCharge(
  directory: Database,
  provider: string,
  account: string,
  canCharge: boolean,
): Promise<void> {
  await directory
    .update(paymentAccounts)
    .set({ canCharge: canCharge ? 1 : 0 })
    .where(and(eq(paymentAccounts.provider, provider), eq(paymentAccounts.account, account)));
}
