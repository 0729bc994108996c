import { z } from "zod";
import { commonSettings } from "../actions/types";
import { onceFor } from "../platform/once";

export const PLACE_NAME_MAX = 160;
export const PLACE_LINE_MAX = 120;
export const DIRECTIONS_MAX = 600;
export const ONLINE_URL_MAX = 1_000;
export const HOST_NAME_MAX = 120;
export const SHIFTS_MAX = 30;
export const SHIFT_NAME_MAX = 80;
/** Places of one event or shift: a stadium. */
export const CAPACITY_MAX = 100_000;
/** People somebody may bring along. */
const GUESTS_MAX = 20;
export const REMINDER_NOTE_MAX = 1_000;
/** The earliest one mail may go out before the start: two weeks. */
const REMINDER_HOURS_MAX = 336;
export const CANCELLATION_NOTE_MAX = 1_000;
/** An event that lasts longer is several, or a typing slip. */
export const EVENT_DAYS_MAX = 31;
/** Years ahead that somebody may mean. */
export const EVENT_YEARS_MAX = 10;
/** What an event without an end is taken to last, for calendars and for when its form closes. */
export const USUAL_MS = 2 * 3_600_000;

/** A wall clock's time in the event's zone, or "" while it is not known. */
const localTime = z.string().max(16).default("");
/** Which of the two moments is meant where the clocks go back over the time. */
const twice = z.enum(["", "earlier", "later"]).default("");
const capacity = z.number().int().min(1).max(CAPACITY_MAX).nullable().default(null);

export const shift = z.object({
  /** Names the shift for ever; made once. */
  key: z.string().regex(/^s[a-z0-9]{1,12}$/),
  name: z.string().max(SHIFT_NAME_MAX).default(""),
  startsAt: z.string().min(1).max(16),
  endsAt: localTime,
  capacity,
});
export type Shift = z.infer<typeof shift>;

export const wheres = ["place", "online", "both"] as const;

export const place = z.object({
  name: z.string().max(PLACE_NAME_MAX).default(""),
  street: z.string().max(PLACE_LINE_MAX).default(""),
  locality: z.string().max(PLACE_LINE_MAX).default(""),
  region: z.string().max(PLACE_LINE_MAX).default(""),
  postalCode: z.string().max(20).default(""),
  country: z.string().max(2).default(""),
  /** How to get there, how one gets in with a wheelchair. */
  directions: z.string().max(DIRECTIONS_MAX).default(""),
});
export type Place = z.infer<typeof place>;

const nowhere = place.parse({});

/** A draft may lack its time and place; publishing needs both. */
export const eventSettings = commonSettings.extend({
  startsAt: localTime,
  startsTwice: twice,
  endsAt: localTime,
  endsTwice: twice,
  timeZone: z.string().max(60).default("UTC"),
  where: z.enum(wheres).default("place"),
  place: place.default(nowhere),
  online: z.object({ url: z.string().max(ONLINE_URL_MAX) }).default({ url: "" }),
  /** The exact address and the link are shown only to those who have a place. */
  isForAttendees: z.boolean().default(false),
  capacity,
  guestsMax: z.number().int().min(0).max(GUESTS_MAX).default(0),
  shifts: z.array(shift).max(SHIFTS_MAX).default([]),
  /** One person may come to several of them. */
  isManyShifts: z.boolean().default(false),
  /** Left out of lists, searches and maps; whoever has the link can see it and come. */
  isPrivate: z.boolean().default(false),
  host: z
    .object({ name: z.string().max(HOST_NAME_MAX), email: z.string().max(254) })
    .default({ name: "", email: "" }),
  reminders: z
    .object({
      dayBefore: z.boolean(),
      /** A second one so many hours before; 0 for none. */
      hoursBefore: z.number().int().min(0).max(REMINDER_HOURS_MAX),
      note: z.string().max(REMINDER_NOTE_MAX),
    })
    .default({ dayBefore: true, hoursBefore: 0, note: "" }),
  /** When it was called off, and what those who meant to come are told. */
  cancelled: z
    .object({ at: z.number().int(), note: z.string().max(CANCELLATION_NOTE_MAX) })
    .nullable()
    .default(null),
  /** The series it belongs to. */
  series: z.string().max(36).nullable().default(null),
  /** The campaign it belongs to, by the number of its action. */
  campaignNo: z.number().int().nullable().default(null),
});

/** The settings of a served action, read once. */
export const eventSettingsOf = onceFor((settings: object) => eventSettings.parse(settings));
export type EventSettings = z.infer<typeof eventSettings>;

/** What a reply keeps beside what all kinds ask. */
export const ownAnswer = z.object({
  guests: z.number().int().min(0).max(GUESTS_MAX).catch(0),
  /** The keys of the shifts they asked for. */
  shifts: z.array(z.string().max(13)).max(SHIFTS_MAX).catch([]),
  /** They have taken it back. */
  isCancelled: z.boolean().optional().catch(false),
});
export type OwnReply = z.infer<typeof ownAnswer>;

/** Another date of the same series, as a page names it. */
const sibling = z.object({
  slug: z.string(),
  title: z.string(),
  startsAt: z.number(),
  timeZone: z.string(),
});
export type Sibling = z.infer<typeof sibling>;

/** What an event's page needs beside its settings; looked up when it is saved. */
export const eventExtra = z
  .object({
    siblings: z.array(sibling).catch([]),
    campaign: z.object({ slug: z.string(), title: z.string() }).nullable().catch(null),
    /** Where the postal code lies. */
    position: z.object({ latitude: z.number(), longitude: z.number() }).nullable().catch(null),
  })
  .catch({ siblings: [], campaign: null, position: null });
export type EventExtra = z.infer<typeof eventExtra>;

/** How often a series repeats, and how many dates it may have. */
export const rhythms = ["weekly", "fortnightly", "monthly"] as const;
export type Rhythm = (typeof rhythms)[number];
export const SERIES_MAX = 52;

/** What mails go out about a reply beside the thank-you mail, as they are stored. */
export const notices = { dayBefore: 1, hoursBefore: 2, promoted: 3, cancelled: 4, changed: 5 } as const;
export type Notice = keyof typeof notices;

/** How long an organiser has to take a cancellation back before anybody is told. */
export const CANCELLATION_UNDO_MS = 10 * 60_000;

/** How long after the last edit of its time or place guests are told of it, once an organiser has said so. */
export const CHANGE_WAIT_MS = 5 * 60_000;
/** A page that is kept elsewhere may have shown the old time or place for so long. */
export const CHANGE_SHOWN_MS = 2 * 60_000;
