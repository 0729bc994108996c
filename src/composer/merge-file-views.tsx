import {
  MERGE_CELL_MAX,
  MERGE_COLUMNS_MAX,
  MERGE_FILE_BYTES_MAX,
  MERGE_NAME_MAX,
  MERGE_PROBLEMS_MAX,
  MERGE_ROWS_MAX,
  type MergeColumn,
  type MergeFile,
  type MergeVersion,
  type RowProblem,
} from "../merging/types";
import { Disclosure } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  FileField,
  Form,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { MergeRowsTable } from "./merge-rows-views";
import type { Page } from "./web";

const MEGABYTE = 1024 * 1024;

type ListedFile = { file: MergeFile; version: MergeVersion | null; uses: number };
type Labels = ReadonlyMap<number, string>;

/** The merge files of a group, by name. */
export function MergeFilesPage(
  props: Page & { rows: readonly ListedFile[]; labels: Labels; flash?: FlashMessage },
) {
  const { t, locale, group, frame, rows, labels, mayEdit, flash } = props;
  const base = `/groups/${group.slug}/mailings/merge-files`;
  const title = t("composer.tabs.merge-files");
  const make = { href: `${base}/new`, label: t("merging.list.new") };
  return (
    <Shell {...frame} title={title} tab="mailings" flash={flash}>
      <PageHeader
        title={title}
        lead={t("merging.list.lead")}
        actions={mayEdit ? <ButtonLink href={make.href}>{make.label}</ButtonLink> : null}
      />
      <MailingTabs t={t} slug={group.slug} current="merge-files" closedTabs={frame.closedTabs} />
      <DataTable<ListedFile>
        caption={title}
        isCaptionHidden
        rows={rows}
        empty={
          <EmptyState
            title={t("merging.list.empty")}
            text={t("merging.list.emptyText")}
            {...(mayEdit ? { action: make } : {})}
          />
        }
        columns={[
          {
            key: "name",
            title: t("merging.list.name"),
            isName: true,
            cell: ({ file, version }) => (
              <>
                <a href={`${base}/${file.id}`} dir="auto">
                  {file.name}
                </a>{" "}
                {version ? null : <Status tone="warn">{t("merging.list.notTaken")}</Status>}
              </>
            ),
          },
          {
            key: "key",
            title: t("merging.list.key"),
            cell: ({ version }) => (version ? keyWords(t, version, labels) : ""),
          },
          {
            key: "rows",
            title: t("merging.list.rows"),
            isNumber: true,
            cell: ({ version }) => formatNumber(version?.rowCount ?? 0, locale),
          },
          {
            key: "uses",
            title: t("merging.list.usedBy"),
            isNumber: true,
            cell: ({ uses }) => formatNumber(uses, locale),
          },
          {
            key: "changed",
            title: t("merging.list.changed"),
            cell: ({ file }) => <When {...props} at={file.updatedAt} />,
          },
        ]}
      />
    </Shell>
  );
}

function keyWords(t: Page["t"], { kind, fieldNo }: MergeVersion, labels: Labels): string {
  const label = kind === "field" ? labels.get(fieldNo ?? 0) : undefined;
  return label ? t("merging.file.byField", { field: label }) : t(`merging.kinds.${kind ?? "field"}`);
}

