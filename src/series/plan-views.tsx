import { MailingHeader } from "../composer/mailing-frame";
import type { Page } from "../composer/web";
import type { Estimate } from "../delivery/types";
import type { Mailing } from "../mailings/types";
import { timeZonesWith } from "../platform/time-zones";
import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  CheckboxGroup,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section, Shell } from "../ui/layout";
import type { PlanValues } from "./plan-form";
import { weekdayName, zoneWords } from "./words";

type Props = Page & {
  mailing: Mailing;
  href: string;
  values: PlanValues;
  errors: FieldErrors;
  /** Whom it is for, in a sentence; null while nobody is chosen. */
  audience: string | null;
  estimate: Estimate | null;
  /** From how many people on a second person must agree; null where nobody must. */
  approvalFrom: number | null;
  /** What the series that this one changes is called. */
  changing: string | null;
  refusal: string | null;
};

/** How a mailing is made a series. */
export function PlanPage(props: Props) {
  const { t, frame, href, errors, refusal, changing } = props;
  return (
    <Shell {...frame} title={t("series.plan.title")} tab="mailings">
      <MailingHeader {...props} />
      {changing === null ? null : (
        <Notice kind="info" title={t("series.plan.changing")}>
          <p>{t("series.plan.changingText", { name: changing })}</p>
        </Notice>
      )}
      {refusal === null ? null : (
        <Notice kind="bad">
          <p>{refusal}</p>
        </Notice>
      )}
      <ErrorSummary t={t} errors={errors} />
      <Form action={`${href}/repeat`} class="form measure series-plan" label={t("series.plan.title")}>
        <p>{t("series.plan.lead")}</p>
        <Section title={t("series.plan.when")} id="when">
          <Rhythm {...props} />
          <Span {...props} />
        </Section>
        <Reach {...props} />
        <Confirm {...props} />
      </Form>
    </Shell>
  );
}

function Rhythm({ t, locale, values, errors }: Props) {
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  return (
    <>
      <RadioGroup
        name="every"
        legend={t("series.plan.every")}
        value={values.every}
        options={(["day", "week", "month"] as const).map((value) => ({
          value,
          label: t(`series.plan.${value}`),
        }))}
        error={errors.every}
      />
      <div class="series-weekdays">
        <CheckboxGroup
          name="weekdays"
          legend={t("series.plan.weekdays")}
          isInline
          values={values.weekdays}
          options={weekdays.map((day) => ({ value: String(day), label: weekdayName(day, locale) }))}
          error={errors.weekdays}
        />
      </div>
      <div class="series-month-day">
        <SelectField
          name="monthDay"
          label={t("series.plan.monthDay")}
          hint={t("series.plan.monthDayHint")}
          value={values.monthDay}
          options={Array.from({ length: 31 }, (_, index) => ({
            value: String(index + 1),
            label: index === 30 ? t("series.plan.lastDay") : String(index + 1),
          }))}
          error={errors.monthDay}
        />
      </div>
      <TextField
        name="at"
        type="time"
        label={t("series.plan.at")}
        value={values.at}
        width="medium"
        error={errors.at}
      />
      <SelectField
        name="timeZone"
        label={t("series.plan.timeZone")}
        hint={t("series.plan.timeZoneHint")}
        value={values.timeZone}
        options={timeZonesWith(values.timeZone).map((zone) => ({ value: zone, label: zoneWords(zone) }))}
        error={errors.timeZone}
      />
    </>
  );
}

function Span({ t, values, errors }: Props) {
  return (
    <>
      <TextField
        name="from"
        type="date"
        label={t("series.plan.from")}
        value={values.from}
        width="medium"
        error={errors.from}
      />
      <TextField
        name="until"
        type="date"
        label={t("series.plan.until")}
        hint={t("series.plan.untilHint")}
        optionalLabel={t("common.form.optional")}
        value={values.until}
        width="medium"
        error={errors.until}
      />
      <TextField
        name="runsMax"
        label={t("series.plan.runsMax")}
        hint={t("series.plan.runsMaxHint")}
        optionalLabel={t("common.form.optional")}
        value={values.runsMax}
        inputmode="numeric"
        width="short"
        autocomplete="off"
        error={errors.runsMax}
      />
    </>
  );
}

function Reach({ t, locale, values, errors, audience, estimate, href }: Props) {
  return (
    <Section title={t("series.plan.who")} id="who">
      {audience === null ? (
        <p>
          {t("series.problem.no_audience")}{" "}
          <ButtonLink kind="secondary" href={`${href}/target`}>
            {t("composer.review.choose")}
          </ButtonLink>
        </p>
      ) : (
        <>
          <p>
            {t("series.plan.audience")} <span dir="auto">{audience}</span>
          </p>
          <p>
            {estimate?.isWhole
              ? t("series.plan.now", {
                  count: estimate.recipients,
                  number: formatNumber(estimate.recipients, locale),
                })
              : t("series.plan.counting")}
          </p>
        </>
      )}
      <CheckboxField
        name="isOncePerPerson"
        label={t("series.plan.isOncePerPerson")}
        hint={t("series.plan.isOncePerPersonHint")}
        checked={values.isOncePerPerson === "yes"}
      />
      <CheckboxField
        name="skipsEmpty"
        label={t("series.plan.skipsEmpty")}
        hint={t("series.plan.skipsEmptyHint")}
        checked={values.skipsEmpty === "yes"}
      />
      <TextField
        name="recipientsMax"
        label={t("series.plan.recipientsMax")}
        hint={t("series.plan.recipientsMaxHint")}
        value={values.recipientsMax}
        inputmode="numeric"
        width="short"
        autocomplete="off"
        error={errors.recipientsMax}
      />
    </Section>
  );
}

function Confirm({ t, locale, approvalFrom, href, audience }: Props) {
  return (
    <>
      <p>{t("series.plan.fixed")}</p>
      {approvalFrom === null ? null : (
        <p>{t("series.plan.askText", { number: formatNumber(approvalFrom, locale) })}</p>
      )}
      <ButtonRow isSticky>
        {audience === null ? null : <SubmitButton>{t("series.plan.confirm")}</SubmitButton>}
        <ButtonLink kind="secondary" href={`${href}/review`}>
          {t("composer.steps.review")}
        </ButtonLink>
      </ButtonRow>
    </>
  );
}
