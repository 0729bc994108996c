import type { Group } from "../groups/types";
import { Form, SubmitButton, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";

export type ListedPerson = {
  name: string;
  email: string;
  place: string;
  status: "none" | "subscribed" | "unsubscribed" | "bounced" | "complained";
  createdAt: number;
  action: { title: string; href: string } | null;
};

export type PeopleProps = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Group;
  now: number;
  timeZone: string;
  people: readonly ListedPerson[];
  email: string;
  isFirstPage: boolean;
  next: number | null;
};

/** Everybody who has acted with the group, the newest first. */
export function PeoplePage(props: PeopleProps) {
  const { t, frame, group, email, next, isFirstPage } = props;
  const href = `/groups/${group.slug}/people`;
  return (
    <Shell {...frame} title={t("common.nav.people")} group={group} tab="people">
      <PageHeader title={t("common.nav.people")} lead={t("people.list.lead")} />
      <Form class="filter" method="get" action={href} label={t("people.list.search")}>
        <TextField
          name="email"
          type="email"
          label={t("people.list.email")}
          value={email}
          maxlength={254}
          autocomplete="off"
        />
        <SubmitButton kind="secondary">
          <Icon name="search" />
          {t("common.form.search")}
        </SubmitButton>
      </Form>
      <People {...props} href={href} />
      <Pager
        t={t}
        before={next ? `${href}?before=${next}` : undefined}
        after={isFirstPage ? undefined : href}
      />
    </Shell>
  );
}

function People({ t, locale, now, timeZone, people, email, href }: PeopleProps & { href: string }) {
  return (
    <DataTable<ListedPerson>
      caption={t("common.nav.people")}
      isCaptionHidden
      rows={people}
      empty={
        email === "" ? (
          <EmptyState title={t("people.list.empty")} text={t("people.list.emptyText")} />
        ) : (
          <EmptyState
            title={t("intake.empty.found")}
            text={t("people.list.notFound")}
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
              <span dir="auto">{person.name || person.email}</span>
              {person.name ? <span class="soft small">{person.email}</span> : null}
            </span>
          ),
        },
        {
          key: "status",
          title: t("people.list.status"),
          cell: ({ status }) => (
            <Status tone={status === "subscribed" ? "good" : "neutral"}>
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
          title: t("people.list.since"),
          cell: (person) => <When at={person.createdAt} now={now} locale={locale} timeZone={timeZone} />,
        },
        {
          key: "by",
          title: t("people.list.by"),
          cell: ({ action }) => (action ? <a href={action.href}>{action.title}</a> : ""),
        },
      ]}
    />
  );
}
