import { subscriptionStatus } from "../people/types";
import { Facts } from "../ui/card";
import type { FlashMessage } from "../ui/flash";
import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
} from "../ui/form";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { Answer } from "./answer";
import type { Reply } from "./reply";
import { ANSWER_TEXT_MAX, type ReplyState } from "./types";
import type { Page } from "./web";

export type Reader = { no: number; name: string };

type InboxProps = Page & {
  replies: readonly Reply[];
  readers: readonly Reader[];
  shelf: ReplyState | "mine";
  keeps: boolean;
  next: string | null;
  flash?: FlashMessage;
};

const shelves = ["open", "mine", "done"] as const;

/** What people answered to a group's mailings. */
export function InboxPage(props: InboxProps) {
  const { t, frame, flash, group, base, shelf, replies, keeps, maySeePeople } = props;
  return (
    <Shell {...frame} title={t("inbound.replies.title")} tab="mailings" flash={flash}>
      <PageHeader title={t("inbound.replies.title")} lead={t("inbound.replies.lead")} />
      <MailingTabs t={t} slug={group.slug} current="replies" closedTabs={frame.closedTabs} />
      {maySeePeople ? (
        <>
          <nav class="cluster inbox-shelves" aria-label={t("inbound.replies.shelves")}>
            {shelves.map((each) => (
              <a
                href={each === "open" ? `${base}/replies` : `${base}/replies?show=${each}`}
                aria-current={each === shelf ? "page" : undefined}
              >
                {t(`inbound.replies.shelf.${each}`)}
              </a>
            ))}
          </nav>
          {keeps ? null : (
            <Notice>
              <p>{t("inbound.replies.forwards")}</p>
            </Notice>
          )}
          <DataTable<Reply>
            caption={t("inbound.replies.title")}
            isCaptionHidden
            rows={replies}
            empty={<EmptyState title={t("inbound.replies.empty")} text={t("inbound.replies.emptyText")} />}
            columns={columnsOf(props)}
          />
          <Pager t={t} {...(props.next ? { after: props.next } : {})} />
        </>
      ) : (
        <EmptyState title={t("inbound.replies.notYours")} text={t("inbound.replies.notYoursText")} />
      )}
    </Shell>
  );
}

function columnsOf(props: InboxProps) {
  const { t, base, readers } = props;
  return [
    {
      key: "from",
      title: t("inbound.replies.from"),
      isName: true,
      cell: (reply: Reply) => (
        <a href={`${base}/replies/${reply.id}`}>
          {writerOf(reply)}
          <span class="visually-hidden">: {reply.subject}</span>
        </a>
      ),
    },
    {
      key: "subject",
      title: t("inbound.replies.subject"),
      cell: (reply: Reply) => (
        <span class="person">
          <span dir="auto">{reply.subject || t("inbound.replies.noSubject")}</span>
          <span class="soft small" dir="auto">
            {beginningOf(reply.text)}
          </span>
        </span>
      ),
    },
    {
      key: "mailing",
      title: t("inbound.replies.mailing"),
      cell: ({ mailing }: Reply) =>
        mailing ? (
          <a href={`${base}/${mailing.id}`}>{mailing.subject || t("inbound.replies.noSubject")}</a>
        ) : (
          "–"
        ),
    },
    {
      key: "who",
      title: t("inbound.replies.assigned"),
      cell: ({ assignedTo }: Reply) => readers.find(({ no }) => no === assignedTo)?.name ?? "–",
    },
    { key: "at", title: t("inbound.replies.at"), cell: ({ at }: Reply) => <When {...props} at={at} /> },
  ];
}

/** So much of an answer says what it is about: most have the subject of the mailing. */
const BEGINNING_MAX = 120;

function beginningOf(text: string): string {
  const line = text
    .slice(0, 4 * BEGINNING_MAX)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > BEGINNING_MAX ? `${line.slice(0, BEGINNING_MAX).toWellFormed()}…` : line;
}

function writerOf({ person, fromName, fromEmail }: Reply): string {
  return person?.name || fromName || fromEmail || "–";
}

type ReplyProps = Page & {
  reply: Reply;
  readers: readonly Reader[];
  /** What the group wrote back. */
  answers: readonly Answer[];
  /** The id of the form below, so that pressing twice sends once. */
  formId: string;
  written: string;
  errors: FieldErrors;
  flash?: FlashMessage;
};

