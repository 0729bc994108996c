import { Hono } from "hono";
import { OEMBED_PATH } from "../actions/action-path";
import { findAction } from "../actions/public-found";
import { type PublicContext, type PublicEnv, type PublicPagesDeps, wantsJson } from "../actions/public-web";
import { answerScript, showDocument } from "./document";
import { answerFrame, showFrame, showFrameThanks } from "./frame";
import { showOembed } from "./oembed";
import { answerPreflight, embeddable } from "./site";
import { EMBED, EMBED_DOCUMENT, EMBED_THANKS } from "./types";
import { showWidget } from "./widget";

/** What a group's host answers pages of other sites. */
export function embedPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  const action = "/:kind/:slug";
  return new Hono<PublicEnv>()
    .use(action + EMBED, embeddable)
    .use(action + EMBED_DOCUMENT, embeddable)
    .get(action + EMBED, (c) => showFrame(c, deps))
    .post(action + EMBED, (c) => answer(c, deps))
    .options(action + EMBED, answerPreflight)
    .get(action + EMBED_THANKS, (c) => showFrameThanks(c, deps))
    .get(action + EMBED_DOCUMENT, (c) => showDocument(c, deps))
    .options(action + EMBED_DOCUMENT, answerPreflight)
    .get("/widgets/:type/:slug", (c) => showWidget(c, deps))
    .get("/widgets/:version{v[2-6]}/:type/:slug", (c) => showWidget(c, deps))
    .get("/css/:old{style-embed(?:-whitelabel)?\\.css}", showOldStyle)
    .get(OEMBED_PATH, (c) => showOembed(c, deps))
    .get(OEMBED_PATH.slice(0, -1), (c) => showOembed(c, deps));
}

async function answer(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, EMBED);
  if (found instanceof Response) return found;
  return wantsJson(c.req.raw) ? answerScript(c, deps, found) : answerFrame(c, deps, found);
}

/** The oldest embed codes name the style without its version. */
function showOldStyle(c: PublicContext): Promise<Response> {
  const name = (c.req.param("old") ?? "").replace(".css", "-v3.css");
  return c.env.ASSETS.fetch(`https://assets.local/css/${name}`);
}
