import type { EditorProps } from "../actions/kind";
import { targetFields, writerFields } from "../officials/merge";
import { pressSource, readSource } from "../officials/source";
import { SourceEditor } from "../officials/source-editor";
import { targetLanguages } from "../officials/types";
import { cleanLine, cleanText } from "../platform/clean-text";
import { type FormValues, single } from "../platform/forms";
import {
  CheckboxField,
  HiddenField,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { localeNames, type T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { BODY_MAX, deliveries, letterSettings, SUBJECT_MAX, VARIANTS_MAX } from "./types";

type VariantRow = { subject: string; body: string; language: string };
const noVariant: VariantRow = { subject: "", body: "", language: "" };

/** To whom, what the letter says, and how it leaves. */
export async function Editor({ t, ctx, group, action, errors, values }: EditorProps) {
  const settings = letterSettings.parse(action.settings);
  const isShown = "variants.count" in values;
  const kept = isShown ? readVariants(values) : settings.variants;
  const at = (name: string, now: string) => (isShown ? single(values, name) : now);
  return (
    <>
      <SourceEditor {...{ t, ctx, group, errors, values }} source={settings.source} reachedBy="email" />
      <Variants t={t} errors={errors} rows={kept.length > 0 ? kept : [noVariant]} />
      <details class="letter-rules" open={["ownWords", "capPerDay"].some((name) => errors[name])}>
        <summary>{t("letters.editor.rules")}</summary>
        <div class="form">
          <HiddenField name="letters.shown" value="yes" />
          <CheckboxField
            name="isEditable"
            label={t("letters.editor.isEditable")}
            checked={isShown ? single(values, "isEditable") !== "" : settings.isEditable}
          />
          <TextField
            name="ownWords"
            label={t("letters.editor.ownWords")}
            hint={t("letters.editor.ownWordsHint")}
            inputmode="numeric"
            width="short"
            value={at("ownWords", String(settings.ownWords))}
            error={errors.ownWords}
          />
          <RadioGroup
            name="delivery"
            legend={t("letters.editor.delivery")}
            value={at("delivery", settings.delivery)}
            error={errors.delivery}
            options={deliveries.map((value) => ({
              value,
              label: t(`letters.editor.deliveries.${value}`),
              hint: t(`letters.editor.deliveries.${value}Hint`),
            }))}
          />
          <TextField
            name="capPerDay"
            label={t("letters.editor.cap")}
            hint={t("letters.editor.capHint")}
            inputmode="numeric"
            width="short"
            value={at("capPerDay", String(settings.capPerDay))}
            error={errors.capPerDay}
          />
        </div>
      </details>
    </>
  );
}

function Variants({
  t,
  errors,
  rows,
}: {
  t: T;
  errors: Record<string, string>;
  rows: readonly VariantRow[];
}) {
  const fields = [...writerFields, ...targetFields].map((field) => `{{${field}}}`).join(" ");
  return (
    <fieldset class="rows" id="f-variants">
      <legend>{t("letters.editor.letter")}</legend>
      <p class="hint">{t("letters.editor.letterHint")}</p>
      {errors.variants ? <p class="field-error">{errors.variants}</p> : null}
      <HiddenField name="variants.count" value={String(rows.length)} />
      {rows.map((row, nth) => (
        <div class="variant">
          {rows.length > 1 ? (
            <p class="label">{t("letters.editor.nth", { nth: nth + 1, count: rows.length })}</p>
          ) : null}
          <VariantFields t={t} errors={errors} row={row} nth={nth} />
          {rows.length > 1 ? (
            <SubmitButton kind="quiet" name="do" value={`remove-letter:${nth}`} formaction="#f-variants">
              <Icon name="trash" label={t("letters.editor.remove", { nth: nth + 1 })} />
            </SubmitButton>
          ) : null}
        </div>
      ))}
      {rows.length < VARIANTS_MAX ? (
        <SubmitButton kind="secondary" name="do" value="add-letter" formaction="#f-variants">
          <Icon name="plus" />
          {t("letters.editor.add")}
        </SubmitButton>
      ) : null}
      <p class="hint">{t("letters.editor.fields", { fields })}</p>
    </fieldset>
  );
}

function VariantFields(props: { t: T; errors: Record<string, string>; row: VariantRow; nth: number }) {
  const { t, errors, row, nth } = props;
  const name = (field: string) => `variants.${nth}.${field}`;
  return (
    <>
      <TextField
        name={name("subject")}
        label={t("letters.form.subject")}
        value={row.subject}
        maxlength={SUBJECT_MAX}
        error={errors[name("subject")]}
      />
      <TextArea
        name={name("body")}
        label={t("letters.form.body")}
        value={row.body}
        rows={10}
        maxlength={BODY_MAX}
        error={errors[name("body")]}
      />
      <SelectField
        name={name("language")}
        label={t("letters.editor.language")}
        hint={t("letters.editor.languageHint")}
        blank={t("officials.editor.anyLanguage")}
        value={row.language}
        error={errors[name("language")]}
        options={targetLanguages.map((value) => ({ value, label: localeNames[value] }))}
      />
    </>
  );
}

/** What the editor's fields say; nothing of what was not sent. */
export function readEditor(form: FormValues): Record<string, unknown> {
  const source = readSource(form);
  return {
    ...(source ? { source } : {}),
    ...("variants.count" in form
      ? { variants: readVariants(form).filter(({ subject, body }) => subject !== "" || body !== "") }
      : {}),
    ...("letters.shown" in form
      ? {
          isEditable: single(form, "isEditable") !== "",
          ownWords: numberOf(single(form, "ownWords")),
          delivery: cleanLine(single(form, "delivery")),
          capPerDay: numberOf(single(form, "capPerDay")),
        }
      : {}),
  };
}

/** An empty box means none. */
function numberOf(text: string): number {
  const digits = text.replace(/[\s.,'’]/g, "");
  return digits === "" ? 0 : /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
}

/** One row more than there may be is read too, so that it is refused and not silently lost. */
function readVariants(form: FormValues): VariantRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "variants.count"))) || 0, VARIANTS_MAX + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, row) => ({
    subject: cleanLine(single(form, `variants.${row}.subject`)),
    body: cleanText(single(form, `variants.${row}.body`)),
    language: cleanLine(single(form, `variants.${row}.language`)),
  }));
}

/** Adds or removes a letter or a person. */
export function pressEditor(button: string, form: FormValues): FormValues | null {
  const [verb, at] = button.split(":");
  const rows = readVariants(form);
  if (verb === "add-letter") return withVariants(form, [...rows, noVariant].slice(0, VARIANTS_MAX));
  if (verb === "remove-letter") return withVariants(form, rows.toSpliced(Number(at), 1));
  return pressSource(button, form);
}

function withVariants(form: FormValues, variants: readonly VariantRow[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("variants."));
  const rows = variants.flatMap(({ subject, body, language }, row) => [
    [`variants.${row}.subject`, subject],
    [`variants.${row}.body`, body],
    [`variants.${row}.language`, language],
  ]);
  return Object.fromEntries([...others, ...rows, ["variants.count", String(variants.length)]]);
}
