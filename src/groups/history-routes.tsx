import { Hono } from "hono";
import { z } from "zod";
import { listRecordedActs } from "./audit";
import { HistoryPage } from "./history-views";
import { type MemberEnv, memberCan, memberFrame } from "./web";

export const historyRoutes = new Hono<MemberEnv>();

const before = z.coerce.number().int().positive().nullable().catch(null);

historyRoutes.get("/groups/:group/settings/history", memberCan("settings.edit"), async (c) => {
  const { ctx, t, locale, group, account } = c.var;
  const seen = before.parse(c.req.query("before") ?? null);
  const { acts, next } = await listRecordedActs(ctx, group.no, seen);
  const path = `/groups/${group.slug}/settings/history`;
  const pages = {
    newest: seen === null ? undefined : path,
    older: next === null ? undefined : `${path}?before=${next}`,
  };
  const clock = { timeZone: account.timeZone, now: ctx.now };
  return c.html(
    <HistoryPage {...{ t, locale, group, acts, frame: await memberFrame(c) }} {...clock} {...pages} />,
  );
});
