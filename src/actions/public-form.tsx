import type { Child } from "hono/jsx";
import type { Context } from "../platform/context";
import { countriesIn } from "../platform/countries";
import { fieldId } from "../ui/field";
import { Notice } from "../ui/flash";
import {
  CheckboxField,
  ErrorSummary,
  Form,
  HiddenField,
  Honeypot,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { Rich } from "../ui/rich";
import { actionPath } from "./action-path";
import { askedFields, asksForName, fieldMax } from "./answer";
import { usualConsent } from "./consent";
import { carried, stepsOf } from "./form-steps";
import { EMAIL_DOMAIN_PATH } from "./public-typo";
import { QuestionFields } from "./question-field";
import {
  type ActionSnapshot,
  COMMENT_MAX,
  type FormState,
  type Kind,
  type PublicCount,
  type StandardField,
} from "./types";

export type ActionFormProps = {
  t: T;
  ctx: Context;
  snapshot: ActionSnapshot;
  kind: Kind;
  count: PublicCount | null;
  form: FormState;
  isPreview: boolean;
  /** Something went wrong that is no one field's fault. */
  trouble?: string;
};

/**
 * What a supporter fills in. It has no `action`, so it posts to the address it stands at with the query that address came
 * with: `?source=` reaches us although the page is the same for everyone.
 */
export function ActionForm(props: ActionFormProps) {
  const { t, ctx, snapshot, kind, form, isPreview, trouble, count } = props;
  const { settings, locale } = snapshot.action;
  const steps = stepsOf(kind, snapshot);
  const step = form.step ?? 1;
  const here = steps[step - 1] ?? steps[0];
  const own = { t, ctx, snapshot, form, step, count };
  const part = { t, snapshot, form };
  const label = step < steps.length ? t("public.steps.next") : kind.buttonLabel(t, snapshot, step);
  const fields = (
    <>
      {steps.length > 1 ? <StepMark t={t} step={step} count={steps.length} form={form} /> : null}
      {here?.title ? <h2 dir="auto">{here.title}</h2> : null}
      {here?.own && kind.FieldsBefore ? <kind.FieldsBefore {...own} /> : null}
      {form.carried ? (
        <CarriedPanel {...part} carried={form.carried} href={actionPath(kind, snapshot.action.slug)} />
      ) : null}
      {here?.standard ? <StandardFields {...part} locale={locale} /> : null}
      {here ? (
        <QuestionFields
          t={t}
          locale={locale}
          questions={settings.questions}
          here={here.questions}
          form={form}
        />
      ) : null}
      {here?.own && kind.FieldsAfter ? <kind.FieldsAfter {...own} /> : null}
      {here?.comment ? <CommentFields {...part} /> : null}
      {here?.consent ? <ConsentField {...part} isFirstAsked={isFirstAsked(form, steps.length)} /> : null}
    </>
  );
  return (
    <Form
      label={kind.buttonLabel(t, snapshot)}
      data={{
        "email-typo": EMAIL_DOMAIN_PATH,
        did: t("privacy.typo.did", { address: "{{address}}" }),
        use: t("privacy.typo.use"),
      }}
    >
      {Object.keys(form.errors).length > 1 ? (
        <Summary t={t} errors={form.errors} fields={fields} />
      ) : (
        <ErrorSummary t={t} errors={form.errors} />
      )}
      {trouble ? <Trouble text={trouble} /> : null}
      {fields}
      {carried(kind, snapshot, form.values, step).map(([name, value]) => (
        <HiddenField name={name} value={value} />
      ))}
      {steps.length > 1 && here?.consent ? <HiddenField name="consentAsked" value="yes" /> : null}
      <Honeypot t={t} />
      <input type="hidden" name="referrer" value={shownValue(form, "referrer")} data-referrer />
      <SubmitButton isWide disabled={isPreview}>
        {label}
      </SubmitButton>
      {step > 1 ? (
        <SubmitButton kind="quiet" isWide name="do" value="back">
          {t("public.steps.back")}
        </SubmitButton>
      ) : null}
    </Form>
  );
}

function Trouble({ text }: { text: string }) {
  return (
    <div role="alert">
      <Notice kind="bad">
        <p>{text}</p>
      </Notice>
    </div>
  );
}

type SummaryProps = Pick<Parameters<typeof ErrorSummary>[0], "t" | "errors"> & { fields: Child };

/** What is wrong, in the order in which one comes to it: fields of kinds, usual ones and questions are checked apart. */
async function Summary({ t, errors, fields }: SummaryProps) {
  const html = String(await fields?.toString());
  const placeOf = (name: string) => {
    const at = html.indexOf(`id="${fieldId(name)}"`);
    return at < 0 ? html.length : at;
  };
  const inOrder = Object.entries(errors).toSorted(([one], [other]) => placeOf(one) - placeOf(other));
  return <ErrorSummary t={t} errors={Object.fromEntries(inOrder)} />;
}

/** Whose details the form holds, and the way out for anybody else. */
function CarriedPanel({
  t,
  snapshot,
  carried,
  href,
}: PartProps & { carried: NonNullable<FormState["carried"]>; href: string }) {
  const { token, name, email, nth } = carried;
  return (
    <Notice>
      {nth > 0 ? (
        <p>
          <strong>{t("public.carried.done", { n: formatNumber(nth, snapshot.action.locale) })}</strong>
        </p>
      ) : null}
      <p>
        <Rich
          text={t("public.carried.you", { name, email })}
          parts={{ who: (words) => <strong dir="auto">{words}</strong> }}
        />{" "}
        <a href={href}>{t("public.carried.notMe")}</a>
      </p>
      <HiddenField name="carry" value={token} />
    </Notice>
  );
}

type StepMarkProps = { t: T; step: number; count: number; form: FormState };

function StepMark({ t, step, count, form }: StepMarkProps) {
  // Whoever goes from page to page reads on in the form; what is wrong with it comes first.
  const isReadFirst = isFilled(form) && Object.keys(form.errors).length === 0;
  return (
    <>
      <HiddenField name="step" value={String(step)} />
      <p class="fine step-mark" tabindex={isReadFirst ? -1 : undefined} autofocus={isReadFirst}>
        {t("public.steps.nth", { nth: step, count })}
      </p>
    </>
  );
}

/** Whether the box of consent is shown for the first time, and so stands as the organiser set it. */
function isFirstAsked(form: FormState, stepCount: number): boolean {
  return !isFilled(form) || (stepCount > 1 && !("consentAsked" in form.values));
}

type PartProps = { t: T; snapshot: ActionSnapshot; form: FormState };

function shownValue(form: FormState, name: string): string {
  const value = form.values[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

/** How each standard field is filled in: what the browser may fill by itself (HTML §4.10.18.7) and which keyboard helps. */
const inputs: Record<
  Exclude<StandardField | "email", "country">,
  Pick<
    Parameters<typeof TextField>[0],
    "autocomplete" | "type" | "inputmode" | "autocapitalize" | "spellcheck"
  >
> = {
  givenName: { autocomplete: "given-name", autocapitalize: "words", spellcheck: false },
  familyName: { autocomplete: "family-name", autocapitalize: "words", spellcheck: false },
  email: {
    autocomplete: "email",
    type: "email",
    inputmode: "email",
    autocapitalize: "none",
    spellcheck: false,
  },
  phone: { autocomplete: "tel", type: "tel", inputmode: "tel" },
  street: { autocomplete: "address-line1", autocapitalize: "words", spellcheck: false },
  locality: { autocomplete: "address-level2", autocapitalize: "words", spellcheck: false },
  region: { autocomplete: "address-level1", autocapitalize: "words", spellcheck: false },
  postalCode: { autocomplete: "postal-code", autocapitalize: "characters", spellcheck: false },
};

/** Short answers that people think of together stand side by side where there is room. */
const pairs: readonly (readonly [string, string])[] = [
  ["givenName", "familyName"],
  ["locality", "region"],
  ["postalCode", "country"],
];

function StandardFields({ t, snapshot, form, locale }: PartProps & { locale: string }) {
  const isKnown = (name: string) => form.carried?.fields.includes(name) && !form.errors[name];
  const asked = askedFields(snapshot.action.settings).filter(({ name }) => !isKnown(name));
  const fields = new Map<string, Child>(
    asked.map((field) => [
      field.name,
      <StandardInput t={t} snapshot={snapshot} form={form} locale={locale} {...field} />,
    ]),
  );
  return asked.map(({ name }) => {
    const pair = pairs.find(
      ([one, other]) => fields.has(one) && fields.has(other) && (one === name || other === name),
    );
    if (!pair) return fields.get(name);
    if (pair[1] === name) return null;
    return (
      <div class="pair">
        {fields.get(pair[0])}
        {fields.get(pair[1])}
      </div>
    );
  });
}

type StandardInputProps = PartProps & { locale: string; name: StandardField | "email"; isRequired: boolean };

function StandardInput({ t, snapshot, form, locale, name, isRequired }: StandardInputProps) {
  const common = {
    name,
    label: t(`public.fields.${name}`),
    error: form.errors[name],
    required: isRequired,
    optionalLabel: t("common.form.optional"),
  };
  if (name === "country") {
    // On a later page of the form it may not have been asked yet.
    const chosen = "country" in form.values ? shownValue(form, "country") : snapshot.group.country;
    return (
      <SelectField
        {...common}
        value={chosen}
        blank={t("common.form.choose")}
        autocomplete="country"
        options={countriesIn(locale).map((country) => ({ value: country.code, label: country.name }))}
      />
    );
  }
  return (
    <TextField {...common} {...inputs[name]} maxlength={fieldMax[name]} value={shownValue(form, name)} />
  );
}

/** Whether the form comes back with what someone wrote, rather than for the first time. */
function isFilled(form: FormState): boolean {
  return Object.keys(form.values).length > 0;
}

function CommentFields({ t, snapshot, form }: PartProps) {
  const { settings } = snapshot.action;
  return (
    <>
      {settings.comments.isAsked ? (
        <TextArea
          name="comment"
          label={t("public.comment.label")}
          hint={settings.comments.isModerated ? t("public.comment.moderated") : t("public.comment.shown")}
          optionalLabel={t("common.form.optional")}
          error={form.errors.comment}
          maxlength={COMMENT_MAX}
          rows={3}
          value={shownValue(form, "comment")}
        />
      ) : null}
      {asksForName(settings) ? (
        <CheckboxField
          name="isNamed"
          label={t("public.named.label")}
          error={form.errors.isNamed}
          checked={shownValue(form, "isNamed") === "yes"}
        />
      ) : null}
    </>
  );
}

function ConsentField({ t, snapshot, form, isFirstAsked }: PartProps & { isFirstAsked: boolean }) {
  const { mode } = snapshot.action.settings.consent;
  const wording = snapshot.consentText || usualConsent(snapshot.group, snapshot.action.locale);
  const error = form.errors.consent;
  if (mode === "explicit") {
    return (
      <RadioGroup
        name="consent"
        legend={wording}
        error={error}
        required
        isInline
        value={shownValue(form, "consent")}
        options={[
          { value: "yes", label: t("common.form.yes") },
          { value: "no", label: t("common.form.no") },
        ]}
      />
    );
  }
  const isTicked = isFirstAsked ? mode === "preticked" : shownValue(form, "consent") === "yes";
  return <CheckboxField name="consent" label={wording} error={error} checked={isTicked} />;
}
