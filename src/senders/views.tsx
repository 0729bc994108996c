import type { NamedMailbox } from "../platform/mail/mailbox-provider";
import { Facts } from "../ui/card";
import { CopyButton } from "../ui/copy";
import { type FlashMessage, Notice } from "../ui/flash";
import { ButtonRow, ErrorSummary, type FieldErrors, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status, type Tone } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { DomainCheck, SendingDomain } from "./domain";
import { Paces } from "./pace-views";
import type { DomainRecord, RecordState } from "./records";
import { COMPLAINT_SHARE_MAX, HARD_SHARE_MAX, type Quota, type Sender, type SenderHealth } from "./types";

const ADDRESS_MAX = 254;
const LOCAL_MAX = 64;

export type SenderFrame = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "group" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  slug: string;
  mayEdit: boolean;
  now: number;
  timeZone: string;
  flash?: FlashMessage | undefined;
};

type SendersPageProps = SenderFrame & {
  sender: Sender;
  health: SenderHealth;
  quota: Quota;
  domains: readonly SendingDomain[];
  address: string;
  /** The paces of mailbox providers as the form has them. */
  typed: Partial<Record<NamedMailbox, string>>;
  errors: FieldErrors;
};

/** Who a group's mailings are from, how they were received of late, and how many may leave in a day. */
export function SendersPage(props: SendersPageProps) {
  const { t, frame, slug, flash, errors, domains, mayEdit } = props;
  const href = `/groups/${slug}/mailings/senders`;
  return (
    <Shell {...frame} title={t("senders.title")} tab="mailings" flash={flash}>
      <PageHeader title={t("senders.title")} lead={t("senders.lead")} />
      <MailingTabs t={t} slug={slug} current="senders" closedTabs={frame.closedTabs} />
      <ErrorSummary t={t} errors={errors} />
      <Stopped {...props} href={href} />
      <From {...props} />
      <Section title={t("senders.domains.title")} text={t("senders.domains.about")}>
        <DataTable
          caption={t("senders.domains.title")}
          isCaptionHidden
          rows={domains}
          columns={domainColumns(props, href)}
          empty={<EmptyState title={t("senders.domains.empty")} text={t("senders.domains.emptyText")} />}
        />
      </Section>
      {mayEdit ? <NewDomain {...props} href={href} /> : null}
      <Numbers {...props} />
      <Paces {...props} mailboxes={props.health.mailboxes} href={href} />
    </Shell>
  );
}

