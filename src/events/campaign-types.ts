import { z } from "zod";
import { commonSettings } from "../actions/types";

export const HOST_TEXT_MAX = 2_000;
export const ABOUT_MAX = 3_000;
/** Events a campaign's page knows of, the next ones first; they are kept with its page. */
export const CAMPAIGN_EVENTS_MAX = 500;
/** Events on one page of the list. */
export const EVENTS_SHOWN = 12;
export const SEARCH_MAX = 80;

export const campaignSettings = commonSettings.extend({
  /** What somebody who hosts should know: plain text above the form. */
  hostText: z.string().max(HOST_TEXT_MAX).default(""),
  /** Offers wait until an organiser has read them. */
  isModerated: z.boolean().default(true),
  /** The days on which events may be, `2026-03-12`; "" for any. */
  firstDay: z.string().max(10).default(""),
  lastDay: z.string().max(10).default(""),
  /** What a hosted event's page says where the host has written nothing. */
  eventText: z.string().max(ABOUT_MAX).default(""),
});
export type CampaignSettings = z.infer<typeof campaignSettings>;

/** An offer to host, as the participation keeps it. */
export const offer = z.object({
  title: z.string(),
  startsAt: z.string(),
  startsTwice: z.enum(["", "earlier", "later"]).catch(""),
  endsAt: z.string().catch(""),
  timeZone: z.string(),
  placeName: z.string().catch(""),
  street: z.string().catch(""),
  locality: z.string(),
  region: z.string().catch(""),
  postalCode: z.string().catch(""),
  country: z.string(),
  capacity: z.number().nullable().catch(null),
  isForAttendees: z.boolean().catch(false),
  about: z.string().catch(""),
});
export type Offer = z.infer<typeof offer>;

/** An event of a campaign, as its list and its map show it. */
const campaignEvent = z.object({
  slug: z.string(),
  title: z.string(),
  startsAt: z.number(),
  overAt: z.number(),
  timeZone: z.string(),
  where: z.enum(["place", "online", "both"]),
  place: z.string(),
  position: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
});
export type CampaignEvent = z.infer<typeof campaignEvent>;

export const campaignExtra = z.object({ events: z.array(campaignEvent).catch([]) }).catch({ events: [] });

export const hostingStates = { approved: 1, refused: 2 } as const;
export type HostingState = keyof typeof hostingStates;
