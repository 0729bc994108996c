import { ActionStatusMark, nameOf } from "../actions/action-shell";
import type { Action, ActionStatus } from "../actions/types";
import type { Group } from "../groups/types";
import { formatDate, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { Sparkline } from "../ui/sparkline";
import { type Column, DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { type Day, lately, type Numbers } from "./summary";

type TableProps = {
  t: T;
  locale: Locale;
  group: Pick<Group, "slug">;
  now: number;
  timeZone: string;
  actions: readonly Action[];
  numbers: ReadonlyMap<number, Numbers | null>;
};

/** Actions with the two numbers that matter: how many in all, and how it goes now. */
export function ActionTable(props: TableProps) {
  const { t, group, actions } = props;
  const base = `/groups/${group.slug}/actions`;
  return (
    <DataTable
      caption={t("actions.list.title")}
      isCaptionHidden
      columns={columns(props, base)}
      rows={actions}
      empty={
        <EmptyState
          title={t("dashboard.list.empty")}
          text={t("dashboard.list.emptyText")}
          action={{ href: `${base}/new/petition`, label: t("dashboard.home.startPetition") }}
        />
      }
    />
  );
}

function columns({ t, locale, numbers, now, timeZone }: TableProps, base: string): Column<Action>[] {
  return [
    {
      key: "name",
      title: t("dashboard.list.name"),
      isName: true,
      cell: (action) => (
        <span class="action-name">
          <a href={`${base}/${action.id}${action.status === "draft" ? "/edit" : ""}`} dir="auto">
            {nameOf(action)}
          </a>{" "}
          <ActionStatusMark t={t} action={action} />
        </span>
      ),
    },
    {
      key: "total",
      title: t("dashboard.list.total"),
      isNumber: true,
      cell: (action) => totalWords(t, locale, action, numbers.get(action.no)),
    },
    {
      key: "days",
      title: t("dashboard.list.days"),
      cell: (action) => {
        const known = numbers.get(action.no);
        return known ? <DaysLine t={t} locale={locale} days={known.days} /> : "";
      },
    },
    {
      key: "edited",
      title: t("dashboard.list.edited"),
      cell: (action) => <When at={action.updatedAt} now={now} locale={locale} timeZone={timeZone} />,
    },
  ];
}

/** "–" for what has no number; words for a number that is away, since a 0 would be a lie. */
function totalWords(t: T, locale: Locale, action: Action, known: Numbers | null | undefined) {
  if (known) return <strong>{formatNumber(known.total, locale)}</strong>;
  return action.status === "draft" || known === undefined ? (
    "–"
  ) : (
    <span class="soft">{t("dashboard.list.away")}</span>
  );
}

/** The last thirty days as bars, and in words for those who do not see them. */
export function DaysLine({ t, locale, days }: { t: T; locale: Locale; days: readonly Day[] }) {
  const best = days.reduce<Day | undefined>(
    (top, day) => (day.count > (top?.count ?? 0) ? day : top),
    undefined,
  );
  const count = lately([{ total: 0, days: [...days] }], days.length);
  const label = best
    ? t("dashboard.list.daysLabel", {
        count,
        day: formatDate(best.at, locale, "UTC"),
        most: formatNumber(best.count, locale),
      })
    : t("dashboard.list.daysNone");
  return <Sparkline values={days.map((day) => day.count)} label={label} />;
}

export type ListProps = TableProps & {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  group: Group;
  status: ActionStatus | undefined;
  isFirstPage: boolean;
  next: number | null;
};

const statuses = [undefined, "published", "draft", "closed"] as const;

/** Every action of the group, newest first. */
export function ActionListPage(props: ListProps) {
  const { t, frame, group, status, next, isFirstPage } = props;
  const base = `/groups/${group.slug}/actions`;
  const href = (name: ActionStatus | undefined, before?: number) => {
    const query = new URLSearchParams({
      ...(name ? { status: name } : {}),
      ...(before ? { before: String(before) } : {}),
    });
    return query.size > 0 ? `${base}?${query}` : base;
  };
  return (
    <Shell {...frame} title={t("actions.list.title")} group={group} tab="actions">
      <PageHeader title={t("actions.list.title")} />
      <nav class="subtabs" aria-label={t("dashboard.list.filter")}>
        <ul>
          {statuses.map((name) => (
            <li>
              <a class="subtab" href={href(name)} aria-current={name === status ? "page" : undefined}>
                {t(name ? `dashboard.list.status.${name}` : "dashboard.list.status.all")}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ActionTable {...props} />
      <Pager
        t={t}
        before={next ? href(status, next) : undefined}
        after={isFirstPage ? undefined : href(status)}
      />
    </Shell>
  );
}
