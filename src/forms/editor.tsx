import { cleanLine } from "../actions/answer-text";
import type { EditorProps } from "../actions/kind";
import { type FormValues, single } from "../platform/forms";
import { Disclosure } from "../ui/card";
import { CheckboxField, HiddenField, TextArea, TextField } from "../ui/form";
import { BUTTON_MAX, formSettings, surveySettings } from "./types";

/** The words of the button and of the pages; the questions themselves have a part of their own. */
export function Editor(props: EditorProps) {
  return <Words {...props} />;
}

export function SurveyEditor(props: EditorProps) {
  const { t, action, values } = props;
  const isPublic =
    "hasPublicResults.shown" in values
      ? single(values, "hasPublicResults") !== ""
      : surveySettings.parse(action.settings).hasPublicResults;
  return (
    <>
      <Editor {...props} />
      <HiddenField name="hasPublicResults.shown" value="yes" />
      <CheckboxField
        name="hasPublicResults"
        label={t("forms.editor.publicResults")}
        hint={t("forms.editor.publicResultsHint")}
        checked={isPublic}
      />
    </>
  );
}

function Words({ t, action, errors, values }: EditorProps) {
  const settings = formSettings.parse(action.settings);
  const button = "buttonText" in values ? single(values, "buttonText") : settings.buttonText;
  const titles = "pageTitles" in values ? single(values, "pageTitles") : settings.pageTitles.join("\n");
  const isSet = button !== "" || titles !== "";
  const isWrong = errors.buttonText !== undefined || errors.pageTitles !== undefined;
  return (
    <Disclosure summary={t("forms.editor.words")} isOpen={isSet || isWrong}>
      <div class="form">
        <TextField
          name="buttonText"
          label={t("forms.editor.button")}
          hint={t("forms.editor.buttonHint")}
          optionalLabel={t("common.form.optional")}
          value={button}
          maxlength={BUTTON_MAX}
          error={errors.buttonText}
        />
        <TextArea
          name="pageTitles"
          label={t("forms.editor.pageTitles")}
          hint={t("forms.editor.pageTitlesHint")}
          optionalLabel={t("common.form.optional")}
          value={titles}
          rows={3}
          error={errors.pageTitles}
        />
      </div>
    </Disclosure>
  );
}

/** What the editor's fields say; nothing of what was not sent. */
export function readEditor(form: FormValues): Record<string, unknown> {
  return {
    ...("buttonText" in form ? { buttonText: cleanLine(single(form, "buttonText")) } : {}),
    ...("pageTitles" in form ? { pageTitles: titlesOf(single(form, "pageTitles")) } : {}),
    ...("hasPublicResults.shown" in form
      ? { hasPublicResults: single(form, "hasPublicResults") !== "" }
      : {}),
  };
}

/** A line for each page; an empty one is a page without a title. */
function titlesOf(text: string): string[] {
  return text.replace(/\s+$/, "").split("\n").map(cleanLine);
}
