import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  CheckboxGroup,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { localeNames, locales } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { CHAT_NAME_MAX, CHAT_URL_MAX, type Chat, services, tellings } from "./chat-types";
import type { PageFrame } from "./frame";

/** The chats of a group, below its forms. */
export function Chats(props: PageFrame & { chats: readonly Chat[] }) {
  const { t, base, chats } = props;
  return (
    <Section title={t("connections.chat.title")} text={t("connections.chat.text")}>
      <DataTable
        caption={t("connections.chat.title")}
        isCaptionHidden
        rows={chats}
        columns={columns(props)}
        empty={<EmptyState title={t("connections.chat.empty")} text={t("connections.chat.emptyText")} />}
      />
      <ButtonRow>
        <ButtonLink href={`${base}/chats/new`}>{t("connections.chat.new")}</ButtonLink>
      </ButtonRow>
    </Section>
  );
}

function columns({ t, locale, base, now, timeZone }: PageFrame): Column<Chat>[] {
  return [
    {
      key: "name",
      title: t("connections.chat.name"),
      isName: true,
      cell: ({ no, name }) => (
        <a href={`${base}/chats/${no}`} dir="auto">
          {name}
        </a>
      ),
    },
    {
      key: "service",
      title: t("connections.chat.service"),
      cell: ({ service }) => t(`connections.chat.services.${service}`),
    },
    {
      key: "state",
      title: t("connections.in.state"),
      cell: ({ state }) => (
        <Status tone={state === "on" ? "good" : "warn"}>{t(`connections.states.${state}`)}</Status>
      ),
    },
    {
      key: "last",
      title: t("connections.chat.last"),
      cell: ({ lastAt }) =>
        lastAt === null ? t("connections.in.never") : <When at={lastAt} {...{ now, locale, timeZone }} />,
    },
  ];
}

export type ChatValues = {
  name: string;
  service: string;
  url: string;
  tells: readonly string[];
  giftFrom: string;
  locale: string;
};

type ChatPageProps = PageFrame & {
  chat: Chat | null;
  values: ChatValues;
  errors: FieldErrors;
  currency: string;
};

/** One chat: where it is and what it is told. */
export function ChatPage(props: ChatPageProps) {
  const { t, frame, base, chat, errors, flash } = props;
  const title = chat?.name ?? t("connections.chat.new");
  return (
    <Shell {...frame} title={title} tab="settings" flash={flash}>
      <PageHeader
        title={title}
        {...(chat
          ? {
              status: (
                <Status tone={chat.state === "on" ? "good" : "warn"}>
                  {t(`connections.states.${chat.state}`)}
                </Status>
              ),
            }
          : { lead: t("connections.chat.text") })}
        back={{ href: base, label: t("connections.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      {chat?.lastProblem ? (
        <Notice kind="warn">
          <p>{t("connections.chat.problem", { problem: problemWords(props, chat.lastProblem) })}</p>
        </Notice>
      ) : null}
      <ChatForm {...props} />
      {chat ? <Acts {...props} chat={chat} /> : null}
    </Shell>
  );
}

const problems = [
  "notUrl",
  "notHttps",
  "private",
  "own",
  "noSuchName",
  "unknown",
  "timeout",
  "unreachable",
] as const;

/** Why an address did not take a notice; an HTTP status says it itself. */
export function problemWords({ t }: Pick<PageFrame, "t">, problem: string): string {
  const known = problems.find((each) => each === problem);
  return known ? t(`connections.chat.problems.${known}`) : problem;
}

function ChatForm({ t, base, chat, values, errors, currency }: ChatPageProps) {
  return (
    <Form
      class="form measure"
      action={chat ? `${base}/chats/${chat.no}` : `${base}/chats`}
      label={t("connections.chat.title")}
    >
      <TextField
        name="name"
        label={t("connections.chat.name")}
        value={values.name}
        error={errors.name}
        maxlength={CHAT_NAME_MAX}
        autocomplete="off"
        required
      />
      <SelectField
        name="service"
        label={t("connections.chat.service")}
        hint={t("connections.chat.serviceHint")}
        value={values.service}
        error={errors.service}
        options={services.map((value) => ({ value, label: t(`connections.chat.services.${value}`) }))}
        required
      />
      <TextField
        name="url"
        type="url"
        label={t("connections.chat.url")}
        hint={t("connections.chat.urlHint")}
        value={values.url}
        error={errors.url}
        maxlength={CHAT_URL_MAX}
        autocomplete="off"
        required
      />
      <CheckboxGroup
        name="tells"
        legend={t("connections.chat.tells")}
        hint={t("connections.chat.tellsHint")}
        values={values.tells}
        error={errors.tells}
        options={tellings.map((value) => ({ value, label: t(`connections.chat.telling.${value}`) }))}
      />
      <TextField
        name="giftFrom"
        label={t("connections.chat.giftFrom")}
        value={values.giftFrom}
        error={errors.giftFrom}
        inputmode="decimal"
        width="short"
        suffix={currency}
      />
      <SelectField
        name="locale"
        label={t("connections.chat.locale")}
        value={values.locale}
        options={locales.map((value) => ({ value, label: localeNames[value] }))}
      />
      <ButtonRow>
        <SubmitButton>{t("connections.map.save")}</SubmitButton>
      </ButtonRow>
    </Form>
  );
}

function Acts({ t, base, chat }: ChatPageProps & { chat: Chat }) {
  const href = `${base}/chats/${chat.no}`;
  const other = chat.state === "on" ? "paused" : "on";
  return (
    <Section title={t("connections.chat.acts")}>
      <ButtonRow>
        <Form class="inline" action={`${href}/test`} label={t("connections.chat.test")}>
          <SubmitButton kind="secondary">{t("connections.chat.test")}</SubmitButton>
        </Form>
        <Form class="inline" action={`${href}/state`} label={t(`connections.turn.${other}`)}>
          <HiddenField name="state" value={other} />
          <SubmitButton kind="secondary">{t(`connections.turn.${other}`)}</SubmitButton>
        </Form>
        <Form class="inline" action={`${href}/deletion`} label={t("connections.end.delete")}>
          <SubmitButton kind="danger">{t("connections.end.delete")}</SubmitButton>
        </Form>
      </ButtonRow>
    </Section>
  );
}
