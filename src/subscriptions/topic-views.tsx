import type { Group } from "../groups/types";
import type { memberFrame } from "../groups/web";
import { Stats } from "../ui/card";
import type { FlashMessage } from "../ui/flash";
import { ButtonRow, ErrorSummary, type FieldErrors, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { type Column, DataTable, EmptyState } from "../ui/table";
import type { Topic } from "./topic";
import { TOPIC_DESCRIPTION_MAX, TOPIC_NAME_MAX } from "./types";

export type TopicValues = Pick<Topic, "name" | "description" | "names">;

type TopicFrame = {
  t: T;
  locale: Locale;
  frame: Awaited<ReturnType<typeof memberFrame>>;
  group: Pick<Group, "name" | "slug" | "locale">;
  values: TopicValues;
  errors: FieldErrors;
};

export type TopicsPageProps = TopicFrame & {
  topics: readonly Topic[];
  numbers: { refusals: ReadonlyMap<number, number>; mailings: ReadonlyMap<number, number> };
  /** Of whom was asked to confirm; null where nobody is. */
  confirmations: Record<"waiting" | "yes" | "no", number> | null;
  mayEdit: boolean;
  flash?: FlashMessage | undefined;
};

/** What a group writes about: how many do not want it, and where new topics are added. */
export function TopicsPage(props: TopicsPageProps) {
  const { t, frame, group, topics, flash, errors, mayEdit } = props;
  const title = t("readers.topics.title");
  const href = `/groups/${group.slug}/mailings/topics`;
  const archived = topics.filter(({ archivedAt }) => archivedAt !== null);
  return (
    <Shell {...frame} title={title} tab="mailings" flash={flash}>
      <PageHeader title={title} lead={t("readers.topics.lead")} />
      <MailingTabs t={t} slug={group.slug} current="topics" closedTabs={frame.closedTabs} />
      <ErrorSummary t={t} errors={errors} />
      <DataTable
        caption={title}
        isCaptionHidden
        rows={topics.filter(({ archivedAt }) => archivedAt === null)}
        columns={columns(props, href)}
        empty={<EmptyState title={t("readers.topics.empty.title")} text={t("readers.topics.empty.text")} />}
      />
      {mayEdit ? (
        <Section title={t("readers.topics.new.title")}>
          <TopicForm {...props} action={href} button={t("readers.topics.new.button")} />
        </Section>
      ) : null}
      {archived.length > 0 ? <Archived {...props} topics={archived} href={href} /> : null}
      {props.confirmations ? <Confirmations {...props} confirmations={props.confirmations} /> : null}
    </Shell>
  );
}

function columns({ t, locale, topics, numbers, mayEdit }: TopicsPageProps, href: string): Column<Topic>[] {
  const { refusals, mailings } = numbers;
  const counted = (counts: ReadonlyMap<number, number>) => (topic: Topic) =>
    formatNumber(counts.get(topic.no) ?? 0, locale);
  return [
    {
      key: "name",
      title: t("readers.topics.columns.name"),
      isName: true,
      cell: ({ no, name }) =>
        mayEdit ? (
          <a href={`${href}/${no}`} dir="auto">
            {name}
          </a>
        ) : (
          <span dir="auto">{name}</span>
        ),
    },
    {
      key: "description",
      title: t("readers.topics.new.description"),
      cell: ({ description }) => (
        <span class="soft small" dir="auto">
          {description}
        </span>
      ),
    },
    {
      key: "mailings",
      title: t("readers.topics.columns.mailings"),
      isNumber: true,
      cell: counted(mailings),
    },
    {
      key: "refusals",
      title: t("readers.topics.columns.refusals"),
      isNumber: true,
      cell: counted(refusals),
    },
    ...(mayEdit ? [orderColumn(t, href, topics)] : []),
  ];
}

function orderColumn(t: T, href: string, topics: readonly Topic[]): Column<Topic> {
  const first = topics.find(({ archivedAt }) => archivedAt === null);
  return {
    key: "order",
    title: t("readers.topics.columns.order"),
    cell: ({ no, name }) =>
      no === first?.no ? (
        ""
      ) : (
        <Form class="inline" action={`${href}/${no}/rise`}>
          <SubmitButton kind="quiet">
            <span class="nowrap">{t("readers.topics.up")}</span>
            <span class="visually-hidden"> {name}</span>
          </SubmitButton>
        </Form>
      ),
  };
}

function Archived({ t, topics, href, mayEdit }: TopicsPageProps & { href: string }) {
  const title = t("readers.topics.archived.title");
  return (
    <Section title={title}>
      <ul>
        {topics.map(({ no, name }) => (
          <li>
            <span dir="auto">{name}</span>{" "}
            {mayEdit ? (
              <Form class="inline" action={`${href}/${no}/restoration`}>
                <SubmitButton kind="quiet">
                  {t("readers.topics.archived.back")}
                  <span class="visually-hidden"> {name}</span>
                </SubmitButton>
              </Form>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

type Confirmed = Pick<TopicsPageProps, "t" | "locale"> & {
  confirmations: NonNullable<TopicsPageProps["confirmations"]>;
};

function Confirmations({ t, locale, confirmations }: Confirmed) {
  const stats = (["waiting", "yes", "no"] as const).map((answer) => ({
    label: t(`readers.confirmations.${answer}`),
    value: formatNumber(confirmations[answer], locale),
  }));
  return (
    <Section title={t("readers.confirmations.title")} text={t("readers.confirmations.text")}>
      <Stats stats={stats} />
    </Section>
  );
}

function TopicForm(props: TopicFrame & { action: string; button: string }) {
  const { t, group, values, errors, action, button } = props;
  return (
    <Form class="form measure" action={action} label={button}>
      <TextField
        name="name"
        label={t("readers.topics.new.name")}
        value={values.name}
        error={errors.name}
        maxlength={TOPIC_NAME_MAX}
        autocomplete="off"
        required
      />
      <TextField
        name="description"
        label={t("readers.topics.new.description")}
        hint={t("readers.topics.new.descriptionHint")}
        optionalLabel={t("common.form.optional")}
        value={values.description}
        maxlength={TOPIC_DESCRIPTION_MAX}
        autocomplete="off"
      />
      {locales
        .filter((language) => language !== group.locale)
        .map((language) => (
          <TextField
            name={`name-${language}`}
            label={t("readers.topics.names", { language: localeNames[language] })}
            hint={t("readers.topics.namesHint")}
            optionalLabel={t("common.form.optional")}
            value={values.names[language] ?? ""}
            maxlength={TOPIC_NAME_MAX}
            autocomplete="off"
          />
        ))}
      <ButtonRow>
        <SubmitButton>{button}</SubmitButton>
      </ButtonRow>
    </Form>
  );
}

/** One topic: what it is called, in every language, and the way to be rid of it. */
export function TopicPage(props: TopicFrame & { topic: Topic }) {
  const { t, frame, group, topic, errors } = props;
  const base = `/groups/${group.slug}/mailings/topics`;
  const href = `${base}/${topic.no}`;
  return (
    <Shell {...frame} title={topic.name} tab="mailings">
      <PageHeader title={topic.name} back={{ href: base, label: t("readers.topics.title") }} />
      <ErrorSummary t={t} errors={errors} />
      <TopicForm {...props} action={href} button={t("readers.topics.edit")} />
      {topic.archivedAt === null ? (
        <Section title={t("readers.topics.archive")} text={t("readers.topics.archiveText")}>
          <Form class="inline" action={`${href}/archival`}>
            <SubmitButton kind="secondary">{t("readers.topics.archive")}</SubmitButton>
          </Form>
        </Section>
      ) : null}
    </Shell>
  );
}
