import { Hono, type Context as HonoContext } from "hono";
import { IMAGE_BYTES_MAX } from "../groups/image";
import { listMembers } from "../groups/member";
import { fileUrl } from "../groups/public";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import { pressShare } from "../sharing/reading";
import type { FlashMessage } from "../ui/flash";
import { formatSaid } from "../ui/format";
import { editAction, lastEdit, listActions, type Saved } from "./action";
import { editorValues, questionRows, withQuestions } from "./editor-values";
import { EditorPage, type EditorProps } from "./editor-views";
import { pressLibrary, questionSources } from "./question-library";
import { pressQuestions, type QuestionRow, readQuestions, withKeysSoFar } from "./questions";
import type { Action, Kind } from "./types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, inWords, memberNames, previewUrl } from "./web";

/** Three pictures at their largest, and every text at its longest, in the longest encoding of a form. */
const BYTES_MAX = 3 * IMAGE_BYTES_MAX + 1_048_576;
/** Actions offered as the next one; the newest are the likeliest. */
const NEXT_MAX = 100;
const REMOVED_NAMES = /^[a-z0-9]{1,20}(?:,[a-z0-9]{1,20}){0,9}$/;

type Subject = { action: Action; kind: Kind };
type Shown = {
  isAmongQuestions?: boolean;
  isAmongVariants?: boolean;
  openedQuestion?: number | null;
  values?: FormValues;
  errors?: Record<string, string>;
  conflict?: EditorProps["conflict"];
  flash?: FlashMessage;
};

