import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { NamedHome } from "./operation";
import type { QueueRate } from "./types";
import type { PageProps } from "./web";

/** How each action's intake is doing: backlog, parked rows, the last error. */
export function HomesSection(props: PageProps & { homes: NamedHome[]; count: number }) {
  const { t, locale, homes, count } = props;
  return (
    <Section title={t("operations.homes.title")} text={t("operations.homes.text")}>
      <DataTable
        caption={t("operations.homes.title")}
        isCaptionHidden
        rows={homes}
        empty={<EmptyState title={t("operations.homes.empty")} text={t("operations.homes.emptyText")} />}
        columns={[
          {
            key: "action",
            title: t("operations.homes.action"),
            isName: true,
            cell: (home) => <HomeName home={home} />,
          },
          {
            key: "group",
            title: t("operations.homes.group"),
            cell: ({ groupId, groupName }) =>
              groupId === null ? groupName : <a href={`/operations/groups/${groupId}`}>{groupName}</a>,
          },
          {
            key: "pending",
            title: t("operations.homes.pending"),
            isNumber: true,
            cell: ({ pending }) => formatNumber(pending, locale),
          },
          {
            key: "oldest",
            title: t("operations.homes.oldest"),
            cell: ({ oldestPendingAt }) =>
              oldestPendingAt === null ? "–" : <When {...props} at={oldestPendingAt} form="relative" />,
          },
          {
            key: "parked",
            title: t("operations.homes.parked"),
            isNumber: true,
            cell: (home) => <ParkedCell {...props} home={home} />,
          },
          {
            key: "rate",
            title: t("operations.homes.rate"),
            isNumber: true,
            cell: ({ drainRatePerMinute }) => formatNumber(Math.round(drainRatePerMinute), locale),
          },
          { key: "error", title: t("operations.homes.error"), cell: ({ lastError }) => lastError ?? "–" },
          {
            key: "at",
            title: t("operations.homes.at"),
            cell: ({ at }) => <When {...props} at={at} form="relative" />,
          },
        ]}
      />
      {count > homes.length ? (
        <p class="soft">{t("operations.homes.shown", { shown: homes.length, count })}</p>
      ) : null}
    </Section>
  );
}

function HomeName({ home }: { home: NamedHome }) {
  return <span dir="auto">{home.title || home.slug || `${home.kind} ${home.actionId}`}</span>;
}

function ParkedCell({ t, locale, home }: PageProps & { home: NamedHome }) {
  if (home.parked === 0 || home.groupId === null) return <>{formatNumber(home.parked, locale)}</>;
  return (
    <a href={`/operations/groups/${home.groupId}/actions/${home.actionId}/parked`}>
      {t("operations.homes.seeParked", { count: home.parked })}
    </a>
  );
}

/** What the queues carried in the last hour. */
export function QueuesSection(props: PageProps & { queues: QueueRate[] }) {
  const { t, locale, queues } = props;
  const figure = (value: number) => formatNumber(value, locale);
  return (
    <Section title={t("operations.queues.title")} text={t("operations.queues.text")}>
      <DataTable
        caption={t("operations.queues.title")}
        isCaptionHidden
        rows={queues}
        empty={<EmptyState title={t("operations.queues.empty")} text={t("operations.queues.emptyText")} />}
        columns={[
          { key: "queue", title: t("operations.queues.queue"), isName: true, cell: ({ queue }) => queue },
          {
            key: "done",
            title: t("operations.queues.done"),
            isNumber: true,
            cell: ({ done }) => figure(done),
          },
          {
            key: "rate",
            title: t("operations.queues.rate"),
            isNumber: true,
            cell: ({ donePerMinute }) => figure(Math.round(donePerMinute)),
          },
          {
            key: "retried",
            title: t("operations.queues.retried"),
            isNumber: true,
            cell: ({ retried }) => figure(retried),
          },
          {
            key: "backlog",
            title: t("operations.queues.backlog"),
            isNumber: true,
            cell: ({ backlog }) => (backlog === null ? t("operations.queues.unknown") : figure(backlog)),
          },
          {
            key: "lastAt",
            title: t("operations.queues.lastAt"),
            cell: ({ lastAt }) => <When {...props} at={lastAt} form="relative" />,
          },
        ]}
      />
    </Section>
  );
}
