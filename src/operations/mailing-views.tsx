import { mailboxNames } from "../platform/mail/mailbox-provider";
import { brakeReasons } from "../senders/types";
import type { SuppressionCause } from "../subscriptions/types";
import { Notice } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { NamedHealth, NamedMailing, NamedReaders, WaitingMailing } from "./mailing";
import { rateWords } from "./mailing-words";
import { OperationsFrame, RowButton } from "./views";
import type { PageProps } from "./web";

type MailingsPageProps = PageProps & {
  waiting: WaitingMailing[];
  open: NamedMailing[];
  senders: NamedHealth[];
  readers: NamedReaders[];
};

export function MailingsPage(props: MailingsPageProps) {
  const { t, waiting, open } = props;
  return (
    <OperationsFrame
      {...props}
      title={t("results.operations.title")}
      lead={t("results.operations.lead")}
      current="mailings"
    >
      <Section title={t("results.operations.waiting")} text={t("results.operations.waitingText")}>
        <OpenTable
          {...props}
          caption={t("results.operations.waiting")}
          rows={waiting}
          stateOf={({ waitsFor }) => t(`results.operations.waitsFor.${waitsFor}`)}
          empty={{ title: t("results.operations.noWaiting"), text: t("results.operations.noWaitingText") }}
        />
      </Section>
      <Section title={t("results.operations.open")}>
        <OpenTable
          {...props}
          caption={t("results.operations.open")}
          rows={open}
          stateOf={({ status }) => stateWords(t, status)}
          empty={{ title: t("results.operations.noOpen"), text: t("results.operations.noOpenText") }}
        />
      </Section>
      <SendersSection {...props} />
      {props.readers.length > 0 ? <ReadersSection {...props} /> : null}
      <p>
        <a href="/operations/suppressions">{t("results.operations.suppressions.title")}</a>
      </p>
    </OperationsFrame>
  );
}

function OpenTable<Row extends NamedMailing>(
  props: PageProps & {
    caption: string;
    rows: Row[];
    stateOf: (row: Row) => string;
    empty: { title: string; text: string };
  },
) {
  const { t, locale, caption, rows, stateOf, empty } = props;
  return (
    <DataTable<Row>
      caption={caption}
      isCaptionHidden
      rows={rows}
      empty={<EmptyState {...empty} />}
      columns={[
        {
          ...{ key: "subject", title: t("results.operations.subject"), isName: true },
          cell: ({ subject, groupId, no }) => (
            <a href={`/operations/groups/${groupId ?? ""}/mailings/${no}`} dir="auto">
              {subject || t("results.untitled")}
            </a>
          ),
        },
        {
          ...{ key: "group", title: t("results.operations.group") },
          cell: ({ groupId, groupName }) => (
            <a href={`/operations/groups/${groupId ?? ""}/mailings`} dir="auto">
              {groupName}
            </a>
          ),
        },
        { key: "state", title: t("results.operations.state"), cell: stateOf },
        {
          ...{ key: "recipients", title: t("results.operations.recipients"), isNumber: true },
          cell: ({ recipients }) => (recipients === null ? "–" : formatNumber(recipients, locale)),
        },
        { key: "at", title: t("results.operations.asked"), cell: ({ at }) => <When {...props} at={at} /> },
      ]}
    />
  );
}

const states = [
  "draft",
  "waiting",
  "scheduled",
  "preparing",
  "sending",
  "paused",
  "sent",
  "stopped",
] as const;

/** How far a mailing is; a state without words under its own name. */
export function stateWords(t: PageProps["t"], status: string): string {
  const known = states.find((state) => state === status);
  return known ? t(`results.operations.states.${known}`) : status;
}

function SendersSection(props: MailingsPageProps) {
  const { t, locale, senders } = props;
  const count = (value: number | undefined) => (value === undefined ? "–" : formatNumber(value, locale));
  return (
    <Section title={t("results.operations.senders.title")} text={t("results.operations.senders.text")}>
      <DataTable<NamedHealth>
        caption={t("results.operations.senders.title")}
        isCaptionHidden
        rows={senders}
        empty={
          <EmptyState
            title={t("results.operations.senders.none")}
            text={t("results.operations.senders.noneText")}
          />
        }
        columns={[
          {
            ...{ key: "sender", title: t("results.operations.senders.sender"), isName: true },
            cell: ({ groupId, groupName }) => (
              <a href={`/operations/groups/${groupId}/mailings`} dir="auto">
                {groupName}
              </a>
            ),
          },
          {
            ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
            cell: ({ health }) => count(health?.sent),
          },
          {
            ...{ key: "hard", title: t("results.measures.bounced"), isNumber: true },
            cell: ({ health }) => rateWords(locale, health?.hard, health?.sent),
          },
          {
            ...{ key: "complaints", title: t("results.measures.complained"), isNumber: true },
            cell: ({ health }) => rateWords(locale, health?.complaints, health?.sent),
          },
          {
            ...{ key: "today", title: t("results.operations.quota.used"), isNumber: true },
            cell: ({ health }) =>
              health ? `${count(health.usedToday)} / ${count(health.mostToday ?? undefined)}` : "–",
          },
          {
            ...{ key: "state", title: t("results.operations.state") },
            cell: (sender) => <SenderState {...props} sender={sender} />,
          },
        ]}
      />
    </Section>
  );
}