/** Where a new one is brought. */
export function NewMergeFilePage(props: Page & { name: string; errors: FieldErrors }) {
  const { t, group, frame, errors } = props;
  const base = `/groups/${group.slug}/mailings/merge-files`;
  return (
    <Shell {...frame} title={t("merging.list.new")} tab="mailings">
      <PageHeader
        title={t("merging.list.new")}
        lead={t("merging.upload.lead")}
        back={{ href: base, label: t("composer.tabs.merge-files") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Form
        action={`${base}/new`}
        enctype="multipart/form-data"
        class="form measure"
        label={t("merging.list.new")}
      >
        <NameField {...props} />
        <UploadField {...props} />
        <ButtonRow>
          <SubmitButton>{t("merging.upload.send")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

function NameField({ t, name, errors }: Pick<Page, "t"> & { name: string; errors: FieldErrors }) {
  return (
    <TextField
      name="name"
      label={t("merging.upload.name")}
      hint={t("merging.upload.nameHint")}
      value={name}
      maxlength={MERGE_NAME_MAX}
      autocomplete="off"
      required
      error={errors.name}
    />
  );
}

function UploadField({ t, locale, errors }: Pick<Page, "t" | "locale"> & { errors: FieldErrors }) {
  return (
    <FileField
      name="upload"
      label={t("merging.upload.file")}
      hint={t("merging.upload.fileHint", {
        rows: formatNumber(MERGE_ROWS_MAX, locale),
        columns: formatNumber(MERGE_COLUMNS_MAX, locale),
        size: formatNumber(MERGE_FILE_BYTES_MAX / MEGABYTE, locale),
      })}
      accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
      error={errors.upload}
    />
  );
}

type FileProps = Page & {
  file: MergeFile;
  version: MergeVersion | null;
  users: readonly { id: string; name: string }[];
  labels: Labels;
  rows: readonly { key: string; cells: readonly string[] }[];
  /** Whether the rows may be shown: they may be about people. */
  maySee: boolean;
  errors: FieldErrors;
  refusal?: string;
  flash?: FlashMessage;
};

/** One merge file: what a mail can merge of it, what was left out of it, and how it is replaced. */
export function MergeFilePage(props: FileProps) {
  const { t, group, frame, file, version, users, errors, refusal, mayEdit, flash } = props;
  const base = `/groups/${group.slug}/mailings/merge-files`;
  return (
    <Shell {...frame} title={file.name} tab="mailings" flash={flash}>
      <PageHeader
        title={file.name}
        lead={version ? factsOf(props, version) : undefined}
        back={{ href: base, label: t("composer.tabs.merge-files") }}
      />
      {refusal ? (
        <Notice kind="bad">
          <p>{refusal}</p>
        </Notice>
      ) : null}
      <ErrorSummary t={t} errors={errors} />
      {version ? <Problems {...props} version={version} /> : null}
      {version ? <Columns {...props} version={version} /> : null}
      {users.length > 0 ? (
        <Section title={t("merging.file.uses", { count: users.length })}>
          <ul>
            {users.map(({ id, name }) => (
              <li>
                <a href={`/groups/${group.slug}/mailings/${id}`} dir="auto">
                  {name || t("composer.untitled")}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {mayEdit ? <Changes {...props} href={`${base}/${file.id}`} /> : null}
    </Shell>
  );
}

function factsOf({ t, locale, labels }: FileProps, version: MergeVersion): string {
  const count = version.rowCount;
  return t("merging.file.facts", {
    rows: t("merging.file.rowCount", { count, number: formatNumber(count, locale) }),
    kind: keyWords(t, version, labels),
    name: version.uploadName,
  });
}

type WithVersion = FileProps & { version: MergeVersion };

function Problems({ t, locale, version: { problems, problemCount } }: WithVersion) {
  if (problemCount === 0) return null;
  const title = t("merging.file.problems", {
    count: problemCount,
    number: formatNumber(problemCount, locale),
  });
  return (
    <Notice kind="warn" title={title}>
      <Disclosure summary={t("merging.file.problemsShow")}>
        <ul>
          {problems.map((problem: RowProblem) => (
            <li>
              {t("merging.file.line", { line: formatNumber(problem.line, locale) })}
              {": "}
              {t(`merging.reasons.${problem.reason}`, { count: MERGE_CELL_MAX })}
            </li>
          ))}
        </ul>
        {problemCount > MERGE_PROBLEMS_MAX ? <p class="soft">{t("merging.file.problemsMore")}</p> : null}
      </Disclosure>
    </Notice>
  );
}

function Columns({ t, version, rows, maySee }: WithVersion) {
  const { columns, keyHeading } = version;
  return (
    <>
      <Section title={t("merging.file.columns")} text={t("merging.file.columnsText")}>
        <DataTable<MergeColumn>
          caption={t("merging.file.columns")}
          isCaptionHidden
          rows={columns}
          empty={null}
          columns={[
            {
              key: "heading",
              title: t("merging.file.heading"),
              isName: true,
              cell: ({ heading, name }) => <span dir="auto">{heading || name}</span>,
            },
            {
              key: "field",
              title: t("merging.file.field"),
              cell: ({ name }) => <code>{`{{ merge.${name} }}`}</code>,
            },
          ]}
        />
      </Section>
      <Section title={t("merging.file.rowsTitle")}>
        {maySee ? (
          <MergeRowsTable
            caption={t("merging.file.rowsTitle")}
            headings={[keyHeading, ...columns.map(({ heading }) => heading)]}
            rows={rows.map(({ key, cells }) => [key, ...cells])}
          />
        ) : (
          <p class="soft">{t("merging.file.rowsHidden")}</p>
        )}
      </Section>
    </>
  );
}

function Changes(props: FileProps & { href: string }) {
  const { t, href, file } = props;
  return (
    <>
      <Section title={t("merging.upload.replace")} text={t("merging.upload.replaceText")}>
        <Form
          action={`${href}/uploads`}
          enctype="multipart/form-data"
          class="form measure"
          label={t("merging.upload.replace")}
        >
          <UploadField {...props} />
          <ButtonRow>
            <SubmitButton kind="secondary">{t("merging.upload.send")}</SubmitButton>
          </ButtonRow>
        </Form>
      </Section>
      <Form action={href} class="form measure" label={t("merging.file.rename")}>
        <NameField {...props} name={file.name} />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("merging.file.rename")}</SubmitButton>
        </ButtonRow>
      </Form>
      <Form action={`${href}/removal`} class="inline">
        <SubmitButton kind="quiet">{t("merging.file.remove")}</SubmitButton>
      </Form>
    </>
  );
}
