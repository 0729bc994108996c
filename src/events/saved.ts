import { actionByNo } from "../actions/action";
import { refreshExtra } from "../actions/publication";
import type { Action, Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import { tellPlaces } from "../intake/participation";
import { targetOf } from "../intake/removal";
import type { Context } from "../platform/context";
import { refreshCampaign } from "./campaign-events";
import { factsOf } from "./facts";
import { datesOf } from "./store";
import { noteFacts } from "./store-changes";
import { type EventSettings, eventSettings } from "./types";

/** How many places there are of each: of the event as a whole, or of each of its shifts. */
export function capacitiesOf({ shifts, capacity }: EventSettings): Record<string, number | null> {
  if (shifts.length === 0) return { "": capacity };
  return Object.fromEntries(shifts.map((shift) => [shift.key, shift.capacity]));
}

/**
 * What hangs on an event beside its page, after it was changed: more places let people move up, another time moves the
 * reminders, and the pages of its other dates name it. Throws when an object could not be told.
 */
export async function eventSaved(ctx: Context, group: Group, kind: Kind, action: Action): Promise<void> {
  if (action.status === "draft") return;
  const settings = eventSettings.parse(action.settings);
  await noteFacts(dbFor(ctx.env, group), action.no, factsOf(settings), ctx.now);
  const target = targetOf(group, action, kind);
  if (settings.series !== null) ctx.later(refreshSeries(ctx, group, kind, action));
  if (settings.campaignNo !== null) ctx.later(refreshCampaign(ctx, group, settings.campaignNo));
  await tellPlaces(ctx, target, { version: action.pageVersion, capacities: capacitiesOf(settings) });
  await homeOf(ctx.env, target).wake(target);
}

async function refreshSeries(ctx: Context, group: Group, kind: Kind, action: Action): Promise<void> {
  const db = dbFor(ctx.env, group);
  const dates = await datesOf(db, eventSettings.parse(action.settings).series ?? action.id);
  for (const { actionNo, status } of dates) {
    if (actionNo === action.no || status === "draft") continue;
    const other = await actionByNo(db, actionNo);
    if (other) await refreshExtra(ctx, group, kind, other);
  }
}
