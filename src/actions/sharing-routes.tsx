import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { makeBoard } from "../sharing/board";
import { SharePanel } from "../sharing/panel";
import { shareNumbers } from "../sharing/tally";
import type { FlashMessage } from "../ui/flash";
import { editAction } from "./action";
import { ActionShell } from "./action-shell";
import type { Action, Kind } from "./types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "./web";

const BYTES_MAX = 10_000;

/** How an action is passed on, and which way to put it does best. */
export function sharingRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/sharing`, memberCan("actions.view"), async (c) => {
    return c.html(await sharingPage(c, await actionIn(c, kinds), doneFlash(c)));
  });

  app.post(`${ACTION_PATH}/sharing`, memberCan("actions.edit"), async (c) => {
    const subject = await actionIn(c, kinds);
    if (!mayDecide(c, subject.action)) throw new AppError("forbidden");
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const form = Object.fromEntries(
      ["split", "winner"].flatMap((name) =>
        name in values ? [[`share.${name}`, single(values, name)]] : [],
      ),
    );
    const fromVersion = Number(single(values, "version"));
    const saved = await editAction(ctx, group, subject.kind, subject.action, {
      ...{ form, fromVersion },
      by: account.no,
    });
    if (saved.outcome === "saved")
      return c.redirect(actionHref(group, subject.action, "/sharing?done=saved"), 303);
    const isConflict = saved.outcome === "conflict";
    const text = t(isConflict ? "actions.conflict.title" : "common.form.refused");
    return c.html(await sharingPage(c, subject, { kind: "bad", text }), isConflict ? 409 : 422);
  });

  return app;
}

/** Whoever may change what is live, as in the editor. */
function mayDecide(c: HonoContext<MemberEnv>, action: Action): boolean {
  return can(c.var.role, action.status === "draft" ? "actions.edit" : "actions.publish");
}

function doneFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  return c.req.query("done") === "saved" ? { kind: "good", text: c.var.t("sharing.panel.saved") } : undefined;
}

async function sharingPage(
  c: HonoContext<MemberEnv>,
  subject: { action: Action; kind: Kind },
  flash?: FlashMessage,
) {
  const { ctx, t, locale, group } = c.var;
  const { action } = subject;
  const { share } = action.settings;
  const [numbers, board] = await Promise.all([
    shareNumbers(ctx, group, action.no, share),
    share.links === "none" ? [] : makeBoard(ctx, group, action.no),
  ]);
  return (
    <ActionShell {...(await actionFrame(c, subject, flash))} tab="sharing" page={t("sharing.tab")}>
      <SharePanel
        {...{ t, locale, share, numbers, board }}
        version={action.version}
        href={actionHref(group, action, "/sharing")}
        editHref={actionHref(group, action, "/edit")}
        mayDecide={mayDecide(c, action)}
      />
    </ActionShell>
  );
}
