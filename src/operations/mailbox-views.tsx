import type { CapturedMail, ListedMail } from "../platform/mail/capture";
import { Notice } from "../ui/flash";
import { ButtonRow, Form, SubmitButton, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, PlainPage, Section } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { Fact } from "./views";

type MailboxProps = { t: T; locale: Locale; now: number; timeZone: string };

const PATH = "/dev/mail";

export function MailboxPage(
  props: MailboxProps & { mails: ListedMail[]; to: string; next: string | undefined },
) {
  const { t, locale, mails, to, next } = props;
  return (
    <PlainPage t={t} locale={locale} title={t("operations.mailbox.title")} width="wide">
      <PageHeader title={t("operations.mailbox.title")} lead={t("operations.mailbox.lead")} />
      <Form method="get" action={PATH} class="filter" label={t("operations.mailbox.find")}>
        <TextField
          name="to"
          type="search"
          label={t("operations.mailbox.search")}
          value={to}
          autocapitalize="none"
        />
        <SubmitButton kind="secondary">{t("operations.mailbox.find")}</SubmitButton>
      </Form>
      <DataTable
        caption={t("operations.mailbox.title")}
        isCaptionHidden
        rows={mails}
        empty={<EmptyState title={t("operations.mailbox.empty")} text={t("operations.mailbox.emptyText")} />}
        columns={[
          {
            key: "subject",
            title: t("operations.mailbox.subject"),
            isName: true,
            cell: ({ key, subject }) => (
              <a href={`${PATH}/${key}`} dir="auto">
                {subject}
              </a>
            ),
          },
          { key: "to", title: t("operations.mailbox.to"), cell: (mail) => mail.to },
          { key: "at", title: t("operations.mailbox.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
      <Pager t={t} after={next} />
    </PlainPage>
  );
}

/** One mail as its reader would see it, and everything it is made of. */
export function MailPage(props: MailboxProps & { mail: CapturedMail; isBounced: boolean }) {
  const { t, locale, mail, isBounced } = props;
  const headers = Object.entries(mail.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const parts = { text: mail.text, headers: headers.join("\n"), source: mail.html };
  return (
    <PlainPage t={t} locale={locale} title={mail.subject} width="wide">
      <PageHeader title={mail.subject} back={{ href: PATH, label: t("operations.mailbox.back") }} />
      {isBounced ? <Notice kind="good">{t("operations.mailbox.bounced")}</Notice> : null}
      <dl class="facts">
        <Fact label={t("operations.mailbox.from")}>{`${mail.fromName} <${mail.from}>`}</Fact>
        <Fact label={t("operations.mailbox.to")}>{mail.to}</Fact>
        <Fact label={t("operations.mailbox.replyTo")}>{mail.replyTo ?? t("operations.mailbox.none")}</Fact>
        <Fact label={t("operations.mailbox.at")}>
          <When {...props} at={mail.at} />
        </Fact>
      </dl>
      <Section title={t("operations.mailbox.html")}>
        <iframe
          class="preview-frame"
          sandbox=""
          src={`${PATH}/${mail.key}/html`}
          title={t("operations.mailbox.html")}
        />
      </Section>
      {mail.files.length > 0 ? (
        <Section title={t("operations.mailbox.files")}>
          <ul>
            {mail.files.map(({ filename }, nth) => (
              <li>
                <a href={`${PATH}/${mail.key}/files/${nth}`}>{filename}</a>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title={t("operations.mailbox.links")}>
        <Links t={t} links={mail.links} />
      </Section>
      {mail.messageId === "" ? null : (
        <Section title={t("operations.mailbox.bounce")} text={t("operations.mailbox.bounceText")}>
          <Form action={`${PATH}/${mail.key}/bounce`}>
            <ButtonRow>
              <SubmitButton kind="secondary">{t("operations.mailbox.bounceButton")}</SubmitButton>
            </ButtonRow>
          </Form>
        </Section>
      )}
      {(["text", "headers", "source"] as const).map((part) => (
        <Section title={t(`operations.mailbox.${part}`)}>
          <Source label={t(`operations.mailbox.${part}`)} text={parts[part]} />
        </Section>
      ))}
    </PlainPage>
  );
}

function Links({ t, links }: { t: T; links: string[] }) {
  const safe = links.filter((link) => /^(https?|mailto):/.test(link));
  if (safe.length === 0) return <p>{t("operations.mailbox.noLinks")}</p>;
  return (
    <ul>
      {safe.map((link) => (
        <li>
          <a href={link}>{link}</a>
        </li>
      ))}
    </ul>
  );
}

const SOURCE_ROWS = 14;

/** Text as it is. A field scrolls and can be selected by keyboard without any script or style of its own. */
function Source({ label, text }: { label: string; text: string }) {
  return (
    <textarea class="input" readonly rows={SOURCE_ROWS} aria-label={label} spellcheck={false} dir="auto">
      {text}
    </textarea>
  );
}
