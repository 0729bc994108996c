import type { Child } from "hono/jsx";
import { Document, dashboardStyles, PRODUCT_NAME, SkipLink } from "./document";
import { Flash, type FlashMessage } from "./flash";
import { ButtonLink } from "./form";
import type { Locale, T } from "./i18n";
import { Icon, type IconName } from "./icon";
import { Palette } from "./palette";
import { Swell } from "./swell";

export { Document } from "./document";
export { LanguageLinks, PlainPage } from "./plain-page";

export type Tab = "home" | "actions" | "people" | "mailings" | "settings" | "operations";

type NamedGroup = { name: string; slug: string };

export type ShellProps = {
  t: T;
  locale: Locale;
  title: string;
  account?: { name: string; email: string };
  /** The groups of this account, as the switcher lists them. */
  groups: readonly NamedGroup[];
  /** The group this page belongs to; without it there are no tabs of a group. */
  group?: NamedGroup;
  tab?: Tab;
  /** Tabs of the group that this person's role does not open. */
  closedTabs?: readonly Tab[];
  isOperator?: boolean;
  flash?: FlashMessage;
  /** The page is the group's search: the top bar does not offer it once more. */
  isSearch?: boolean;
  /** Extra module scripts of `public/js`, by name. */
  scripts?: readonly string[];
  /** The page's own heading row is drawn by `PageHeader`, inside. */
  children: Child;
};

/** The frame of every page an organiser sees: top bar, tabs, what just happened, the page. */
export function Shell(props: ShellProps) {
  const { t, group } = props;
  const hasPalette = group !== undefined && !props.isSearch;
  const title = group ? `${props.title} · ${group.name}` : `${props.title} · ${PRODUCT_NAME}`;
  return (
    <Document
      locale={props.locale}
      title={title}
      styles={dashboardStyles}
      scripts={[
        ...new Set([
          "menu",
          "copy",
          "confirm",
          ...(hasPalette ? ["search", "palette"] : []),
          ...(props.scripts ?? []),
        ]),
      ]}
      bodyClass="shell"
    >
      <SkipLink t={t} />
      <TopBar {...props} />
      <Tabs {...props} />
      <main id="main" class="shell-main" tabindex={-1}>
        {props.flash ? <Flash flash={props.flash} /> : null}
        {props.children}
      </main>
      <footer class="shell-footer">
        <p>{t("common.footer.madeWith", { product: PRODUCT_NAME })}</p>
      </footer>
      {hasPalette ? <Palette t={t} slug={group.slug} /> : null}
    </Document>
  );
}

function TopBar({ t, account, groups, group, isSearch }: ShellProps) {
  return (
    <header class="top-bar">
      <a class="wordmark" href="/" aria-label={t("common.nav.productHome", { product: PRODUCT_NAME })}>
        <Swell />
        <span class="wordmark-name">{PRODUCT_NAME}</span>
      </a>
      {account ? <GroupSwitcher t={t} groups={groups} group={group} /> : null}
      <div class="top-bar-end">
        {group && !isSearch ? (
          <a class="top-search" href={`/groups/${group.slug}/search`} data-palette>
            <Icon name="search" />
            <span class="button-words">{t("common.palette.open")}</span>
            <span class="top-search-key" aria-hidden="true">
              /
            </span>
          </a>
        ) : null}
        {group ? (
          <ButtonLink href={`/groups/${group.slug}/actions/new`}>
            <Icon name="plus" />
            <span class="button-words">{t("common.nav.start")}</span>
          </ButtonLink>
        ) : null}
        {account ? <AccountMenu t={t} account={account} /> : null}
      </div>
    </header>
  );
}

