import { Disclosure } from "../ui/card";
import { CheckboxField, type FieldErrors, RadioGroup, SelectField, TextField } from "../ui/form";
import { Section } from "../ui/layout";
import { CohortFields } from "./cohort-views";
import type { ReviewProps } from "./review-props";

/** One version alone is tested where so many cohorts can be told apart that it may be worth it. */
const ONE_TESTED_FROM = 5_000;

/** Which part of the audience tries the variants, and how the better one is found. */
export function TestPlan(props: ReviewProps) {
  const { t, versions, values, errors, estimate } = props;
  const isOne = new Set(versions.map(({ variantNo }) => variantNo)).size < 2;
  const isLarge = (estimate?.recipients ?? 0) >= ONE_TESTED_FROM;
  if (isOne && !isLarge && values.test !== "cohorts") return null;
  const number = { inputmode: "decimal", width: "short", autocomplete: "off" } as const;
  return (
    <Section
      title={t(isOne ? "cohorts.plan.oneTitle" : "composer.plan.title")}
      id="plan"
      text={t(isOne ? "cohorts.plan.oneText" : "composer.plan.text")}
    >
      <RadioGroup
        name="test"
        legend={t("composer.plan.who")}
        value={isOne && values.test === "yes" ? "" : values.test}
        options={[
          ...(isOne
            ? []
            : [{ value: "yes", label: t("composer.plan.part"), hint: t("composer.plan.partHint") }]),
          { value: "cohorts", label: t("cohorts.plan.choose"), hint: t("cohorts.plan.chooseHint") },
          {
            value: "",
            label: t("composer.plan.all"),
            hint: t(isOne ? "cohorts.plan.allHint" : "composer.plan.allHint"),
          },
        ]}
      />
      <div class="mail-tested">
        <div class="mail-plan">
          <div class="mail-share">
            <TextField
              {...number}
              name="share"
              label={t("composer.plan.share")}
              suffix="%"
              value={values.share}
              error={errors.share}
            />
          </div>
          <SelectField
            name="measure"
            label={t(isOne ? "cohorts.plan.measure" : "composer.plan.measure")}
            value={values.measure}
            options={(["opens", "clicks", "actions", "donations"] as const).map((value) => ({
              value,
              label: t(`composer.plan.measures.${value}`),
            }))}
            error={errors.measure}
          />
          <TextField
            {...number}
            name="hours"
            label={t("composer.plan.hours")}
            value={values.hours}
            error={errors.hours}
          />
        </div>
        <RadioGroup
          name="isAutomatic"
          legend={t("composer.plan.winner")}
          value={values.isAutomatic}
          options={[
            { value: "yes", label: t(isOne ? "cohorts.plan.automatic" : "composer.plan.automatic") },
            { value: "no", label: t(isOne ? "cohorts.plan.byHand" : "composer.plan.byHand") },
          ]}
        />
        <TextField
          {...number}
          name="unsubscribes"
          label={t("composer.plan.unsubscribes")}
          hint={t("composer.plan.unsubscribesHint")}
          optionalLabel={t("common.form.optional")}
          suffix="%"
          value={values.unsubscribes}
          error={errors.unsubscribes}
        />
        <CohortFields {...props} />
      </div>
    </Section>
  );
}