/** The editor of an action. Draft or live, it is one form; what is live changes with each save. */
export function editorRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/edit`, memberCan("actions.edit"), async (c) => {
    return c.html(await editorPage(c, await actionIn(c, kinds), { flash: savedFlash(c) }));
  });

  app.post(`${ACTION_PATH}/edit`, memberCan("actions.edit"), async (c) => {
    const subject = await actionIn(c, kinds);
    if (subject.action.status !== "draft" && !can(c.var.role, "actions.publish"))
      throw new AppError("forbidden");
    const { values, files } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const button = single(values, "do");
    const pressed = await press(c, subject.kind, button, values);
    if (pressed) return c.html(await editorPage(c, subject, pressed), pressed.errors ? 422 : 200);
    const saved = await editAction(c.var.ctx, c.var.group, subject.kind, subject.action, {
      form: values,
      fromVersion: Number(single(values, "version")),
      by: c.var.account.no,
      picture: button === "remove-picture" ? null : files.picture,
      files,
    });
    return wantsJson(c) ? answerScript(c, saved) : answerPerson(c, subject, saved, values);
  });

  return app;
}

/** Buttons that change the form and do not save the action. */
async function press(
  c: HonoContext<MemberEnv>,
  kind: Kind,
  button: string,
  values: FormValues,
): Promise<Shown | null> {
  const { ctx, t, group, account } = c.var;
  const rows = withKeysSoFar(questionRows(values));
  const shownWith = (next: QuestionRow[]): Shown => ({
    values: withQuestions(values, next),
    isAmongQuestions: true,
    openedQuestion: openedBy(button, rows, next),
  });
  const moved = pressQuestions(button, rows);
  if (moved) return shownWith(moved);
  const place = `${group.locale}-${group.country}`;
  const by = { db: dbFor(ctx.env, group), by: account.no, now: ctx.now, place };
  const looked = await pressLibrary(by, button, values, rows);
  if (looked) {
    const isWrong = Object.keys(looked.problems).length > 0;
    return { ...shownWith(looked.rows), ...(isWrong ? { errors: inWords(t, looked.problems) } : {}) };
  }
  const shared = pressShare(button, values);
  if (shared) return { values: shared, isAmongVariants: true };
  const own = kind.pressEditor?.(button, values);
  return own ? { values: own } : null;
}

/** The question that a button of the editor leaves in sight: the one added, or the one it stands beside. */
function openedBy(button: string, before: QuestionRow[], after: QuestionRow[]): number | null {
  const [verb, at] = button.split(":");
  if (verb === "remove-question") return null;
  if (at === undefined) return after.length - 1;
  const row = before[Number(at)];
  return after.findIndex(({ key, label }) => key === row?.key && label === row.label);
}

function wantsJson(c: HonoContext<MemberEnv>): boolean {
  return (c.req.header("Accept") ?? "").startsWith("application/json");
}

async function answerPerson(c: HonoContext<MemberEnv>, subject: Subject, saved: Saved, values: FormValues) {
  const { t, group } = c.var;
  switch (saved.outcome) {
    case "saved": {
      if (single(values, "do") === "publish")
        return c.redirect(actionHref(group, saved.action, "/publication"), 303);
      const removed = saved.removed.length > 0 ? `&removed=${saved.removed.join(",")}` : "";
      return c.redirect(actionHref(group, saved.action, `/edit?done=saved${removed}`), 303);
    }
    case "invalid":
      return c.html(
        await editorPage(c, subject, {
          // Rows left empty are not counted where a problem names its row.
          values: "questions.count" in values ? withQuestions(values, readQuestions(values)) : values,
          errors: inWords(t, saved.problems),
          flash: refused(c),
        }),
        422,
      );
    case "conflict": {
      const { current: action, yours } = saved;
      const last = await lastEdit(c.var.ctx, group, action);
      const by = memberNames(t, await listMembers(c.var.ctx, group))(last.accountNo);
      return c.html(
        await editorPage(c, { ...subject, action }, { values, conflict: { yours, by, at: last.editedAt } }),
        409,
      );
    }
  }
}

/** What `public/js/editor.js` needs to go on saving, or to stop. */
function answerScript(c: HonoContext<MemberEnv>, saved: Saved) {
  const { t, locale, account, ctx } = c.var;
  switch (saved.outcome) {
    case "saved":
      return c.json({
        version: saved.action.version,
        saved: `${t("actions.editor.savedAt")} ${formatSaid(saved.action.updatedAt, locale, account.timeZone, ctx.now)}`,
      });
    case "invalid":
      return c.json(
        {
          error: {
            code: "invalid",
            message: t("actions.editor.notSaved"),
            fields: inWords(t, saved.problems),
          },
        },
        422,
      );
    case "conflict":
      return c.json({ error: { code: "conflict", message: t("actions.conflict.title") } }, 409);
  }
}

function refused(c: HonoContext<MemberEnv>): FlashMessage {
  return { kind: "bad", text: c.var.t("common.form.refused") };
}

function savedFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  const { t } = c.var;
  const removed = c.req.query("removed") ?? "";
  switch (c.req.query("done")) {
    case "saved":
      return REMOVED_NAMES.test(removed)
        ? { kind: "warn", text: t("actions.editor.removed", { names: removed.replaceAll(",", ", ") }) }
        : { kind: "good", text: t("actions.editor.saved") };
    case "copied":
      return { kind: "good", text: t("actions.duplicate.done") };
    case "translating":
      return { kind: "good", text: t("translations.done.started") };
    case "changed":
      return { kind: "warn", text: t("actions.publication.changed") };
    default:
      return undefined;
  }
}

async function editorPage(c: HonoContext<MemberEnv>, subject: Subject, shown: Shown) {
  const { ctx, group } = c.var;
  const { action, kind } = subject;
  const origin = groupOrigin(ctx.config, group.slug);
  const { actions } = await listActions(ctx, group, { status: "published", limit: NEXT_MAX });
  const file = action.settings.image && fileUrl(group, action.settings.image.key);
  return (
    <EditorPage
      {...(await actionFrame(c, subject, shown.flash))}
      ctx={ctx}
      others={actions.filter(({ id }) => id !== action.id)}
      values={shown.values ?? editorValues(action)}
      errors={shown.errors ?? {}}
      conflict={shown.conflict}
      isAmongQuestions={shown.isAmongQuestions ?? false}
      openedQuestion={shown.openedQuestion ?? null}
      isAmongVariants={shown.isAmongVariants ?? false}
      addressStart={`${origin.replace(/^https?:\/\//, "")}/${kind.path}/`}
      imageUrl={file ? origin + file : null}
      sources={await questionSources(dbFor(ctx.env, group))}
      previewUrl={await previewUrl(c, kind, action)}
    />
  );
}
