import type { memberFrame } from "../groups/web";
import { Disclosure, Facts } from "../ui/card";
import { CopyField } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import {
  ButtonRow,
  CheckboxField,
  CheckboxGroup,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { IntegrationTabs } from "../ui/integration-tabs";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status, type Tone } from "../ui/status";
import { type Column, DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import {
  type Delivery,
  type EventType,
  eventTypes,
  FAILURES_MAX,
  NAME_MAX,
  SOURCE_MAX,
  type Trigger,
  triggers,
  URL_MAX,
  type Webhook,
  type WebhookState,
} from "./types";

type PageProps = {
  t: T;
  locale: Locale;
  frame: Awaited<ReturnType<typeof memberFrame>>;
  slug: string;
  now: number;
  timeZone: string;
  flash?: FlashMessage | undefined;
};

type WebhooksPageProps = PageProps & {
  webhooks: readonly Webhook[];
  actions: readonly { id: string; title: string }[];
  typed: {
    name: string;
    url: string;
    trigger: Trigger;
    actionId: string;
    isSigned: boolean;
    filters: { types: readonly EventType[]; source: string };
  };
  errors: FieldErrors;
};

const stateTones: Record<WebhookState, Tone> = { off: "neutral", on: "good", paused: "bad" };
const deliveryTones: Record<Delivery["state"], Tone> = { waiting: "accent", sent: "good", failed: "bad" };

const typeWords = {
  "osdi:signature": "signature",
  "osdi:submission": "submission",
  "osdi:attendance": "attendance",
  "osdi:donation": "donation",
  "osdi:outreach": "outreach",
  "action_network:response": "response",
  "action_network:action": "action",
  "action_network:upload": "upload",
} as const satisfies Record<EventType, string>;

/** A group's webhooks, what one is for, and where another is made. */
export function WebhooksPage(props: WebhooksPageProps) {
  const { t, frame, slug, webhooks, errors, flash } = props;
  return (
    <Shell {...frame} title={t("webhooks.title")} tab="settings" flash={flash}>
      <PageHeader title={t("integrations.tabs.label")} lead={t("webhooks.lead")} />
      <IntegrationTabs t={t} slug={slug} current="webhooks" />
      <ErrorSummary t={t} errors={errors} />
      <DataTable
        caption={t("webhooks.caption")}
        isCaptionHidden
        rows={webhooks}
        columns={columns(props)}
        empty={<EmptyState title={t("webhooks.empty.title")} text={t("webhooks.empty.text")} />}
      />
      <NewWebhook {...props} />
    </Shell>
  );
}

function columns({ t, slug }: WebhooksPageProps): Column<Webhook>[] {
  return [
    {
      key: "name",
      title: t("webhooks.fields.name"),
      isName: true,
      cell: ({ id, name }) => (
        <a href={`/groups/${slug}/integrations/webhooks/${id}`} dir="auto">
          {name}
        </a>
      ),
    },
    { key: "tells", title: t("webhooks.columns.tells"), cell: (webhook) => told(t, webhook) },
    {
      key: "to",
      title: t("webhooks.columns.to"),
      cell: ({ url }) => <span dir="ltr">{new URL(url).host}</span>,
    },
    {
      key: "state",
      title: t("webhooks.columns.state"),
      cell: ({ state }) => <Status tone={stateTones[state]}>{t(`webhooks.states.${state}`)}</Status>,
    },
  ];
}

function told(t: T, { trigger, action }: Webhook): string {
  return trigger === "action" ? (action?.title ?? "–") : t(`webhooks.triggers.${trigger}`);
}

function NewWebhook({ t, slug, typed, actions, errors }: WebhooksPageProps) {
  const href = `/groups/${slug}/integrations/webhooks`;
  return (
    <Section title={t("webhooks.new.title")} text={t("webhooks.new.text")}>
      <Form class="form measure" action={href} label={t("webhooks.new.title")}>
        <TextField
          name="name"
          label={t("webhooks.fields.name")}
          hint={t("webhooks.fields.nameHint")}
          value={typed.name}
          maxlength={NAME_MAX}
          error={errors.name}
          required
        />
        <TextField
          name="url"
          type="url"
          label={t("webhooks.fields.url")}
          hint={t("webhooks.fields.urlHint")}
          value={typed.url}
          maxlength={URL_MAX}
          error={errors.url}
          spellcheck={false}
          required
        />
        <RadioGroup
          name="trigger"
          legend={t("webhooks.fields.trigger")}
          value={typed.trigger}
          error={errors.trigger}
          options={triggers.map((trigger) => ({
            value: trigger,
            label: t(`webhooks.triggers.${trigger}`),
            hint: t(`webhooks.hints.${trigger}`),
          }))}
          required
        />
        <SelectField
          name="action"
          label={t("webhooks.fields.action")}
          hint={t("webhooks.fields.actionHint")}
          blank="–"
          value={typed.actionId}
          error={errors.action}
          options={actions.map(({ id, title }) => ({ value: id, label: title }))}
        />
        <Filters t={t} filters={typed.filters} />
        <CheckboxField
          name="signed"
          label={t("webhooks.fields.signed")}
          hint={t("webhooks.fields.signedHint")}
          checked={typed.isSigned}
        />
        <ButtonRow>
          <SubmitButton>{t("webhooks.new.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Filters({ t, filters }: { t: T; filters: WebhooksPageProps["typed"]["filters"] }) {
  return (
    <Disclosure
      summary={t("webhooks.new.filters")}
      isOpen={filters.types.length > 0 || filters.source !== ""}
    >
      <CheckboxGroup
        name="types"
        legend={t("webhooks.fields.types")}
        hint={t("webhooks.fields.typesHint")}
        values={filters.types}
        options={eventTypes.map((type) => ({
          value: type,
          label: t(`webhooks.types.${typeWords[type]}`),
        }))}
      />
      <TextField
        name="source"
        label={t("webhooks.fields.source")}
        hint={t("webhooks.fields.sourceHint")}
        value={filters.source}
        maxlength={SOURCE_MAX}
      />
    </Disclosure>
  );
}

type WebhookPageProps = PageProps & {
  webhook: Webhook;
  secret: string | null;
  deliveries: readonly Delivery[];
  next: { at: number; id: string } | null;
};

/** One webhook: what it does, the switches, and what was sent. */
export function WebhookPage(props: WebhookPageProps) {
  const { t, frame, slug, webhook, flash, secret, deliveries, next } = props;
  const list = `/groups/${slug}/integrations/webhooks`;
  const href = `${list}/${webhook.id}`;
  return (
    <Shell {...frame} title={webhook.name} tab="settings" flash={flash} scripts={["copy"]}>
      <PageHeader
        title={webhook.name}
        back={{ href: list, label: t("webhooks.title") }}
        status={<Status tone={stateTones[webhook.state]}>{t(`webhooks.states.${webhook.state}`)}</Status>}
      />
      {webhook.state === "paused" ? (
        <Notice kind="bad" title={t("webhooks.paused.title")}>
          <p>{t("webhooks.paused.text", { count: FAILURES_MAX })}</p>
        </Notice>
      ) : null}
      <Facts facts={factsOf(t, webhook)} />
      <Switches t={t} webhook={webhook} href={href} />
      {secret === null ? null : (
        <Section title={t("webhooks.secret.title")} text={t("webhooks.secret.text")}>
          <CopyField t={t} name="secret" label={t("webhooks.secret.label")} value={secret} />
        </Section>
      )}
      <Section title={t("webhooks.log.title")} text={t("webhooks.log.text")}>
        <DataTable
          caption={t("webhooks.log.title")}
          isCaptionHidden
          rows={deliveries}
          columns={logColumns(props, href)}
          empty={<EmptyState title={t("webhooks.log.empty")} text={t("webhooks.log.emptyText")} />}
        />
        <Pager t={t} {...(next ? { after: `${href}?before=${next.at}-${next.id}` } : {})} />
      </Section>
    </Shell>
  );
}

function factsOf(t: T, webhook: Webhook) {
  const { types, source } = webhook.filters;
  return [
    { name: t("webhooks.fields.url"), value: <code dir="ltr">{webhook.url}</code> },
    { name: t("webhooks.columns.tells"), value: told(t, webhook) },
    ...(types.length === 0
      ? []
      : [
          {
            name: t("webhooks.fields.types"),
            value: types.map((type) => t(`webhooks.types.${typeWords[type]}`)).join(", "),
          },
        ]),
    ...(source === "" ? [] : [{ name: t("webhooks.fields.source"), value: source }]),
  ];
}

function Switches({ t, webhook, href }: { t: T; webhook: Webhook; href: string }) {
  const isOn = webhook.state === "on";
  return (
    <ButtonRow>
      <Form action={`${href}/${isOn ? "off" : "on"}`}>
        <SubmitButton kind={isOn ? "secondary" : "primary"}>
          {t(isOn ? "webhooks.verbs.off" : "webhooks.verbs.on")}
        </SubmitButton>
      </Form>
      <Form action={`${href}/test`}>
        <SubmitButton kind="secondary">{t("webhooks.verbs.test")}</SubmitButton>
      </Form>
      <Form action={`${href}/removal`}>
        <SubmitButton kind="quiet">{t("webhooks.verbs.delete")}</SubmitButton>
      </Form>
    </ButtonRow>
  );
}

function logColumns({ t, locale, now, timeZone }: WebhookPageProps, href: string): Column<Delivery>[] {
  return [
    {
      key: "at",
      title: t("webhooks.log.at"),
      isName: true,
      cell: ({ id, at }) => (
        <a href={`${href}/deliveries/${id}`}>
          <When at={at} now={now} locale={locale} timeZone={timeZone} />
        </a>
      ),
    },
    {
      key: "state",
      title: t("webhooks.columns.state"),
      cell: ({ state }) => <Status tone={deliveryTones[state]}>{t(`webhooks.log.states.${state}`)}</Status>,
    },
    { key: "status", title: t("webhooks.log.answer"), cell: (delivery) => answered(t, delivery) },
    {
      key: "tries",
      title: t("webhooks.log.tries"),
      isNumber: true,
      cell: ({ tries }) => formatNumber(tries, locale),
    },
  ];
}

const reasons = [
  "timeout",
  "unreachable",
  "notUrl",
  "notHttps",
  "private",
  "own",
  "noSuchName",
  "unknown",
] as const;

function answered(t: T, { status, answer, triedAt }: Delivery): string {
  if (triedAt === null) return "–";
  if (status !== null) return t("webhooks.log.status", { status });
  const reason = reasons.find((known) => known === answer) ?? "unreachable";
  return t(`webhooks.log.reasons.${reason}`);
}

/** One delivery: what was sent, and what came back. */
export function DeliveryPage(props: PageProps & { webhook: Webhook; delivery: Delivery }) {
  const { t, locale, frame, slug, webhook, delivery, flash, now, timeZone } = props;
  const href = `/groups/${slug}/integrations/webhooks/${webhook.id}`;
  const when = (at: number) => <When at={at} now={now} locale={locale} timeZone={timeZone} />;
  const facts = [
    { name: t("webhooks.log.at"), value: when(delivery.at) },
    { name: t("webhooks.log.answer"), value: answered(t, delivery) },
    { name: t("webhooks.log.tries"), value: formatNumber(delivery.tries, locale) },
    ...(delivery.tookMs === null
      ? []
      : [
          {
            name: t("webhooks.log.took"),
            value: t("webhooks.log.ms", { ms: formatNumber(delivery.tookMs, locale) }),
          },
        ]),
    ...(delivery.dueAt === null ? [] : [{ name: t("webhooks.log.next"), value: when(delivery.dueAt) }]),
    { name: t("webhooks.log.key"), value: <code dir="ltr">{delivery.id}</code> },
  ];
  return (
    <Shell {...frame} title={t("webhooks.log.one")} tab="settings" flash={flash}>
      <PageHeader
        title={t("webhooks.log.one")}
        back={{ href, label: webhook.name }}
        status={
          <Status tone={deliveryTones[delivery.state]}>{t(`webhooks.log.states.${delivery.state}`)}</Status>
        }
      />
      <Facts facts={facts} />
      {delivery.dueAt === null ? (
        <Form action={`${href}/deliveries/${delivery.id}/retry`}>
          <ButtonRow>
            <SubmitButton kind="secondary">{t("webhooks.verbs.retry")}</SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
      <Section title={t("webhooks.log.sent")}>
        <pre class="code" dir="ltr" tabindex={0}>
          {pretty(delivery.body)}
        </pre>
      </Section>
      {delivery.status === null || !delivery.answer ? null : (
        <Section title={t("webhooks.log.received")}>
          <pre class="code" dir="ltr" tabindex={0}>
            {delivery.answer}
          </pre>
        </Section>
      )}
    </Shell>
  );
}

function pretty(body: string): string {
  const parsed: unknown = JSON.parse(body);
  return JSON.stringify(parsed, null, 2);
}
