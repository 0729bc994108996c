import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store";
import type { Breakdown, BreakdownId, Plan } from "./types";

export { type DraftReport, draftReport } from "./draft";
export { lastReport, type Report, reportOf } from "./report";

/** The group's breakdowns by name. */
export function listBreakdowns(db: GroupDb): Promise<Breakdown[]> {
  return store.selectBreakdowns(db);
}

/** The breakdown of an id; null when the group has none, or it was removed. */
export function breakdownById(db: GroupDb, id: BreakdownId): Promise<Breakdown | null> {
  return store.selectBreakdown(db, id);
}

/** What tells the people of a mailing apart: its own, or the group's default where it has none or its own was removed. Null for nothing. */
export async function breakdownOf(
  db: GroupDb,
  { settings: { breakdownNo } }: Pick<Mailing, "settings">,
): Promise<Breakdown | null> {
  if (breakdownNo === 0) return null;
  const own = breakdownNo === null ? null : await store.selectShown(db, breakdownNo);
  return own ?? store.selectShown(db, null);
}

export type Saved =
  | { is: "saved"; id: BreakdownId }
  /** The group has as many as it may have. */
  | { is: "full" }
  /** Somebody else saved or removed it meanwhile. */
  | { is: "changed" };

/** Keeps a breakdown under a name: a new one, or another form of one that was read at some revision. */
export async function saveBreakdown(
  ctx: Context,
  group: Group,
  before: Pick<Breakdown, "no" | "id" | "revision"> | null,
  { name, plan, by }: { name: string; plan: Plan; by: number },
): Promise<Saved> {
  const db = dbFor(ctx.env, group);
  const saving = { name, plan, by, now: ctx.now };
  if (before)
    return (await store.updateBreakdown(db, before, saving))
      ? { is: "saved", id: before.id }
      : { is: "changed" };
  const id = newId<BreakdownId>();
  return (await store.insertBreakdown(db, id, saving)) ? { is: "saved", id } : { is: "full" };
}

/** Takes a breakdown out of the list and off the mailings that show it. */
export async function removeBreakdown(ctx: Context, group: Group, id: BreakdownId): Promise<void> {
  await store.updateRemoved(dbFor(ctx.env, group), id, ctx.now);
}

/** Brings one back that was removed: as the group's default, where it was that and no other is one since. Once more changes nothing. */
export async function returnBreakdown(
  ctx: Context,
  group: Group,
  id: BreakdownId,
): Promise<"returned" | "full" | "unknown"> {
  const db = dbFor(ctx.env, group);
  if (await store.updateRemoved(db, id, null)) return "returned";
  const isRemoved = await store.isRemoved(db, id);
  if (isRemoved === null) return "unknown";
  return isRemoved ? "full" : "returned";
}

/** Shows a breakdown of every mailing that has none of its own, instead of whichever was; null: none. */
export function makeDefault(
  ctx: Context,
  group: Group,
  breakdown: Pick<Breakdown, "no"> | null,
): Promise<void> {
  return store.updateDefault(dbFor(ctx.env, group), breakdown?.no ?? 0);
}
