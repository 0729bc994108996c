import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { paymentProvider } from "../platform/payments/provider";
import type { PaymentAccount } from "./store-accounts";
import * as store from "./store-accounts";

export type { PaymentAccount };

/** Where a group's money would go: nowhere on an installation without a provider, or before it has an account. */
export type Collecting =
  | { is: "unavailable" }
  | { is: "no_account"; provider: string }
  | { is: "waiting"; provider: string; account: string }
  | { is: "ready"; provider: string; account: string };

/** Whether a group can be given money now. In development every group can, with the test provider. */
export async function collectingOf(ctx: Context, groupNo: number): Promise<Collecting> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider) return { is: "unavailable" };
  const { name } = provider;
  const known = await store.accountOfGroup(ctx.directory, name, groupNo);
  if (known) return { is: known.canCharge ? "ready" : "waiting", provider: name, account: known.account };
  if (name !== "test") return { is: "no_account", provider: name };
  const account = `ta_${groupNo}`;
  const row = { provider: name, account, groupNo, canCharge: true, createdAt: ctx.now };
  await store.insertAccount(ctx.directory, row);
  return { is: "ready", provider: name, account };
}

/** The group that an account's money is for. */
export function groupNoOfAccount(ctx: Context, provider: string, account: string): Promise<number | null> {
  return store.groupNoOfAccount(ctx.directory, provider, account);
}

/**
 * Opens an account at the provider for a group, or goes on with the one it has.
 * @param urls where the provider's pages lead back to
 * @returns the provider's page where the group says who it is; null where there is no provider
 */
export async function connect(
  ctx: Context,
  group: Pick<Group, "no" | "id" | "country" | "slug">,
  by: { no: number; email: string },
  urls: { returnUrl: string; refreshUrl: string },
): Promise<string | null> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider) return null;
  const collecting = await collectingOf(ctx, group.no);
  if (collecting.is === "ready" || collecting.is === "waiting")
    return provider.accountPage(collecting.account, urls);
  const details = { email: by.email, country: group.country, key: `account-${group.id}` };
  const account = await provider.openAccount(details);
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "payments.connected",
    subject: group.slug,
    detail: { provider: provider.name, account },
  });
  const row = { provider: provider.name, account, groupNo: group.no, canCharge: false, createdAt: ctx.now };
  await store.insertAccount(ctx.directory, row);
  return provider.accountPage(account, urls);
}

/** Gives a group the installation's own account; an operator's act. False when another group has it. */
export async function useOwnAccount(
  ctx: Context,
  group: Pick<Group, "no" | "slug">,
  by: number,
): Promise<boolean> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider) return false;
  const canCharge = await provider.canCharge("");
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by,
    act: "payments.connected",
    subject: group.slug,
    detail: { provider: provider.name, account: "" },
  });
  const row = { provider: provider.name, account: "", groupNo: group.no, canCharge, createdAt: ctx.now };
  return store.insertAccount(ctx.directory, row);
}

/** Asks the provider whether an account may charge now. Gives the group it is for, if that changed. */
export async function refreshAccount(ctx: Context, account: string): Promise<void> {
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!provider) return;
  const canCharge = await provider.canCharge(account);
  await store.setCanCharge(ctx.directory, provider.name, account, canCharge);
}
