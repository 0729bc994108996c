import { ButtonRow, FileField, Form, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status, type Tone } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { type ImportRow, isScheduled } from "./import";
import type { ImportStatus } from "./types";
import { PLAIN_BYTES_MAX } from "./upload";

export type Frame = Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs"> & {
  group: { name: string; slug: string };
};

type ImportsProps = {
  frame: Frame;
  t: T;
  locale: Locale;
  href: string;
  list: { imports: readonly ImportRow[]; next: number | null };
  isFirst: boolean;
  now: number;
  timeZone: string;
  error: string | undefined;
  hasDiscarded: boolean;
};

const MEGABYTE = 1024 * 1024;
const ACCEPTED = ".csv,.tsv,.txt,.tab,text/csv,text/tab-separated-values,text/plain";

/** Where a file is brought, and what became of those before. */
export function ImportsPage(props: ImportsProps) {
  const { frame, t, list, href, isFirst, hasDiscarded } = props;
  return (
    <Shell
      {...frame}
      title={t("imports.title")}
      tab="people"
      scripts={["upload"]}
      {...(hasDiscarded ? { flash: { kind: "good" as const, text: t("imports.done.discarded") } } : {})}
    >
      <PageHeader title={t("imports.title")} lead={t("imports.lead")} />
      <PeopleTabs t={t} slug={frame.group.slug} current="imports" />
      <UploadForm {...props} />
      <Section title={t("imports.list.title")}>
        <History {...props} />
        <Pager
          t={t}
          before={list.next === null ? undefined : `${href}?before=${list.next}`}
          after={isFirst ? undefined : href}
        />
      </Section>
    </Shell>
  );
}

function UploadForm({ t, locale, href, error }: ImportsProps) {
  const max = formatNumber(PLAIN_BYTES_MAX / MEGABYTE, locale);
  return (
    <Section title={t("imports.new.title")} text={t("imports.new.text")}>
      <Form
        action={href}
        enctype="multipart/form-data"
        data={{
          upload: `${href}/uploads`,
          progress: t("imports.new.uploading"),
          broken: t("imports.new.broken"),
          again: t("imports.new.again"),
        }}
      >
        <FileField
          name="file"
          label={t("imports.new.file")}
          hint={
            <>
              {t("imports.new.hint")} <noscript>{t("imports.new.hintPlain", { max })}</noscript>
            </>
          }
          accept={ACCEPTED}
          error={error}
          required
        />
        <ButtonRow>
          <SubmitButton>{t("imports.new.button")}</SubmitButton>
        </ButtonRow>
        <div class="upload-progress" hidden>
          <progress aria-label={t("imports.new.button")} value={0} max={1} />
          <p role="status" />
        </div>
      </Form>
    </Section>
  );
}

const tones: Record<ImportStatus, Tone> = {
  uploading: "warn",
  mapping: "warn",
  running: "accent",
  finished: "good",
  cancelled: "neutral",
  stopped: "bad",
  undoing: "accent",
  undone: "neutral",
};

/** Where an import stands, in words. */
export function ImportState({ t, row, now }: { t: T; row: ImportRow; now: number }) {
  const { status } = row;
  if (isScheduled(row, now)) return <Status tone="neutral">{t("imports.status.scheduled")}</Status>;
  return <Status tone={tones[status]}>{t(`imports.status.${status}`)}</Status>;
}

function History({ t, locale, list, href, now, timeZone }: ImportsProps) {
  const number = (value: number) => formatNumber(value, locale);
  return (
    <DataTable<ImportRow>
      caption={t("imports.list.title")}
      isCaptionHidden
      rows={list.imports}
      empty={<EmptyState title={t("imports.list.empty")} text={t("imports.list.emptyText")} />}
      columns={[
        {
          key: "file",
          title: t("imports.list.file"),
          isName: true,
          cell: (row) => (
            <a href={`${href}/${row.id}`} dir="auto">
              {row.fileName}
            </a>
          ),
        },
        {
          key: "status",
          title: t("imports.list.status"),
          cell: (row) => <ImportState {...{ t, row, now }} />,
        },
        { key: "rows", title: t("imports.list.rows"), isNumber: true, cell: (row) => number(row.rowCount) },
        { key: "new", title: t("imports.list.new"), isNumber: true, cell: (row) => number(row.newCount) },
        {
          key: "rejected",
          title: t("imports.list.rejected"),
          isNumber: true,
          cell: (row) => number(row.rejectedCount),
        },
        { key: "by", title: t("imports.list.by"), cell: (row) => <span dir="auto">{row.accountName}</span> },
        {
          key: "when",
          title: t("imports.list.when"),
          cell: (row) => <When at={row.createdAt} now={now} locale={locale} timeZone={timeZone} />,
        },
      ]}
    />
  );
}
