import type { Child } from "hono/jsx";
import { ActionStatusMark, nameOf } from "../actions/action-shell";
import type { Kind } from "../actions/types";
import type { Locale, T } from "../ui/i18n";
import { Icon, type IconName } from "../ui/icon";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { SearchForm } from "../ui/search-form";
import { EmptyState } from "../ui/table";
import type { Place } from "./places";
import { type FoundThings, SEARCH_MAX } from "./search";

export type FoundProps = {
  t: T;
  locale: Locale;
  slug: string;
  kinds: readonly Kind[];
  text: string;
  places: readonly Place[];
  things: FoundThings;
};

export type SearchProps = FoundProps & {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "group" | "isOperator" | "closedTabs">;
};

/** What a group has and where one can go, by a few words. The same list is in the dialog that "/" opens on every page of a group. */
export function SearchPage(props: SearchProps) {
  const { t, frame, slug, text } = props;
  return (
    <Shell {...frame} title={t("dashboard.search.title")} scripts={["search"]} isSearch>
      <PageHeader title={t("dashboard.search.title")} />
      <SearchForm
        t={t}
        action={`/groups/${slug}/search`}
        label={t("dashboard.search.title")}
        field={t("dashboard.search.label")}
        hint={t("dashboard.search.hint")}
        text={text}
        max={SEARCH_MAX}
        foundId="found"
      >
        <FoundList {...props} />
      </SearchForm>
    </Shell>
  );
}

/** What was found, by sort; what one goes to comes first, since whoever types its name wants to be there. */
export function FoundList(props: FoundProps) {
  const { t, text, places } = props;
  const { actions, mailings, people, audiences } = props.things;
  const count = places.length + actions.length + mailings.length + people.length + audiences.length;
  return (
    <>
      <p class="visually-hidden" role="status">
        {text === "" ? "" : t("dashboard.search.found", { count })}
      </p>
      {count === 0 ? (
        <EmptyState title={t("dashboard.search.none")} text={t("dashboard.search.noneText")} />
      ) : null}
      <Group title={t("dashboard.search.places")}>{places.map(PlaceLink)}</Group>
      <Actions {...props} />
      <Mailings {...props} />
      <People {...props} />
      <Audiences {...props} />
    </>
  );
}

function Group({ title, children }: { title: string; children: readonly Child[] }) {
  if (children.length === 0) return null;
  return (
    <section class="found-group">
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

type LinkProps = { href: string; icon: IconName; name: string; children?: Child };

function FoundLink({ href, icon, name, children }: LinkProps) {
  return (
    <li>
      <a class="found-link" href={href}>
        <Icon name={icon} />
        <span class="found-name" dir="auto">
          {name}
        </span>
        {children}
      </a>
    </li>
  );
}

function PlaceLink({ label, href, within, isBeginning }: Place) {
  return (
    <FoundLink href={href} icon={isBeginning ? "plus" : "forward"} name={label}>
      {within ? <span class="soft small">{within}</span> : null}
    </FoundLink>
  );
}

function Actions({ t, slug, kinds, things }: FoundProps) {
  return (
    <Group title={t("common.nav.actions")}>
      {things.actions.map((action) => {
        const kind = kinds.find(({ name }) => name === action.kind);
        const href = `/groups/${slug}/actions/${action.id}`;
        return (
          <FoundLink href={href} icon="actions" name={nameOf(action)}>
            {kind ? <span class="soft small">{t(kind.words.name)}</span> : null}
            <ActionStatusMark t={t} action={action} />
          </FoundLink>
        );
      })}
    </Group>
  );
}

function Mailings({ t, slug, things }: FoundProps) {
  return (
    <Group title={t("common.nav.mailings")}>
      {things.mailings.map(({ id, status, internalTitle, subject }) => (
        <FoundLink
          href={`/groups/${slug}/mailings/${id}${status === "draft" ? "" : "/progress"}`}
          icon="mail"
          name={internalTitle || subject || t("composer.untitled")}
        >
          <span class="soft small">{t(`composer.status.${status}`)}</span>
        </FoundLink>
      ))}
    </Group>
  );
}

function People({ t, slug, things }: FoundProps) {
  return (
    <Group title={t("common.nav.people")}>
      {things.people.map(({ id, name, email, phone }) => (
        <FoundLink href={`/groups/${slug}/people/${id}`} icon="person" name={name || email || phone}>
          {name ? <span class="soft small">{email || phone}</span> : null}
        </FoundLink>
      ))}
    </Group>
  );
}

function Audiences({ t, slug, things }: FoundProps) {
  return (
    <Group title={t("people.tabs.audiences")}>
      {things.audiences.map(({ id, name }) => (
        <FoundLink href={`/groups/${slug}/audiences/${id}`} icon="people" name={name} />
      ))}
    </Group>
  );
}