/** What holds for this mailing alone. */
export function Options(props: ReviewProps) {
  const { t, values, errors, topics, wrappers, group } = props;
  const named = (list: readonly { no: number; name: string }[]) =>
    list.map(({ no, name }) => ({ value: String(no), label: name }));
  return (
    <Section title={t("composer.settings.title")} id="settings">
      {topics.length > 0 ? (
        <SelectField
          name="topicNo"
          label={t("composer.settings.topic")}
          hint={t("composer.settings.topicHint")}
          value={values.topicNo}
          blank={t("composer.settings.noTopic")}
          options={named(topics)}
        />
      ) : null}
      <SelectField
        name="wrapperNo"
        label={t("composer.settings.wrapper")}
        value={values.wrapperNo}
        blank={t("composer.settings.noWrapper")}
        options={named(wrappers)}
      />
      <Disclosure
        summary={t("composer.settings.more")}
        isOpen={hasError(errors, ["replyTo", "linkQuery", "hourlyMax"])}
      >
        <div class="form">
          <TextField
            name="replyTo"
            type="email"
            label={t("composer.settings.replyTo")}
            hint={
              group.settings.replyTo
                ? t("composer.settings.replyToHint", { address: group.settings.replyTo })
                : t("composer.settings.replyToNone")
            }
            optionalLabel={t("common.form.optional")}
            value={values.replyTo}
            autocomplete="off"
            error={errors.replyTo}
          />
          <CheckboxField
            name="tracksOpens"
            label={t("composer.settings.tracksOpens")}
            hint={t("composer.settings.tracksOpensHint")}
            checked={values.tracksOpens === "yes"}
          />
          <CheckboxField
            name="tracksClicks"
            label={t("composer.settings.tracksClicks")}
            hint={t("composer.settings.tracksClicksHint")}
            checked={values.tracksClicks === "yes"}
          />
          <TextField
            name="linkQuery"
            label={t("composer.settings.linkQuery")}
            hint={t("composer.settings.linkQueryHint")}
            optionalLabel={t("common.form.optional")}
            value={values.linkQuery}
            autocomplete="off"
            spellcheck={false}
            error={errors.linkQuery}
          />
          <TextField
            name="hourlyMax"
            label={t("composer.settings.hourlyMax")}
            hint={t("composer.settings.hourlyMaxHint")}
            optionalLabel={t("common.form.optional")}
            value={values.hourlyMax}
            inputmode="numeric"
            width="short"
            autocomplete="off"
            error={errors.hourlyMax}
          />
          <CheckboxField
            name="ignoresFatigue"
            label={t("composer.settings.ignoresFatigue")}
            hint={t("composer.settings.ignoresFatigueHint")}
            checked={values.ignoresFatigue === "yes"}
          />
          <CheckboxField
            name="isArchived"
            label={t("composer.settings.isArchived")}
            hint={t("composer.settings.isArchivedHint")}
            checked={values.isArchived === "yes"}
          />
        </div>
      </Disclosure>
    </Section>
  );
}

function hasError(errors: FieldErrors, names: readonly string[]): boolean {
  return names.some((name) => errors[name] !== undefined);
}

/** When it leaves. */
export function Schedule({ t, group, values, errors }: ReviewProps) {
  return (
    <Section title={t("composer.schedule.title")} id="schedule">
      <RadioGroup
        name="when"
        legend={t("composer.schedule.when")}
        isLabelHidden
        value={values.when}
        options={[
          {
            value: "now",
            label: t("composer.schedule.now"),
            hint:
              group.settings.mail.undoMinutes === 0
                ? t("composer.schedule.atOnce")
                : t("composer.schedule.nowHint", { count: group.settings.mail.undoMinutes }),
          },
          { value: "at", label: t("composer.schedule.at") },
        ]}
        error={errors.when}
      />
      <div class="mail-at">
        <TextField
          name="startAt"
          type="datetime-local"
          label={t("composer.schedule.startAt")}
          hint={t("composer.schedule.zone", { zone: group.timeZone.replaceAll("_", " ") })}
          value={values.startAt}
          width="medium"
          error={errors.startAt}
        />
      </div>
      <CheckboxField
        name="isLocal"
        label={t("composer.schedule.isLocal")}
        hint={t("composer.schedule.isLocalHint")}
        checked={values.isLocal === "yes"}
      />
      <div class="mail-local">
        <TextField
          name="localTime"
          type="time"
          label={t("composer.schedule.localTime")}
          value={values.localTime}
          width="short"
          error={errors.localTime}
        />
      </div>
    </Section>
  );
}
