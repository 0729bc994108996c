import { Hono } from "hono";
import type { Kind } from "../actions/kind";
import { findActionOf, isStopped, stopped } from "../actions/public-found";
import type { PublicContext, PublicEnv, PublicPagesDeps } from "../actions/public-web";
import { notFound } from "../actions/public-web";
import { publishedActions, snapshotFor } from "../actions/serving";
import type { ActionSnapshot } from "../actions/types";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type CalendarEntry, calendarEntries, calendarEntry, calendarFile } from "./calendar";
import { checkIn, showHost } from "./host";
import { changeReply, isComing, replyOfLink, showReply } from "./rsvp";
import { overAt } from "./times";
import { eventSettingsOf } from "./types";

/** Dates a group's calendar holds; the newest published first. */
const FEED_MAX = 100;
/** What is longer ago is left out of a calendar. */
const FEED_PAST_MS = 30 * 86_400_000;

/** `/events/…` beside what all kinds answer: calendars, and a person's own reply. */
export function eventPages(kind: Kind, deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/calendar.ics", (c) => showGroupCalendar(c, kind))
    .get("/:slug/calendar.ics", (c) => showCalendar(c, kind))
    .get("/:slug/host", (c) => showHost(c, kind))
    .post("/:slug/host", (c) => checkIn(c, kind))
    .get("/:slug/rsvp", (c) => showReply(c, kind, deps))
    .post("/:slug/rsvp", (c) => changeReply(c, kind, deps));
}

async function showCalendar(c: PublicContext, kind: Kind): Promise<Response> {
  const found = await findActionOf(c, kind, "/calendar.ics");
  if (found instanceof Response) return found;
  const { ctx, group, origin } = c.var;
  const { snapshot } = found;
  if (isStopped(snapshot)) return stopped(c);
  const { action } = snapshot;
  const me = c.req.query("me");
  const reply = me === undefined ? null : await replyOfLink(ctx, group, snapshot, kind, me);
  const isAttendee = reply !== null && isComing(reply);
  const slots = reply?.slots ?? {};
  const all = calendarEntries(snapshot, `${origin}/events/${action.slug}`, { isAttendee, slots });
  // A shift that is not theirs any more, or that the event has no longer: what they have now.
  const chosen = all.filter(({ shiftKey }) => shiftKey !== "" && shiftKey === c.req.query("shift"));
  const entries = chosen.length > 0 ? chosen : all;
  if (entries.length === 0) return notFound(c);
  const name = [action.slug, ...chosen.map(({ shiftKey }) => shiftKey)].join("-");
  return calendarResponse(calendarFile(action.title, entries), { name, isPrivate: reply !== null });
}

/** Every public event of the group, for whoever subscribes to it. */
async function showGroupCalendar(c: PublicContext, kind: Kind): Promise<Response> {
  const { ctx, group, origin } = c.var;
  const listed = await publishedActions(ctx, group);
  const slugs = listed.filter((each) => each.kind === kind.name).map(({ slug }) => slug);
  const events = await servedEvents(ctx, group, kind, slugs.slice(0, FEED_MAX));
  return calendarResponse(calendarFile(group.name, feedEntries(events, origin, ctx.now)), {
    name: group.slug,
  });
}

/** The published events of some slugs. */
export async function servedEvents(
  ctx: Context,
  group: Group,
  kind: Kind,
  slugs: readonly string[],
): Promise<ActionSnapshot[]> {
  const found = await Promise.all(slugs.map((slug) => snapshotFor(ctx, group, kind, slug)));
  return found.flatMap((serving) =>
    serving.is === "shown" && !isStopped(serving.snapshot) ? [serving.snapshot] : [],
  );
}

/** What a calendar that anybody may subscribe to holds of some events. */
export function feedEntries(events: readonly ActionSnapshot[], origin: string, now: number): CalendarEntry[] {
  return events.flatMap((snapshot) => {
    const settings = eventSettingsOf(snapshot.action.settings);
    const over = overAt(settings);
    if (settings.isPrivate || over === null || over < now - FEED_PAST_MS) return [];
    const entry = calendarEntry(snapshot, `${origin}/events/${snapshot.action.slug}`, { isAttendee: false });
    return entry ? [entry] : [];
  });
}

/** A calendar as a file. @param file.isPrivate of one person: nobody else may keep it */
export function calendarResponse(
  text: string,
  { name, isPrivate = false }: { name: string; isPrivate?: boolean },
): Response {
  return new Response(text, {
    headers: {
      "Content-Type": "text/calendar; charset=utf-8",
      "Content-Disposition": `attachment; filename="${name}.ics"`,
      "Cache-Control": isPrivate ? "private, no-store" : "public, max-age=300",
      "X-Content-Type-Options": "nosniff",
      "X-Robots-Tag": "noindex",
    },
  });
}
