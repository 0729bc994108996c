import type { memberFrame } from "../groups/web";
import { CopyField } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SubmitButton,
  TextField,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { IntegrationTabs } from "../ui/integration-tabs";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { type ApiKey, accesses, KEY_NAME_MAX } from "./types";

type PageProps = {
  t: T;
  locale: Locale;
  frame: Awaited<ReturnType<typeof memberFrame>>;
  slug: string;
  now: number;
  timeZone: string;
  errors: FieldErrors;
  flash?: FlashMessage | undefined;
};

type KeysPageProps = PageProps & {
  keys: readonly ApiKey[];
  values: { name: string; access: string };
  /** The address of the API. */
  api: string;
  /** The key just made; on no page but the answer to making it. */
  made?: { name: string; secret: string };
};

/** A group's keys, what one is for, and where another is made. */
export function KeysPage(props: KeysPageProps) {
  const { t, frame, slug, keys, errors, flash } = props;
  const title = t("integrations.tabs.label");
  return (
    <Shell {...frame} title={t("keys.title")} tab="settings" flash={flash}>
      <PageHeader title={title} lead={t("keys.lead")} />
      <IntegrationTabs t={t} slug={slug} current="keys" />
      <ErrorSummary t={t} errors={errors} />
      <Made {...props} />
      <DataTable
        caption={t("keys.caption")}
        isCaptionHidden
        rows={keys}
        columns={columns(props)}
        empty={<EmptyState title={t("keys.empty.title")} text={t("keys.empty.text")} />}
      />
      <NewKey {...props} />
      <TryIt {...props} />
    </Shell>
  );
}

function Made({ t, made }: KeysPageProps) {
  if (!made) return null;
  return (
    <Notice kind="good" title={t("keys.made.title")}>
      <div class="form">
        <p>{t("keys.made.text")}</p>
        <CopyField
          t={t}
          name="secret"
          label={t("keys.made.label", { name: made.name })}
          value={made.secret}
        />
        <p>{t("keys.made.care")}</p>
      </div>
    </Notice>
  );
}

function columns({ t, locale, slug, now, timeZone }: KeysPageProps): Column<ApiKey>[] {
  const when = (at: number) => <When at={at} now={now} locale={locale} timeZone={timeZone} />;
  return [
    {
      key: "name",
      title: t("keys.columns.name"),
      isName: true,
      cell: ({ id, name }) => (
        <a href={`/groups/${slug}/integrations/keys/${id}`} dir="auto">
          {name}
        </a>
      ),
    },
    { key: "access", title: t("keys.columns.access"), cell: ({ access }) => t(`keys.access.${access}`) },
    { key: "ending", title: t("keys.columns.ending"), cell: ({ ending }) => <code>…{ending}</code> },
    {
      key: "created",
      title: t("keys.columns.created"),
      cell: ({ createdAt, createdBy }) => (
        <span>
          {when(createdAt)}
          {createdBy ? (
            <span class="soft small"> {t("keys.by", { name: createdBy.name || createdBy.email })}</span>
          ) : null}
        </span>
      ),
    },
    {
      key: "used",
      title: t("keys.columns.used"),
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("keys.never") : when(lastUsedAt)),
    },
    {
      key: "state",
      title: t("keys.columns.state"),
      cell: (key) => <State t={t} {...key} />,
    },
  ];
}

/** Whoever left may still know the key: somebody should look at it. */
function State({ t, revokedAt, makerRole }: Pick<ApiKey, "revokedAt" | "makerRole"> & { t: T }) {
  if (revokedAt !== null) return <Status>{t("keys.revoked")}</Status>;
  return makerRole === null ? (
    <Status tone="warn">{t("keys.makerGone")}</Status>
  ) : (
    <Status tone="good">{t("keys.holds")}</Status>
  );
}

function NewKey({ t, slug, values, errors }: KeysPageProps) {
  return (
    <Section title={t("keys.new.title")}>
      <Form class="form measure" action={`/groups/${slug}/integrations/keys`} label={t("keys.new.title")}>
        <NameField t={t} value={values.name} error={errors.name} />
        <RadioGroup
          name="access"
          legend={t("keys.fields.access")}
          value={values.access}
          error={errors.access}
          options={accesses.map((access) => ({
            value: access,
            label: t(`keys.fields.${access}`),
            hint: t(`keys.fields.${access}Hint`),
          }))}
          required
        />
        <ButtonRow>
          <SubmitButton>{t("keys.new.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function NameField({ t, value, error }: { t: T; value: string; error: string | undefined }) {
  return (
    <TextField
      name="name"
      label={t("keys.fields.name")}
      hint={t("keys.fields.nameHint")}
      value={value}
      error={error}
      maxlength={KEY_NAME_MAX}
      autocomplete="off"
      required
    />
  );
}

function TryIt({ t, api, made }: KeysPageProps) {
  const command = `curl -H "OSDI-API-Token: ${made?.secret ?? "gs_…"}" ${api}/people`;
  return (
    <Section title={t("keys.try.title")} text={t("keys.try.text")}>
      <div class="form measure">
        <CopyField t={t} name="api" label={t("keys.try.address")} value={api} />
        <CopyField t={t} name="command" label={t("keys.try.command")} value={command} />
      </div>
    </Section>
  );
}

/** One key: what it is called, and the way to be rid of it. */
export function KeyPage(props: PageProps & { apiKey: ApiKey; name: string }) {
  const { t, frame, slug, apiKey, name, errors, flash } = props;
  const base = `/groups/${slug}/integrations/keys`;
  const href = `${base}/${apiKey.id}`;
  const title = t("keys.one.title", { name: apiKey.name });
  return (
    <Shell {...frame} title={title} tab="settings" flash={flash}>
      <PageHeader title={title} back={{ href: base, label: t("keys.title") }} />
      <ErrorSummary t={t} errors={errors} />
      {apiKey.revokedAt === null ? (
        <>
          <Form class="form measure" action={href} label={t("keys.one.rename")}>
            <NameField t={t} value={name} error={errors.name} />
            <ButtonRow>
              <SubmitButton>{t("keys.one.rename")}</SubmitButton>
            </ButtonRow>
          </Form>
          <Section title={t("keys.one.revoke")} text={t("keys.one.revokeText")}>
            <Form class="inline" action={`${href}/revocation`} label={t("keys.one.revoke")}>
              <SubmitButton kind="danger" confirm={t("keys.one.confirm", { name: apiKey.name })}>
                {t("keys.one.revoke")}
              </SubmitButton>
            </Form>
          </Section>
        </>
      ) : (
        <Notice>
          <p>{t("keys.one.revoked")}</p>
        </Notice>
      )}
    </Shell>
  );
}
