import type { Work } from "../people/work";
import { Works } from "../people/works-view";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";
import { GRACE_DAYS_MAX, GRACE_DAYS_MIN, MONTHS_MAX, MONTHS_MIN, type Sunset, type SunsetRun } from "./types";
import type { Page } from "./web";

type SunsetProps = Page & {
  rule: Sunset;
  runs: readonly SunsetRun[];
  works: readonly Work[];
  shown: { months: string; graceDays: string; mode: string };
  errors: FieldErrors;
  flash?: FlashMessage;
};

/** Where a group decides to part from those who no longer read. */
export function SunsetPage(props: SunsetProps) {
  const { t, locale, frame, flash, base, rule, works, now, errors } = props;
  const state = rule.isDryRun ? ("try" as const) : ("on" as const);
  return (
    <Shell {...frame} title={t("inbound.silence.title")} tab="mailings" flash={flash}>
      <PageHeader
        title={t("inbound.silence.title")}
        lead={t("inbound.silence.lead")}
        back={{ href: `${base}/returns`, label: t("inbound.returns.title") }}
        status={
          <Status tone={rule.isOn && !rule.isDryRun ? "good" : "neutral"}>
            {t(`inbound.silence.state.${rule.isOn ? state : "off"}`)}
          </Status>
        }
      />
      <ErrorSummary t={t} errors={errors} />
      <Works t={t} locale={locale} works={works} now={now} />
      <Rule {...props} />
      <Runs {...props} />
    </Shell>
  );
}

function Rule({ t, base, shown, errors }: SunsetProps) {
  return (
    <Section
      title={t("inbound.silence.rule")}
      text={t("inbound.silence.ruleText", { tag: t("inbound.silence.tag") })}
    >
      <Form action={`${base}/silence`} class="form measure" label={t("inbound.silence.rule")}>
        <TextField
          name="months"
          label={t("inbound.silence.months")}
          hint={t("inbound.silence.monthsHint")}
          inputmode="numeric"
          width="short"
          maxlength={4}
          value={shown.months}
          error={errors.months}
          min={MONTHS_MIN}
          max={MONTHS_MAX}
        />
        <TextField
          name="graceDays"
          label={t("inbound.silence.graceDays")}
          hint={t("inbound.silence.graceDaysHint")}
          inputmode="numeric"
          width="short"
          maxlength={4}
          value={shown.graceDays}
          error={errors.graceDays}
          min={GRACE_DAYS_MIN}
          max={GRACE_DAYS_MAX}
        />
        <RadioGroup
          name="mode"
          legend={t("inbound.silence.mode")}
          value={shown.mode}
          options={(["off", "try", "on"] as const).map((value) => ({
            value,
            label: t(`inbound.silence.modes.${value}`),
            hint: t(`inbound.silence.modeTexts.${value}`),
          }))}
        />
        <ButtonRow>
          <SubmitButton>{t("inbound.silence.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

const counts = ["engaged", "silent", "tagged", "untagged", "unsubscribed"] as const;

function Runs(props: SunsetProps) {
  const { t, locale, runs } = props;
  return (
    <Section title={t("inbound.silence.runs")}>
      <DataTable<SunsetRun>
        caption={t("inbound.silence.runs")}
        isCaptionHidden
        rows={runs}
        empty={<p class="soft">{t("inbound.silence.noRuns")}</p>}
        columns={[
          {
            key: "at",
            title: t("inbound.replies.at"),
            isName: true,
            cell: (run) => (
              <>
                <When {...props} at={run.startedAt} />{" "}
                {run.isDryRun ? <Status>{t("inbound.silence.state.try")}</Status> : null}
              </>
            ),
          },
          ...counts.map((key) => ({
            key,
            title: t(`inbound.silence.counts.${key}`),
            isNumber: true,
            cell: (run: SunsetRun) => formatNumber(run[key], locale),
          })),
        ]}
      />
    </Section>
  );
}
