import type { Locale, T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { RecordedAct } from "./audit";
import { actInWords, detailInWords } from "./history-words";
import type { Group } from "./types";
import { type Frame, SettingsNav } from "./views";

/** How an act begins whose subject is one of the group's actions, by its id. */
const ABOUT_ACTION = /^(action|people|participations|intake)\./;

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
          {
            key: "what",
            title: t("groups.history.what"),
            isName: true,
            cell: ({ act }) => actInWords(t, act),
          },
          {
            key: "subject",
            title: t("groups.history.subject"),
            // An id says nothing to anybody; where it leads does.
            cell: ({ act, subject }) =>
              ABOUT_ACTION.test(act) && subject ? (
                <a href={`/groups/${group.slug}/actions/${subject}`}>{t("groups.history.action")}</a>
              ) : (
                subject
              ),
          },
          {
            key: "detail",
            title: t("groups.history.detail"),
            cell: ({ detail }) => detailInWords(t, props.locale, detail),
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
