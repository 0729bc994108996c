import { actionByNo } from "../actions/action";
import { refreshExtra } from "../actions/publication";
import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { Position } from "../platform/positions";
import { CAMPAIGN_EVENTS_MAX, type CampaignEvent } from "./campaign-types";
import { distanceKm } from "./projection";
import { hostedEvents } from "./store-hostings";
import { overAt, spanOf, zoneOf } from "./times";
import { eventExtra, eventSettings } from "./types";
import { placeRoughly } from "./words";

/** What a campaign's page shows of its events: those to come, the next ones first. */
export async function campaignEvents(
  ctx: Context,
  db: GroupDb,
  action: Action,
): Promise<{ events: CampaignEvent[] }> {
  const found = await hostedEvents(db, action.no);
  const events = found.flatMap(({ slug, title, settings: text, extra }): CampaignEvent[] => {
    const settings = eventSettings.parse(JSON.parse(text));
    const span = spanOf(settings);
    const over = overAt(settings);
    if (!span || over === null || over <= ctx.now || settings.cancelled || settings.isPrivate) return [];
    const { position } = eventExtra.parse(JSON.parse(extra ?? "{}"));
    const place = settings.where === "online" ? "" : placeRoughly(settings.place);
    return [
      {
        slug,
        title,
        startsAt: span.start,
        overAt: over,
        timeZone: zoneOf(settings),
        where: settings.where,
        place,
        position,
      },
    ];
  });
  return { events: events.sort((one, other) => one.startsAt - other.startsAt).slice(0, CAMPAIGN_EVENTS_MAX) };
}

/** Makes a campaign's page anew after one of its events has changed. */
export async function refreshCampaign(ctx: Context, group: Group, campaignNo: number): Promise<void> {
  const campaign = await actionByNo(dbFor(ctx.env, group), campaignNo);
  if (campaign && campaign.status !== "draft")
    await refreshExtra(ctx, group, { extra: campaignEvents }, campaign);
}

export type Found = { events: readonly (CampaignEvent & { km: number | null })[]; near: Position | null };

/**
 * The events that are not over, those near a place first; by words where no place is known: all whose title or town holds
 * them.
 */
export function searchEvents(
  events: readonly CampaignEvent[],
  { near, text, now }: { near: Position | null; text: string; now: number },
): Found {
  const open = events.filter(({ overAt }) => overAt > now);
  if (near) {
    const withKm = open.map((event) => ({
      ...event,
      km: event.position ? distanceKm(near, event.position) : null,
    }));
    // Who is online is as near as can be to everybody, but not what one looks for by a postal code.
    withKm.sort(
      (one, other) =>
        (one.km ?? Number.MAX_VALUE) - (other.km ?? Number.MAX_VALUE) || one.startsAt - other.startsAt,
    );
    return { events: withKm, near };
  }
  const words = plain(text).split(" ").filter(Boolean);
  const fits = (event: CampaignEvent) =>
    words.every((word) => plain(`${event.title} ${event.place}`).includes(word));
  return { events: open.filter(fits).map((event) => ({ ...event, km: null })), near: null };
}

/** Without accents and capitals, so that "montreal" finds Montréal. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/\s+/g, " ");
}
