import type { Group } from "../groups/types";
import type { Work } from "../people/work";
import { Works } from "../people/works-view";
import { CopyField } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber, formatSaid } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import type { RuleRow } from "./retention";
import { MONTHS_MAX, MONTHS_MIN, type RetentionRule } from "./types";

export type RetentionPageProps = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Pick<Group, "name" | "slug">;
  now: number;
  timeZone: string;
  rules: readonly RuleRow[];
  works: readonly Work[];
  /** How much a rule would find, where somebody asked. */
  preview: { rule: RetentionRule; count: number; isWhole: boolean } | null;
  typed: { rule: RetentionRule; months: string } | null;
  errors: FieldErrors;
  ownUrl: string;
  flash?: FlashMessage | undefined;
};

/** What a group forgets by itself, and where its supporters find what it holds of them. */
export function RetentionPage(props: RetentionPageProps) {
  const { t, frame, group, rules, works, errors, flash, locale, now, ownUrl } = props;
  const settings = `/groups/${group.slug}/settings`;
  return (
    <Shell {...frame} title={t("privacy.title")} group={group} tab="settings" flash={flash}>
      <PageHeader
        title={t("privacy.title")}
        lead={t("privacy.retention.lead")}
        back={{ href: settings, label: t("groups.settings.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Section title={t("privacy.retention.own")} text={t("privacy.retention.ownText")}>
        <CopyField t={t} name="own" label={t("privacy.own.link")} value={ownUrl} />
      </Section>
      <Works t={t} locale={locale} works={works} now={now} />
      {rules.map((rule) => (
        <Rule {...props} rule={rule} href={`${settings}/privacy`} />
      ))}
    </Shell>
  );
}

function Rule(props: RetentionPageProps & { rule: RuleRow; href: string }) {
  const { t, rule, href, errors, preview, typed, locale, timeZone, now } = props;
  const { rule: name, isOn, lastAt, lastCount } = rule;
  const field = `months.${name}`;
  const found = preview?.rule === name ? preview : null;
  return (
    <Section
      id={name}
      title={t(`privacy.retention.rules.${name}`)}
      text={t(`privacy.retention.texts.${name}`)}
      actions={
        <Status tone={isOn ? "good" : "neutral"}>
          {t(isOn ? "privacy.retention.state.on" : "privacy.retention.state.off")}
        </Status>
      }
    >
      {found ? (
        <Notice kind="warn">
          <p>
            {found.isWhole ? "" : `${t("privacy.retention.atLeast")} `}
            {t(`privacy.retention.found.${name}`, {
              count: found.count,
              number: formatNumber(found.count, locale),
            })}
          </p>
        </Notice>
      ) : null}
      <Form class="form measure" action={`${href}#${name}`} label={t(`privacy.retention.rules.${name}`)}>
        <HiddenField name="rule" value={name} />
        <TextField
          name={field}
          label={t("privacy.retention.months")}
          inputmode="numeric"
          width="short"
          maxlength={4}
          value={typed?.rule === name ? typed.months : String(rule.months)}
          error={errors[field]}
          min={MONTHS_MIN}
          max={MONTHS_MAX}
        />
        {name === "people" ? (
          <CheckboxField
            name="alsoSubscribed"
            label={t("privacy.retention.alsoSubscribed")}
            hint={t("privacy.retention.alsoSubscribedHint")}
            checked={rule.alsoSubscribed}
          />
        ) : null}
        <CheckboxField name={`isOn.${name}`} label={t("privacy.retention.isOn")} checked={isOn} />
        <ButtonRow>
          <SubmitButton kind="secondary" name="do" value="preview">
            {t("privacy.retention.preview")}
            <span class="visually-hidden"> {t(`privacy.retention.rules.${name}`)}</span>
          </SubmitButton>
          <SubmitButton name="do" value="save">
            {t("privacy.retention.save")}
          </SubmitButton>
        </ButtonRow>
      </Form>
      {lastAt === null ? null : (
        <p class="soft small">
          {t("privacy.retention.last", {
            when: formatSaid(lastAt, locale, timeZone, now),
            number: formatNumber(lastCount ?? 0, locale),
          })}
        </p>
      )}
    </Section>
  );
}
