import type { FieldErrors } from "../ui/form";
import { ErrorSummary, Form, SelectField, SubmitButton } from "../ui/form";
import type { Key, T } from "../ui/i18n";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { type AbuseReport, reportOutcomes } from "./types";
import { OperationsFrame } from "./views";
import type { PageProps } from "./web";

type ReportsPageProps = PageProps & {
  reports: AbuseReport[];
  isSettled: boolean;
  next: number | null;
  /** What was wrong with the decision just sent, by the field's name. */
  errors?: FieldErrors;
};

const PATH = "/operations/reports";

export function ReportsPage(props: ReportsPageProps) {
  const { t, isSettled, next, errors = {} } = props;
  const tabs = [
    { href: PATH, label: t("operations.reports.open"), isHere: !isSettled },
    { href: `${PATH}?settled=yes`, label: t("operations.reports.settled"), isHere: isSettled },
  ];
  return (
    <OperationsFrame
      {...props}
      title={t("operations.reports.title")}
      lead={t("operations.reports.lead")}
      current="reports"
    >
      <ErrorSummary t={t} errors={errors} />
      <nav class="cluster" aria-label={t("operations.reports.title")}>
        {tabs.map(({ href, label, isHere }) => (
          <a href={href} aria-current={isHere ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <ReportsTable {...props} />
      <Pager
        t={t}
        after={next === null ? undefined : `${PATH}?${isSettled ? "settled=yes&" : ""}before=${next}`}
      />
    </OperationsFrame>
  );
}

function ReportsTable(props: ReportsPageProps) {
  const { t, reports, isSettled } = props;
  const none = isSettled ? "Settled" : "";
  return (
    <DataTable
      caption={t("operations.reports.title")}
      isCaptionHidden
      rows={reports}
      empty={
        <EmptyState
          title={t(`operations.reports.empty${none}`)}
          text={t(isSettled ? "operations.reports.emptySettledText" : "operations.reports.emptyText")}
        />
      }
      columns={[
        {
          key: "page",
          title: t("operations.reports.page"),
          isName: true,
          cell: (report) => <PageCell report={report} />,
        },
        {
          key: "group",
          title: t("operations.reports.group"),
          cell: ({ groupId, groupName }) => <a href={`/operations/groups/${groupId}`}>{groupName}</a>,
        },
        {
          key: "reason",
          title: t("operations.reports.reason"),
          cell: ({ reason }) => reasonWords(t, reason),
        },
        {
          key: "detail",
          title: t("operations.reports.detail"),
          cell: ({ detail }) => <span dir="auto">{detail}</span>,
        },
        {
          key: "at",
          title: t("operations.reports.at"),
          cell: ({ reportedAt }) => <When {...props} at={reportedAt} />,
        },
        {
          key: "outcome",
          title: t("operations.reports.outcome"),
          cell: (report) =>
            report.outcome ? (
              t(`operations.reports.outcomes.${report.outcome}`)
            ) : (
              <Decision {...props} report={report} />
            ),
        },
      ]}
    />
  );
}

/** A link only to what a browser may safely open: the address came from outside. */
function PageCell({ report }: { report: AbuseReport }) {
  return /^https?:\/\//.test(report.url) ? (
    <a href={report.url} rel="noopener noreferrer">
      {report.url}
    </a>
  ) : (
    <span>{report.url}</span>
  );
}

const reasons: Record<string, Key> = {
  hate: "operations.reports.reasons.hate",
  false: "operations.reports.reasons.false",
  fraud: "operations.reports.reasons.fraud",
  private: "operations.reports.reasons.private",
  other: "operations.reports.reasons.other",
};

function reasonWords(t: T, reason: string): string {
  const key = reasons[reason];
  return key ? t(key) : reason;
}

function Decision({ t, report, errors = {} }: ReportsPageProps & { report: AbuseReport }) {
  const name = `outcome-${report.no}`;
  return (
    <Form
      action={`${PATH}/${report.no}/settlement`}
      class="cluster"
      label={`${t("operations.reports.settle")}: ${report.no}`}
    >
      <SelectField
        name={name}
        label={t("operations.reports.choose")}
        blank={t("common.form.choose")}
        error={errors[name]}
        options={reportOutcomes
          .filter((outcome) => outcome !== "action_limited" || report.actionId !== null)
          .map((value) => ({ value, label: t(`operations.reports.outcomes.${value}`) }))}
      />
      <SubmitButton kind="secondary">{t("operations.reports.settle")}</SubmitButton>
    </Form>
  );
}
