import { Hono } from "hono";
import type { WebEnv } from "../accounts/web";
import { inboundMemberRoutes } from "./member-routes";
import { sunsetRoutes } from "./sunset-routes";
import { mailWebhookRoutes } from "./webhook-routes";

/** What comes back of a group's mail. Mounted at "/" of the platform host. */
export const inboundRoutes = new Hono<WebEnv>();

inboundRoutes.route("/", mailWebhookRoutes);
inboundRoutes.route("/", inboundMemberRoutes);
inboundRoutes.route("/", sunsetRoutes);