/** Mailings whose openings and clicks the database refuses; without any there is nothing to show. */
function ReadersSection(props: MailingsPageProps) {
  const { t, locale, readers } = props;
  const title = t("results.operations.readers.title");
  return (
    <Section title={title} text={t("results.operations.readers.lead")}>
      <DataTable<NamedReaders>
        caption={title}
        isCaptionHidden
        rows={readers}
        empty={null}
        columns={[
          {
            ...{ key: "group", title: t("results.operations.group"), isName: true },
            cell: ({ groupId, groupName, mailingNo }) => (
              <a href={`/operations/groups/${groupId ?? ""}/mailings/${mailingNo}/parked`} dir="auto">
                {groupName}
                <span class="visually-hidden"> {mailingNo}</span>
              </a>
            ),
          },
          {
            ...{ key: "parked", title: t("operations.homes.parked"), isNumber: true },
            cell: ({ parked }) => formatNumber(parked, locale),
          },
          { key: "at", title: t("operations.parked.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
    </Section>
  );
}

function SenderState({ t, sender }: PageProps & { sender: NamedHealth }) {
  const { health, groupId, groupName } = sender;
  if (!health) return <Status tone="warn">{t("results.operations.senders.unreachable")}</Status>;
  if (!health.stop) {
    const slower = health.mailboxes.filter(({ pace }) => brakeReasons.some((reason) => reason === pace?.why));
    if (slower.length === 0) return <Status tone="good">{t("results.operations.senders.well")}</Status>;
    const providers = slower.map(({ mailbox }) => mailboxNames[mailbox]).join("; ");
    return <Status tone="warn">{t("results.operations.senders.slower", { providers })}</Status>;
  }
  return (
    <>
      <Status tone="bad">{t(`results.operations.senders.stops.${health.stop.why}`)}</Status>
      <RowButton
        action={`/operations/groups/${groupId}/sender-resumption`}
        label={t("results.operations.senders.resume")}
        about={groupName}
      />
    </>
  );
}

type SuppressionsPageProps = PageProps & {
  email: string;
  /** Null before anybody asked. */
  found: { cause: SuppressionCause | null } | null;
  errors?: FieldErrors;
};

/** Asking whether an address is mailed, and letting it be mailed again. */
export function SuppressionsPage(props: SuppressionsPageProps) {
  const { t, email, found, errors = {} } = props;
  const title = t("results.operations.suppressions.title");
  return (
    <OperationsFrame
      {...props}
      title={title}
      lead={t("results.operations.suppressions.text")}
      current="mailings"
      back={{ href: "/operations/mailings", label: t("results.operations.title") }}
    >
      <ErrorSummary t={t} errors={errors} />
      <Form action="/operations/suppressions" label={title}>
        <TextField
          name="email"
          type="email"
          label={t("results.operations.suppressions.email")}
          value={email}
          error={errors.email}
          autocomplete="off"
          required
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("results.operations.suppressions.look")}</SubmitButton>
        </ButtonRow>
      </Form>
      {found === null ? null : <Found {...props} cause={found.cause} />}
    </OperationsFrame>
  );
}

/** What was found of an address; what an operator may lift has a button, and a complaint the reason why it has none. */
function Found({ t, email, cause }: SuppressionsPageProps & { cause: SuppressionCause | null }) {
  if (cause === null)
    return (
      <Notice>
        <p>{t("results.operations.suppressions.isNot", { email })}</p>
      </Notice>
    );
  return (
    <Notice kind="warn">
      <p>{t(`results.operations.suppressions.causes.${cause}`, { email })}</p>
      {cause === "complaint" ? (
        <p>{t("results.operations.suppressions.theirWord")}</p>
      ) : (
        <Form action="/operations/suppressions/lifting" label={t("results.operations.suppressions.lift")}>
          <HiddenField name="email" value={email} />
          <SubmitButton kind="secondary">{t("results.operations.suppressions.lift")}</SubmitButton>
        </Form>
      )}
    </Notice>
  );
}
