import type { FieldErrors } from "../ui/form";
import { ButtonRow, ErrorSummary, Form, SelectField, SubmitButton } from "../ui/form";
import { EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { reasonWords } from "./report-words";
import { type AbuseReport, reportOutcomes } from "./types";
import { Fact, OperationsFrame, SubTabs } from "./views";
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
      <SubTabs label={t("operations.reports.title")} tabs={tabs} />
      <ReportList {...props} />
      <Pager
        t={t}
        after={next === null ? undefined : `${PATH}?${isSettled ? "settled=yes&" : ""}before=${next}`}
      />
    </OperationsFrame>
  );
}

function ReportList(props: ReportsPageProps) {
  const { t, reports, isSettled } = props;
  if (reports.length === 0) {
    return isSettled ? (
      <EmptyState
        title={t("operations.reports.emptySettled")}
        text={t("operations.reports.emptySettledText")}
      />
    ) : (
      <EmptyState title={t("operations.reports.empty")} text={t("operations.reports.emptyText")} />
    );
  }
  return (
    <ul class="stack">
      {reports.map((report) => (
        <li class="card" id={`report-${report.no}`}>
          <ReportFacts {...props} report={report} />
          {report.outcome === null ? <Decision {...props} report={report} /> : null}
        </li>
      ))}
    </ul>
  );
}

function ReportFacts(props: PageProps & { report: AbuseReport }) {
  const { t, report } = props;
  return (
    <dl class="facts">
      <Fact label={t("operations.reports.page")}>
        <ReportedPage report={report} />
      </Fact>
      <Fact label={t("operations.reports.group")}>
        <a href={`/operations/groups/${report.groupId}`}>{report.groupName}</a>
      </Fact>
      <Fact label={t("operations.reports.reason")}>{reasonWords(t, report.reason)}</Fact>
      {report.detail ? (
        <Fact label={t("operations.reports.detail")}>
          <span dir="auto">{report.detail}</span>
        </Fact>
      ) : null}
      <Fact label={t("operations.reports.at")}>
        <When {...props} at={report.reportedAt} />
      </Fact>
      {report.outcome ? (
        <Fact label={t("operations.reports.outcome")}>
          {t(`operations.reports.outcomes.${report.outcome}`)}
        </Fact>
      ) : null}
    </dl>
  );
}

/** A link only to what a browser may safely open: the address came from outside. */
function ReportedPage({ report }: { report: AbuseReport }) {
  return /^https?:\/\//.test(report.url) ? (
    <a href={report.url} rel="noopener noreferrer">
      {report.url}
    </a>
  ) : (
    <span>{report.url}</span>
  );
}

function Decision({ t, report, errors = {} }: ReportsPageProps & { report: AbuseReport }) {
  const name = `outcome-${report.no}`;
  return (
    <Form
      action={`${PATH}/${report.no}/settlement`}
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
      <ButtonRow>
        <SubmitButton kind="secondary">{t("operations.reports.settle")}</SubmitButton>
      </ButtonRow>
    </Form>
  );
}