/** Why nothing leaves, what that means, and the way on. */
function Stopped({ t, locale, health, href, mayEdit }: SendersPageProps & { href: string }) {
  const { stop } = health;
  if (!stop) return null;
  const numbers = {
    sent: formatNumber(stop.sent, locale),
    hard: formatNumber(stop.hard, locale),
    complaints: formatNumber(stop.complaints, locale),
    hardMost: formatPercent(HARD_SHARE_MAX, locale),
    complaintsMost: formatPercent(COMPLAINT_SHARE_MAX, locale, 1),
  };
  return (
    <Notice kind="bad" title={t("senders.stopped.title")}>
      <p>{t(`senders.stops.${stop.why}`, numbers)}</p>
      <p>{t(`senders.stopped.advice.${stop.why === "complaints" ? "complaints" : "bounces"}`)}</p>
      {mayEdit ? (
        <Form action={`${href}/resumption`} label={t("senders.stopped.resume")}>
          <ButtonRow>
            <SubmitButton kind="secondary">{t("senders.stopped.resume")}</SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
    </Notice>
  );
}

function From({ t, slug, sender }: SendersPageProps) {
  const { fromEmail, fromSuffix, replyTo, isOwnDomain } = sender;
  const settings = <a href={`/groups/${slug}/settings`}>{t("senders.from.noReplyTo")}</a>;
  return (
    <Section
      title={t("senders.from.title")}
      text={t(isOwnDomain ? "senders.from.own" : "senders.from.platform")}
    >
      <Facts
        facts={[
          { name: t("senders.from.address"), value: <span dir="ltr">{fromEmail}</span> },
          ...(fromSuffix === "" ? [] : [{ name: t("senders.from.suffix"), value: fromSuffix.trim() }]),
          {
            name: t("senders.from.replyTo"),
            value: replyTo === "" ? settings : <span dir="ltr">{replyTo}</span>,
          },
        ]}
      />
    </Section>
  );
}

function domainColumns(
  { t, locale, now, timeZone, mayEdit }: SendersPageProps,
  href: string,
): Column<SendingDomain>[] {
  return [
    {
      key: "domain",
      title: t("senders.domains.domain"),
      isName: true,
      cell: ({ domain, domainNo }) =>
        mayEdit ? (
          <a href={`${href}/${domainNo}`} dir="ltr">
            {domain}
          </a>
        ) : (
          <span dir="ltr">{domain}</span>
        ),
    },
    {
      key: "state",
      title: t("senders.domains.state"),
      cell: ({ verifiedAt }) => <DomainState t={t} isVerified={verifiedAt !== null} />,
    },
    {
      key: "checked",
      title: t("senders.domains.checked"),
      cell: ({ checkedAt }) =>
        checkedAt === null ? (
          <span class="soft">{t("senders.domains.never")}</span>
        ) : (
          <When at={checkedAt} {...{ now, locale, timeZone }} form="relative" />
        ),
    },
  ];
}

function DomainState({ t, isVerified }: { t: T; isVerified: boolean }) {
  return isVerified ? (
    <Status tone="good">{t("senders.domains.verified")}</Status>
  ) : (
    <Status tone="warn">{t("senders.domains.unverified")}</Status>
  );
}

function NewDomain({ t, href, address, errors }: SendersPageProps & { href: string }) {
  return (
    <Section title={t("senders.new.title")}>
      <Form class="form measure" action={href} label={t("senders.new.title")}>
        <TextField
          name="address"
          type="email"
          inputmode="email"
          label={t("senders.new.address")}
          hint={t("senders.new.hint")}
          value={address}
          maxlength={ADDRESS_MAX}
          autocomplete="off"
          error={errors.address}
        />
        <ButtonRow>
          <SubmitButton>{t("senders.new.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Numbers({ t, locale, health, quota }: SendersPageProps) {
  const { sent, hard, complaints, warmUp, mostToday } = health;
  const share = (part: number, digits = 0) =>
    sent === 0 ? t("senders.numbers.none") : formatPercent(part / sent, locale, digits);
  const most = mostToday ?? quota.dailyMax;
  return (
    <Section title={t("senders.numbers.title")} text={t("senders.numbers.about")}>
      <Facts
        facts={[
          {
            name: t("senders.numbers.today"),
            value: t("senders.numbers.todayOf", {
              used: formatNumber(quota.usedToday, locale),
              most: formatNumber(most, locale),
            }),
          },
          {
            name: t("senders.numbers.quota"),
            value: t(quota.isFixed ? "senders.numbers.quotaFixed" : "senders.numbers.quotaGrows", {
              daily: formatNumber(quota.dailyMax, locale),
            }),
          },
          ...(warmUp
            ? [
                {
                  name: t("senders.numbers.warmUp"),
                  value: t("senders.numbers.warmUpDay", {
                    day: formatNumber(warmUp.day, locale),
                    most: formatNumber(warmUp.most, locale),
                    domain: warmUp.domain,
                  }),
                },
              ]
            : []),
          { name: t("senders.numbers.bounces"), value: share(hard, 1) },
          { name: t("senders.numbers.complaints"), value: share(complaints, 2) },
        ]}
      />
      {quota.approvedAt === null && !quota.isFixed ? (
        <p class="soft measure">{t("senders.numbers.approval")}</p>
      ) : null}
    </Section>
  );
}

type DomainPageProps = SenderFrame & {
  own: SendingDomain;
  records: readonly DomainRecord[];
  check?: DomainCheck | undefined;
  local: string;
  errors: FieldErrors;
};

/** One domain: what to put into its DNS, what is there already, and the address at it. */
export function DomainPage(props: DomainPageProps) {
  const { t, frame, slug, flash, own, errors } = props;
  const list = `/groups/${slug}/mailings/senders`;
  const href = `${list}/${own.domainNo}`;
  return (
    <Shell {...frame} title={own.domain} tab="mailings" flash={flash}>
      <PageHeader
        title={own.domain}
        status={<DomainState t={t} isVerified={own.verifiedAt !== null} />}
        back={{ href: list, label: t("senders.title") }}
      />
      <MailingTabs t={t} slug={slug} current="senders" closedTabs={frame.closedTabs} />
      <ErrorSummary t={t} errors={errors} />
      <Section title={t("senders.records.title")} text={t("senders.records.about")}>
        <ol class="dns-records">
          {props.records.map((record) => (
            <RecordItem {...props} record={record} />
          ))}
        </ol>
        <Form action={`${href}/check`} label={t("senders.records.check")}>
          <ButtonRow>
            <SubmitButton>{t("senders.records.check")}</SubmitButton>
          </ButtonRow>
        </Form>
        <p class="soft small measure">{t("senders.records.patience")}</p>
      </Section>
      <AddressForm {...props} href={href} />
      <Section title={t("senders.removal.title")} text={t("senders.removal.about")}>
        <Form action={`${href}/removal`} label={t("senders.removal.title")}>
          <ButtonRow>
            <SubmitButton kind="secondary">{t("senders.removal.button")}</SubmitButton>
          </ButtonRow>
        </Form>
      </Section>
    </Shell>
  );
}

const TONES: Record<RecordState, Tone> = { found: "good", missing: "warn", wrong: "bad", unknown: "neutral" };

function isState(text: string | undefined): text is RecordState {
  return text !== undefined && Object.hasOwn(TONES, text);
}

function RecordItem({ t, own, record, check }: DomainPageProps & { record: DomainRecord }) {
  const { name, type, host } = record;
  const kept = own.found[name];
  const state = isState(kept) ? kept : "unknown";
  const value = (name === "spf" && check?.existingSpf) || record.value;
  return (
    <li class="dns-record">
      <h3>
        {t(`senders.records.${name}.title`)}{" "}
        <Status tone={TONES[state]}>
          {t(own.checkedAt === null ? "senders.states.unchecked" : `senders.states.${state}`)}
        </Status>
      </h3>
      <p class="measure">{t(`senders.records.${name}.why`)}</p>
      {state === "wrong" ? <p class="measure">{t(`senders.records.${name}.wrong`)}</p> : null}
      <dl class="dns-parts">
        <Part t={t} name={t("senders.records.type")} value={type} isShort />
        <Part t={t} name={t("senders.records.host")} value={host} />
        <Part t={t} name={t("senders.records.value")} value={value} />
      </dl>
    </li>
  );
}

function Part({ t, name, value, isShort }: { t: T; name: string; value: string; isShort?: boolean }) {
  return (
    <div class="dns-part">
      <dt>{name}</dt>
      <dd>
        <code dir="ltr">{value}</code>
        {isShort ? null : <CopyButton t={t} text={value} />}
      </dd>
    </div>
  );
}

function AddressForm({ t, own, local, errors, href }: DomainPageProps & { href: string }) {
  return (
    <Section title={t("senders.address.title")}>
      <Form class="form measure" action={href} label={t("senders.address.title")}>
        <TextField
          name="local"
          label={t("senders.address.label", { domain: own.domain })}
          hint={t("senders.address.hint")}
          value={local}
          maxlength={LOCAL_MAX}
          spellcheck={false}
          autocomplete="off"
          error={errors.local}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}
