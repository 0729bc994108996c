import { Hono } from "hono";
import { groupTriedOn } from "../groups/look";
import { pageStyle } from "../groups/public";
import { groupByHostNow } from "../groups/tenant";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { hostnameOf } from "../platform/http";
import { likelyNetwork } from "../sharing/network";
import { boardOf, sharingFor } from "../sharing/supporter";
import type { ShareVariant } from "../sharing/types";
import { variantOf } from "../sharing/variant";
import { readCarried, shownCarried } from "./carry";
import { correctionPath, readCorrection } from "./correction";
import { freshCount, pageCount } from "./count";
import {
  keepPage,
  PAGE_FRESH_MS,
  type Page,
  pageKey,
  pageOf,
  respondWith,
  serveKept,
  variantIn,
} from "./page-cache";
import { publicHeaders, securityHeaders } from "./page-headers";
import { progressOf } from "./progress";
import { showForm, TRY_AGAIN_SECONDS, takeAnswer } from "./public-answer";
import { blank, type Found, findAction, formTargets, isStopped, openOf, stopped } from "./public-found";
import { inOneLanguage } from "./public-languages";
import { noteShared } from "./public-shared";
import { readDone, ThanksPage, type ThanksPageProps } from "./public-thanks";
import { ActionPage } from "./public-views";
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
import { previewFor, publishedActions, snapshotFor } from "./serving";
import type { ActionSnapshot, Kind } from "./types";

/** What a page made without a count is kept for: the number may be back any moment. */
const UNCOUNTED_FRESH_MS = 5_000;

const OTHERS_SHOWN_MAX = 6;

/** `/:kind/:slug` and what lies below it. */
export function actionPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/:kind/:slug", (c) => showAction(c, deps))
    .post("/:kind/:slug", (c) => takeAnswer(c, deps))
    .get("/:kind/:slug/thanks", (c) => showThanks(c, deps))
    .post("/:kind/:slug/shared", (c) => noteShared(c, deps))
    .get("/:kind/:slug/count.json", (c) => showCount(c, deps));
}

async function showAction(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const { ctx } = c.var;
  const own = (await showPreview(c, deps)) ?? (await showCarried(c, deps));
  if (own) return own;
  const found = await findAction(c, deps);
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const { search } = new URL(c.req.url);
  const [address = ""] = c.req.url.split("?", 1);
  // A letter that the action does not have is as good as none, so that no such address makes another copy.
  const variant = variantOf(found.snapshot.action.settings.share, variantIn(search));
  // The rest of the query says nothing; a preview link that proves nothing ends here, and costs no rendering.
  const key = pageKey(variant ? `${address}?v=${variant.letter}` : address);
  const kept = key === null ? null : serveKept(key, c.req.raw, ctx.now);
  if (kept) return kept;
  const page = await makePage(c, deps, found, variant);
  if (key !== null) keepPage(key, page);
  return respondWith(page, c.req.raw);
}

/** A draft, or what a published page would be now, for whoever holds a link to its preview; undefined for a link that says nothing. */
async function showPreview(c: PublicContext, deps: PublicPagesDeps): Promise<Response | undefined> {
  const token = c.req.query("preview");
  const kind = deps.kinds.find(({ path }) => path === c.req.param("kind"));
  if (!token || !kind) return undefined;
  const { ctx, group, origin } = c.var;
  const slug = c.req.param("slug") ?? "";
  const snapshot =
    (await previewFor(ctx, group, kind, slug, token)) ?? (await triedOn(ctx, group, kind, slug, token));
  if (!snapshot) return undefined;
  const t = speak(c, snapshot.action.locale);
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const count = { total: 0, recent: [] };
  const page = (
    <ActionPage {...{ t, ctx, kind, snapshot, count, form: blank, origin, platformOrigin }} isPreview />
  );
  // The editor shows the preview in a frame beside the form.
  return privatePage(snapshot.group, page, { policy: { framedBy: platformOrigin }, style: kind.style });
}

/** The published page in the looks its group is trying out; null for a link that is not to that. */
async function triedOn(ctx: Context, group: Group, kind: Kind, slug: string, token: string) {
  const tried = await groupTriedOn(ctx, group, token);
  if (!tried) return null;
  const serving = await snapshotFor(ctx, group, kind, slug);
  if (serving.is !== "shown" || isStopped(serving.snapshot)) return null;
  return { ...serving.snapshot, group: tried };
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

async function makePage(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot }: Found,
  variant: ShareVariant | null,
): Promise<Page> {
  const { ctx, group, t, origin } = c.var;
  const { action } = snapshot;
  const { showCount: isCounted, showRecent } = action.settings;
  const count =
    isCounted || showRecent || kind.capacities ? await pageCount(ctx, snapshot, kind, deps.askCount) : null;
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  const html = (
    <ActionPage
      {...{ t, ctx, kind, snapshot, count, form: blank, origin, platformOrigin, variant }}
      board={boardOf(ctx, snapshot, "page")}
      isPreview={false}
    />
  );
  const host = hostnameOf(c.req.raw);
  const key = servedKey(group.no, kind.name, action.slug);
  const freshMs = count || !isCounted ? PAGE_FRESH_MS : UNCOUNTED_FRESH_MS;
  return pageOf(await htmlOf(html), {
    headers: await publicHeaders({
      styleText: pageStyle(group, kind.style),
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
  const fix = c.req.query("fix") ?? "";
  const slip = await readCorrection(c.var.ctx, found.snapshot, fix);
  const correction = slip && {
    address: slip.meant,
    href: correctionPath(found.kind, found.snapshot, fix),
  };
  const props = await thanksProps(c, deps, found, c.req.query("done") ?? "");
  const page = <ThanksPage {...props} correction={correction} />;
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
  const done = await readDone(ctx, snapshot, token);
  return {
    ...{ t, ctx, kind, snapshot, origin, done },
    sharing: await sharingFor(ctx, snapshot, done),
    platformOrigin: ctx.config.PLATFORM_ORIGIN,
    first: likelyNetwork(c.req.raw),
    others: await otherActions(c, deps, snapshot),
  };
}

/** What else one can do for the group; nothing while the list is out of reach, since thanks must not wait for it. */
async function otherActions(c: PublicContext, { kinds }: PublicPagesDeps, snapshot: ActionSnapshot) {
  const { action, translations = [] } = snapshot;
  const { ctx, group } = c.var;
  const listed = await publishedActions(ctx, group).catch(() => []);
  const own = [action, ...translations].map(({ id }): string => id);
  return (
    openOf(kinds, inOneLanguage(listed, [action.locale, group.locale]), ctx.now)
      .filter(({ id }) => !own.includes(id))
      // What can be read comes before what is newest.
      .toSorted((one, other) => Number(other.locale === action.locale) - Number(one.locale === action.locale))
      .slice(0, OTHERS_SHOWN_MAX)
  );
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
