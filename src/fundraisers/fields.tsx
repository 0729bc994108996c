import type { FieldsProps } from "../actions/kind";
import { single } from "../platform/forms";
import { minorDigits } from "../platform/money";
import { FieldError, fieldId } from "../ui/field";
import { CheckboxField, HiddenField, RadioGroup, SelectField, TextArea, TextField } from "../ui/form";
import { formatMoney, formatPercent } from "../ui/format";
import type { T } from "../ui/i18n";
import { OTHER, SHARED } from "./reading";
import {
  DEDICATION_NAME_MAX,
  DEDICATION_TEXT_MAX,
  dedicationKinds,
  type FundraiserSettings,
  fundraiserSettings,
} from "./types";

type PartProps = FieldsProps & { settings: FundraiserSettings };

/** How much and how often, before who. */
export function GiftFields(props: FieldsProps) {
  const settings = fundraiserSettings.parse(props.snapshot.action.settings);
  const own = { ...props, settings };
  return (
    <>
      <HiddenField name="currency" value={settings.currency} />
      <Rhythms {...own} />
      <Amounts {...own} />
      {settings.feeCover.isOffered ? <FeeCover {...own} /> : null}
      {settings.isRecipientChosen && settings.recipients.length > 1 ? <Recipients {...own} /> : null}
    </>
  );
}

const radioGroup = { role: "radiogroup", "aria-required": "true" };

/** The amounts as tiles; a script follows what is chosen with the words of the button. */
function Amounts({ t, snapshot, form, settings }: PartProps) {
  const { currency, amounts, isOtherAllowed } = settings;
  const { locale } = snapshot.action;
  const chosen = single(form.values, "amount");
  const error = form.errors.amount;
  const other = isOtherAllowed ? (
    <TextField
      name="otherAmount"
      label={amounts.length > 0 ? t("fundraisers.otherAmount") : t("fundraisers.amount")}
      value={single(form.values, "otherAmount")}
      error={form.errors.otherAmount}
      inputmode="decimal"
      autocomplete="transaction-amount"
      maxlength={20}
      width="short"
      suffix={currency}
    />
  ) : null;
  if (amounts.length === 0) return other;
  return (
    <div
      class="amounts"
      data-amounts={JSON.stringify(buttonWords(t, snapshot.action.locale, settings))}
      data-digits={String(minorDigits(currency))}
    >
      <fieldset class={error ? "field has-error" : "field"} {...radioGroup}>
        <legend>{t("fundraisers.amount")}</legend>
        <FieldError name="amount" error={error} />
        <div class="tiles">
          {amounts.map((amount, index) => (
            <Tile
              name="amount"
              id={index === 0 ? fieldId("amount") : fieldId(`amount-${index + 1}`)}
              value={String(amount)}
              chosen={chosen}
              label={formatMoney(amount, currency, locale)}
            />
          ))}
          {isOtherAllowed ? (
            <Tile
              name="amount"
              id={fieldId("amount-other")}
              value={OTHER}
              chosen={chosen}
              label={t("fundraisers.other")}
            />
          ) : null}
        </div>
      </fieldset>
      {other}
    </div>
  );
}

type TileProps = { name: string; id: string; value: string; chosen: string; label: string };

function Tile({ name, id, value, chosen, label }: TileProps) {
  return (
    <span class="tile">
      <input type="radio" name={name} id={id} value={value} checked={chosen === value} />
      <label for={id}>{label}</label>
    </span>
  );
}

/** What the button says for each choice, for the script that has no language of its own. */
function buttonWords(t: T, locale: PartProps["snapshot"]["action"]["locale"], settings: FundraiserSettings) {
  const { currency, amounts, rhythms } = settings;
  return Object.fromEntries(
    rhythms.map((rhythm) => [
      rhythm,
      Object.fromEntries(
        amounts.map((amount) => [
          amount,
          t(`fundraisers.give.${rhythm}`, { amount: formatMoney(amount, currency, locale) }),
        ]),
      ),
    ]),
  );
}

function Rhythms({ t, form, settings }: PartProps) {
  const { rhythms } = settings;
  if (rhythms.length === 1) return null;
  const chosen = single(form.values, "rhythm") || (rhythms[0] ?? "");
  const error = form.errors.rhythm;
  return (
    <fieldset class={error ? "field has-error" : "field"} {...radioGroup}>
      <legend>{t("fundraisers.rhythm")}</legend>
      <FieldError name="rhythm" error={error} />
      <div class="tiles">
        {rhythms.map((rhythm, index) => (
          <Tile
            name="rhythm"
            id={index === 0 ? fieldId("rhythm") : fieldId(`rhythm-${index + 1}`)}
            value={rhythm}
            chosen={chosen}
            label={t(`fundraisers.rhythms.${rhythm}`)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function FeeCover({ t, snapshot, form, settings }: PartProps) {
  const { basisPoints, fixed } = settings.feeCover;
  const { locale } = snapshot.action;
  const percent = formatPercent(basisPoints / 10_000, locale, 2);
  const sum = formatMoney(fixed, settings.currency, locale);
  return (
    <CheckboxField
      name="feeCover"
      label={t("fundraisers.feeCover.label")}
      hint={
        fixed > 0
          ? t("fundraisers.feeCover.both", { percent, sum })
          : t("fundraisers.feeCover.percent", { percent })
      }
      checked={single(form.values, "feeCover") === "yes"}
    />
  );
}

function Recipients({ t, form, settings }: PartProps) {
  return (
    <SelectField
      name="recipient"
      label={t("fundraisers.recipient")}
      value={single(form.values, "recipient")}
      error={form.errors.recipient}
      options={[
        { value: SHARED, label: t("fundraisers.shared") },
        ...settings.recipients.map(({ name }, index) => ({ value: String(index + 1), label: name })),
      ]}
    />
  );
}

/** For whom, after who gives: folded away, since few give for somebody. */
export function DedicationFields({ t, snapshot, form }: FieldsProps) {
  const settings = fundraiserSettings.parse(snapshot.action.settings);
  if (!settings.hasDedications) return null;
  const { values, errors } = form;
  const chosen = single(values, "dedication") || "none";
  const isOpen = chosen !== "none" || Object.keys(errors).some((name) => name.startsWith("dedication"));
  return (
    <details class="dedication" open={isOpen}>
      <summary>{t("fundraisers.dedication.summary")}</summary>
      <div class="form">
        <RadioGroup
          name="dedication"
          legend={t("fundraisers.dedication.kind")}
          value={chosen}
          error={errors.dedication}
          options={["none" as const, ...dedicationKinds].map((kind) => ({
            value: kind,
            label: t(`fundraisers.dedication.kinds.${kind}`),
          }))}
        />
        <TextField
          name="dedicationName"
          label={t("fundraisers.dedication.name")}
          value={single(values, "dedicationName")}
          error={errors.dedicationName}
          maxlength={DEDICATION_NAME_MAX}
        />
        <TextField
          name="dedicationEmail"
          type="email"
          inputmode="email"
          autocapitalize="none"
          label={t("fundraisers.dedication.email")}
          hint={t("fundraisers.dedication.emailHint")}
          optionalLabel={t("common.form.optional")}
          value={single(values, "dedicationEmail")}
          error={errors.dedicationEmail}
        />
        <TextArea
          name="dedicationText"
          label={t("fundraisers.dedication.text")}
          optionalLabel={t("common.form.optional")}
          rows={2}
          value={single(values, "dedicationText")}
          error={errors.dedicationText}
          maxlength={DEDICATION_TEXT_MAX}
        />
      </div>
    </details>
  );
}
