import type { Child } from "hono/jsx";
import { type FormValues, single } from "../platform/forms";
import { Disclosure } from "../ui/card";
import {
  CheckboxField,
  FileField,
  HiddenField,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import {
  ACTION_SLUG_MAX,
  ACTION_TITLE_MAX,
  type Action,
  DESCRIPTION_MAX,
  fieldUses,
  IMAGE_ALT_MAX,
  type Kind,
  standardFields,
  TAGS_MAX,
} from "./types";

export type EditorFields = {
  t: T;
  locale: Locale;
  kind: Kind;
  action: Action;
  values: FormValues;
  errors: Record<string, string>;
  /** Where the action's address begins: "https://group.example/petitions/". */
  addressStart: string;
  /** The picture as it is served, or null. */
  imageUrl: string | null;
};

/** The merge fields of the thank-you mail that people ask for; the rest are documented. */
const MERGE_FIELDS = ["first_name", "action_title", "page_link", "share_link"];

type PartProps = {
  summary: string;
  state?: string;
  fields: readonly string[];
  errors: Record<string, string>;
  isOpen?: boolean;
  children: Child;
};

/** A part of the editor, folded until it is wanted or something in it is wrong. */
export function Part({ summary, state, fields, errors, isOpen = false, children }: PartProps) {
  const isWrong = Object.keys(errors).some((name) =>
    fields.some((field) => name === field || name.startsWith(`${field}.`)),
  );
  const words = (
    <span class="part-words">
      {summary}
      {state ? <span class="part-state">{state}</span> : null}
    </span>
  );
  return (
    <Disclosure summary={words} isOpen={isOpen || isWrong}>
      <div class="form">{children}</div>
    </Disclosure>
  );
}

/** A tick that names itself, so that a box left empty is told from a box that was not there. */
function Tick({
  name,
  label,
  hint,
  values,
}: {
  name: string;
  label: string;
  hint?: string;
  values: FormValues;
}) {
  return (
    <>
      <HiddenField name="ticks" value={name} />
      <CheckboxField name={name} label={label} hint={hint} checked={single(values, name) !== ""} />
    </>
  );
}

export function StoryPart(props: EditorFields) {
  const { t, kind, action, values, errors } = props;
  return (
    <div class="form">
      <TextField
        name="title"
        label={t("actions.editor.title")}
        hint={t("actions.editor.titleHint")}
        value={single(values, "title")}
        maxlength={ACTION_TITLE_MAX}
        error={errors.title}
      />
      <kind.Editor t={t} action={action} errors={errors} values={values} />
      <TextArea
        name="descriptionSource"
        label={t("actions.editor.description")}
        hint={t("actions.editor.descriptionHint")}
        value={single(values, "descriptionSource")}
        rows={10}
        maxlength={DESCRIPTION_MAX}
        error={errors.descriptionSource}
      />
    </div>
  );
}

export function ImagePart({ t, action, values, errors, imageUrl }: EditorFields) {
  const { image } = action.settings;
  return (
    <Part
      summary={t("actions.editor.parts.image")}
      state={t(image ? "actions.editor.imageSet" : "actions.editor.imageNone")}
      fields={["picture", "image"]}
      errors={errors}
    >
      {image && imageUrl ? (
        <div class="picture">
          <img src={imageUrl} alt={image.alt} width={image.width} height={image.height} />
          <SubmitButton kind="secondary" name="do" value="remove-picture">
            {t("actions.editor.imageRemove")}
          </SubmitButton>
        </div>
      ) : null}
      <FileField
        name="picture"
        label={t(image ? "actions.editor.imageReplace" : "actions.editor.image")}
        hint={t("actions.editor.imageHint")}
        accept="image/png,image/jpeg,image/webp,image/gif"
        error={errors.picture}
      />
      <TextField
        name="image.alt"
        label={t("actions.editor.imageAlt")}
        hint={t("actions.editor.imageAltHint")}
        value={single(values, "image.alt")}
        maxlength={IMAGE_ALT_MAX}
        error={errors["image.alt"]}
      />
    </Part>
  );
}

/** @param props.isOpen a button among the questions was pressed: what it did must be in sight */
export function FieldsPart(props: EditorFields & { isOpen: boolean; children: Child }) {
  const { t, values, errors, isOpen, children } = props;
  const asked = standardFields.filter((name) => single(values, `fields.${name}`) !== "hidden").length;
  return (
    <Part
      summary={t("actions.editor.parts.fields")}
      state={t("actions.editor.fieldsState", { count: asked + 1 })}
      fields={["fields", "questions", "tags"]}
      errors={errors}
      isOpen={isOpen}
    >
      <p class="hint">{t("actions.editor.fieldsHint")}</p>
      <div class="pairs">
        {standardFields.map((name) => (
          <SelectField
            name={`fields.${name}`}
            label={t(`actions.fields.${name}`)}
            value={single(values, `fields.${name}`)}
            options={fieldUses.map((use) => ({ value: use, label: t(`actions.uses.${use}`) }))}
            error={errors[`fields.${name}`]}
          />
        ))}
      </div>
      {children}
      <TextField
        name="tags"
        label={t("actions.editor.tags")}
        hint={t("actions.editor.tagsHint", { count: TAGS_MAX })}
        optionalLabel={t("common.form.optional")}
        value={single(values, "tags")}
        error={errors.tags}
      />
    </Part>
  );
}

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

export function GoalPart({ t, values, errors }: EditorFields) {
  const modes = ["rising", "fixed", "none"] as const;
  const known = modes.find((name) => name === single(values, "goal.mode"));
  return (
    <Part
      summary={t("actions.editor.parts.goal")}
      state={known ? t(`actions.goal.modes.${known}`) : undefined}
      fields={["goal", "showCount", "showRecent", "comments"]}
      errors={errors}
    >
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
      <div>
        <Tick name="showCount" label={t("actions.editor.showCount")} values={values} />
        <Tick
          name="showRecent"
          label={t("actions.editor.showRecent")}
          hint={t("actions.editor.showRecentHint")}
          values={values}
        />
        <Tick name="comments.isAsked" label={t("actions.editor.commentsAsked")} values={values} />
        <Tick
          name="comments.isModerated"
          label={t("actions.editor.commentsModerated")}
          hint={t("actions.editor.commentsModeratedHint")}
          values={values}
        />
      </div>
    </Part>
  );
}

export function ThanksPart({ t, values, errors }: EditorFields) {
  const isAway = single(values, "thanks.mode") === "redirect";
  const optional = t("common.form.optional");
  return (
    <Part
      summary={t("actions.editor.parts.thanks")}
      state={t(isAway ? "actions.thanks.modes.redirect" : "actions.thanks.modes.page")}
      fields={["thanks", "share"]}
      errors={errors}
    >
      <RadioGroup
        name="thanks.mode"
        legend={t("actions.editor.thanksMode")}
        value={single(values, "thanks.mode")}
        error={errors["thanks.mode"]}
        options={[
          { value: "page", label: t("actions.thanks.modes.page") },
          { value: "redirect", label: t("actions.thanks.modes.redirect") },
        ]}
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
      <TextField
        name="share.title"
        label={t("actions.editor.shareTitle")}
        hint={t("actions.editor.shareTitleHint")}
        optionalLabel={optional}
        value={single(values, "share.title")}
        maxlength={200}
        error={errors["share.title"]}
      />
      <TextArea
        name="share.text"
        label={t("actions.editor.shareText")}
        hint={t("actions.editor.shareTextHint")}
        optionalLabel={optional}
        value={single(values, "share.text")}
        rows={2}
        maxlength={500}
        error={errors["share.text"]}
      />
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

export function AddressPart({ t, action, values, errors, addressStart }: EditorFields) {
  return (
    <Part
      summary={t("actions.editor.parts.address")}
      state={`/${single(values, "slug")}`}
      fields={["slug", "locale", "internalTitle"]}
      errors={errors}
    >
      <TextField
        name="slug"
        label={t("actions.editor.slug")}
        hint={t(action.publishedAt === null ? "actions.editor.slugHint" : "actions.editor.slugHintLive")}
        prefix={addressStart}
        value={single(values, "slug")}
        maxlength={ACTION_SLUG_MAX}
        autocapitalize="none"
        spellcheck={false}
        error={errors.slug}
      />
      <SelectField
        name="locale"
        label={t("actions.editor.locale")}
        hint={t("actions.editor.localeHint")}
        value={single(values, "locale")}
        options={locales.map((name) => ({ value: name, label: localeNames[name] }))}
        error={errors.locale}
      />
      <TextField
        name="internalTitle"
        label={t("actions.editor.internalTitle")}
        hint={t("actions.editor.internalTitleHint")}
        optionalLabel={t("common.form.optional")}
        value={single(values, "internalTitle")}
        maxlength={ACTION_TITLE_MAX}
        error={errors.internalTitle}
      />
    </Part>
  );
}
