import { Hono } from "hono";
import { cleanLine } from "../actions/answer-text";
import type { Kind } from "../actions/kind";
import { findActionOf, isStopped, stopped } from "../actions/public-found";
import { type PublicContext, type PublicEnv, privatePage } from "../actions/public-web";
import { countryOfCode, type Position, positionOf } from "../platform/positions";
import { calendarFile } from "./calendar";
import { searchEvents } from "./campaign-events";
import { campaignExtra, SEARCH_MAX } from "./campaign-types";
import { NearPage } from "./campaign-views";
import { calendarResponse, feedEntries, servedEvents } from "./public";

/** Events one calendar names: each is read from where it is served. */
const FEED_MAX = 50;
const PAGE_MAX = 100;

/** `/event-campaigns/…` beside what all kinds answer. */
export function campaignPages(kind: Kind, eventKind: () => Kind): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/:slug/near", (c) => showNear(c, kind))
    .get("/:slug/calendar.ics", (c) => showCalendar(c, kind, eventKind()));
}

/** Where somebody looks, and what could not be found of it. */
type Looked = { near: Position | null; isUnknown: boolean };

async function lookUp(c: PublicContext, text: string, country: string): Promise<Looked> {
  const looksLike = countryOfCode(text);
  const where = looksLike ?? (country === "US" || country === "CA" ? country : null);
  if (text === "" || !where || !looksLike) return { near: null, isUnknown: false };
  try {
    const near = await positionOf(c.var.ctx, where, text);
    return { near, isUnknown: near === null };
  } catch (error) {
    // Without the data a search by words still finds what it can.
    c.var.ctx.log.error("positions.away", error);
    return { near: null, isUnknown: false };
  }
}

async function showNear(c: PublicContext, kind: Kind): Promise<Response> {
  const found = await findActionOf(c, kind, "/near");
  if (found instanceof Response) return found;
  const { ctx, group, t, locale } = c.var;
  const { action, extra } = found.snapshot;
  if (isStopped(found.snapshot)) return stopped(c);
  const text = cleanLine(c.req.query("q") ?? "").slice(0, SEARCH_MAX);
  const country = (c.req.query("country") ?? group.country).slice(0, 2);
  const { near, isUnknown } = await lookUp(c, text, country);
  const { events } = campaignExtra.parse(extra ?? {});
  const words = isUnknown ? "" : text;
  const page = Math.min(Math.max(Math.trunc(Number(c.req.query("page"))) || 1, 1), PAGE_MAX);
  const html = (
    <NearPage
      {...{ t, locale, group, text, country, page }}
      found={searchEvents(events, { near, text: words, now: ctx.now })}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      style={kind.style}
      title={action.title}
      slug={action.slug}
      isOpen={action.status === "published"}
      error={isUnknown ? t("eventCampaigns.search.unknown") : undefined}
    />
  );
  return privatePage(group, html, { style: kind.style });
}

async function showCalendar(c: PublicContext, kind: Kind, eventKind: Kind): Promise<Response> {
  const found = await findActionOf(c, kind, "/calendar.ics");
  if (found instanceof Response) return found;
  const { ctx, group, origin } = c.var;
  if (isStopped(found.snapshot)) return stopped(c);
  const { events } = campaignExtra.parse(found.snapshot.extra ?? {});
  const slugs = events.slice(0, FEED_MAX).map(({ slug }) => slug);
  const served = await servedEvents(ctx, group, eventKind, slugs);
  const { title, slug } = found.snapshot.action;
  return calendarResponse(calendarFile(title, feedEntries(served, origin, ctx.now)), { name: slug });
}
