import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { Tag } from "./tag";
import { NOTE_MAX, type TagListed, UNDO_MS } from "./tag-keeping";
import { TAG_NAME_MAX } from "./tag-name";
import type { Work } from "./work";
import { Works } from "./works-view";

const DAY_MS = 86_400_000;
const NAMES_MAX = 1_000;

export type TagFrame = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Pick<Group, "name" | "slug">;
  now: number;
  timeZone: string;
  flash?: FlashMessage | undefined;
};

export type TagsPageProps = TagFrame & {
  tags: readonly TagListed[];
  deleted: readonly Tag[];
  works: readonly Work[];
  mayEdit: boolean;
  names: string;
  errors: FieldErrors;
};

/** The tags of a group: who has them, who gives them, and where new ones are made. */
export function TagsPage(props: TagsPageProps) {
  const { t, frame, group, tags, flash, mayEdit, errors, locale, now } = props;
  const href = `/groups/${group.slug}/tags`;
  return (
    <Shell {...frame} title={t("tags.title")} group={group} tab="people" flash={flash}>
      <PageHeader title={t("tags.title")} lead={t("tags.lead")} />
      <PeopleTabs t={t} slug={group.slug} current="tags" />
      <ErrorSummary t={t} errors={errors} />
      {mayEdit ? (
        <Form class="form measure" action={href} label={t("tags.title")}>
          <TextField
            name="names"
            label={t("tags.new.label")}
            hint={t("tags.new.hint")}
            value={props.names}
            error={errors.names}
            maxlength={NAMES_MAX}
            autocomplete="off"
          />
          <ButtonRow>
            <SubmitButton>{t("tags.new.button")}</SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
      <Works t={t} locale={locale} works={props.works} now={now} />
      <DataTable
        caption={t("tags.title")}
        isCaptionHidden
        rows={tags}
        columns={columns(props, href)}
        empty={<EmptyState title={t("tags.empty.title")} text={t("tags.empty.text")} />}
      />
      {props.deleted.length > 0 ? <Deleted {...props} href={href} /> : null}
    </Shell>
  );
}

function columns({ t, locale, mayEdit }: TagsPageProps, href: string): Column<TagListed>[] {
  return [
    {
      key: "name",
      title: t("tags.columns.name"),
      isName: true,
      cell: ({ no, name, isHidden }) => (
        <>
          {mayEdit ? (
            <a href={`${href}/${no}`} dir="auto">
              {name}
            </a>
          ) : (
            <span dir="auto">{name}</span>
          )}{" "}
          {isHidden ? <Status>{t("tags.hidden")}</Status> : null}
        </>
      ),
    },
    {
      key: "people",
      title: t("tags.columns.people"),
      isNumber: true,
      cell: ({ personCount }) =>
        personCount === null ? t("tags.notCounted") : formatNumber(personCount, locale),
    },
    {
      key: "actions",
      title: t("tags.columns.actions"),
      isNumber: true,
      cell: ({ actionCount }) => formatNumber(actionCount, locale),
    },
    {
      key: "note",
      title: t("tags.columns.note"),
      cell: ({ note }) => (
        <span class="soft small" dir="auto">
          {note}
        </span>
      ),
    },
  ];
}

function Deleted({ t, deleted, href, mayEdit, now, locale, timeZone }: TagsPageProps & { href: string }) {
  return (
    <Section title={t("tags.deleted.title")} text={t("tags.deleted.text")}>
      <DataTable
        caption={t("tags.deleted.title")}
        isCaptionHidden
        rows={deleted}
        empty={null}
        columns={[
          {
            key: "name",
            title: t("tags.columns.name"),
            isName: true,
            cell: ({ formerName }) => <span dir="auto">{formerName}</span>,
          },
          {
            key: "until",
            title: t("tags.deleted.until"),
            cell: ({ deletedAt }) => (
              <When at={(deletedAt ?? now) + UNDO_MS} {...{ now, locale, timeZone }} form="date" />
            ),
          },
          {
            key: "back",
            title: "",
            cell: ({ no, formerName }) =>
              mayEdit ? (
                <Form class="inline" action={`${href}/${no}/restoration`}>
                  <SubmitButton kind="quiet">
                    {t("tags.deleted.back")}
                    <span class="visually-hidden"> {formerName}</span>
                  </SubmitButton>
                </Form>
              ) : (
                ""
              ),
          },
        ]}
      />
    </Section>
  );
}

export type TagPageProps = TagFrame & {
  tag: Tag;
  others: readonly Tag[];
  values: { name: string; note: string; isHidden: boolean };
  errors: FieldErrors;
};

/** One tag: its name, its note, the tag it could become, and the way to be rid of it. */
export function TagPage(props: TagPageProps) {
  const { t, frame, group, tag, others, values, errors, flash } = props;
  const base = `/groups/${group.slug}/tags`;
  const href = `${base}/${tag.no}`;
  return (
    <Shell {...frame} title={tag.name} group={group} tab="people" flash={flash}>
      <PageHeader title={tag.name} back={{ href: base, label: t("tags.title") }} />
      <ErrorSummary t={t} errors={errors} />
      <Form class="form measure" action={href} label={tag.name}>
        <TextField
          name="name"
          label={t("tags.edit.name")}
          hint={t("tags.edit.nameHint")}
          value={values.name}
          error={errors.name}
          maxlength={TAG_NAME_MAX}
          required
        />
        <TextField
          name="note"
          label={t("tags.edit.note")}
          hint={t("tags.edit.noteHint")}
          optionalLabel={t("common.form.optional")}
          value={values.note}
          maxlength={NOTE_MAX}
        />
        <CheckboxField
          name="isHidden"
          label={t("tags.edit.isHidden")}
          hint={t("tags.edit.isHiddenHint")}
          checked={values.isHidden}
        />
        <ButtonRow>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
      {others.length > 0 ? (
        <Section title={t("tags.merge.title")} text={t("tags.merge.text", { name: tag.name })}>
          <Form class="form measure" action={`${href}/merge`} label={t("tags.merge.title")}>
            <SelectField
              name="into"
              label={t("tags.merge.into")}
              blank={t("common.form.choose")}
              error={errors.into}
              options={others.map(({ no, name }) => ({ value: String(no), label: name }))}
            />
            <ButtonRow>
              <SubmitButton kind="secondary">{t("tags.merge.button")}</SubmitButton>
            </ButtonRow>
          </Form>
        </Section>
      ) : null}
      <Section>
        <ButtonRow>
          <ButtonLink kind="danger" href={`${href}/deletion`}>
            {t("tags.delete.link")}
          </ButtonLink>
        </ButtonRow>
      </Section>
    </Shell>
  );
}

/** Says what deleting a tag takes, before it does. */
export function TagDeletionPage(props: TagFrame & { tag: Tag; peopleCount: number; actionCount: number }) {
  const { t, frame, group, tag, peopleCount, actionCount, locale } = props;
  const href = `/groups/${group.slug}/tags/${tag.no}`;
  const title = t("tags.delete.title", { name: tag.name });
  return (
    <Shell {...frame} title={title} group={group} tab="people">
      <PageHeader title={title} back={{ href, label: tag.name }} />
      <p class="lead">
        {t("tags.delete.people", { count: peopleCount, number: formatNumber(peopleCount, locale) })}
      </p>
      {actionCount > 0 ? (
        <p>{t("tags.delete.actions", { count: actionCount, number: formatNumber(actionCount, locale) })}</p>
      ) : null}
      <p>{t("tags.delete.undo", { days: UNDO_MS / DAY_MS })}</p>
      <p>{t("tags.delete.instead")}</p>
      <Form class="form" action={`${href}/deletion`} label={title}>
        <ButtonRow>
          <SubmitButton kind="danger">{t("tags.delete.button")}</SubmitButton>
          <ButtonLink kind="quiet" href={href}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}
