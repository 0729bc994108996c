import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import type { Key, Locale, T } from "../ui/i18n";
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

function ActionTabs({ t, group, action, kind, tab, mayEdit, maySeePeople }: ActionShellProps) {
  const base = `/groups/${group.slug}/actions/${action.id}`;
  const may = { "actions.view": true, "actions.edit": mayEdit, "people.view": maySeePeople };
  const hasComments = !kind.lacks?.includes("comments");
  const tabs: { name: ActionTab; path: string; label: Key; isOpen: boolean }[] = [
    { name: "overview", path: "", label: "actions.tabs.overview", isOpen: true },
    { name: "edit", path: "/edit", label: "actions.tabs.edit", isOpen: mayEdit },
    { name: "signers", path: "/signers", label: kind.words.participants, isOpen: maySeePeople },
    ...(kind.tabs ?? []).map(({ needs, ...own }) => ({ ...own, isOpen: may[needs] })),
    {
      name: "comments",
      path: "/comments",
      label: "actions.tabs.comments",
      isOpen: maySeePeople && hasComments,
    },
    { name: "sharing", path: "/sharing", label: "sharing.tab", isOpen: true },
    { name: "statistics", path: "/statistics", label: "statistics.tab", isOpen: true },
    { name: "embed", path: "/embed", label: "embeds.tab", isOpen: true },
    { name: "print", path: "/print", label: "paper.tab", isOpen: true },
    { name: "translations", path: "/translations", label: "translations.tab", isOpen: mayEdit },
    { name: "history", path: "/history", label: "actions.tabs.history", isOpen: true },
  ];
  return (
    <nav class="subtabs" aria-label={t("actions.tabs.label")}>
      <ul>
        {tabs
          .filter(({ isOpen }) => isOpen)
          .map(({ name, path, label }) => (
            <li>
              <a href={`${base}${path}`} aria-current={name === tab ? "page" : undefined}>
                {t(label)}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}
