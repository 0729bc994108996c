import { Hono } from "hono";
import { addressAfter } from "../actions/public-answer";
import { findActionOf } from "../actions/public-found";
import {
  notFound,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
} from "../actions/public-web";
import type { Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import { findPayment, settleReturn } from "../payments/payment";
import { type ParticipationId, parseId } from "../platform/ids";
import { readGiftKey } from "./links";
import { manageRoutes } from "./manage-routes";
import { WaitingPage } from "./manage-views";
import { giftStyle } from "./style";

/** Below the kind's path on a group's host: coming back from paying, and looking after a regular gift. */
export function publicGiftRoutes(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>().route("/gifts", manageRoutes).get("/:slug/paid", (c) => showPaid(c, deps));
}

/**
 * Where the provider sends people back to. Coming here proves nothing: the provider is asked. Whoever was faster, its
 * message or this, the gift is recorded once.
 */
async function showPaid(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const kind: Kind | undefined = deps.kinds.find(({ name }) => name === "fundraiser");
  if (!kind) return notFound(c);
  const found = await findActionOf(c, kind, "/paid");
  if (found instanceof Response) return found;
  const { ctx, group, t, locale } = c.var;
  const { snapshot } = found;
  const id = await readGiftKey(ctx, group, c.req.query("key") ?? "", "return");
  if (!id) return notFound(c);
  // Gone once it is settled, so it is read before.
  const said = (await findPayment(dbFor(ctx.env, group), id))?.participation ?? null;
  const payment = await settleReturn(ctx, group, id);
  if (!payment || payment.actionNo !== snapshot.action.no) return notFound(c);
  const page = { t, locale, group, platformOrigin: ctx.config.PLATFORM_ORIGIN, slug: snapshot.action.slug };
  switch (payment.state) {
    case "paid": {
      // The payment's id is the participation's.
      const participation = parseId<ParticipationId>(id);
      if (!participation) return notFound(c);
      const reply = { outcome: "counted" as const, id: participation, total: 0 };
      return c.redirect(await addressAfter(c, deps, found, { is: "recorded", reply }, said), 303);
    }
    case "open":
    case "processing":
      return privatePage(group, <WaitingPage {...page} />, { headers: { Refresh: "5" }, style: giftStyle });
    case "failed":
      return privatePage(group, <WaitingPage {...page} hasFailed />, { status: 402, style: giftStyle });
  }
}
