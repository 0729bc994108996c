import { Hono } from "hono";
import type { WebEnv } from "../accounts/web";
import { OEMBED_PATH } from "../actions/action-path";
import { groupByHost } from "../groups/tenant";

/**
 * oEmbed at the address of the installation, for clients that know no other (osdi-api.md §6.5): they are led to the host of the group
 * whose page it is, which answers. Nobody is led anywhere but to a group's host.
 */
export const oembedRoutes = new Hono<WebEnv>();

oembedRoutes.on("GET", [OEMBED_PATH, OEMBED_PATH.slice(0, -1)], async (c) => {
  const { ctx } = c.var;
  const asked = URL.parse(c.req.query("url") ?? "");
  const group = asked && (await groupByHost(ctx, asked.hostname));
  if (!group) return c.json({ error: "No action is at this address" }, 404);
  const { search } = new URL(c.req.url);
  const { protocol, port } = ctx.config.platform;
  return c.redirect(`${protocol}//${asked.hostname}${port ? `:${port}` : ""}${OEMBED_PATH}${search}`, 302);
});
