import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import { Notice } from "../ui/flash";
import { ButtonLink, ErrorSummary, FileField, Form, SelectField, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { Attribution } from "./attribution";
import type { TargetFile } from "./file";
import { type BuiltinSet, builtinSets, type ListedTarget, type Match, type TargetList } from "./types";

export type PageFrame = Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;

/** A postal code somebody tried, and whom it led to. */
export type Tried = { postalCode: string; district: string; match: Match };

type ListsProps = {
  t: T;
  locale: Locale;
  frame: PageFrame;
  group: Group;
  lists: readonly TargetList[];
  tried: Tried | null;
  set: BuiltinSet;
  errors: Record<string, string>;
  name: string;
  flash: FlashMessage | undefined;
  now: number;
};

const PREVIEW_MAX = 10;

/** The lists a group has, and the ones everybody has. */
export function ListsPage(props: ListsProps) {
  const { t, frame, group, errors, name, flash } = props;
  return (
    <Shell {...frame} title={t("officials.lists.title")} group={group} tab="actions" flash={flash}>
      <PageHeader
        title={t("officials.lists.title")}
        lead={t("officials.lists.lead")}
        back={{ href: `/groups/${group.slug}/actions`, label: t("common.nav.actions") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <Lists {...props} />
      <Section title={t("officials.lists.new")} id="new">
        <Form class="form measure" action={`/groups/${group.slug}/targets`} enctype="multipart/form-data">
          <TextField
            name="name"
            label={t("officials.lists.name")}
            hint={t("officials.lists.nameHint")}
            value={name}
            error={errors.name}
            required
          />
          <TargetFileField t={t} error={errors.file} />
          <SubmitButton>{t("officials.upload.look")}</SubmitButton>
        </Form>
      </Section>
      <BuiltinSection {...props} />
    </Shell>
  );
}

export function TargetFileField({ t, error }: { t: T; error: string | undefined }) {
  return (
    <>
      <FileField
        name="file"
        label={t("officials.upload.file")}
        hint={t("officials.upload.fileHint")}
        accept=".csv,.tsv,.txt,text/csv"
        error={error}
        required
      />
      <details>
        <summary>{t("officials.upload.columns")}</summary>
        <pre class="code">
          {[
            "name,title,office,district codes,postal prefixes,email,phone,language",
            'Helen Brandt,Mayor,City of Riverside,,"M4, M5V",mayor@riverside.example,416-555-0100,en',
          ].join("\n")}
        </pre>
        <p class="hint">{t("officials.upload.columnsText")}</p>
      </details>
    </>
  );
}

function Lists({ t, locale, group, lists, now, frame }: ListsProps) {
  return (
    <DataTable<TargetList>
      caption={t("officials.lists.yours")}
      rows={lists}
      empty={<EmptyState title={t("officials.lists.empty")} text={t("officials.lists.emptyText")} />}
      columns={[
        {
          key: "name",
          title: t("officials.lists.name"),
          isName: true,
          cell: (list) => <a href={`/groups/${group.slug}/targets/${list.id}`}>{list.name}</a>,
        },
        {
          key: "count",
          title: t("officials.lists.count"),
          isNumber: true,
          cell: (list) => formatNumber(list.targetCount, locale),
        },
        {
          key: "email",
          title: t("officials.lists.withEmail"),
          isNumber: true,
          cell: (list) => formatNumber(list.emailCount, locale),
        },
        {
          key: "phone",
          title: t("officials.lists.withPhone"),
          isNumber: true,
          cell: (list) => formatNumber(list.phoneCount, locale),
        },
        {
          key: "updated",
          title: t("officials.lists.updated"),
          cell: (list) => (
            <When at={list.updatedAt} now={now} locale={frame.locale} timeZone={group.timeZone} />
          ),
        },
      ]}
    />
  );
}

function BuiltinSection({ t, group, set, tried }: ListsProps) {
  return (
    <Section title={t("officials.builtin.title")} id="builtin" text={t("officials.builtin.text")}>
      <Form method="get" action={`/groups/${group.slug}/targets#builtin`} class="filter">
        <SelectField
          name="set"
          label={t("officials.builtin.set")}
          value={set}
          options={builtinSets.map((value) => ({ value, label: t(`officials.sets.${value}`) }))}
        />
        <TextField
          name="postalCode"
          label={t("officials.try.postalCode")}
          value={tried?.postalCode ?? ""}
          width="short"
        />
        <DistrictChoice t={t} tried={tried} />
        <SubmitButton kind="secondary">{t("officials.try.button")}</SubmitButton>
      </Form>
      <TriedResult t={t} tried={tried} />
      <Attribution t={t} countries={["us", "ca"]} />
    </Section>
  );
}

/** Where the postal code left it open: the districts, to try each. */
export function DistrictChoice({ t, tried }: { t: T; tried: Tried | null }) {
  const districts = tried?.match.districts ?? [];
  if (districts.length === 0) return null;
  return (
    <SelectField
      name="district"
      label={t("officials.district.label")}
      options={districts.map(({ code, label, names }) => ({
        value: code,
        label: [label, names.join(", ")].filter(Boolean).join(": "),
      }))}
    />
  );
}

export function TriedResult({ t, tried }: { t: T; tried: Tried | null }) {
  if (!tried) return null;
  const { targets, districts } = tried.match;
  if (districts.length > 0)
    return (
      <Notice kind="info">
        <p>{t("officials.try.choose", { count: districts.length })}</p>
      </Notice>
    );
  if (targets.length === 0)
    return (
      <Notice kind="warn">
        <p>{t("officials.try.nobody")}</p>
      </Notice>
    );
  return (
    <ul class="matched">
      {targets.map((target) => (
        <li>
          <strong>{target.name}</strong> {[target.title, target.office].filter(Boolean).join(", ")}
          <span class="soft">
            {" "}
            {[target.email, target.phone].filter(Boolean).join(" · ") || t("officials.try.noAddress")}
          </span>
        </li>
      ))}
    </ul>
  );
}

type UploadProps = {
  t: T;
  frame: PageFrame;
  group: Group;
  list: TargetList;
  file: TargetFile;
  upload: string;
};

/** What a file holds, before it takes the place of the list. */
export function UploadPage({ t, frame, group, list, file, upload }: UploadProps) {
  const href = `/groups/${group.slug}/targets/${list.id}`;
  return (
    <Shell {...frame} title={t("officials.upload.title")} group={group} tab="actions">
      <PageHeader title={t("officials.upload.title")} back={{ href, label: list.name }} />
      {file.is === "unreadable" ? (
        <Notice kind="bad" title={t("officials.upload.unreadable")}>
          <p>{t(`officials.upload.why.${file.why}`)}</p>
        </Notice>
      ) : (
        <ReadFile {...{ t, file, list }} />
      )}
      <div class="button-row">
        {file.is === "read" && file.targets.length > 0 ? (
          <form method="post" action={`${href}/uploads/${upload}`}>
            <SubmitButton>{t("officials.upload.take", { count: file.targets.length })}</SubmitButton>
          </form>
        ) : null}
        <ButtonLink href={href} kind="secondary">
          {t("officials.upload.other")}
        </ButtonLink>
      </div>
    </Shell>
  );
}

function ReadFile({ t, file, list }: { t: T; file: Extract<TargetFile, { is: "read" }>; list: TargetList }) {
  const { targets, problems, problemCount, ignored } = file;
  return (
    <>
      <Notice kind={targets.length > 0 ? "info" : "bad"}>
        <p>{t("officials.upload.found", { count: targets.length })}</p>
        {list.targetCount > 0 ? <p>{t("officials.upload.replaces", { count: list.targetCount })}</p> : null}
        {ignored.length > 0 ? <p>{t("officials.upload.ignored", { names: ignored.join(", ") })}</p> : null}
      </Notice>
      {problemCount > 0 ? (
        <Notice kind="warn" title={t("officials.upload.problems", { count: problemCount })}>
          <ul>
            {problems.map(({ line, problem, text }) => (
              <li>{t(`officials.problems.${problem}`, { line, text })}</li>
            ))}
          </ul>
          {problemCount > problems.length ? <p>{t("officials.upload.more")}</p> : null}
        </Notice>
      ) : null}
      <TargetTable
        t={t}
        caption={t("officials.upload.first", { count: Math.min(PREVIEW_MAX, targets.length) })}
        targets={targets.slice(0, PREVIEW_MAX)}
        empty={null}
      />
    </>
  );
}

export function TargetTable(props: {
  t: T;
  caption: string;
  targets: readonly ListedTarget[];
  empty: Child;
}) {
  const { t, caption, targets, empty } = props;
  return (
    <DataTable<ListedTarget>
      caption={caption}
      rows={targets}
      empty={empty}
      columns={[
        { key: "name", title: t("officials.target.name"), isName: true, cell: ({ name }) => name },
        {
          key: "office",
          title: t("officials.target.office"),
          cell: ({ title, office }) => [title, office].filter(Boolean).join(", "),
        },
        { key: "for", title: t("officials.target.for"), cell: (target) => placeWords(t, target) },
        { key: "email", title: t("officials.target.email"), cell: ({ email }) => email || "–" },
        { key: "phone", title: t("officials.target.phone"), cell: ({ phone }) => phone || "–" },
        {
          key: "language",
          title: t("officials.target.language"),
          cell: ({ language }) => language || "–",
        },
      ]}
    />
  );
}

const CODES_SHOWN_MAX = 6;

function placeWords(t: T, { districts, prefixes }: ListedTarget): string {
  const codes = [...districts, ...prefixes.map((prefix) => `${prefix}…`)];
  if (codes.length === 0) return t("officials.target.everybody");
  const more = codes.length - CODES_SHOWN_MAX;
  return codes.slice(0, CODES_SHOWN_MAX).join(", ") + (more > 0 ? ` +${more}` : "");
}
