import { Hono } from "hono";
import { keepPage, PAGE_FRESH_MS, type Page, pageOf, respondWith, serveKept } from "../actions/page-cache";
import { securityHeaders } from "../actions/page-headers";
import {
  notFound,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  refuse,
} from "../actions/public-web";
import { lists } from "../actions/served";
import { calendarFile } from "../events/calendar";
import { campaignExtra } from "../events/campaign-types";
import { feedEntries, servedEvents } from "../events/public";
import { hostnameOf } from "../platform/http";
import { isLocale } from "../ui/i18n";
import { countRows, countsCsv } from "./counts";
import { jsonFeed, rss } from "./feed-formats";
import { type FeedFilter, type FeedItem, feedItems } from "./feed-item";

/** Entries of a feed of actions; whoever reads it looks more often than a group publishes thirty. */
const FEED_ITEMS_MAX = 30;
/** Actions in a table of counts, and events in a calendar, which many keep for the past too. */
const ALL_ITEMS_MAX = 100;
/** Counts are at most 5 s old already when a table of them is made. */
const COUNTS_FRESH_MS = 1_000;

/** One address of feeds: what it is of, how long it may be kept, and what makes its text. */
type FeedKind = {
  type: string;
  cache: string;
  freshMs: number;
  itemsMax: number;
  text(
    c: PublicContext,
    deps: PublicPagesDeps,
    items: readonly FeedItem[],
    feedUrl: string,
  ): Promise<string> | string;
};

const OF_ACTIONS = {
  cache: "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400",
  freshMs: PAGE_FRESH_MS,
  itemsMax: FEED_ITEMS_MAX,
};
const OF_COUNTS = {
  cache: "public, max-age=5, stale-if-error=3600",
  freshMs: COUNTS_FRESH_MS,
  itemsMax: ALL_ITEMS_MAX,
};

const feeds: Record<string, FeedKind> = {
  "/feed.json": {
    ...OF_ACTIONS,
    type: "application/feed+json; charset=utf-8",
    text: (c, _deps, items, feedUrl) => jsonFeed({ ...c.var, items, feedUrl }),
  },
  "/feed.xml": {
    ...OF_ACTIONS,
    type: "application/rss+xml; charset=utf-8",
    text: (c, _deps, items, feedUrl) => rss({ ...c.var, items, feedUrl }),
  },
  "/events.ics": {
    ...OF_ACTIONS,
    itemsMax: ALL_ITEMS_MAX,
    type: "text/calendar; charset=utf-8",
    text: calendar,
  },
  "/counts.csv": {
    ...OF_COUNTS,
    type: "text/csv; charset=utf-8; header=present",
    text: async (c, deps, items) => countsCsv(await countRows(c.var.ctx, items, deps.askCount)),
  },
  "/counts.json": {
    ...OF_COUNTS,
    type: "application/json; charset=utf-8",
    text: async (c, deps, items) =>
      JSON.stringify({ actions: await countRows(c.var.ctx, items, deps.askCount) }),
  },
};

/** What programs on other sites read of a group: its actions, its events and its counts. Public, and the same for everybody. */
export function feedPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  const app = new Hono<PublicEnv>();
  for (const [path, feed] of Object.entries(feeds))
    app
      .get(path, (c) => show(c, deps, feed))
      .options(path, () => new Response(null, { status: 204, headers: preflight }));
  return app;
}

// A page of another site that says which version it has must ask first (Fetch, CORS-safelisted request-header).
const preflight = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD",
  "Access-Control-Allow-Headers": "If-None-Match",
  "Access-Control-Max-Age": "86400",
};

async function show(c: PublicContext, deps: PublicPagesDeps, feed: FeedKind): Promise<Response> {
  const { ctx, group, t } = c.var;
  if (group.status !== "active")
    return refuse(c, "gone", { title: t("public.stopped.title"), text: t("public.stopped.text") });
  const filter = filterOf(c, deps);
  if (!filter) return notFound(c);
  const feedUrl = addressOf(c, filter);
  const key = `feed ${hostnameOf(c.req.raw)} ${feedUrl}`;
  const kept = serveKept(key, asked(c.req.raw), ctx.now);
  if (kept) return kept;
  const page = await make(c, deps, feed, filter, feedUrl);
  if (!page) return notFound(c);
  keepPage(key, page);
  return respondWith(page, asked(c.req.raw));
}

