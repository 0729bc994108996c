import { actionPath } from "../actions/action-path";
import { referrerOf } from "../actions/answer-text";
import { readCarried, shownCarried } from "../actions/carry";
import { pageCount } from "../actions/count";
import { privateHeaders } from "../actions/page-headers";
import { answerTo } from "../actions/public-answer";
import { blank, type Found, findAction, formTargets, isStopped, stopped } from "../actions/public-found";
import { scriptsOf } from "../actions/public-parts";
import type { PublicContext, PublicPagesDeps } from "../actions/public-web";
import { htmlOf } from "../actions/public-web";
import type { FormState } from "../actions/types";
import { siteStyle } from "../groups/public";
import { framedAddress, placeFrom, withSite } from "./address";
import { FramePage, GoOn } from "./frame-views";
import { thanksHtml, whereNext } from "./next";
import { outward } from "./outward";
import { frameAncestors } from "./site";
import { frameStyle } from "./style";
import { EMBED, EMBED_THANKS, lookOf } from "./types";
import { EmbedCard, embedProps } from "./views";

/** `GET /:kind/:slug/embed`: an action as a page for frames. Works without script. */
export async function showFrame(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, EMBED);
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const token = c.req.query("carry");
  const who = token ? await readCarried(c.var.ctx, c.var.group, token) : null;
  const form = who && token ? { ...blank, carried: shownCarried(found.snapshot, who, token) } : blank;
  return frameWithForm(c, deps, found, { form, status: 200 });
}

/** `GET /:kind/:slug/embed/thanks` */
export async function showFrameThanks(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, EMBED_THANKS);
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const html = await thanksHtml(c, deps, found, { token: c.req.query("done") ?? "", look: "ours" });
  return framePage(c, found, { html, title: c.var.t("public.thanks.title"), state: "thanks", status: 200 });
}

/** `POST /:kind/:slug/embed` from a frame's own form. */
export async function answerFrame(c: PublicContext, deps: PublicPagesDeps, found: Found): Promise<Response> {
  const { t } = c.var;
  const { kind, snapshot } = found;
  const answered = await answerTo(c, deps, found, placeFrom(c, null));
  switch (answered.is) {
    case "over":
      return c.redirect(actionPath(kind, snapshot.action.slug) + EMBED, 303);
    case "refused":
      return frameWithForm(c, deps, found, { form: blank, status: 429, trouble: t("public.refused.text") });
    case "form":
      return frameWithForm(c, deps, found, answered);
    case "taken": {
      const next = whereNext(deps, answered.href);
      if (next.is !== "away")
        return c.redirect(next.is === "action" ? withSite(c, next.framed) : next.framed, 303);
      const href = new URL(answered.href, c.var.origin).href;
      const isDone = answered.taken.is === "recorded";
      const html = await outward(String(<GoOn t={t} href={href} isDone={isDone} />), c.var.origin);
      const title = t("public.thanks.title");
      return framePage(c, found, { html, title, state: isDone ? "thanks" : "again", status: 200 });
    }
  }
}

type Shown = { form: FormState; status: number; trouble?: string };

async function frameWithForm(
  c: PublicContext,
  deps: PublicPagesDeps,
  found: Found,
  { form, status, trouble }: Shown,
): Promise<Response> {
  const { ctx, origin } = c.var;
  const { kind, snapshot } = found;
  const { layout } = lookOf((name) => c.req.query(name));
  const count = await pageCount(ctx, snapshot, kind, deps.askCount);
  const props = embedProps(c.var, found, { look: "ours", layout, count, form, trouble });
  const state = form === blank && status === 200 ? "fresh" : "again";
  const referrer = c.req.method === "GET" ? around(c) : "";
  const card = await htmlOf(<EmbedCard {...props} state={state} heading="h1" />);
  const html = await outward(card, origin, { action: framedAddress(c, referrer), referrer });
  const scripts = scriptsOf(found);
  return framePage(c, found, { html, title: snapshot.action.title, scripts, status });
}

/** The page that shows the frame, as far as its browser tells, without what may be private in its query. */
function around(c: PublicContext): string {
  return referrerOf(c.req.header("Referer"), new URL(c.req.url));
}

type Page = {
  html: string;
  title: string;
  status: number;
  scripts?: readonly string[];
  /** What `embed-frame.js` tells the page around; a card with a form says it itself. */
  state?: "thanks" | "again";
};

/** Kept by nobody: it says which site it stands in. */
async function framePage(c: PublicContext, found: Found, page: Page): Promise<Response> {
  const { ctx, group, origin } = c.var;
  const { kind, snapshot } = found;
  const style = siteStyle(group, (kind.style ?? "") + frameStyle);
  const canonical = `${origin}${actionPath(kind, snapshot.action.slug)}`;
  const html = <FramePage {...page} style={style} canonical={canonical} locale={snapshot.action.locale} />;
  const headers = await privateHeaders({
    styleText: style,
    formTargets: formTargets(ctx, found),
    framedBy: frameAncestors(ctx.config, group),
  });
  return new Response(String(html), { status: page.status, headers });
}
