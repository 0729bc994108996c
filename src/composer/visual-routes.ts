import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { editorSetup } from "../mailings/editor-setup";

/** What the visual editor in the browser asks for. Before the pages of a mailing, whose address it would fit. */
export const visualRoutes = new Hono<MemberEnv>();

visualRoutes.get("/groups/:group/mailings/editor.json", memberCan("mailings.view"), async (c) => {
  c.header("Cache-Control", "private, no-store");
  return c.json(await editorSetup(c.var.ctx, c.var.group, c.var.locale));
});
