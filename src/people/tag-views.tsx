import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { DeletionLink, DeletionPage, type KeepingFrame, MergeSection, NamedLink } from "./keeping-views";
import type { Tag } from "./tag";
import { NOTE_MAX, type TagListed, UNDO_MS } from "./tag-keeping";
import { TAG_NAME_MAX } from "./tag-name";
import type { Work } from "./work";
import { Works } from "./works-view";

const DAY_MS = 86_400_000;
const NAMES_MAX = 1_000;

export type TagsPageProps = KeepingFrame & {
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
        <NamedLink
          name={name}
          href={mayEdit ? `${href}/${no}` : null}
          mark={isHidden ? t("tags.hidden") : null}
        />
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

export type TagPageProps = KeepingFrame & {
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
      <MergeSection
        {...{ t, href, others }}
        words={{
          title: t("tags.merge.title"),
          text: t("tags.merge.text", { name: tag.name }),
          into: t("tags.merge.into"),
          button: t("tags.merge.button"),
        }}
        error={errors.into}
      />
      <DeletionLink href={href}>{t("tags.delete.link")}</DeletionLink>
    </Shell>
  );
}

/** Says what deleting a tag takes, before it does. */
export function TagDeletionPage(
  props: KeepingFrame & { tag: Tag; peopleCount: number; actionCount: number },
) {
  const { t, frame, group, tag, peopleCount, actionCount, locale } = props;
  const href = `/groups/${group.slug}/tags/${tag.no}`;
  const words = (key: "people" | "actions", count: number) =>
    t(`tags.delete.${key}`, { count, number: formatNumber(count, locale) });
  return (
    <DeletionPage
      {...{ t, frame, group, href }}
      name={tag.name}
      title={t("tags.delete.title", { name: tag.name })}
      texts={[
        words("people", peopleCount),
        ...(actionCount > 0 ? [words("actions", actionCount)] : []),
        t("tags.delete.undo", { days: UNDO_MS / DAY_MS }),
        t("tags.delete.instead"),
      ]}
      button={t("tags.delete.button")}
    />
  );
}
