import { single } from "../platform/forms";
import { ShareFields } from "../sharing/editor";
import { RadioGroup, SelectField, TextArea, TextField } from "../ui/form";
import { type EditorFields, Part, Tick } from "./editor-part";
import type { SharedPart } from "./kind";

/** The merge fields of the thank-you mail that people ask for; the rest are documented. */
const MERGE_FIELDS = ["first_name", "action_title", "page_link", "share_link"];

export function ConsentPart({ t, values, errors }: EditorFields) {
  const mode = single(values, "consent.mode");
  const modes = ["unticked", "explicit", "preticked"] as const;
  const known = modes.find((name) => name === mode);
  return (
    <Part
      summary={t("actions.editor.parts.consent")}
      state={known ? t(`actions.consent.modes.${known}`) : undefined}
      fields={["consent"]}
      errors={errors}
    >
      <RadioGroup
        name="consent.mode"
        legend={t("actions.editor.consentMode")}
        value={mode}
        error={errors["consent.mode"]}
        options={modes.map((name) => ({
          value: name,
          label: t(`actions.consent.modes.${name}`),
          hint: t(`actions.consent.hints.${name}`),
        }))}
      />
      <TextArea
        name="consent.text"
        label={t("actions.editor.consentText")}
        hint={t("actions.editor.consentTextHint")}
        value={single(values, "consent.text")}
        rows={2}
        maxlength={500}
        error={errors["consent.text"]}
      />
    </Part>
  );
}

export function GoalPart({ t, kind, values, errors }: EditorFields) {
  const modes = ["rising", "fixed", "none"] as const;
  const has = (part: SharedPart) => !kind.lacks?.includes(part);
  const known = modes.find((name) => name === single(values, "goal.mode"));
  return (
    <Part
      summary={t("actions.editor.parts.goal")}
      state={known && has("goal") ? t(`actions.goal.modes.${known}`) : undefined}
      fields={["goal", "showCount", "showRecent", "comments"]}
      errors={errors}
    >
      {has("goal") ? (
        <>
          <RadioGroup
            name="goal.mode"
            legend={t("actions.editor.goalMode")}
            value={known}
            error={errors["goal.mode"]}
            options={modes.map((name) => ({
              value: name,
              label: t(`actions.goal.modes.${name}`),
              hint: t(`actions.goal.hints.${name}`),
            }))}
          />
          <TextField
            name="goal.target"
            label={t("actions.editor.goalTarget")}
            value={single(values, "goal.target")}
            inputmode="numeric"
            width="short"
            error={errors["goal.target"]}
          />
        </>
      ) : null}
      <div>
        <Tick name="showCount" label={t("actions.editor.showCount")} values={values} />
        {has("recent") ? (
          <Tick
            name="showRecent"
            label={t("actions.editor.showRecent")}
            hint={t("actions.editor.showRecentHint")}
            values={values}
          />
        ) : null}
        {has("comments") ? (
          <>
            <Tick name="comments.isAsked" label={t("actions.editor.commentsAsked")} values={values} />
            <Tick
              name="comments.isModerated"
              label={t("actions.editor.commentsModerated")}
              hint={t("actions.editor.commentsModeratedHint")}
              values={values}
            />
          </>
        ) : null}
      </div>
    </Part>
  );
}

export function ThanksPart({ t, values, errors, others }: EditorFields) {
  const modes = ["page", "next", "redirect"] as const;
  const mode = modes.find((name) => name === single(values, "thanks.mode")) ?? "page";
  const optional = t("common.form.optional");
  return (
    <Part
      summary={t("actions.editor.parts.thanks")}
      state={t(`actions.thanks.modes.${mode}`)}
      fields={["thanks"]}
      errors={errors}
    >
      <RadioGroup
        name="thanks.mode"
        legend={t("actions.editor.thanksMode")}
        value={single(values, "thanks.mode")}
        error={errors["thanks.mode"]}
        options={modes.map((name) => ({ value: name, label: t(`actions.thanks.modes.${name}`) }))}
      />
      <SelectField
        name="thanks.nextId"
        label={t("actions.editor.next")}
        hint={t("actions.editor.nextHint")}
        optionalLabel={optional}
        blank={t("common.form.choose")}
        value={single(values, "thanks.nextId")}
        options={others.map(({ id, title }) => ({ value: id, label: title }))}
        error={errors["thanks.nextId"]}
      />
      <TextField
        name="thanks.redirectUrl"
        label={t("actions.editor.redirectUrl")}
        hint={t("actions.editor.redirectUrlHint")}
        optionalLabel={optional}
        type="url"
        value={single(values, "thanks.redirectUrl")}
        maxlength={1_000}
        error={errors["thanks.redirectUrl"]}
      />
      <TextField
        name="thanks.headline"
        label={t("actions.editor.thanksHeadline")}
        optionalLabel={optional}
        value={single(values, "thanks.headline")}
        maxlength={200}
        error={errors["thanks.headline"]}
      />
      <TextArea
        name="thanks.text"
        label={t("actions.editor.thanksText")}
        hint={t("actions.editor.thanksTextHint")}
        optionalLabel={optional}
        value={single(values, "thanks.text")}
        rows={3}
        maxlength={2_000}
        error={errors["thanks.text"]}
      />
    </Part>
  );
}

export function SharePart({
  t,
  action,
  values,
  errors,
  isAmongVariants,
}: EditorFields & { isAmongVariants: boolean }) {
  const { share } = action.settings;
  const count = share.variants.length;
  return (
    <Part
      summary={t("sharing.editor.title")}
      state={count > 0 ? t("sharing.editor.state", { count }) : undefined}
      fields={["share"]}
      errors={errors}
      isOpen={isAmongVariants}
    >
      <ShareFields {...{ t, values, errors, share, isAmongVariants }} />
    </Part>
  );
}

export function MailPart({ t, values, errors }: EditorFields) {
  const isOn = single(values, "autoresponse.isOn") !== "";
  const optional = t("common.form.optional");
  return (
    <Part
      summary={t("actions.editor.parts.mail")}
      state={t(isOn ? "actions.mail.on" : "actions.mail.off")}
      fields={["autoresponse"]}
      errors={errors}
    >
      <Tick name="autoresponse.isOn" label={t("actions.editor.mailOn")} values={values} />
      <TextField
        name="autoresponse.subject"
        label={t("actions.editor.mailSubject")}
        hint={t("actions.editor.mailEmptyHint")}
        optionalLabel={optional}
        value={single(values, "autoresponse.subject")}
        maxlength={200}
        error={errors["autoresponse.subject"]}
      />
      <TextArea
        name="autoresponse.body"
        label={t("actions.editor.mailBody")}
        hint={
          <>
            {t("actions.editor.mailBodyHint")}{" "}
            {MERGE_FIELDS.map((name, index) => (
              <>
                {index > 0 ? " " : ""}
                <code>{`{{${name}}}`}</code>
              </>
            ))}
          </>
        }
        optionalLabel={optional}
        value={single(values, "autoresponse.body")}
        rows={6}
        maxlength={10_000}
        error={errors["autoresponse.body"]}
      />
      <TextField
        name="autoresponse.replyTo"
        label={t("actions.editor.mailReplyTo")}
        hint={t("actions.editor.mailReplyToHint")}
        optionalLabel={optional}
        type="email"
        value={single(values, "autoresponse.replyTo")}
        maxlength={254}
        error={errors["autoresponse.replyTo"]}
      />
    </Part>
  );
}
