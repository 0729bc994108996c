import { CopyField } from "../ui/copy";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { IntegrationTabs } from "../ui/integration-tabs";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status, type Tone } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { Chat } from "./chat-types";
import { Chats } from "./chat-views";
import type { PageFrame } from "./frame";
import { HOOK_NAME_MAX, type Hook, type HookState } from "./types";

const feeds = ["/feed.xml", "/feed.json", "/events.ics", "/counts.csv"] as const;
const feedWords = {
  "/feed.xml": "connections.feeds.rss",
  "/feed.json": "connections.feeds.json",
  "/events.ics": "connections.feeds.ical",
  "/counts.csv": "connections.feeds.counts",
} as const;

export const stateTones: Record<HookState, Tone> = { on: "good", test: "accent", paused: "warn" };

type Props = PageFrame & {
  /** Of the group's own pages. */
  origin: string;
  hooks: readonly Hook[];
  chats: readonly Chat[];
  name: string;
  errors: FieldErrors;
};

/** What works with a group's data without a line of code: forms of other makers, and feeds. */
export function ConnectionsPage(props: Props) {
  const { t, frame, slug, base, errors, flash, hooks, origin } = props;
  return (
    <Shell {...frame} title={t("connections.title")} tab="settings" flash={flash} scripts={["copy"]}>
      <PageHeader
        title={t("integrations.tabs.label")}
        lead={t("connections.lead")}
        actions={
          <ButtonLink href={`${base}/help`} kind="secondary">
            {t("connections.help.link")}
          </ButtonLink>
        }
      />
      <IntegrationTabs t={t} slug={slug} current="connections" />
      <ErrorSummary t={t} errors={errors} />
      <Section title={t("connections.in.title")} text={t("connections.in.text")}>
        <DataTable
          caption={t("connections.in.title")}
          isCaptionHidden
          rows={hooks}
          columns={columns(props)}
          empty={<EmptyState title={t("connections.in.empty")} text={t("connections.in.emptyText")} />}
        />
        <Form class="form measure" action={base} label={t("connections.in.new")}>
          <TextField
            name="name"
            label={t("connections.in.name")}
            hint={t("connections.in.nameHint")}
            value={props.name}
            error={errors.name}
            maxlength={HOOK_NAME_MAX}
            autocomplete="off"
            required
          />
          <ButtonRow>
            <SubmitButton>{t("connections.in.new")}</SubmitButton>
          </ButtonRow>
        </Form>
      </Section>
      <Chats {...props} />
      <Section title={t("connections.feeds.title")} text={t("connections.feeds.text")}>
        <div class="form measure">
          {feeds.map((path) => (
            <CopyField t={t} name={path.slice(1)} label={t(feedWords[path])} value={`${origin}${path}`} />
          ))}
        </div>
      </Section>
    </Shell>
  );
}

function columns({ t, locale, base, now, timeZone }: Props): Column<Hook>[] {
  const number = (value: number) => formatNumber(value, locale);
  return [
    {
      key: "name",
      title: t("connections.in.name"),
      isName: true,
      cell: ({ no, name }) => (
        <a href={`${base}/${no}`} dir="auto">
          {name}
        </a>
      ),
    },
    {
      key: "state",
      title: t("connections.in.state"),
      cell: ({ state }) => <Status tone={stateTones[state]}>{t(`connections.states.${state}`)}</Status>,
    },
    {
      key: "received",
      title: t("connections.in.received"),
      isNumber: true,
      cell: (hook) => number(hook.receivedCount),
    },
    {
      key: "accepted",
      title: t("connections.in.accepted"),
      isNumber: true,
      cell: (hook) => number(hook.acceptedCount),
    },
    {
      key: "refused",
      title: t("connections.in.refused"),
      isNumber: true,
      cell: (hook) => number(hook.refusedCount),
    },
    {
      key: "last",
      title: t("connections.in.last"),
      cell: ({ lastAt }) =>
        lastAt === null ? t("connections.in.never") : <When at={lastAt} {...{ now, locale, timeZone }} />,
    },
  ];
}

const steps = ["typeform", "google", "tally", "wordpress", "zapierIn", "zapierOut", "n8n", "api"] as const;

/** How the tools people have are set up: a paragraph each. */
export function HelpPage({
  t,
  frame,
  base,
  slug,
  platformOrigin,
  origin,
}: PageFrame & { platformOrigin: string; origin: string }) {
  return (
    <Shell {...frame} title={t("connections.help.title")} tab="settings">
      <PageHeader
        title={t("connections.help.title")}
        lead={t("connections.help.lead")}
        back={{ href: base, label: t("connections.title") }}
      />
      {steps.map((step) => (
        <Section
          title={t(`connections.help.${step}.title`)}
          text={t(`connections.help.${step}.text`, {
            api: `${platformOrigin}/api/v2`,
            origin,
            webhooks: t("integrations.tabs.webhooks"),
            keys: t("integrations.tabs.keys"),
            slug,
          })}
        />
      ))}
    </Shell>
  );
}
