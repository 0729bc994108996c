import { actionPath } from "../actions/action-path";
import { readCarried, shownCarried } from "../actions/carry";
import { pageCount } from "../actions/count";
import { keepPage, PAGE_FRESH_MS, type Page, pageOf, respondWith, serveKept } from "../actions/page-cache";
import { securityHeaders } from "../actions/page-headers";
import { answerTo, tooMany } from "../actions/public-answer";
import { ActionForm } from "../actions/public-form";
import { blank, type Found, findAction, isStopped, stopped } from "../actions/public-found";
import type { PublicContext, PublicPagesDeps } from "../actions/public-web";
import { htmlOf } from "../actions/public-web";
import { served, servedKey } from "../actions/served";
import { groupByHostNow } from "../groups/tenant";
import { hostnameOf } from "../platform/http";
import { placeFrom } from "./address";
import { thanksHtml, whereNext } from "./next";
import { outward } from "./outward";
import { foreignOrigin } from "./site";
import { shadowStyle } from "./style";
import { EMBED_DOCUMENT, lookOf } from "./types";
import { Embed, embedProps } from "./views";

/** What a browser may keep of an embed; as long as our own pages. */
const CACHE = "public, max-age=30, stale-while-revalidate=300, stale-if-error=3600";
const PRIVATE = { "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff" };

/**
 * `GET /:kind/:slug/embed.json`: an action for `embed.js`, as `{html, css?, formId, words}`. The same for everyone, unless
 * it carries somebody's details from another action.
 */
export async function showDocument(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const { ctx } = c.var;
  const token = c.req.query("carry");
  const { look, layout } = lookOf((name) => c.req.query(name));
  const key = `${hostnameOf(c.req.raw)}${c.req.path} ${look} ${layout}`;
  const kept = token ? null : serveKept(key, c.req.raw, ctx.now);
  if (kept) return kept;
  const found = await findAction(c, deps, EMBED_DOCUMENT);
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const page = await makeDocument(c, deps, found, token);
  if (!token) keepPage(key, page);
  return respondWith(page, c.req.raw);
}

async function makeDocument(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  token: string | undefined,
): Promise<Page> {
  const { ctx, t, group, origin } = c.var;
  const { kind, snapshot } = found;
  const { look, layout } = lookOf((name) => c.req.query(name));
  const who = token ? await readCarried(ctx, group, token) : null;
  const form = who && token ? { ...blank, carried: shownCarried(snapshot, who, token) } : blank;
  const count = await pageCount(ctx, snapshot, kind, deps.askCount);
  const html = await htmlOf(<Embed {...embedProps(c.var, found, { look, layout, count, form })} />);
  const body = {
    html: await outward(html, origin),
    ...(look === "ours" ? { css: shadowStyle(group, kind.style) } : {}),
    formId: kind.widget.formId,
    words: { failed: t("embeds.failed") },
  };
  const host = hostnameOf(c.req.raw);
  const key = servedKey(group.no, kind.name, snapshot.action.slug);
  return pageOf(JSON.stringify(body), {
    headers: {
      ...securityHeaders,
      "Content-Type": "application/json; charset=utf-8",
      "Cache-Control": token ? "private, no-store" : CACHE,
    },
    expiresAt: ctx.now + PAGE_FRESH_MS,
    isCurrent: (now) =>
      groupByHostNow(host, now) === group && served.peek(key, now)?.action === snapshot.action,
  });
}

/**
 * `POST /:kind/:slug/embed` from `embed.js`: `{form}` to be shown again, `{thanks}`, the `{next}` action, or `{goOn}` to a
 * page that is not ours to embed; `isTaken` once it counts.
 */
export async function answerScript(c: PublicContext, deps: PublicPagesDeps, found: Found): Promise<Response> {
  const { ctx, t } = c.var;
  const { kind, snapshot } = found;
  const { look, layout } = lookOf((name) => c.req.query(name));
  const answered = await answerTo(c, deps, found, placeFrom(c, foreignOrigin(c)));
  switch (answered.is) {
    case "over":
      return Response.json({ next: actionPath(kind, snapshot.action.slug) }, { headers: PRIVATE });
    case "refused":
      return tooMany(c, found);
    case "form": {
      const { form, status, trouble } = answered;
      const count = await pageCount(ctx, snapshot, kind, deps.askCount);
      const props = embedProps(c.var, found, { look, layout, count, form, trouble });
      const html = await outward(await htmlOf(<ActionForm {...props} />), c.var.origin);
      const message = trouble ?? t("common.form.refused");
      const error = status === 200 ? {} : { error: { message, fields: form.errors } };
      return Response.json({ form: html, ...error }, { status, headers: PRIVATE });
    }
    case "taken": {
      const isTaken = answered.taken.is === "recorded" && answered.taken.reply.outcome !== "closed";
      const next = whereNext(deps, answered.href);
      const reply =
        next.is === "thanks"
          ? { thanks: await thanksHtml(c, deps, found, { token: next.token, look }) }
          : next.is === "action"
            ? { next: answered.href }
            : { goOn: new URL(answered.href, c.var.origin).href };
      return Response.json({ isTaken, ...reply }, { headers: PRIVATE });
    }
  }
}
