import { AutosaveState } from "../ui/copy";
import { Notice } from "../ui/flash";
import { ErrorSummary, Form, HiddenField, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { PreviewPane } from "../ui/preview-pane";
import { When } from "../ui/when";
import { type ActionFrame, ActionShell, ActionStatusMark } from "./action-shell";
import { type EditorFields, TicksShown } from "./editor-part";
import { ConsentPart, GoalPart, MailPart, SharePart, ThanksPart } from "./editor-replies";
import { AddressPart, FieldsPart, ImagePart, StoryPart } from "./editor-sections";
import { questionRows } from "./editor-values";
import { fieldLabel, valueWords } from "./field-labels";
import { QuestionEditor } from "./question-editor";
import type { QuestionSources } from "./question-library";
import type { Change } from "./types";

export type EditorProps = ActionFrame &
  Omit<EditorFields, "t" | "locale" | "kind" | "action" | "group"> & {
    previewUrl: string;
    sources: QuestionSources;
    /** A button among the questions was pressed, perhaps for one of them. */
    isAmongQuestions: boolean;
    openedQuestion: number | null;
    /** A button among the ways to put it when sharing was pressed. */
    isAmongVariants: boolean;
    /** What somebody else saved meanwhile, where it differs from what is in this form. */
    conflict?: { yours: readonly Change[]; by: string; at: number };
  };

/** Where an action is written: the form on the left, the page it makes on the right. */
export function EditorPage(props: EditorProps) {
  const { t, group, action } = props;
  const href = `/groups/${group.slug}/actions/${action.id}/edit`;
  const isDraft = action.status === "draft";
  // A kind with pages is about its questions: they are not folded away among the fields.
  const isAboutQuestions = props.kind.hasPages ?? false;
  return (
    <ActionShell
      {...props}
      tab="edit"
      page={t("actions.tabs.edit")}
      scripts={["editor", "preview", "resize"]}
    >
      <div class="editor split">
        <Form action={href} enctype="multipart/form-data" data={isDraft ? { editor: href } : { editor: "" }}>
          <ErrorSummary t={t} errors={props.errors} />
          {props.conflict ? <Conflict {...props} conflict={props.conflict} /> : null}
          {isDraft || props.conflict ? null : (
            <Notice kind="warn">
              <p>{t(props.mayPublish ? "actions.editor.isLive" : "actions.editor.isLiveLocked")}</p>
            </Notice>
          )}
          <HiddenField name="version" value={String(action.version)} />
          <TicksShown />
          <FirstButton t={t} />
          <StoryPart {...props} />
          {isAboutQuestions ? <Questions {...props} /> : null}
          <div class="parts">
            <ImagePart {...props} />
            <FieldsPart {...props} isOpen={props.isAmongQuestions && !isAboutQuestions}>
              {isAboutQuestions ? null : <Questions {...props} />}
            </FieldsPart>
            <ConsentPart {...props} />
            <GoalPart {...props} />
            <ThanksPart {...props} />
            <SharePart {...props} />
            <MailPart {...props} />
            <AddressPart {...props} />
          </div>
          <StickyBar {...props} />
        </Form>
        <PreviewPane t={t} url={props.previewUrl} hint={t("actions.editor.previewHint")} />
      </div>
    </ActionShell>
  );
}

function Questions({ t, group, kind, values, errors, sources, openedQuestion }: EditorProps) {
  if (kind.lacks?.includes("questions")) return null;
  return (
    <QuestionEditor
      t={t}
      rows={questionRows(values)}
      errors={errors}
      sources={sources}
      hasPages={kind.hasPages ?? false}
      opened={openedQuestion}
      libraryHref={`/groups/${group.slug}/questions`}
    />
  );
}

/** The Enter key presses a form's first button; without this one it would remove a row. */
function FirstButton({ t }: { t: T }) {
  return (
    <button class="visually-hidden" type="submit" name="do" value="save" tabindex={-1}>
      {t("actions.editor.save")}
    </button>
  );
}

function StickyBar({ t, action, locale, now, timeZone, previewUrl, mayPublish }: EditorProps) {
  const isDraft = action.status === "draft";
  return (
    <div class="editor-bar button-row-sticky">
      <p class="editor-state">
        <ActionStatusMark t={t} action={action} />{" "}
        <span class="soft small" data-saved-at>
          {t("actions.editor.savedAt")}{" "}
          <When at={action.updatedAt} now={now} locale={locale} timeZone={timeZone} />
        </span>
      </p>
      {isDraft ? <AutosaveState t={t} /> : null}
      <div class="button-row">
        <a class="button button-quiet" href={previewUrl} target="_blank" rel="noopener">
          {t("actions.editor.preview")}
        </a>
        {isDraft || mayPublish ? (
          <SubmitButton kind={isDraft ? "secondary" : "primary"} name="do" value="save">
            {t(isDraft ? "actions.editor.save" : "actions.editor.saveLive")}
          </SubmitButton>
        ) : null}
        {isDraft ? (
          <SubmitButton name="do" value="publish">
            {t(mayPublish ? "actions.editor.toPublish" : "actions.editor.toCheck")}
            <Icon name="forward" />
          </SubmitButton>
        ) : null}
      </div>
    </div>
  );
}

/** Both versions, side by side: nothing of either is lost until somebody decides. */
function Conflict({
  t,
  kind,
  conflict,
  locale,
  now,
  timeZone,
}: EditorProps & { conflict: NonNullable<EditorProps["conflict"]> }) {
  return (
    <Notice kind="bad" title={t("actions.conflict.title")}>
      <p>
        {t("actions.conflict.text", { name: conflict.by })}{" "}
        <When at={conflict.at} now={now} locale={locale} timeZone={timeZone} />
      </p>
      <dl class="versions">
        {conflict.yours.map((change) => (
          <div>
            <dt>{fieldLabel(t, kind, change.field)}</dt>
            <dd>
              <span class="versions-who">{t("actions.conflict.theirs")}</span>
              <span dir="auto">{valueWords(t, change.before)}</span>
            </dd>
            <dd>
              <span class="versions-who">{t("actions.conflict.yours")}</span>
              <span dir="auto">{valueWords(t, change.after)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p>{t("actions.conflict.choose")}</p>
    </Notice>
  );
}
