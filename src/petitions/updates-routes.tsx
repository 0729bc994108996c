import { Hono, type Context as HonoContext } from "hono";
import { refreshExtra } from "../actions/publication";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, inWords } from "../actions/web";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, readForm } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import { listUpdates, postUpdate, setShown } from "./update";
import { UpdatesPage } from "./updates-views";

const BYTES_MAX = 60_000;

/** What came of a petition: told on its page, taken off again, put back. */
export function updateRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/updates`, memberCan("actions.view"), async (c) =>
    c.html(await updatesPage(c, kinds, { values: {}, errors: {}, flash: doneFlash(c) })),
  );

  app.post(`${ACTION_PATH}/updates`, memberCan("actions.publish"), async (c) => {
    const { action, kind } = await petitionIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const posted = await postUpdate(ctx, group, action, { form: values, by: account.no });
    switch (posted.is) {
      case "posted":
        await refreshExtra(ctx, group, kind, action);
        return c.redirect(actionHref(group, action, "/updates?done=posted"), 303);
      case "full":
        return c.html(
          await updatesPage(c, kinds, { values, errors: { title: t("petitions.updates.problems.full") } }),
          422,
        );
      case "invalid":
        return c.html(await updatesPage(c, kinds, { values, errors: inWords(t, posted.problems) }), 422);
    }
  });

  const change = (isShown: boolean) => async (c: HonoContext<MemberEnv>) => {
    const { action, kind } = await petitionIn(c, kinds);
    const { ctx, group, account } = c.var;
    const no = Number(c.req.param("no"));
    if (!Number.isSafeInteger(no)) throw new AppError("not_found");
    if (!(await setShown(ctx, group, action, { no, isShown, by: account.no })))
      throw new AppError("not_found");
    await refreshExtra(ctx, group, kind, action);
    const done = isShown ? "restored" : "removed";
    return c.redirect(actionHref(group, action, `/updates?done=${done}&no=${no}`), 303);
  };
  app.post(`${ACTION_PATH}/updates/:no/removal`, memberCan("actions.publish"), change(false));
  app.post(`${ACTION_PATH}/updates/:no/removal/undo`, memberCan("actions.publish"), change(true));

  return app;
}

/** The petition of the address; not found for an action of another kind. */
export async function petitionIn(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const subject = await actionIn(c, kinds);
  if (subject.kind.name !== "petition") throw new AppError("not_found");
  return subject;
}

async function updatesPage(
  c: HonoContext<MemberEnv>,
  kinds: readonly Kind[],
  shown: { values: FormValues; errors: Record<string, string>; flash?: FlashMessage | undefined },
) {
  const subject = await petitionIn(c, kinds);
  const { ctx, group, role } = c.var;
  const [frame, updates] = await Promise.all([
    actionFrame(c, subject, shown.flash),
    listUpdates(ctx, group, subject.action),
  ]);
  const { values, errors } = shown;
  return (
    <UpdatesPage
      {...frame}
      {...{ updates, values, errors }}
      mayExport={can(role, "people.export")}
      mayMail={can(role, "mailings.edit")}
    />
  );
}

function doneFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  const { t, group } = c.var;
  const no = Number(c.req.query("no")) || 0;
  switch (c.req.query("done")) {
    case "posted":
      return { kind: "good", text: t("petitions.updates.donePosted") };
    case "restored":
      return { kind: "good", text: t("petitions.updates.doneRestored") };
    case "removed":
      return {
        kind: "good",
        text: t("petitions.updates.doneRemoved"),
        undo: {
          action: `/groups/${group.slug}/actions/${c.req.param("id")}/updates/${no}/removal/undo`,
          label: t("common.form.undo"),
        },
      };
    default:
      return undefined;
  }
}
