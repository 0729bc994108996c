import { mailboxNames, type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import { Disclosure } from "../ui/card";
import { ButtonRow, type FieldErrors, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable } from "../ui/table";
import { paceField } from "./pace-form";
import { paceWords } from "./pace-words";
import { brakeReasons, type MailboxHealth, PACE_SET_MAX, PACE_SET_MIN } from "./types";

const DIGITS_MAX = 12;

type PacesProps = {
  t: T;
  locale: Locale;
  href: string;
  mayEdit: boolean;
  mailboxes: readonly MailboxHealth[];
  typed: Partial<Record<NamedMailbox, string>>;
  errors: FieldErrors;
};

/** How each mailbox provider took the mails of late, how fast it gets them, and the form to set that. */
export function Paces(props: PacesProps) {
  const { t, locale, mailboxes, mayEdit } = props;
  return (
    <Section title={t("senders.paces.title")} text={t("senders.paces.about")}>
      <DataTable<MailboxHealth>
        caption={t("senders.paces.title")}
        isCaptionHidden
        rows={mailboxes}
        empty={null}
        columns={[
          {
            ...{ key: "provider", title: t("senders.paces.provider"), isName: true },
            cell: ({ mailbox }) => mailboxNames[mailbox],
          },
          {
            ...{ key: "sent", title: t("senders.paces.sent"), isNumber: true },
            cell: ({ sent }) => formatNumber(sent, locale),
          },
          {
            ...{ key: "deferred", title: t("senders.paces.deferred"), isNumber: true },
            cell: ({ deferred }) => formatNumber(deferred, locale),
          },
          {
            ...{ key: "pace", title: t("senders.paces.pace") },
            cell: ({ pace }) => <Pace t={t} locale={locale} pace={pace} />,
          },
        ]}
      />
      {mayEdit ? <PaceFields {...props} /> : null}
    </Section>
  );
}

function Pace({ t, locale, pace }: { t: T; locale: Locale; pace: MailboxHealth["pace"] }) {
  if (!pace) return <span class="soft">{t("senders.paces.free")}</span>;
  const isBraked = brakeReasons.some((reason) => reason === pace.why);
  return (
    <div>
      <Status tone={isBraked ? "warn" : "neutral"}>{paceWords(t, locale, pace)}</Status>{" "}
      <span class="soft small">{t(`senders.paces.why.${pace.why}`)}</span>
    </div>
  );
}

function PaceFields({ t, locale, href, typed, errors }: PacesProps) {
  const limits = { least: formatNumber(PACE_SET_MIN, locale), most: formatNumber(PACE_SET_MAX, locale) };
  return (
    <Disclosure summary={t("senders.paces.set")} isOpen={Object.keys(errors).length > 0}>
      <Form class="form measure" action={`${href}/paces`} label={t("senders.paces.set")}>
        <p class="soft">{t("senders.paces.hint", limits)}</p>
        <div class="pace-fields">
          {namedMailboxes.map((mailbox) => (
            <TextField
              name={paceField(mailbox)}
              label={mailboxNames[mailbox]}
              inputmode="numeric"
              width="short"
              value={typed[mailbox] ?? ""}
              maxlength={DIGITS_MAX}
              autocomplete="off"
              error={errors[paceField(mailbox)]}
            />
          ))}
        </div>
        <ButtonRow>
          <SubmitButton kind="secondary">{t("senders.paces.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Disclosure>
  );
}
