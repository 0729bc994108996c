import { Part } from "../actions/editor-part";
import type { EditorProps } from "../actions/kind";
import type { Kind } from "../actions/types";
import { currenciesIn } from "../platform/currencies";
import { type FormValues, single } from "../platform/forms";
import { plainAmount } from "../platform/money";
import { CheckboxField, HiddenField, SelectField, SubmitButton, TextArea, TextField } from "../ui/form";
import { Icon } from "../ui/icon";
import { AMOUNT_ROWS, editorValuesOf, isShown, readRecipients, withRecipients } from "./editor-reading";
import {
  type FundraiserSettings,
  fundraiserSettings,
  RECEIPT_TEXT_MAX,
  RECIPIENT_NAME_MAX,
  RECIPIENTS_MAX,
  rhythms,
} from "./types";

export { readEditor } from "./editor-reading";

type Fields = EditorProps & { settings: FundraiserSettings };

/** How much, how often, and where it goes. */
export const Editor: Kind["Editor"] = (props) => {
  const settings = fundraiserSettings.parse(props.action.settings);
  const values = isShown(props.values) ? props.values : { ...props.values, ...editorValuesOf(settings) };
  const fields = { ...props, values, settings };
  return (
    <>
      <HiddenField name="fundraiser" value="shown" />
      <Amounts {...fields} />
      <Rhythms {...fields} />
      <TextField
        name="moneyGoal"
        label={props.t("fundraisers.editor.moneyGoal")}
        hint={props.t("fundraisers.editor.moneyGoalHint")}
        optionalLabel={props.t("common.form.optional")}
        value={single(values, "moneyGoal")}
        inputmode="decimal"
        width="short"
        suffix={single(values, "currency")}
        error={props.errors.moneyGoal}
      />
      <Recipients {...fields} />
      <Extras {...fields} />
    </>
  );
};

function Amounts({ t, group, values, errors }: Fields) {
  const currency = single(values, "currency");
  return (
    <fieldset class="rows" id="f-amounts">
      <legend>{t("fundraisers.editor.amounts")}</legend>
      <p class="hint">{t("fundraisers.editor.amountsHint")}</p>
      {errors.amounts ? <p class="field-error">{errors.amounts}</p> : null}
      <div class="pairs">
        {Array.from({ length: AMOUNT_ROWS }, (_, row) => (
          <TextField
            name={`amounts.${row}`}
            label={t("fundraisers.editor.nthAmount", { nth: row + 1 })}
            isLabelHidden
            value={single(values, `amounts.${row}`)}
            inputmode="decimal"
            width="short"
            suffix={currency}
            error={errorOfRow(values, errors, row)}
          />
        ))}
      </div>
      <CheckboxField
        name="isOtherAllowed"
        label={t("fundraisers.editor.isOtherAllowed")}
        checked={single(values, "isOtherAllowed") !== ""}
      />
      <div class="pairs">
        <TextField
          name="least"
          label={t("fundraisers.editor.least")}
          value={single(values, "least")}
          inputmode="decimal"
          width="short"
          suffix={currency}
          error={errors.least}
        />
        <TextField
          name="most"
          label={t("fundraisers.editor.most")}
          value={single(values, "most")}
          inputmode="decimal"
          width="short"
          suffix={currency}
          error={errors.most}
        />
      </div>
      <SelectField
        name="currency"
        label={t("fundraisers.editor.currency")}
        value={currency}
        error={errors.currency}
        options={currenciesIn(group.locale).map(({ code, name }) => ({
          value: code,
          label: `${name} (${code})`,
        }))}
      />
    </fieldset>
  );
}

/** Amounts are counted without the boxes left empty. */
function errorOfRow(values: FormValues, errors: Record<string, string>, row: number): string | undefined {
  const isFilled = (at: number) => single(values, `amounts.${at}`).trim() !== "";
  const before = Array.from({ length: row }, (_, at) => at).filter(isFilled).length;
  return isFilled(row) ? errors[`amounts.${before}`] : undefined;
}

function Rhythms({ t, values, errors }: Fields) {
  return (
    <fieldset id="f-rhythms" class={errors.rhythms ? "field has-error" : "field"}>
      <legend>{t("fundraisers.editor.rhythms")}</legend>
      {errors.rhythms ? <p class="field-error">{errors.rhythms}</p> : null}
      {rhythms.map((rhythm) => (
        <CheckboxField
          name={`rhythm.${rhythm}`}
          label={t(`fundraisers.rhythms.${rhythm}`)}
          checked={single(values, `rhythm.${rhythm}`) !== ""}
        />
      ))}
    </fieldset>
  );
}

