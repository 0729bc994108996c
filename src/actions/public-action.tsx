import { Hono } from "hono";
import { siteStyle } from "../groups/public";
import { groupByHostNow } from "../groups/tenant";
import { AppError } from "../platform/errors";
import { hostnameOf } from "../platform/http";
import { readCarried, shownCarried } from "./carry";
import { freshCount, pageCount } from "./count";
import { keepPage, PAGE_FRESH_MS, type Page, pageKey, pageOf, respondWith, serveKept } from "./page-cache";
import { publicHeaders, securityHeaders } from "./page-headers";
import { showForm, TRY_AGAIN_SECONDS, takeAnswer } from "./public-answer";
import { blank, type Found, findAction, formTargets, hrefsOf, isStopped, stopped } from "./public-found";
import { readDone, ThanksPage, type ThanksPageProps } from "./public-thanks";
import { ActionPage, progressOf } from "./public-views";
import {
  htmlOf,
  jsonError,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  speak,
} from "./public-web";
import { served, servedKey } from "./served";
import { previewFor, publishedActions } from "./serving";
import { likelyNetwork } from "./share";
import type { ActionSnapshot } from "./types";

/** What a page made without a count is kept for: the number may be back any moment. */
const UNCOUNTED_FRESH_MS = 5_000;

const OTHERS_SHOWN_MAX = 6;

/** `/:kind/:slug` and what lies below it. */
export function actionPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/:kind/:slug", (c) => showAction(c, deps))
    .post("/:kind/:slug", (c) => takeAnswer(c, deps))
    .get("/:kind/:slug/thanks", (c) => showThanks(c, deps))
    .get("/:kind/:slug/count.json", (c) => showCount(c, deps));
}

async function showAction(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const { ctx } = c.var;
  const own = (await showPreview(c, deps)) ?? (await showCarried(c, deps));
  if (own) return own;
  // The query says nothing of an action's page; a preview link that proves nothing ends here, and costs no rendering.
  const key = pageKey(c.req.url.split("?", 1)[0] ?? "");
  const kept = key === null ? null : serveKept(key, c.req.raw, ctx.now);
  if (kept) return kept;
  const found = await findAction(c, deps);
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const page = await makePage(c, deps, found);
  if (key !== null) keepPage(key, page);
  return respondWith(page, c.req.raw);
}

/** A draft, or what a published page would be now, for whoever holds a link to its preview; undefined for a link that says nothing. */
async function showPreview(c: PublicContext, deps: PublicPagesDeps): Promise<Response | undefined> {
  const token = c.req.query("preview");
  const kind = deps.kinds.find(({ path }) => path === c.req.param("kind"));
  if (!token || !kind) return undefined;
  const { ctx, group, origin } = c.var;
  const snapshot = await previewFor(ctx, group, kind, c.req.param("slug") ?? "", token);
  if (!snapshot) return undefined;
  const t = speak(c, snapshot.action.locale);
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const count = { total: 0, recent: [] };
  const page = (
    <ActionPage {...{ t, ctx, kind, snapshot, count, form: blank, origin, platformOrigin }} isPreview />
  );
  // The editor shows the preview in a frame beside the form.
  return privatePage(group, page, { policy: { framedBy: platformOrigin }, style: kind.style });
}

/** The page for somebody who comes from another action or a mail with what they said before; undefined for everybody else. */
async function showCarried(c: PublicContext, deps: PublicPagesDeps): Promise<Response | undefined> {
  const token = c.req.query("carry");
  if (!token) return undefined;
  const who = await readCarried(c.var.ctx, c.var.group, token);
  const found = who && (await findAction(c, deps));
  if (!found || found instanceof Response || isStopped(found.snapshot)) return undefined;
  const form = { ...blank, carried: shownCarried(found.snapshot, who, token) };
  return showForm(c, deps, found, { form, status: 200 });
}

async function makePage(c: PublicContext, deps: PublicPagesDeps, { kind, snapshot }: Found): Promise<Page> {
  const { ctx, group, t, origin } = c.var;
  const { action } = snapshot;
  const { showCount: isCounted, showRecent } = action.settings;
  const count =
    isCounted || showRecent || kind.capacities ? await pageCount(ctx, snapshot, kind, deps.askCount) : null;
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const html = (
    <ActionPage
      {...{ t, ctx, kind, snapshot, count, form: blank, origin, platformOrigin }}
      isPreview={false}
    />
  );
  const host = hostnameOf(c.req.raw);
  const key = servedKey(group.no, kind.name, action.slug);
  const freshMs = count || !isCounted ? PAGE_FRESH_MS : UNCOUNTED_FRESH_MS;
  return pageOf(await htmlOf(html), {
    headers: await publicHeaders({
      styleText: siteStyle(group, kind.style),
      formTargets: formTargets(ctx, { kind, snapshot }),
    }),
    expiresAt: ctx.now + freshMs,
    isCurrent: (now) => groupByHostNow(host, now) === group && served.peek(key, now)?.action === action,
  });
}

async function showThanks(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, "/thanks");
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const page = <ThanksPage {...(await thanksProps(c, deps, found, c.req.query("done") ?? ""))} />;
  return privatePage(c.var.group, page, { style: found.kind.style });
}

/** All that thanks say. @param token what the address of the thank-you page says of who acted; it may say nothing */
export async function thanksProps(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  token: string,
): Promise<ThanksPageProps> {
  const { ctx, t, origin } = c.var;
  return {
    ...{ t, ctx, kind, snapshot, origin },
    done: await readDone(ctx, snapshot, token),
    platformOrigin: ctx.config.PLATFORM_ORIGIN,
    first: likelyNetwork(c.req.raw),
    others: await otherActions(c, deps, snapshot),
  };
}

/** What else one can do for the group; nothing while the list is out of reach, since thanks must not wait for it. */
async function otherActions(c: PublicContext, { kinds }: PublicPagesDeps, { action }: ActionSnapshot) {
  const { ctx, group } = c.var;
  const listed = await publishedActions(ctx, group).catch(() => []);
  return hrefsOf(kinds, listed)
    .filter(({ kind, slug }) => kind !== action.kind || slug !== action.slug)
    .slice(0, OTHERS_SHOWN_MAX);
}

/** The numbers for the page's own script and for anyone who wants them: `{count, tally?, goal, recent, words}`. */
async function showCount(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, "/count.json");
  if (found instanceof Response) return found;
  const { ctx } = c.var;
  const { kind, snapshot } = found;
  const { settings } = snapshot.action;
  if (isStopped(snapshot)) return jsonError(ctx, "gone", c.var.t("public.stopped.title"));
  const count = await freshCount(ctx, snapshot, kind, deps.askCount).catch((error: unknown) => {
    throw new AppError("unavailable", "count", { retryAfterSeconds: TRY_AGAIN_SECONDS, cause: error });
  });
  const shown = settings.showCount ? progressOf(c.var.t, { kind, snapshot, count }) : null;
  return Response.json(
    {
      count: settings.showCount ? count.total : null,
      ...(shown && count.tally !== undefined ? { tally: shown.value } : {}),
      goal: shown?.goal ?? null,
      recent: settings.showRecent ? count.recent : [],
      words: shown?.words ?? null,
    },
    {
      headers: {
        "Cache-Control": "public, max-age=5, stale-if-error=3600",
        "Access-Control-Allow-Origin": "*",
        ...securityHeaders,
      },
    },
  );
}
