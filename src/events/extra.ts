import { actionByNo } from "../actions/action";
import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { positionOf } from "../platform/positions";
import { siblingsOf } from "./series";
import { type EventExtra, type EventSettings, eventSettings } from "./types";

/** What an event's page needs beside its settings: its other dates, its campaign, and where it lies. */
export async function eventExtraOf(ctx: Context, db: GroupDb, action: Action): Promise<EventExtra> {
  const settings = eventSettings.parse(action.settings);
  const [siblings, campaign, position] = await Promise.all([
    siblingsOf(db, action),
    settings.campaignNo === null ? null : actionByNo(db, settings.campaignNo),
    whereabouts(ctx, settings),
  ]);
  const isShown = campaign && campaign.status !== "draft";
  return { siblings, campaign: isShown ? { slug: campaign.slug, title: campaign.title } : null, position };
}

/** An event without a position is found by words alone, which must keep nobody from saving it. */
async function whereabouts(ctx: Context, { where, place }: EventSettings): Promise<EventExtra["position"]> {
  if (where === "online") return null;
  try {
    return await positionOf(ctx, place.country, place.postalCode);
  } catch (error) {
    ctx.log.error("positions.away", error);
    return null;
  }
}
