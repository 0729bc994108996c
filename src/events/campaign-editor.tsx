import { cleanLine, cleanText } from "../actions/answer-text";
import type { Kind } from "../actions/kind";
import { type FormValues, single } from "../platform/forms";
import { CheckboxField, TextArea, TextField } from "../ui/form";
import { ABOUT_MAX, campaignSettings, HOST_TEXT_MAX } from "./campaign-types";

/** What supporters may host, and what they are told. */
export const CampaignEditor: Kind["Editor"] = ({ t, action, errors, values }) => {
  const settings = campaignSettings.parse(action.settings);
  const text = (name: "hostText" | "eventText" | "firstDay" | "lastDay") =>
    name in values ? single(values, name) : settings[name];
  const isModerated =
    "hosts.shown" in values ? single(values, "isModerated") === "yes" : settings.isModerated;
  const optionalLabel = t("common.form.optional");
  return (
    <>
      <TextArea
        name="hostText"
        label={t("eventCampaigns.editor.hostText")}
        hint={t("eventCampaigns.editor.hostTextHint")}
        optionalLabel={optionalLabel}
        value={text("hostText")}
        rows={3}
        maxlength={HOST_TEXT_MAX}
        error={errors.hostText}
      />
      <TextArea
        name="eventText"
        label={t("eventCampaigns.editor.eventText")}
        hint={t("eventCampaigns.editor.eventTextHint")}
        optionalLabel={optionalLabel}
        value={text("eventText")}
        rows={3}
        maxlength={ABOUT_MAX}
        error={errors.eventText}
      />
      <div class="pairs">
        <TextField
          name="firstDay"
          label={t("eventCampaigns.editor.firstDay")}
          optionalLabel={optionalLabel}
          type="date"
          value={text("firstDay")}
          error={errors.firstDay}
        />
        <TextField
          name="lastDay"
          label={t("eventCampaigns.editor.lastDay")}
          optionalLabel={optionalLabel}
          type="date"
          value={text("lastDay")}
          error={errors.lastDay}
        />
      </div>
      <input type="hidden" name="hosts.shown" value="yes" />
      <CheckboxField
        name="isModerated"
        label={t("eventCampaigns.editor.isModerated")}
        hint={t("eventCampaigns.editor.isModeratedHint")}
        checked={isModerated}
      />
    </>
  );
};

export function readCampaignEditor(form: FormValues): Record<string, unknown> {
  if (!("hosts.shown" in form)) return {};
  return {
    hostText: cleanText(single(form, "hostText")),
    eventText: cleanText(single(form, "eventText")),
    firstDay: cleanLine(single(form, "firstDay")).slice(0, 10),
    lastDay: cleanLine(single(form, "lastDay")).slice(0, 10),
    isModerated: single(form, "isModerated") === "yes",
  };
}