function Recipients({ t, values, errors }: Fields) {
  const rows = readRecipients(values);
  return (
    <fieldset class="rows" id="f-recipients">
      <legend>{t("fundraisers.editor.recipients")}</legend>
      <p class="hint">{t("fundraisers.editor.recipientsHint")}</p>
      {errors.recipients ? <p class="field-error">{errors.recipients}</p> : null}
      <HiddenField name="recipients.count" value={String(rows.length)} />
      {rows.map(({ name, share }, row) => (
        <div class="row">
          <TextField
            name={`recipients.${row}.name`}
            label={t("fundraisers.editor.recipientName")}
            value={name}
            maxlength={RECIPIENT_NAME_MAX}
            error={errors[`recipients.${row}.name`]}
          />
          <TextField
            name={`recipients.${row}.share`}
            label={t("fundraisers.editor.share")}
            value={share}
            inputmode="numeric"
            width="short"
            error={errors[`recipients.${row}.share`]}
          />
          <SubmitButton kind="quiet" name="do" value={`remove-recipient:${row}`} formaction="#f-recipients">
            <Icon name="trash" label={t("fundraisers.editor.removeRecipient", { nth: row + 1 })} />
          </SubmitButton>
        </div>
      ))}
      {rows.length < RECIPIENTS_MAX ? (
        <SubmitButton kind="secondary" name="do" value="add-recipient" formaction="#f-recipients">
          <Icon name="plus" />
          {t("fundraisers.editor.addRecipient")}
        </SubmitButton>
      ) : null}
      {rows.length > 1 ? (
        <CheckboxField
          name="isRecipientChosen"
          label={t("fundraisers.editor.isRecipientChosen")}
          checked={single(values, "isRecipientChosen") !== ""}
        />
      ) : null}
    </fieldset>
  );
}

function Extras({ t, values, errors }: Fields) {
  return (
    <Part
      summary={t("fundraisers.editor.extras")}
      fields={["feeCover", "hasDedications", "receiptText"]}
      errors={errors}
    >
      <CheckboxField
        name="feeCover.isOffered"
        label={t("fundraisers.editor.feeCover")}
        hint={t("fundraisers.editor.feeCoverHint")}
        checked={single(values, "feeCover.isOffered") !== ""}
      />
      <div class="pairs">
        <TextField
          name="feeCover.basisPoints"
          label={t("fundraisers.editor.feePercent")}
          value={single(values, "feeCover.basisPoints")}
          inputmode="decimal"
          width="short"
          suffix="%"
          error={errors["feeCover.basisPoints"]}
        />
        <TextField
          name="feeCover.fixed"
          label={t("fundraisers.editor.feeFixed")}
          value={single(values, "feeCover.fixed")}
          inputmode="decimal"
          width="short"
          suffix={single(values, "currency")}
          error={errors["feeCover.fixed"]}
        />
      </div>
      <CheckboxField
        name="hasDedications"
        label={t("fundraisers.editor.hasDedications")}
        checked={single(values, "hasDedications") !== ""}
      />
      <TextArea
        name="receiptText"
        label={t("fundraisers.editor.receiptText")}
        hint={t("fundraisers.editor.receiptTextHint")}
        optionalLabel={t("common.form.optional")}
        value={single(values, "receiptText")}
        rows={3}
        maxlength={RECEIPT_TEXT_MAX}
        error={errors.receiptText}
      />
    </Part>
  );
}

/** Adds or removes a row of recipients. */
export function pressEditor(button: string, form: FormValues): FormValues | null {
  const [verb, at] = button.split(":");
  const rows = readRecipients(form);
  if (verb === "add-recipient")
    return withRecipients(form, [...rows, { name: "", share: "1" }].slice(0, RECIPIENTS_MAX));
  if (verb === "remove-recipient") return withRecipients(form, rows.toSpliced(Number(at), 1));
  return null;
}

/** What is wrong with settings that are each as they may be. */
export function problems({ amounts, least, most, currency }: FundraiserSettings) {
  const found: ReturnType<NonNullable<Kind["problems"]>> = {};
  if (least > most) found.most = { key: "fundraisers.problems.mostBelowLeast" };
  amounts.forEach((amount, row) => {
    if (amount < least || amount > most)
      found[`amounts.${row}`] = {
        key: "fundraisers.problems.outside",
        values: {
          least: plainAmount({ amount: least, currency }),
          most: plainAmount({ amount: most, currency }),
        },
      };
  });
  return found;
}
