import { CopyField } from "../ui/copy";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { KeepingFrame } from "./keeping-views";
import {
  OTHER_CODES,
  PERSONAL_LINKS,
  SOURCE_CODE_MAX,
  SOURCE_LABEL_MAX,
  type SourceRow,
  type Sources,
} from "./source";
import { NOTE_MAX } from "./tag-keeping";

export type SourcesPageProps = KeepingFrame & {
  sources: Sources;
  pages: readonly { path: string; title: string }[];
  link: { page: string; code: string; url: string };
  mayEdit: boolean;
  errors: FieldErrors;
};

/** What a code is called: its own name, or what the codes nobody chose stand for. */
function codeName(t: T, { code, label }: Pick<SourceRow, "code" | "label">): string {
  if (label !== "") return label;
  if (code === "") return t("fields.sources.none");
  if (code === PERSONAL_LINKS) return t("fields.sources.personal");
  return code === OTHER_CODES ? t("fields.sources.others") : code;
}

/** Where people came from, and a place to make links that say so. */
export function SourcesPage(props: SourcesPageProps) {
  const { t, frame, group, sources, flash, errors, mayEdit, locale, now, timeZone } = props;
  const href = `/groups/${group.slug}/sources`;
  const { countedAt, counting } = sources;
  return (
    <Shell {...frame} title={t("fields.sources.title")} group={group} tab="people" flash={flash}>
      <PageHeader title={t("fields.sources.title")} lead={t("fields.sources.lead")} />
      <PeopleTabs t={t} slug={group.slug} current="sources" />
      <ErrorSummary t={t} errors={errors} />
      <DataTable
        caption={t("fields.sources.title")}
        isCaptionHidden
        rows={sources.rows}
        columns={columns(props, href)}
        empty={<EmptyState title={t("fields.sources.empty.title")} text={t("fields.sources.empty.text")} />}
      />
      <div class="cluster">
        {countedAt === null ? null : (
          <p class="soft small">
            {t("fields.sources.counted")} <When at={countedAt} {...{ now, locale, timeZone }} />
          </p>
        )}
        {counting ? <p class="soft small">{t("fields.sources.counting")}</p> : null}
        {mayEdit && !counting ? (
          <Form class="inline" action={`${href}/count`}>
            <SubmitButton kind="quiet">{t("fields.sources.again")}</SubmitButton>
          </Form>
        ) : null}
      </div>
      <LinkBuilder {...props} href={href} />
    </Shell>
  );
}

function columns({ t, locale }: SourcesPageProps, href: string): Column<SourceRow>[] {
  return [
    {
      key: "code",
      title: t("fields.sources.columns.code"),
      isName: true,
      cell: (row) => (
        <span class="person">
          <a href={`${href}/code?code=${encodeURIComponent(row.code)}`} dir="auto">
            {codeName(t, row)}
          </a>
          {row.label !== "" ? <code class="soft small">{row.code}</code> : null}
        </span>
      ),
    },
    {
      key: "taken",
      title: t("fields.sources.columns.taken"),
      isNumber: true,
      cell: (row) => formatNumber(row.participations, locale),
    },
    {
      key: "new",
      title: t("fields.sources.columns.new"),
      isNumber: true,
      cell: (row) => formatNumber(row.newcomers, locale),
    },
    {
      key: "actions",
      title: t("fields.sources.columns.actions"),
      isNumber: true,
      cell: (row) => formatNumber(row.actions, locale),
    },
    {
      key: "note",
      title: t("fields.sources.columns.note"),
      cell: ({ note }) => (
        <span class="soft small" dir="auto">
          {note}
        </span>
      ),
    },
  ];
}

function LinkBuilder({ t, pages, link, errors, href }: SourcesPageProps & { href: string }) {
  return (
    <Section title={t("fields.sources.link.title")} text={t("fields.sources.link.text")} id="link">
      {pages.length === 0 ? (
        <p class="soft">{t("fields.sources.link.noPages")}</p>
      ) : (
        <Form
          class="form measure"
          method="get"
          action={`${href}#link`}
          label={t("fields.sources.link.title")}
        >
          <SelectField
            name="page"
            label={t("fields.sources.link.page")}
            value={link.page}
            options={pages.map(({ path, title }) => ({ value: path, label: title }))}
          />
          <TextField
            name="code"
            label={t("fields.sources.link.code")}
            hint={t("fields.sources.link.codeHint")}
            value={link.code}
            error={errors.code}
            maxlength={SOURCE_CODE_MAX}
            autocapitalize="none"
            spellcheck={false}
          />
          <ButtonRow>
            <SubmitButton kind="secondary">{t("fields.sources.link.button")}</SubmitButton>
          </ButtonRow>
          {link.url ? (
            <CopyField t={t} name="link" label={t("fields.sources.link.yours")} value={link.url} />
          ) : null}
        </Form>
      )}
    </Section>
  );
}

export type SourcePageProps = KeepingFrame & {
  row: SourceRow;
  actions: readonly { title: string; href: string; participations: number; newcomers: number }[];
  mayEdit: boolean;
  error?: string | undefined;
};

/** One code: what it is called, and where people came to by it. */
export function SourcePage(props: SourcePageProps) {
  const { t, frame, group, row, actions, flash, locale, mayEdit } = props;
  const base = `/groups/${group.slug}/sources`;
  const title = codeName(t, row);
  const isOwn = row.code !== "" && row.code !== PERSONAL_LINKS && row.code !== OTHER_CODES;
  return (
    <Shell {...frame} title={title} group={group} tab="people" flash={flash}>
      <PageHeader
        title={title}
        lead={row.code === "" ? t("fields.sources.noneText") : <code>{row.code}</code>}
        back={{ href: base, label: t("fields.sources.title") }}
      />
      {mayEdit && isOwn ? (
        <Form class="form measure" action={`${base}/code?code=${encodeURIComponent(row.code)}`} label={title}>
          <TextField
            name="label"
            label={t("fields.sources.edit.label")}
            hint={t("fields.sources.edit.labelHint")}
            optionalLabel={t("common.form.optional")}
            value={row.label}
            error={props.error}
            maxlength={SOURCE_LABEL_MAX}
          />
          <TextField
            name="note"
            label={t("fields.sources.edit.note")}
            optionalLabel={t("common.form.optional")}
            value={row.note}
            maxlength={NOTE_MAX}
          />
          <ButtonRow>
            <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
      <Section title={t("fields.sources.edit.actions")}>
        <DataTable
          caption={t("fields.sources.edit.actions")}
          isCaptionHidden
          rows={actions}
          empty={<p class="soft">{t("fields.uses.none")}</p>}
          columns={[
            {
              key: "title",
              title: t("fields.sources.link.page"),
              isName: true,
              cell: ({ title: words, href }) => (
                <a href={href} dir="auto">
                  {words}
                </a>
              ),
            },
            {
              key: "taken",
              title: t("fields.sources.columns.taken"),
              isNumber: true,
              cell: ({ participations }) => formatNumber(participations, locale),
            },
            {
              key: "new",
              title: t("fields.sources.columns.new"),
              isNumber: true,
              cell: ({ newcomers }) => formatNumber(newcomers, locale),
            },
          ]}
        />
      </Section>
    </Shell>
  );
}
