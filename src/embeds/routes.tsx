import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionIn } from "../actions/web";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { EmbedPage } from "./embed-views";
import { sitesOf } from "./site";

/** How organisers take an action to another site. Mounted at "/" of the platform host. */
export function embedRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/embed`, memberCan("actions.view"), async (c) => {
    const frame = await actionFrame(c, await actionIn(c, kinds));
    const mayEditSettings = can(c.var.role, "settings.edit");
    return c.html(<EmbedPage {...frame} sites={sitesOf(c.var.group)} mayEditSettings={mayEditSettings} />);
  });
  return app;
}
