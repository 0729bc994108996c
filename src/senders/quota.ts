import { recordAct } from "../groups/audit";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { gateOf } from "./objects";
import { allowQuota, fixQuota, quotaRow } from "./store";
import { BIG_SEND, type MaySend, QUOTA_NEW, type Quota } from "./types";

type GateGroup = Pick<Group, "no" | "jurisdiction">;

/** What the installation allows a group to mail in a day, and what it has mailed today. */
export async function quotaOf(ctx: Context, group: GateGroup): Promise<Quota> {
  const [row, health] = await Promise.all([
    quotaRow(ctx.directory, group.no),
    gateOfGroup(ctx, group).health(),
  ]);
  return {
    dailyMax: row?.dailyMax ?? QUOTA_NEW,
    usedToday: health.usedToday,
    approvedAt: row?.approvedAt ?? null,
    isFixed: row?.isFixed === 1,
  };
}

/**
 * Whether a group may begin a mailing to so many people: a first big one waits for an operator, and one larger than a day's
 * quota is refused. What is beyond today's rest of the quota leaves on the next day: the gate sees to that.
 */
export async function maySend(ctx: Context, group: GateGroup, recipients: number): Promise<MaySend> {
  const { dailyMax, usedToday, approvedAt, isFixed } = await quotaOf(ctx, group);
  if (recipients > BIG_SEND && approvedAt === null && !isFixed) return { is: "approval" };
  if (recipients > dailyMax) return { is: "quota", left: Math.max(0, dailyMax - usedToday), daily: dailyMax };
  return { is: "yes" };
}

/** An operator allows a group's big sends, which also raises its quota. Throws when the audit log cannot be written. */
export async function allowBigSends(ctx: Context, group: GateGroup, by: { no: number }): Promise<void> {
  await allowQuota(ctx.directory, group.no, by.no, ctx.now);
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act: "sending.allowed" });
  await gateOfGroup(ctx, group).refresh();
}

/** An operator sets a group's quota, which then stays as it is; null lets it grow and shrink by itself again. */
export async function setQuota(
  ctx: Context,
  group: GateGroup,
  dailyMax: number | null,
  by: { no: number },
): Promise<void> {
  await fixQuota(ctx.directory, group.no, dailyMax, ctx.now);
  const detail = { daily: dailyMax };
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act: "sending.quota", detail });
  await gateOfGroup(ctx, group).refresh();
}

export function gateOfGroup(ctx: Pick<Context, "env">, { no, jurisdiction }: GateGroup) {
  return gateOf(ctx.env, { gate: String(no), jurisdiction });
}
