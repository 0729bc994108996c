import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import type { Key, Locale, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import type { Action, Kind } from "./types";

export type ActionFrame = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Group;
  action: Action;
  kind: Kind;
  now: number;
  timeZone: string;
  publicUrl: string;
  mayEdit: boolean;
  mayPublish: boolean;
  maySeePeople: boolean;
  flash?: FlashMessage;
};

/** One of the shared pages, or the name of one of the kind's own tabs. */
export type ActionTab = string;

type ActionShellProps = ActionFrame & {
  tab: ActionTab;
  /** The name of the page for the browser's own list of tabs and the history. */
  page: string;
  lead?: Child;
  buttons?: Child;
  scripts?: readonly string[];
  children: Child;
};

/** The frame of every page about one action: its name and state, and the way to its other pages. */
export function ActionShell(props: ActionShellProps) {
  const { t, frame, group, action, flash } = props;
  return (
    <Shell
      {...frame}
      title={`${props.page} · ${nameOf(action)}`}
      group={group}
      tab="actions"
      flash={flash}
      scripts={props.scripts}
    >
      <PageHeader
        title={nameOf(action)}
        status={<ActionStatusMark t={t} action={action} />}
        lead={props.lead}
        actions={props.buttons}
        back={{ href: `/groups/${group.slug}/actions`, label: t("actions.list.title") }}
      />
      <ActionTabs {...props} />
      {props.children}
    </Shell>
  );
}

/** What organisers call it: its internal title, or else the public one. */
export function nameOf(action: Pick<Action, "title" | "internalTitle">): string {
  return action.internalTitle || action.title;
}

/** Draft, live, closed or stopped, in words. */
export function ActionStatusMark({ t, action }: { t: T; action: Pick<Action, "status" | "limitedAt"> }) {
  if (action.limitedAt !== null) return <Status tone="bad">{t("actions.status.limited")}</Status>;
  switch (action.status) {
    case "draft":
      return <Status tone="warn">{t("actions.status.draft")}</Status>;
    case "published":
      return <Status tone="good">{t("actions.status.published")}</Status>;
    case "closed":
      return <Status>{t("actions.status.closed")}</Status>;
  }
}

type Tab = { name: ActionTab; path: string; label: Key; rank: "always" | "wide" | "more" };

/**
 * What people come for every day stands in the row, the rest under "More"; what only a wide screen has room for is in both,
 * one of them hidden by its width. The page one is on is always in the row.
 */
function ActionTabs(props: ActionShellProps) {
  const { t, group, action, tab } = props;
  const base = `/groups/${group.slug}/actions/${action.id}`;
  const tabs = tabsOf(props);
  const isInRow = ({ name, rank }: Tab) => rank !== "more" || name === tab;
  const more = tabs.filter(({ name, rank }) => rank !== "always" && name !== tab);
  const link = ({ name, path, label }: Tab, className?: string) => (
    <a class={className} href={`${base}${path}`} aria-current={name === tab ? "page" : undefined}>
      {t(label)}
    </a>
  );
  return (
    <nav class="subtabs" aria-label={t("actions.tabs.label")}>
      <ul>
        {tabs.filter(isInRow).map((one) => (
          <li class={one.rank === "wide" && one.name !== tab ? "subtab-wide" : undefined}>
            {link(one, "subtab")}
          </li>
        ))}
        <li>
          <details class="menu menu-end" data-menu>
            <summary>
              {t("actions.tabs.more")}
              <Icon name="down" />
            </summary>
            <ul class="menu-list">
              {more.map((one) => (
                <li class={one.rank === "wide" ? "subtab-narrow" : undefined}>{link(one)}</li>
              ))}
            </ul>
          </details>
        </li>
      </ul>
    </nav>
  );
}

/** The pages somebody may open, in the order they are shown. */
function tabsOf({ kind, mayEdit, maySeePeople }: ActionShellProps): Tab[] {
  const may = { "actions.view": true, "actions.edit": mayEdit, "people.view": maySeePeople };
  const hasComments = !kind.lacks?.includes("comments");
  const own = (kind.tabs ?? []).filter(({ needs }) => may[needs]);
  const tabs: (Tab & { isOpen?: boolean })[] = [
    { name: "overview", path: "", label: "actions.tabs.overview", rank: "always" },
    { name: "edit", path: "/edit", label: "actions.tabs.edit", rank: "always", isOpen: mayEdit },
    {
      name: "signers",
      path: "/signers",
      label: kind.words.participants,
      rank: "always",
      isOpen: maySeePeople,
    },
    ...own.map(({ name, path, label }): Tab => ({ name, path, label, rank: "always" })),
    {
      ...{ name: "comments", path: "/comments", label: "actions.tabs.comments", rank: "wide" },
      isOpen: maySeePeople && hasComments,
    },
    { name: "sharing", path: "/sharing", label: "sharing.tab", rank: "wide" },
    { name: "statistics", path: "/statistics", label: "statistics.tab", rank: "wide" },
    { name: "embed", path: "/embed", label: "embeds.tab", rank: "more" },
    { name: "print", path: "/print", label: "paper.tab", rank: "more" },
    { name: "translations", path: "/translations", label: "translations.tab", rank: "more", isOpen: mayEdit },
    { name: "history", path: "/history", label: "actions.tabs.history", rank: "more" },
  ];
  return tabs.filter(({ isOpen }) => isOpen !== false);
}
