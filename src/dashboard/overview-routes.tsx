import { Hono, type Context as HonoContext } from "hono";
import { cleanLine } from "../actions/answer-text";
import { close, reopen } from "../actions/publication";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { homeOf } from "../intake/home";
import { targetOf } from "../intake/removal";
import { AppError } from "../platform/errors";
import { overviewOf } from "../statistics/panel";
import type { FlashMessage } from "../ui/flash";
import { OverviewPage } from "./overview-views";
import { waitingComments } from "./store";
import { numbersOf } from "./summary";

/** How one action goes; its closing and opening again. */
export function overviewRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(ACTION_PATH, memberCan("actions.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { action } = subject;
    const { ctx, group, role } = c.var;
    const [frame, numbers, counted, waiting] = await Promise.all([
      actionFrame(c, subject, doneFlash(c, action)),
      numbersOf(ctx, group, [action]),
      overviewOf(ctx, group, action),
      can(role, "people.view")
        ? waitingComments(dbFor(ctx.env, group), [action.no])
        : new Map<number, number>(),
    ]);
    return c.html(
      <OverviewPage
        {...frame}
        numbers={numbers.get(action.no) ?? null}
        counted={counted}
        waitingComments={waiting.get(action.no) ?? 0}
        code={cleanLine(c.req.query("code") ?? "").slice(0, CODE_MAX)}
      />,
    );
  });

  app.post(`${ACTION_PATH}/closure`, memberCan("actions.publish"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const { ctx, group, account } = c.var;
    if (action.status === "draft") throw new AppError("conflict");
    const closed = await close(ctx, group, action, account.no, homeIn(c, action, kind));
    return c.redirect(actionHref(group, action, closed ? "?done=closed" : "?done=conflict"), 303);
  });

  app.post(`${ACTION_PATH}/closure/undo`, memberCan("actions.publish"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const { ctx, group, account } = c.var;
    if (action.status === "draft") throw new AppError("conflict");
    const opened = await reopen(ctx, group, kind, action, account.no, homeIn(c, action, kind));
    switch (opened.outcome) {
      case "published":
        return c.redirect(actionHref(group, action, "?done=reopened"), 303);
      case "refused":
        return c.redirect(actionHref(group, action, "/publication"), 303);
      case "conflict":
        return c.redirect(actionHref(group, action, "?done=conflict"), 303);
    }
  });

  return app;
}

const CODE_MAX = 100;

function homeIn(c: HonoContext<MemberEnv>, action: Action, kind: Kind) {
  const target = targetOf(c.var.group, action, kind);
  const home = homeOf(c.var.ctx.env, target);
  return { close: async () => home.close(target), reopen: async () => home.reopen(target) };
}

function doneFlash(c: HonoContext<MemberEnv>, action: Action): FlashMessage | undefined {
  const { t, group, role } = c.var;
  const undo = can(role, "actions.publish")
    ? { undo: { action: actionHref(group, action, "/closure/undo"), label: t("common.form.undo") } }
    : {};
  switch (c.req.query("done")) {
    case "published":
      return { kind: "good", text: t("dashboard.done.published") };
    case "closed":
      return action.status === "closed"
        ? { kind: "good", text: t("dashboard.done.closed"), ...undo }
        : undefined;
    case "reopened":
      return { kind: "good", text: t("dashboard.done.reopened") };
    case "conflict":
      return { kind: "warn", text: t("dashboard.done.conflict") };
    default:
      return undefined;
  }
}
