import { SEARCH_TEXT_MAX } from "../people/search";
import type { SubscriptionStatus } from "../people/types";
import { ButtonLink } from "../ui/form";
import { Icon } from "../ui/icon";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { SearchForm } from "../ui/search-form";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { PeopleFrame } from "./web";

export type ListedPerson = {
  href: string;
  name: string;
  /** Or the phone of whoever has no email. */
  email: string;
  place: string;
  status: SubscriptionStatus;
  createdAt: number;
  /** Found although what was typed differs a little. */
  isSimilar: boolean;
  /** When they last did something; told of those one looks after. */
  actedAt?: number | null;
};

export type PeopleProps = PeopleFrame & {
  people: readonly ListedPerson[];
  text: string;
  /** Whether those are shown whom the reader looks after; null where nobody looks after anybody. */
  mine: { isShown: boolean } | null;
  isFirstPage: boolean;
  next: number | null;
};

/** Everybody of a group, the newest first, or whoever a search finds. */
export function PeoplePage(props: PeopleProps) {
  const { t, frame, group, text, mayEdit, flash } = props;
  const href = `/groups/${group.slug}/people`;
  return (
    <Shell
      {...frame}
      title={t("common.nav.people")}
      group={group}
      tab="people"
      flash={flash}
      scripts={["search"]}
    >
      <PageHeader
        title={t("common.nav.people")}
        lead={t("people.list.lead")}
        actions={
          <>
            {mayEdit ? (
              <ButtonLink href={`${href}/new`} kind="secondary">
                <Icon name="plus" />
                {t("profiles.add.title")}
              </ButtonLink>
            ) : null}
            {mayEdit ? (
              <ButtonLink href={`${href}/duplicates`} kind="quiet">
                {t("profiles.duplicates.title")}
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <SearchForm
        t={t}
        action={href}
        label={t("people.list.search")}
        field={t("profiles.search.label")}
        hint={t("profiles.search.hint")}
        text={text}
        max={SEARCH_TEXT_MAX}
        foundId="found"
      >
        <FoundPeople {...props} />
      </SearchForm>
    </Shell>
  );
}

/** The rows, and what says how many they are; all of the page that a search changes. */
export function FoundPeople(props: PeopleProps) {
  const { t, text, people, next, isFirstPage, group } = props;
  const href = `/groups/${group.slug}/people`;
  return (
    <>
      <Whose {...props} href={href} />
      <p class={text === "" ? "visually-hidden" : "soft"} role="status">
        {text === "" ? "" : t("profiles.search.found", { count: people.length })}
      </p>
      <People {...props} href={href} />
      <Pager
        t={t}
        before={next ? `${href}?before=${next}` : undefined}
        after={isFirstPage ? undefined : href}
      />
    </>
  );
}

/** Everybody, or those whom the reader looks after. */
function Whose({ t, mine, href }: PeopleProps & { href: string }) {
  if (!mine) return null;
  const tabs = [
    { href, words: t("profiles.point.everybody"), isCurrent: !mine.isShown },
    { href: `${href}?point=me`, words: t("profiles.point.mine"), isCurrent: mine.isShown },
  ];
  return (
    <nav class="subtabs" aria-label={t("profiles.point.whose")}>
      <ul>
        {tabs.map(({ href: to, words, isCurrent }) => (
          <li>
            <a class="subtab" href={to} aria-current={isCurrent ? "page" : undefined}>
              {words}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function People(props: PeopleProps & { href: string }) {
  const { t, locale, now, timeZone, people, text, mine, mayEdit, href } = props;
  return (
    <DataTable<ListedPerson>
      caption={t("common.nav.people")}
      isCaptionHidden
      rows={people}
      empty={
        mine?.isShown ? (
          <EmptyState title={t("profiles.point.none")} text={t("profiles.point.noneText")} />
        ) : text === "" ? (
          <EmptyState
            title={t("people.list.empty")}
            text={t("people.list.emptyText")}
            {...(mayEdit
              ? { action: { href: href.replace(/people$/, "imports"), label: t("imports.new.title") } }
              : {})}
          />
        ) : (
          <EmptyState
            title={t("intake.empty.found")}
            text={t("profiles.search.nobody")}
            action={{ href, label: t("intake.empty.all") }}
          />
        )
      }
      columns={[
        {
          key: "name",
          title: t("intake.columns.name"),
          isName: true,
          cell: (person) => (
            <span class="person">
              <a href={person.href} dir="auto">
                {person.name || person.email}
              </a>
              {person.name ? <span class="soft small">{person.email}</span> : null}
            </span>
          ),
        },
        {
          key: "status",
          title: t("people.list.status"),
          cell: ({ status }) => (
            <Status tone={status === "subscribed" ? "good" : status === "none" ? "neutral" : "warn"}>
              {t(`people.status.${status}`)}
            </Status>
          ),
        },
        {
          key: "place",
          title: t("intake.columns.place"),
          cell: ({ place }) => <span dir="auto">{place}</span>,
        },
        {
          key: "since",
          title: mine?.isShown ? t("profiles.point.acted") : t("people.list.since"),
          cell: (person) => (
            <>
              {person.actedAt === null ? (
                "–"
              ) : (
                <When at={person.actedAt ?? person.createdAt} now={now} locale={locale} timeZone={timeZone} />
              )}
              {person.isSimilar ? <span class="soft small"> {t("profiles.search.similar")}</span> : null}
            </>
          ),
        },
      ]}
    />
  );
}
