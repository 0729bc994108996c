import { formatList } from "../ui/format";
import type { Key, Locale, T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { RecordedAct } from "./audit";
import type { Group } from "./types";
import { type Frame, SettingsNav } from "./views";

type HistoryPageProps = {
  t: T;
  locale: Locale;
  timeZone: string;
  now: number;
  frame: Frame;
  group: Group;
  acts: RecordedAct[];
  /** Addresses of the pages before and after; a page of the past is reached from the newest alone. */
  newest?: string | undefined;
  older?: string | undefined;
};

export function HistoryPage(props: HistoryPageProps) {
  const { t, frame, group, acts } = props;
  return (
    <Shell {...frame} title={t("groups.history.title")} tab="settings">
      <PageHeader title={t("groups.history.title")} lead={t("groups.history.lead")} />
      <SettingsNav t={t} slug={group.slug} current="history" />
      <DataTable
        caption={t("groups.history.title")}
        isCaptionHidden
        rows={acts}
        empty={<EmptyState title={t("groups.history.empty")} text={t("groups.history.emptyText")} />}
        columns={[
          { key: "what", title: t("groups.history.what"), isName: true, cell: ({ act }) => wordsFor(t, act) },
          { key: "subject", title: t("groups.history.subject"), cell: ({ subject }) => subject },
          {
            key: "detail",
            title: t("groups.history.detail"),
            cell: ({ detail }) => detailText(props, detail),
          },
          {
            key: "by",
            title: t("groups.history.by"),
            cell: ({ by }) => (by ? by.name || by.email : t("groups.history.software")),
          },
          { key: "at", title: t("groups.history.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
      <Pager t={t} before={props.newest} after={props.older} />
    </Shell>
  );
}

const words: Record<string, Key> = {
  "group.created": "groups.acts.groupCreated",
  "group.settings": "groups.acts.groupSettings",
  "group.status": "groups.acts.groupStatus",
  "member.role": "groups.acts.memberRole",
  "member.removed": "groups.acts.memberRemoved",
  "member.left": "groups.acts.memberLeft",
  "invitation.sent": "groups.acts.invitationSent",
  "invitation.resent": "groups.acts.invitationResent",
  "invitation.cancelled": "groups.acts.invitationCancelled",
  "invitation.accepted": "groups.acts.invitationAccepted",
  "action.published": "groups.acts.actionPublished",
  "action.closed": "groups.acts.actionClosed",
  "action.reopened": "groups.acts.actionReopened",
  "action.limited": "groups.acts.actionLimited",
  "action.released": "groups.acts.actionReleased",
  "people.exported": "groups.acts.peopleExported",
  "participations.removed": "groups.acts.participationsRemoved",
  "participations.restored": "groups.acts.participationsRestored",
  "report.settled": "groups.acts.reportSettled",
  "intake.unparked": "groups.acts.intakeUnparked",
};

/** An act without words yet is shown under its own name: a gap in the list would be worse. */
function wordsFor(t: T, act: string): string {
  const key = words[act];
  return key ? t(key) : act;
}

/** "role: organiser; count: 12" */
function detailText({ locale }: HistoryPageProps, detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .map(
      ([name, value]) =>
        `${name}: ${Array.isArray(value) ? formatList(value.map(String), locale) : String(value)}`,
    )
    .join("; ");
}
