import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { actionHref } from "../actions/web";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { formatTime } from "../ui/format";
import { Section } from "../ui/layout";
import { DataTable } from "../ui/table";
import { ChangeSection } from "./change-views";
import type { Changes } from "./changes";
import type { SeriesDate } from "./store";
import { CANCELLATION_NOTE_MAX, eventSettings, rhythms, SERIES_MAX } from "./types";
import { whenLine } from "./words";

export type PlanPageProps = ActionFrame & {
  dates: readonly SeriesDate[];
  values: FormValues;
  errors: Record<string, string>;
  changes: Changes | null;
  /** People who would be told of another time or place. */
  toTell: number;
  /** People who would be told of a cancellation. */
  count: number;
  /** Until when a cancellation can be taken back before anybody is told; null once they are. */
  undoUntil: number | null;
};

/** What happens to an event as a whole: more dates of it, or its cancellation. */
export function PlanPage(props: PlanPageProps) {
  const { t, action, values, errors } = props;
  const isOn = action.status === "published" && !eventSettings.parse(action.settings).cancelled;
  return (
    <ActionShell {...props} tab="plan" page={t("events.plan.title")}>
      <ErrorSummary t={t} errors={errors} />
      {props.mayPublish && isOn ? <ChangeSection {...props} tellNote={single(values, "tellNote")} /> : null}
      <Series {...props} />
      {props.mayPublish ? <Cancellation {...props} /> : null}
    </ActionShell>
  );
}

function Series(props: PlanPageProps) {
  const { t, locale, group, action, dates } = props;
  const settings = eventSettings.parse(action.settings);
  return (
    <Section title={t("events.plan.repeat")} text={t("events.plan.repeatText")}>
      {dates.length > 0 ? (
        <DataTable
          caption={t("events.page.otherDates")}
          isCaptionHidden
          rows={dates}
          empty={null}
          columns={[
            {
              key: "date",
              title: t("events.page.when"),
              isName: true,
              cell: (date) => (
                <a href={actionHref(group, date)}>
                  {whenLine(eventSettings.parse(JSON.parse(date.settings)), locale)}
                </a>
              ),
            },
            {
              key: "status",
              title: t("events.attendance.standing"),
              cell: ({ status }) =>
                t(
                  status === "published"
                    ? "actions.status.published"
                    : status === "closed"
                      ? "actions.status.closed"
                      : "actions.status.draft",
                ),
            },
          ]}
        />
      ) : null}
      {settings.startsAt === "" || settings.cancelled ? (
        <Notice>
          <p>{t("events.plan.repeatFirst")}</p>
        </Notice>
      ) : (
        <SeriesForm {...props} />
      )}
    </Section>
  );
}

function SeriesForm({ t, group, action, values, errors, mayPublish }: PlanPageProps) {
  return (
    <Form action={actionHref(group, action, "/series")}>
      <RadioGroup
        name="rhythm"
        legend={t("events.plan.rhythm")}
        value={single(values, "rhythm") || "weekly"}
        options={rhythms.map((name) => ({ value: name, label: t(`events.plan.rhythms.${name}`) }))}
        error={errors.rhythm}
      />
      <TextField
        name="count"
        label={t("events.plan.count")}
        hint={t("events.plan.countHint", { count: SERIES_MAX })}
        inputmode="numeric"
        width="short"
        value={single(values, "count")}
        error={errors.count}
      />
      {mayPublish && action.status === "published" ? (
        <CheckboxField
          name="isPublished"
          label={t("events.plan.publish")}
          checked={single(values, "isPublished") === "yes"}
        />
      ) : null}
      <ButtonRow>
        <SubmitButton kind="secondary">{t("events.plan.make")}</SubmitButton>
      </ButtonRow>
    </Form>
  );
}

function Cancellation(props: PlanPageProps) {
  const { t, locale, timeZone, group, action, values, errors, count, undoUntil } = props;
  const { cancelled } = eventSettings.parse(action.settings);
  if (action.status === "draft" && !cancelled) return null;
  if (cancelled)
    return (
      <Section title={t("events.plan.cancelledTitle")}>
        <Notice kind="warn">
          <p>
            {undoUntil === null
              ? t("events.plan.told")
              : t("events.plan.tellAt", { time: formatTime(undoUntil, locale, timeZone), count })}
          </p>
        </Notice>
        <Form action={actionHref(group, action, "/cancellation/undo")}>
          <ButtonRow>
            <SubmitButton kind="secondary">{t("events.plan.putBack")}</SubmitButton>
          </ButtonRow>
        </Form>
      </Section>
    );
  return (
    <Section title={t("events.plan.cancelTitle")} text={t("events.plan.cancelText", { count })}>
      <Form action={actionHref(group, action, "/cancellation")}>
        <TextArea
          name="note"
          label={t("events.plan.note")}
          hint={t("events.plan.noteHint")}
          optionalLabel={t("common.form.optional")}
          rows={3}
          maxlength={CANCELLATION_NOTE_MAX}
          value={single(values, "note")}
          error={errors.note}
        />
        <ButtonRow>
          <SubmitButton kind="danger">{t("events.plan.cancel")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}
