import { cleanLine, cleanText } from "../actions/answer-text";
import type { Kind } from "../actions/types";
import { type FormValues, single } from "../platform/forms";
import { HiddenField, SubmitButton, TextArea, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import {
  ASK_MAX,
  petitionSettings,
  TARGET_NAME_MAX,
  TARGET_TITLE_MAX,
  TARGETS_MAX,
  type Target,
} from "./types";

/** To whom, and what is asked: what a petition has that no other kind has. */
export const Editor: Kind["Editor"] = ({ t, action, errors, values }) => {
  const settings = petitionSettings.parse(action.settings);
  const kept = "targets.count" in values ? readTargets(values) : settings.targets;
  const rows = kept.length > 0 ? kept : [{ name: "", title: "" }];
  const ask = "ask" in values ? single(values, "ask") : settings.ask;
  return (
    <>
      <fieldset class="rows" id="f-targets">
        <legend>{t("petitions.editor.targets")}</legend>
        <p class="hint">{t("petitions.editor.targetsHint")}</p>
        {errors.targets ? <p class="field-error">{errors.targets}</p> : null}
        <HiddenField name="targets.count" value={String(rows.length)} />
        {rows.map((target, row) => (
          <div class="row">
            <TextField
              name={`targets.${row}.name`}
              label={t("petitions.editor.targetName")}
              value={target.name}
              maxlength={TARGET_NAME_MAX}
              error={errors[`targets.${row}.name`]}
            />
            <TextField
              name={`targets.${row}.title`}
              label={t("petitions.editor.targetTitle")}
              optionalLabel={t("common.form.optional")}
              value={target.title}
              maxlength={TARGET_TITLE_MAX}
              error={errors[`targets.${row}.title`]}
            />
            {rows.length > 1 ? (
              <SubmitButton kind="quiet" name="do" value={`remove-target:${row}`} formaction="#f-targets">
                <Icon name="trash" label={t("petitions.editor.removeTarget", { nth: row + 1 })} />
              </SubmitButton>
            ) : null}
          </div>
        ))}
        {rows.length < TARGETS_MAX ? (
          <SubmitButton kind="secondary" name="do" value="add-target" formaction="#f-targets">
            <Icon name="plus" />
            {t("petitions.editor.addTarget")}
          </SubmitButton>
        ) : null}
      </fieldset>
      <TextArea
        name="ask"
        label={t("petitions.editor.ask")}
        hint={t("petitions.editor.askHint")}
        value={ask}
        rows={4}
        maxlength={ASK_MAX}
        error={errors.ask}
      />
    </>
  );
};

/** What the editor's fields say; nothing of what was not sent. */
export function readEditor(form: FormValues): Record<string, unknown> {
  return {
    ...("targets.count" in form
      ? { targets: readTargets(form).filter(({ name, title }) => name !== "" || title !== "") }
      : {}),
    ...("ask" in form ? { ask: cleanText(single(form, "ask")) } : {}),
  };
}

/** Adds or removes a row of targets. */
export function pressEditor(button: string, form: FormValues): FormValues | null {
  const [verb, at] = button.split(":");
  const rows = readTargets(form);
  if (verb === "add-target")
    return withTargets(form, [...rows, { name: "", title: "" }].slice(0, TARGETS_MAX));
  if (verb === "remove-target") return withTargets(form, rows.toSpliced(Number(at), 1));
  return null;
}

/** One row more than there may be is read too, so that it is refused and not silently lost. */
function readTargets(form: FormValues): Target[] {
  const count = Math.min(Math.trunc(Number(single(form, "targets.count"))) || 0, TARGETS_MAX + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, row) => ({
    name: cleanLine(single(form, `targets.${row}.name`)),
    title: cleanLine(single(form, `targets.${row}.title`)),
  }));
}

function withTargets(form: FormValues, targets: Target[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("targets."));
  const rows = targets.flatMap(({ name, title }, row) => [
    [`targets.${row}.name`, name],
    [`targets.${row}.title`, title],
  ]);
  return Object.fromEntries([...others, ...rows, ["targets.count", String(targets.length)]]);
}
