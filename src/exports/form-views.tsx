import type { Child } from "hono/jsx";
import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  CheckboxGroup,
  ErrorSummary,
  Form,
  HiddenField,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { EmptyState } from "../ui/table";
import type { Choice, Offered } from "./asking";
import type { What } from "./types";
import type { Frame } from "./views";

export type FormPageProps = {
  frame: Frame;
  t: T;
  locale: Locale;
  group: { name: string; slug: string };
  what: What;
  offered: readonly Offered[];
  choice: Choice;
  /** The member's, the group's and UTC, without repeats. */
  timeZones: readonly string[];
  errors: Record<string, string>;
  audiences: readonly { value: string; name: string }[];
  actions: readonly { id: string; title: string }[];
  /** What was typed: who, the action, the days. */
  typed: { who: string; action: string; from: string; to: string };
};

/** Which columns of what, in which form. The choice is remembered. */
export function ExportFormPage(props: FormPageProps) {
  const { t, frame, group, what, errors, offered, choice, timeZones } = props;
  const base = `/groups/${group.slug}/exports`;
  return (
    <Shell {...frame} title={t(`exports.start.${what}`)} group={group} tab="people">
      <PageHeader title={t(`exports.start.${what}`)} lead={t(`exports.start.${what}Text`)} />
      <PeopleTabs t={t} slug={group.slug} current="exports" />
      <ErrorSummary t={t} errors={errors} />
      <Form action={`${base}/${what}`}>
        <Whom {...props} />
        <div class="export-columns">
          <CheckboxGroup
            name="columns"
            legend={t("exports.form.columns")}
            hint={t("exports.form.columnsHint")}
            error={errors.columns}
            options={offered.map(({ key, title }) => ({ value: key, label: title }))}
            values={choice.columns}
          />
        </div>
        <RadioGroup
          name="format"
          legend={t("exports.form.format")}
          required
          options={[
            { value: "csv", label: t("exports.form.csv"), hint: t("exports.form.csvHint") },
            { value: "jsonl", label: t("exports.form.jsonl") },
          ]}
          value={choice.format}
        />
        <SelectField
          name="timeZone"
          label={t("exports.form.timeZone")}
          required
          options={timeZones.map((zone) => ({ value: zone, label: zone }))}
          value={choice.timeZone}
        />
        <CheckboxField name="behind" label={t("exports.form.behind")} />
        <p class="soft small">{t("exports.form.recorded")}</p>
        <ButtonRow>
          <SubmitButton>{t("exports.form.download")}</SubmitButton>
          <ButtonLink kind="quiet" href={base}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

function Whom({ t, what, audiences, actions, typed }: FormPageProps): Child {
  switch (what) {
    case "people":
      return (
        <SelectField
          name="who"
          label={t("exports.form.who")}
          required
          value={typed.who}
          options={[
            { value: "all", label: t("exports.form.whoAll") },
            { value: "mail", label: t("exports.form.whoMail") },
            { value: "mobile", label: t("exports.form.whoMobile") },
            ...audiences.map(({ value, name }) => ({ value, label: t("exports.form.audience", { name }) })),
          ]}
        />
      );
    case "action": {
      const chosen = actions.find(({ id }) => id === typed.action);
      return (
        <>
          <HiddenField name="action" value={typed.action} />
          <p>
            {t("exports.form.action")}: <strong dir="auto">{chosen?.title ?? ""}</strong>
          </p>
        </>
      );
    }
    case "gifts":
      return (
        <>
          <SelectField
            name="action"
            label={t("exports.form.action")}
            required
            value={typed.action}
            options={[
              { value: "", label: t("exports.form.everyAction") },
              ...actions.map(({ id, title }) => ({ value: id, label: title })),
            ]}
          />
          <TextField
            name="from"
            type="date"
            width="medium"
            label={t("exports.form.from")}
            value={typed.from}
          />
          <TextField name="to" type="date" width="medium" label={t("exports.form.to")} value={typed.to} />
        </>
      );
  }
}

/** Which action, since its questions are columns. */
export function ChooseActionPage({
  frame,
  t,
  group,
  actions,
}: Pick<FormPageProps, "frame" | "t" | "group" | "actions">) {
  const base = `/groups/${group.slug}`;
  return (
    <Shell {...frame} title={t("exports.start.action")} group={group} tab="people">
      <PageHeader title={t("exports.start.action")} lead={t("exports.start.actionText")} />
      <PeopleTabs t={t} slug={group.slug} current="exports" />
      {actions.length === 0 ? (
        <EmptyState
          title={t("exports.form.noActions")}
          text=""
          action={{ href: `${base}/actions/new`, label: t("common.nav.start") }}
        />
      ) : (
        <Form method="get" action={`${base}/exports/action`}>
          <SelectField
            name="action"
            label={t("exports.form.action")}
            required
            options={actions.map(({ id, title }) => ({ value: id, label: title }))}
          />
          <ButtonRow>
            <SubmitButton>{t("exports.form.continue")}</SubmitButton>
          </ButtonRow>
        </Form>
      )}
    </Shell>
  );
}

/** Everything the group owns: said in words before it is made. */
export function GroupExportPage({ frame, t, group }: Pick<FormPageProps, "frame" | "t" | "group">) {
  const base = `/groups/${group.slug}/exports`;
  return (
    <Shell {...frame} title={t("exports.group.title")} group={group} tab="people">
      <PageHeader title={t("exports.group.title")} lead={t("exports.group.text")} />
      <PeopleTabs t={t} slug={group.slug} current="exports" />
      <Notice kind="warn">
        <p>{t("exports.group.care")}</p>
      </Notice>
      <p>{t("exports.group.owner")}</p>
      <Form action={`${base}/group`}>
        <ButtonRow>
          <SubmitButton>{t("exports.group.ask")}</SubmitButton>
          <ButtonLink kind="quiet" href={base}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}
