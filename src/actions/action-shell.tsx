import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";
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

export type ActionTab = "overview" | "edit" | "signers" | "comments" | "history";

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

function ActionTabs({ t, group, action, tab, mayEdit, maySeePeople }: ActionShellProps) {
  const base = `/groups/${group.slug}/actions/${action.id}`;
  const tabs: { name: ActionTab; path: string; isOpen: boolean }[] = [
    { name: "overview", path: "", isOpen: true },
    { name: "edit", path: "/edit", isOpen: mayEdit },
    { name: "signers", path: "/signers", isOpen: maySeePeople },
    { name: "comments", path: "/comments", isOpen: maySeePeople },
    { name: "history", path: "/history", isOpen: true },
  ];
  return (
    <nav class="subtabs" aria-label={t("actions.tabs.label")}>
      <ul>
        {tabs
          .filter(({ isOpen }) => isOpen)
          .map(({ name, path }) => (
            <li>
              <a href={`${base}${path}`} aria-current={name === tab ? "page" : undefined}>
                {t(`actions.tabs.${name}`)}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}