function GroupSwitcher({ t, groups, group }: Pick<ShellProps, "t" | "groups" | "group">) {
  return (
    <details class="menu" data-menu>
      <summary>
        <span class="menu-label">{group?.name ?? t("common.nav.chooseGroup")}</span>
        <Icon name="down" />
      </summary>
      <ul class="menu-list">
        {groups.map(({ name, slug }) => (
          <li>
            <a href={`/groups/${slug}`} aria-current={slug === group?.slug ? "true" : undefined}>
              {name}
            </a>
          </li>
        ))}
        <li class="menu-apart">
          <a href="/groups/new">
            <Icon name="plus" />
            {t("common.nav.newGroup")}
          </a>
        </li>
      </ul>
    </details>
  );
}

function AccountMenu({ t, account }: { t: T; account: { name: string; email: string } }) {
  return (
    <details class="menu menu-end" data-menu>
      <summary>
        <Icon name="person" />
        <span class="menu-label menu-label-wide">{account.name || account.email}</span>
        <span class="visually-hidden"> {t("common.nav.accountMenu")}</span>
        <Icon name="down" />
      </summary>
      <ul class="menu-list">
        <li class="menu-note">{account.email}</li>
        <li>
          <a href="/account">{t("common.nav.account")}</a>
        </li>
        <li>
          <a href="/help">{t("common.nav.help")}</a>
        </li>
        <li class="menu-apart">
          <form method="post" action="/sign-out">
            <button type="submit">{t("common.nav.signOut")}</button>
          </form>
        </li>
      </ul>
    </details>
  );
}

function Tabs({ t, group, tab, closedTabs = [], isOperator }: ShellProps) {
  const base = group ? `/groups/${group.slug}` : "";
  const ofGroup: { name: Tab; href: string; icon: IconName; label: string }[] = group
    ? [
        { name: "home", href: base, icon: "home", label: t("common.nav.home") },
        { name: "actions", href: `${base}/actions`, icon: "actions", label: t("common.nav.actions") },
        { name: "people", href: `${base}/people`, icon: "people", label: t("common.nav.people") },
        { name: "mailings", href: `${base}/mailings`, icon: "mail", label: t("common.nav.mailings") },
        { name: "settings", href: `${base}/settings`, icon: "settings", label: t("common.nav.settings") },
      ]
    : [];
  const tabs = isOperator
    ? [
        ...ofGroup,
        {
          name: "operations",
          href: "/operations",
          icon: "operations",
          label: t("common.nav.operations"),
        } as const,
      ]
    : ofGroup;
  const shown = tabs.filter(({ name }) => !closedTabs.includes(name));
  if (shown.length === 0) return null;
  return (
    <nav class="tabs" aria-label={t("common.nav.label")}>
      <ul>
        {shown.map(({ name, href, icon, label }) => (
          <li>
            <a href={href} aria-current={name === tab ? "page" : undefined}>
              <Icon name={icon} />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type PageHeaderProps = {
  title: string;
  /** One line under the title: a count, a date, what this page is for. */
  lead?: Child;
  /** A word about the state, such as a `<Status>`. */
  status?: Child;
  /** Buttons and links that act on the whole page. */
  actions?: Child;
  back?: { href: string; label: string };
};

/** The top of a page: where one is, and what one can do with all of it. */
export function PageHeader({ title, lead, status, actions, back }: PageHeaderProps) {
  return (
    <div class="page-header">
      {back ? (
        <a class="back" href={back.href}>
          <Icon name="back" />
          {back.label}
        </a>
      ) : null}
      <div class="page-header-row">
        <div class="page-header-words">
          <h1>
            <bdi>{title}</bdi> {status}
          </h1>
          {lead ? <p class="lead">{lead}</p> : null}
        </div>
        {actions ? <div class="button-row">{actions}</div> : null}
      </div>
    </div>
  );
}

/** A part of a page with its own heading. */
export function Section(props: {
  title?: string;
  id?: string;
  text?: Child;
  actions?: Child;
  children?: Child;
}) {
  return (
    <section class="section" id={props.id}>
      {props.title || props.actions ? (
        <div class="section-header">
          {props.title ? <h2>{props.title}</h2> : null}
          {props.actions}
        </div>
      ) : null}
      {props.text ? <p class="section-text">{props.text}</p> : null}
      {props.children}
    </section>
  );
}
