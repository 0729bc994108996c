import type { Child } from "hono/jsx";
import { single } from "../platform/forms";
import { FileField, SelectField, SubmitButton, TextArea, TextField } from "../ui/form";
import { localeNames, locales } from "../ui/i18n";
import { type EditorFields, Part } from "./editor-part";
import {
  ACTION_SLUG_MAX,
  ACTION_TITLE_MAX,
  DESCRIPTION_MAX,
  fieldUses,
  IMAGE_ALT_MAX,
  standardFields,
  TAGS_MAX,
} from "./types";

export function StoryPart(props: EditorFields) {
  const { t, ctx, group, kind, action, values, errors } = props;
  return (
    <div class="form">
      <TextField
        name="title"
        label={t("actions.editor.title")}
        hint={t(kind.words.hint)}
        value={single(values, "title")}
        maxlength={ACTION_TITLE_MAX}
        error={errors.title}
      />
      <kind.Editor {...{ t, ctx, group, action, errors, values }} />
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
        data={{ resize: "1600", small: "pictureSmall" }}
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
