import type { Key, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { OperatorAct } from "./store";
import type { Failure } from "./types";
import type { PageProps } from "./web";

/** The last errors of the installation, newest first. */
export function FailuresSection(props: PageProps & { failures: Failure[] }) {
  const { t, failures } = props;
  return (
    <Section title={t("operations.failures.title")}>
      <DataTable
        caption={t("operations.failures.title")}
        isCaptionHidden
        rows={failures}
        empty={
          <EmptyState title={t("operations.failures.empty")} text={t("operations.failures.emptyText")} />
        }
        columns={[
          { key: "event", title: t("operations.failures.event"), isName: true, cell: ({ event }) => event },
          { key: "text", title: t("operations.failures.text"), cell: ({ errorText }) => errorText },
          { key: "at", title: t("operations.failures.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
    </Section>
  );
}

/** What operators did lately, from the audit log. */
export function ActsSection(props: PageProps & { acts: OperatorAct[] }) {
  const { t, acts } = props;
  return (
    <Section title={t("operations.acts.title")}>
      <DataTable
        caption={t("operations.acts.title")}
        isCaptionHidden
        rows={acts}
        empty={<EmptyState title={t("operations.acts.empty")} text={t("operations.acts.emptyText")} />}
        columns={[
          {
            key: "what",
            title: t("operations.acts.what"),
            isName: true,
            cell: ({ act }) => wordsFor(t, act),
          },
          { key: "subject", title: t("operations.acts.subject"), cell: ({ subject }) => subject },
          { key: "detail", title: t("operations.acts.detail"), cell: ({ detail }) => detailText(t, detail) },
          {
            key: "by",
            title: t("operations.acts.by"),
            cell: ({ by }) => by || t("operations.acts.software"),
          },
          { key: "at", title: t("operations.acts.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
    </Section>
  );
}

const words: Record<string, Key> = {
  "group.status": "operations.acts.groupStatus",
  "action.limited": "operations.acts.actionLimited",
  "action.released": "operations.acts.actionReleased",
  "deadletters.replayed": "operations.acts.replayed",
  "deadletters.discarded": "operations.acts.discarded",
  "report.settled": "operations.acts.reportSettled",
  "intake.unparked": "operations.acts.unparked",
  "intake.stored_again": "operations.acts.storedAgain",
  "sending.allowed": "results.acts.approved",
  "sending.quota": "results.acts.quota",
  "sending.resumed": "results.acts.resumed",
  "mailing.refused": "results.acts.refused",
  "mailing.halted": "results.acts.stopped",
  "suppression.lifted": "results.acts.lifted",
  "readings.unparked": "results.acts.unparked",
};

function wordsFor(t: T, act: string): string {
  const key = words[act];
  return key ? t(key) : act;
}

const valueWords: Record<string, Key> = {
  active: "operations.groups.statuses.active",
  limited: "operations.groups.statuses.limited",
  suspended: "operations.groups.statuses.suspended",
  dismissed: "operations.reports.outcomes.dismissed",
  action_limited: "operations.reports.outcomes.action_limited",
  group_limited: "operations.reports.outcomes.group_limited",
  group_suspended: "operations.reports.outcomes.group_suspended",
};

/** A state, an outcome, a count, a reason as it was typed. */
function detailText(t: T, detail: Record<string, unknown>): string {
  return Object.values(detail)
    .map((value) => {
      const key = valueWords[String(value)];
      return key ? t(key) : String(value ?? "");
    })
    .filter((text) => text !== "")
    .join(" · ");
}
