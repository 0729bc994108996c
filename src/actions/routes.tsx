import { Hono } from "hono";
import { frameOf } from "../accounts/web";
import { listMembers } from "../groups/member";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { createDraft, duplicate, historyOf } from "./action";
import { cleanLine } from "./answer-text";
import { ChooseKindPage, NewActionPage } from "./draft-views";
import { editorRoutes } from "./editor-routes";
import { HistoryPage } from "./history-views";
import { libraryRoutes } from "./library-routes";
import { publicationRoutes } from "./publication-routes";
import { sharingRoutes } from "./sharing-routes";
import { translationRoutes } from "./translation-routes";
import { ACTION_TITLE_MAX, ACTIONS_MAX, type Kind } from "./types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, memberNames } from "./web";

const BYTES_MAX = 10_000;

/** Making, editing and publishing actions. Mounted at "/" of the platform host. */
export function actionRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get("/groups/:group/actions/new", memberCan("actions.edit"), async (c) => {
    const { t, group } = c.var;
    const [only] = kinds;
    if (only && kinds.length === 1) return c.redirect(`/groups/${group.slug}/actions/new/${only.name}`, 303);
    const choices = kinds.map((kind) => ({
      path: kind.name,
      label: t(kind.words.name),
      text: t(kind.words.summary),
    }));
    return c.html(<ChooseKindPage t={t} frame={await frameOf(c)} group={group} kinds={choices} />);
  });

  app.get("/groups/:group/actions/new/:kind", memberCan("actions.edit"), async (c) => {
    const kind = kindNamed(kinds, c.req.param("kind"));
    const { t, group } = c.var;
    return c.html(
      <NewActionPage t={t} frame={await frameOf(c)} group={group} kind={kind} title="" error={undefined} />,
    );
  });

  app.post("/groups/:group/actions/new/:kind", memberCan("actions.edit"), async (c) => {
    const kind = kindNamed(kinds, c.req.param("kind"));
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const title = cleanLine(single(values, "title"));
    const refuse = async (error: string) =>
      c.html(
        <NewActionPage
          t={t}
          frame={await frameOf(c)}
          group={group}
          kind={kind}
          title={title}
          error={error}
        />,
        422,
      );
    if (title === "") return refuse(t("actions.new.missing"));
    if (title.length > ACTION_TITLE_MAX)
      return refuse(t("actions.problems.tooLong", { count: ACTION_TITLE_MAX }));
    const action = await createDraft(ctx, group, kind, { title, by: account.no });
    if (!action) return refuse(t("actions.new.tooMany", { count: ACTIONS_MAX }));
    return c.redirect(actionHref(group, action, "/edit"), 303);
  });

  app.post(`${ACTION_PATH}/copies`, memberCan("actions.edit"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const copy = await duplicate(c.var.ctx, c.var.group, kind, action, c.var.account.no);
    if (!copy) throw new AppError("too_many");
    return c.redirect(actionHref(c.var.group, copy, "/edit?done=copied"), 303);
  });

  app.get(`${ACTION_PATH}/history`, memberCan("actions.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group } = c.var;
    const edits = await historyOf(ctx, group, subject.action);
    const nameOfMember = memberNames(t, await listMembers(ctx, group));
    const lines = edits.map(({ version, accountNo, editedAt, act, changes }) => ({
      ...{ version, act, changes },
      at: editedAt,
      by: nameOfMember(accountNo),
    }));
    return c.html(<HistoryPage {...(await actionFrame(c, subject))} lines={lines} />);
  });

  app.route("/", editorRoutes(kinds));
  app.route("/", publicationRoutes(kinds));
  app.route("/", sharingRoutes(kinds));
  app.route("/", translationRoutes(kinds));
  app.route("/", libraryRoutes);
  for (const kind of kinds) if (kind.memberRoutes) app.route("/", kind.memberRoutes(kinds));
  return app;
}

function kindNamed(kinds: readonly Kind[], name: string): Kind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new AppError("not_found");
  return kind;
}
