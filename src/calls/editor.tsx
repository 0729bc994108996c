import type { EditorProps } from "../actions/kind";
import { targetFields, writerFields } from "../officials/merge";
import { readSource } from "../officials/source";
import { SourceEditor } from "../officials/source-editor";
import { cleanText } from "../platform/clean-text";
import { type FormValues, single } from "../platform/forms";
import { TextArea } from "../ui/form";
import { callSettings, SCRIPT_MAX } from "./types";

/** Whom people call, and what they may say. */
export async function Editor({ t, ctx, group, action, errors, values }: EditorProps) {
  const settings = callSettings.parse(action.settings);
  const fields = [...writerFields, ...targetFields].map((field) => `{{${field}}}`).join(" ");
  return (
    <>
      <SourceEditor {...{ t, ctx, group, errors, values }} source={settings.source} reachedBy="phone" />
      <TextArea
        name="script"
        label={t("calls.editor.script")}
        hint={t("calls.editor.scriptHint", { fields })}
        value={"script" in values ? single(values, "script") : settings.script}
        rows={10}
        maxlength={SCRIPT_MAX}
        error={errors.script}
      />
    </>
  );
}

/** What the editor's fields say; nothing of what was not sent. */
export function readEditor(form: FormValues): Record<string, unknown> {
  const source = readSource(form);
  return {
    ...(source ? { source } : {}),
    ...("script" in form ? { script: cleanText(single(form, "script")) } : {}),
  };
}
