import { type FormValues, single } from "../platform/forms";
import { Disclosure } from "../ui/card";
import {
  CheckboxField,
  FileField,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import type { Key, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { shareRows } from "./reading";
import {
  EMAIL_BODY_MAX,
  linkUses,
  POST_TEXT_MAX,
  SHARE_TEXT_MAX,
  SHARE_TITLE_MAX,
  type ShareSettings,
  VARIANT_LABEL_MAX,
  VARIANTS_MAX,
} from "./types";

export type ShareFieldsProps = {
  t: T;
  values: FormValues;
  errors: Record<string, string>;
  /** What is saved: which variants have a picture. */
  share: ShareSettings;
  /** A button among the variants was pressed: what it did must be in sight. */
  isAmongVariants: boolean;
};

/** How the action is passed on, in the editor: the common words, then what few need. */
export function ShareFields(props: ShareFieldsProps) {
  const { t, values, errors } = props;
  const optional = t("common.form.optional");
  return (
    <>
      <TextField
        name="share.title"
        label={t("actions.editor.shareTitle")}
        hint={t("actions.editor.shareTitleHint")}
        optionalLabel={optional}
        value={single(values, "share.title")}
        maxlength={SHARE_TITLE_MAX}
        error={errors["share.title"]}
      />
      <TextArea
        name="share.text"
        label={t("actions.editor.shareText")}
        hint={t("actions.editor.shareTitleHint")}
        optionalLabel={optional}
        value={single(values, "share.text")}
        rows={2}
        maxlength={SHARE_TEXT_MAX}
        error={errors["share.text"]}
      />
      <SelectField
        name="share.links"
        label={t("sharing.editor.links")}
        hint={t("sharing.editor.linksHint")}
        value={single(values, "share.links")}
        options={linkUses.map((use) => ({ value: use, label: t(`sharing.editor.linkUses.${use}`) }))}
        error={errors["share.links"]}
      />
      <NetworkWords {...props} />
      <Variants {...props} />
    </>
  );
}

const fields: readonly { name: string; label: Key; max: number; isLine?: true }[] = [
  { name: "whatsapp", label: "sharing.editor.networks.whatsapp", max: SHARE_TEXT_MAX },
  { name: "facebook", label: "sharing.editor.networks.facebook", max: SHARE_TEXT_MAX },
  { name: "bluesky", label: "sharing.editor.networks.bluesky", max: POST_TEXT_MAX },
  { name: "x", label: "sharing.editor.networks.x", max: POST_TEXT_MAX },
  { name: "emailSubject", label: "sharing.editor.networks.emailSubject", max: SHARE_TITLE_MAX, isLine: true },
  { name: "emailBody", label: "sharing.editor.networks.emailBody", max: EMAIL_BODY_MAX },
];

function NetworkWords({ t, values, errors }: ShareFieldsProps) {
  const isWrong = Object.keys(errors).some((name) => name.startsWith("share.networks."));
  const filled = fields.filter(({ name }) => single(values, `share.networks.${name}`) !== "").length;
  return (
    <Disclosure summary={summary(t, "sharing.editor.networks.title", filled)} isOpen={isWrong}>
      <div class="form">
        <p class="hint">{t("sharing.editor.networks.hint")}</p>
        {fields.map(({ name: own, label, max, isLine }) => {
          const name = `share.networks.${own}`;
          const common = { name, label: t(label), maxlength: max, error: errors[name] };
          const value = single(values, name);
          return isLine ? (
            <TextField {...common} value={value} />
          ) : (
            <TextArea {...common} value={value} rows={2} />
          );
        })}
      </div>
    </Disclosure>
  );
}

function summary(t: T, key: Key, count: number) {
  return (
    <span class="part-words">
      {t(key)}
      {count > 0 ? <span class="part-state">{t("sharing.editor.written", { count })}</span> : null}
    </span>
  );
}

function Variants(props: ShareFieldsProps) {
  const { t, values, errors, isAmongVariants } = props;
  const rows = shareRows(values);
  const isWrong = Object.keys(errors).some((name) => name.startsWith("share.variants"));
  return (
    <Disclosure
      summary={summary(t, "sharing.editor.variants.title", rows.length)}
      isOpen={isWrong || isAmongVariants}
    >
      <div class="form" id="f-share-variants" tabindex={-1}>
        <p class="hint">{t("sharing.editor.variants.hint")}</p>
        {errors["share.variants"] ? <p class="field-error">{errors["share.variants"]}</p> : null}
        <HiddenField name="share.variants.count" value={String(rows.length)} />
        <HiddenField name="share.lettersUsed" value={single(values, "share.lettersUsed")} />
        {rows.map((row, at) => (
          <Variant {...props} row={row} at={at} />
        ))}
        {rows.length < VARIANTS_MAX ? (
          <SubmitButton kind="secondary" name="do" value="add-share-variant" formaction="#f-share-variants">
            <Icon name="plus" />
            {t("sharing.editor.variants.add")}
          </SubmitButton>
        ) : null}
      </div>
    </Disclosure>
  );
}

type VariantProps = ShareFieldsProps & { row: ReturnType<typeof shareRows>[number]; at: number };

function Variant({ t, errors, share, row, at }: VariantProps) {
  const name = (field: string) => `share.variants.${at}.${field}`;
  const optional = t("common.form.optional");
  const letter = row.letter.toUpperCase();
  const hasImage = share.variants.some((variant) => variant.letter === row.letter && variant.image);
  return (
    <fieldset class="card">
      <legend>{t("sharing.editor.variants.nth", { letter })}</legend>
      <div class="form">
        <HiddenField name={name("letter")} value={row.letter} />
        <TextField
          name={name("label")}
          label={t("sharing.editor.variants.label")}
          hint={t("sharing.editor.variants.labelHint")}
          value={row.label}
          maxlength={VARIANT_LABEL_MAX}
          error={errors[name("label")]}
        />
        <TextField
          name={name("title")}
          label={t("actions.editor.shareTitle")}
          optionalLabel={optional}
          value={row.title}
          maxlength={SHARE_TITLE_MAX}
          error={errors[name("title")]}
        />
        <TextArea
          name={name("text")}
          label={t("actions.editor.shareText")}
          optionalLabel={optional}
          value={row.text}
          rows={2}
          maxlength={SHARE_TEXT_MAX}
          error={errors[name("text")]}
        />
        <FileField
          name={name("picture")}
          label={t(hasImage ? "actions.editor.imageReplace" : "actions.editor.image")}
          hint={t(hasImage ? "sharing.editor.variants.imageSet" : "sharing.editor.variants.imageHint")}
          optionalLabel={optional}
          accept="image/png,image/jpeg,image/webp,image/gif"
          error={errors[name("picture")]}
        />
        {hasImage ? (
          <CheckboxField
            name={name("noImage")}
            label={t("sharing.editor.variants.noImage")}
            checked={false}
          />
        ) : null}
        <SubmitButton
          kind="quiet"
          name="do"
          value={`remove-share-variant:${at}`}
          formaction="#f-share-variants"
        >
          <Icon name="trash" />
          {t("sharing.editor.variants.remove", { letter })}
        </SubmitButton>
      </div>
    </fieldset>
  );
}
