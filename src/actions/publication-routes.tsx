import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { readForm, single } from "../platform/forms";
import { publish, reasonsNotToPublish } from "./publication";
import { PublicationPage } from "./publication-views";
import type { Kind } from "./types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, previewUrl } from "./web";

const BYTES_MAX = 10_000;

/** Publishing, with the last look before it. */
export function publicationRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/publication`, memberCan("actions.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { action, kind } = subject;
    if (action.status === "published") return c.redirect(actionHref(c.var.group, action), 303);
    return c.html(
      <PublicationPage
        {...(await actionFrame(c, subject))}
        reasons={reasonsNotToPublish(kind, c.var.group, action, c.var.ctx.now)}
        previewUrl={await previewUrl(c, kind, action)}
      />,
    );
  });

  app.post(`${ACTION_PATH}/publication`, memberCan("actions.publish"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    // What is published is what was looked at, not what somebody made of it since.
    const hasChanged = single(values, "version") !== String(action.version);
    if (hasChanged && action.status !== "published")
      return c.redirect(actionHref(group, action, "/edit?done=changed"), 303);
    const published = await publish(ctx, group, kind, action, account.no);
    switch (published.outcome) {
      case "published":
        return c.redirect(actionHref(group, action, "?done=published"), 303);
      case "refused":
        return c.redirect(actionHref(group, action, "/publication"), 303);
      case "conflict":
        return c.redirect(actionHref(group, action, "/edit?done=changed"), 303);
    }
  });

  return app;
}
