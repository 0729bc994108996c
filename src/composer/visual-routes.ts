import { Hono } from "hono";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { editorSetup } from "../mailings/editor-setup";
import { mailingById } from "../mailings/mailing";
import type { MailingId } from "../mailings/types";
import { parseId } from "../platform/ids";

/** What the visual editor in the browser asks for. Before the pages of a mailing, whose address it would fit. */
export const visualRoutes = new Hono<MemberEnv>();

visualRoutes.get("/groups/:group/mailings/editor.json", memberCan("mailings.view"), async (c) => {
  c.header("Cache-Control", "private, no-store");
  const { ctx, group, locale } = c.var;
  const id = parseId<MailingId>(c.req.query("mailing") ?? "");
  const mailing = id && (await mailingById(dbFor(ctx.env, group), id));
  return c.json(await editorSetup(ctx, group, locale, mailing));
});