/** One answer, and what can be done with it. */
export function ReplyPage(props: ReplyProps) {
  const { t, frame, flash, base, reply } = props;
  const href = `${base}/replies/${reply.id}`;
  const title = reply.subject || t("inbound.replies.noSubject");
  return (
    <Shell {...frame} title={title} tab="mailings" flash={flash}>
      <PageHeader
        title={title}
        back={{ href: `${base}/replies`, label: t("inbound.replies.title") }}
        status={
          <Status tone={reply.doneAt === null ? "accent" : "good"}>
            {t(reply.doneAt === null ? "inbound.replies.state.open" : "inbound.replies.state.done")}
          </Status>
        }
      />
      <Section>
        <Facts facts={factsOf(props)} />
        <div class="reply-text">{reply.text || t("inbound.forwarded.empty")}</div>
        {reply.fileCount > 0 ? (
          <p class="soft small">{t("inbound.replies.files", { count: reply.fileCount })}</p>
        ) : null}
        <ButtonRow>
          <Form action={`${href}/state`} class="cluster">
            <SubmitButton kind="secondary" name="state" value={reply.doneAt === null ? "done" : "open"}>
              {t(reply.doneAt === null ? "inbound.replies.settle" : "inbound.replies.reopen")}
            </SubmitButton>
          </Form>
          {reply.raw ? <a href={`${href}/raw`}>{t("inbound.replies.raw")}</a> : null}
        </ButtonRow>
      </Section>
      <Answers {...props} href={href} />
      <Assignment {...props} href={href} />
      <ListAgain {...props} href={href} />
    </Shell>
  );
}

/** What the group wrote back, and where it writes more. */
function Answers(props: ReplyProps & { href: string }) {
  const { t, reply, readers, answers, formId, written, errors, href } = props;
  return (
    <Section title={t("inbound.answer.title")} id="answers">
      {answers.map(({ text, accountNo, at, sentAt }) => (
        <article>
          <p class="soft small">
            {readers.find(({ no }) => no === accountNo)?.name ?? t("inbound.answer.colleague")},{" "}
            <When {...props} at={at} />
          </p>
          <div class="reply-text" dir="auto">
            {text}
          </div>
          {sentAt === null ? <p>{t("inbound.answer.notSent")}</p> : null}
        </article>
      ))}
      {reply.fromEmail ? (
        <>
          <ErrorSummary t={t} errors={errors} />
          <Form action={`${href}/answers`} class="form measure" label={t("inbound.answer.title")}>
            <HiddenField name="form" value={formId} />
            <TextArea
              name="text"
              label={t("inbound.answer.text", { email: reply.fromEmail })}
              hint={t("inbound.answer.hint")}
              value={written}
              error={errors.text}
              rows={8}
              maxlength={ANSWER_TEXT_MAX}
              required
            />
            <ButtonRow>
              <SubmitButton>{t("inbound.answer.send")}</SubmitButton>
              <ButtonLink kind="quiet" href={answerHref(reply)}>
                {t("inbound.replies.answer")}
              </ButtonLink>
            </ButtonRow>
          </Form>
        </>
      ) : null}
    </Section>
  );
}

function factsOf(props: ReplyProps) {
  const { t, reply, group, base } = props;
  const { person, mailing } = reply;
  const name = person ? (
    <a href={`/groups/${group.slug}/people/${person.id}`}>{person.name || person.email || "–"}</a>
  ) : (
    t("inbound.replies.stranger")
  );
  return [
    { name: t("inbound.replies.from"), value: `${reply.fromName} <${reply.fromEmail || "–"}>`.trim() },
    { name: t("inbound.replies.person"), value: name },
    ...(mailing
      ? [
          {
            name: t("inbound.replies.mailing"),
            value: <a href={`${base}/${mailing.id}`}>{mailing.subject || "–"}</a>,
          },
        ]
      : []),
    { name: t("inbound.replies.at"), value: <When {...props} at={reply.at} /> },
  ];
}

const SUBJECT_SHOWN_MAX = 150;

/** Opens the mail program of whoever reads this: the answer is theirs. */
function answerHref({ fromEmail, subject }: Reply): string {
  const about = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  return `mailto:${encodeURIComponent(fromEmail).replace("%40", "@")}?subject=${encodeURIComponent(about.slice(0, SUBJECT_SHOWN_MAX))}`;
}

function Assignment({ t, reply, readers, href }: ReplyProps & { href: string }) {
  return (
    <Section title={t("inbound.replies.assigned")}>
      <Form action={`${href}/assignment`} class="form measure" label={t("inbound.replies.assigned")}>
        <SelectField
          name="to"
          label={t("inbound.replies.assignTo")}
          value={reply.assignedTo === null ? "" : String(reply.assignedTo)}
          blank={t("inbound.replies.nobody")}
          options={readers.map(({ no, name }) => ({ value: String(no), label: name }))}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("inbound.replies.assign")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

/** Only where they wrote from their own address. What they complained of, they take back themselves. */
function ListAgain({ t, reply, href, mayEditPeople }: ReplyProps & { href: string }) {
  const { person, fromEmail } = reply;
  if (!mayEditPeople || !person || person.email !== fromEmail) return null;
  if (person.emailStatus === subscriptionStatus.complained)
    return (
      <Section title={t("inbound.lift.title")} text={t("inbound.lift.complained")}>
        <Form action={`${href}/own-word`} class="cluster">
          <SubmitButton kind="secondary">{t("inbound.lift.ask")}</SubmitButton>
        </Form>
      </Section>
    );
  if (person.emailStatus !== subscriptionStatus.bounced) return null;
  return (
    <Section title={t("inbound.lift.title")} text={t("inbound.lift.theyWrote")}>
      <Form action={`${href}/lift`} class="cluster">
        <SubmitButton kind="secondary">{t("inbound.lift.button")}</SubmitButton>
      </Form>
    </Section>
  );
}