async function make(
  c: PublicContext,
  deps: PublicPagesDeps,
  feed: FeedKind,
  filter: FeedFilter,
  feedUrl: string,
): Promise<Page | null> {
  const { ctx, group, origin } = c.var;
  const items = await feedItems(ctx, { group, origin, kinds: deps.kinds }, filter, feed.itemsMax);
  // An action that is not there is no empty feed, and takes no room in memory.
  if (filter.slug !== null && items.length === 0) return null;
  const text = await feed.text(c, deps, items, feedUrl);
  const listed = lists.peek(String(group.no), ctx.now);
  return pageOf(text, {
    headers: {
      ...securityHeaders,
      "Content-Type": feed.type,
      "Cache-Control": feed.cache,
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": "ETag",
      "Cross-Origin-Resource-Policy": "cross-origin",
      "X-Robots-Tag": "noindex",
    },
    expiresAt: ctx.now + feed.freshMs,
    isCurrent: (now) => lists.peek(String(group.no), now) === listed,
  });
}

/** What the query asks for; null for what cannot be. A kind goes by its name or by its part of addresses. */
function filterOf(c: PublicContext, { kinds }: PublicPagesDeps): FeedFilter | null {
  const { kind: asked, lang, slug } = c.req.query();
  const kind = kinds.find(({ name, path }) => name === asked || path === asked);
  if ((asked !== undefined && !kind) || (lang !== undefined && !isLocale(lang))) return null;
  return { kind: kind ?? null, locale: isLocale(lang) ? lang : null, slug: slug ?? null };
}

/** The feed's own address, written one way whatever else the query held. */
function addressOf(c: PublicContext, { kind, locale, slug }: FeedFilter): string {
  const url = new URL(c.req.path, c.var.origin);
  if (kind) url.searchParams.set("kind", kind.path);
  if (locale) url.searchParams.set("lang", locale);
  if (slug !== null) url.searchParams.set("slug", slug);
  return url.href;
}

/** A network that compresses on the way weakens the tag of what it sends (RFC 9110 §8.8.1); the bytes are the same. */
function asked(request: Request): Request {
  const tag = request.headers.get("If-None-Match");
  if (!tag?.startsWith("W/")) return request;
  const headers = new Headers(request.headers);
  headers.set("If-None-Match", tag.slice(2));
  return new Request(request, { headers });
}

/** The group's events, and those that others host in its campaigns. */
async function calendar(
  c: PublicContext,
  { kinds }: PublicPagesDeps,
  items: readonly FeedItem[],
): Promise<string> {
  const { ctx, group, origin } = c.var;
  const kind = kinds.find(({ name }) => name === "event");
  const events = items.filter(({ snapshot }) => snapshot.action.kind === "event");
  const changed = new Map<string, Date>(
    events.map(({ snapshot, changedAt }) => [snapshot.action.id, changedAt]),
  );
  const hosted = items.flatMap(({ snapshot }) =>
    snapshot.action.kind === "event_campaign" ? campaignExtra.parse(snapshot.extra ?? {}).events : [],
  );
  const slugs = hosted.slice(0, Math.max(0, ALL_ITEMS_MAX - events.length)).map(({ slug }) => slug);
  const served = kind ? await servedEvents(ctx, group, kind, slugs) : [];
  const shown = [...events.map(({ snapshot }) => snapshot), ...served];
  const entries = feedEntries(shown, origin, ctx.now).map((entry) => {
    const snapshot = shown.find(({ action }) => action.id === entry.uid);
    const changedAt = changed.get(entry.uid) ?? new Date(snapshot?.action.publishedAt ?? 0);
    return { ...entry, changedAt };
  });
  return calendarFile(group.name, entries);
}
