import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionHref } from "../actions/web";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { homeOf } from "../intake/home";
import { targetOf } from "../intake/removal";
import { cleanText } from "../platform/clean-text";
import { readForm, single } from "../platform/forms";
import { eventIn } from "./attendance-routes";
import { planPage } from "./plan-routes";
import { settleChanges, tellOf, untell } from "./store-changes";
import { CANCELLATION_NOTE_MAX } from "./types";

const BYTES_MAX = 20_000;

/** Telling guests that the time or the place is another, taking that back in time, or saying that they know. */
export function changeRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.post(`${ACTION_PATH}/changes`, memberCan("actions.publish"), async (c) => {
    const subject = await eventIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    const { action, kind } = subject;
    const db = dbFor(ctx.env, group);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const note = cleanText(single(values, "tellNote"));
    if (note.length > CANCELLATION_NOTE_MAX) {
      const errors = { tellNote: t("actions.problems.tooLong", { count: CANCELLATION_NOTE_MAX }) };
      return c.html(await planPage(c, subject, values, errors), 422);
    }
    const asked = single(values, "do");
    const about = { groupNo: group.no, accountNo: account.no, subject: action.id };
    if (asked === "tell" && (await tellOf(db, action.no, { note, at: ctx.now }))) {
      await recordAct(ctx, { ...about, act: "event.told" });
      const target = targetOf(group, action, kind);
      await homeOf(ctx.env, target).wake(target);
    }
    if (asked === "untell") await untell(db, action.no, ctx.now);
    if (asked === "known") await settleChanges(db, action.no);
    return c.redirect(actionHref(group, action, "/plan"), 303);
  });

  return app;
}
