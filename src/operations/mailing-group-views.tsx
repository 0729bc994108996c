import type { Group } from "../groups/types";
import { readFigures } from "../results/counting";
import { baseOf } from "../results/figures";
import { measures } from "../results/types";
import { letterOf } from "../results/web";
import type { Quota } from "../senders/sender";
import { QUOTA_MAX } from "../senders/types";
import { Disclosure } from "../ui/card";
import {
  ButtonRow,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { WholeMailing } from "./mailing";
import { stateWords } from "./mailing-views";
import { rateWords } from "./mailing-words";
import { reasonWords } from "./report-words";
import type { ListedMailing, MailingReport } from "./store-mailings";
import { REASON_MAX } from "./types";
import { Fact, OperationsFrame } from "./views";
import type { PageProps } from "./web";

type GroupMailingsProps = PageProps & {
  group: Group;
  mailings: ListedMailing[];
  next: number | null;
  /** Null while it cannot be read. */
  quota: Quota | null;
  values?: { daily: string; fixed: string };
  errors?: FieldErrors;
};

const pathOf = ({ group }: { group: Group }) => `/operations/groups/${group.id}/mailings`;

/** Everything a group sent, and how much it may send. */
export function GroupMailingsPage(props: GroupMailingsProps) {
  const { t, locale, group, mailings, next, errors = {} } = props;
  return (
    <OperationsFrame
      {...props}
      title={`${t("results.operations.title")}: ${group.name}`}
      current="mailings"
      back={{ href: `/operations/groups/${group.id}`, label: group.name }}
    >
      <ErrorSummary t={t} errors={errors} />
      <QuotaSection {...props} />
      <Section title={t("results.operations.all")}>
        <DataTable<ListedMailing>
          caption={t("results.operations.all")}
          isCaptionHidden
          rows={mailings}
          empty={<EmptyState title={t("results.operations.none")} text={t("results.operations.noneText")} />}
          columns={[
            {
              ...{ key: "subject", title: t("results.operations.subject"), isName: true },
              cell: ({ subject, no }) => (
                <a href={`${pathOf(props)}/${no}`} dir="auto">
                  {subject || t("results.untitled")}
                </a>
              ),
            },
            {
              key: "state",
              title: t("results.operations.state"),
              cell: ({ status }) => stateWords(t, status),
            },
            {
              ...{ key: "at", title: t("results.operations.began") },
              cell: ({ sentAt }) => (sentAt === null ? "–" : <When {...props} at={sentAt} />),
            },
            {
              ...{ key: "recipients", title: t("results.operations.recipients"), isNumber: true },
              cell: ({ recipients }) => (recipients === null ? "–" : formatNumber(recipients, locale)),
            },
            ...(["bounced", "complained"] as const).map((measure) => ({
              ...{ key: measure, title: t(`results.measures.${measure}`), isNumber: true },
              cell: ({ totals }: ListedMailing) => {
                const figures = readFigures(totals);
                return rateWords(locale, figures?.[measure], figures ? baseOf(measure, figures) : undefined);
              },
            })),
          ]}
        />
        <Pager t={t} after={next === null ? undefined : `${pathOf(props)}?before=${next}`} />
      </Section>
    </OperationsFrame>
  );
}

function QuotaSection({ t, locale, group, quota, values, errors = {} }: GroupMailingsProps) {
  return (
    <Section title={t("results.operations.quota.title")}>
      {quota ? (
        <dl class="facts">
          <Fact label={t("results.operations.quota.daily")}>{formatNumber(quota.dailyMax, locale)}</Fact>
          <Fact label={t("results.operations.quota.used")}>{formatNumber(quota.usedToday, locale)}</Fact>
          <Fact label={t("results.operations.quota.big")}>
            {t(
              quota.approvedAt === null && !quota.isFixed
                ? "results.operations.quota.notAllowed"
                : "results.operations.quota.allowed",
            )}
          </Fact>
        </dl>
      ) : null}
      <Form action={`/operations/groups/${group.id}/quota`} label={t("results.operations.quota.title")}>
        <TextField
          name="daily"
          inputmode="numeric"
          label={t("results.operations.quota.daily")}
          value={values?.daily ?? String(quota?.dailyMax ?? "")}
          error={errors.daily}
          maxlength={String(QUOTA_MAX).length}
        />
        <CheckboxField
          name="fixed"
          value="yes"
          label={t("results.operations.quota.fixed")}
          checked={values ? values.fixed === "yes" : quota?.isFixed === true}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("results.operations.quota.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

type MailingPageProps = PageProps & WholeMailing & { group: Group };

/** One mailing of a group: what it says, to how many, what became of it, and what an operator can do about it. */
export function MailingPage(props: MailingPageProps) {
  const { t, group, mailing } = props;
  return (
    <OperationsFrame
      {...props}
      title={mailing.subject || t("results.untitled")}
      status={<Status>{stateWords(t, mailing.status)}</Status>}
      current="mailings"
      back={{ href: pathOf({ group }), label: group.name }}
    >
      <Facts {...props} />
      <Decision {...props} />
      <Content {...props} />
      <Numbers {...props} />
      <Reports {...props} />
    </OperationsFrame>
  );
}

function Facts(props: MailingPageProps) {
  const { t, locale, group, mailing, audience } = props;
  const counted = audience && formatNumber(audience.recipients, locale);
  return (
    <dl class="facts">
      <Fact label={t("results.operations.group")}>
        <a href={`/operations/groups/${group.id}`} dir="auto">
          {group.name}
        </a>
      </Fact>
      {mailing.frozen ? (
        <Fact label={t("results.operations.recipients")}>
          {formatNumber(mailing.frozen.recipients, locale)}
        </Fact>
      ) : null}
      {audience ? (
        <Fact label={t("results.operations.audience")}>
          {audience.isWhole
            ? counted
            : t("results.operations.audienceAtLeast", { count: audience.recipients })}
        </Fact>
      ) : null}
      {mailing.sentAt === null ? null : (
        <Fact label={t("results.operations.began")}>
          <When {...props} at={mailing.sentAt} />
        </Fact>
      )}
    </dl>
  );
}

const stoppable = ["waiting", "scheduled", "preparing", "sending", "paused"];

function Decision({ t, group, mailing, waitsFor }: MailingPageProps) {
  if (!stoppable.includes(mailing.status)) return null;
  const path = `${pathOf({ group })}/${mailing.no}`;
  const isWaiting = mailing.status === "waiting";
  return (
    <Section>
      {isWaiting ? <p>{t(`results.operations.waitsFor.${waitsFor}`)}</p> : null}
      {isWaiting && waitsFor === "operator" ? (
        <Form action={`${path}/approval`} label={t("results.operations.approve")}>
          <SubmitButton>{t("results.operations.approve")}</SubmitButton>
        </Form>
      ) : null}
      <Form
        action={`${path}/${isWaiting ? "refusal" : "stop"}`}
        label={t(isWaiting ? "results.operations.refuse" : "results.operations.stop")}
      >
        <TextField
          name="reason"
          label={t("results.operations.reason")}
          maxlength={REASON_MAX}
          required={isWaiting}
        />
        <ButtonRow>
          <SubmitButton kind="danger" confirm={isWaiting ? undefined : t("results.operations.stopConfirm")}>
            {t(isWaiting ? "results.operations.refuse" : "results.operations.stop")}
          </SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function Content({ t, group, mailing, versions }: MailingPageProps) {
  return (
    <Section title={t("results.operations.content")}>
      {versions.length === 0 ? <p class="soft">{t("results.operations.noContent")}</p> : null}
      {versions.map(({ variantNo, language, fromName, subject, preview, amp }, index) => (
        <Disclosure
          summary={`${t("results.variants.letter", { letter: letterOf(variantNo) })} · ${language}`}
          isOpen={index === 0}
        >
          <dl class="facts">
            <Fact label={t("results.operations.from")}>
              <span dir="auto">{fromName}</span>
            </Fact>
            <Fact label={t("results.operations.subject")}>
              <span dir="auto">
                {subject} <span class="soft">{preview}</span>
              </span>
            </Fact>
          </dl>
          <iframe
            class="result-map"
            src={`${pathOf({ group })}/${mailing.no}/content?variant=${variantNo}&language=${language}`}
            title={`${t("results.operations.content")}: ${subject}`}
            sandbox=""
            loading="lazy"
          />
          {amp ? (
            <p>
              {t("composer.review.hasAmp")}{" "}
              <a
                href={`${pathOf({ group })}/${mailing.no}/content?variant=${variantNo}&language=${language}&part=amp`}
              >
                {t("composer.review.ampSource")}
              </a>
            </p>
          ) : null}
        </Disclosure>
      ))}
    </Section>
  );
}

type NumberRow = { name: string; count: number; of: number };

function Numbers(props: MailingPageProps) {
  const { t, locale, figures, countedAt } = props;
  if (!figures || countedAt === null) return null;
  const rows: NumberRow[] = [
    { name: t("results.measures.sent"), count: figures.sent, of: figures.recipients },
    ...measures.map((measure) => ({
      ...{ name: t(`results.measures.${measure}`), count: figures[measure] },
      of: baseOf(measure, figures),
    })),
  ];
  return (
    <Section title={t("results.operations.numbers")}>
      <DataTable<NumberRow>
        caption={t("results.operations.numbers")}
        isCaptionHidden
        rows={rows}
        empty={null}
        columns={[
          { key: "name", title: t("results.columns.measure"), isName: true, cell: ({ name }) => name },
          {
            ...{ key: "count", title: t("results.columns.count"), isNumber: true },
            cell: ({ count, of }) => rateWords(locale, count, of),
          },
        ]}
      />
      <p class="soft small">
        {t("results.counted")} <When {...props} at={countedAt} />
      </p>
    </Section>
  );
}

function Reports(props: MailingPageProps) {
  const { t, reports } = props;
  return (
    <Section title={t("results.operations.reports")}>
      <DataTable<MailingReport>
        caption={t("results.operations.reports")}
        isCaptionHidden
        rows={reports}
        empty={<p class="soft">{t("results.operations.noReports")}</p>}
        columns={[
          {
            ...{ key: "reason", title: t("operations.reports.reason"), isName: true },
            cell: ({ reason, no, isSettled }) => (
              <>
                {isSettled ? (
                  reasonWords(t, reason)
                ) : (
                  <a href={`/operations/reports#report-${no}`}>{reasonWords(t, reason)}</a>
                )}
              </>
            ),
          },
          {
            ...{ key: "detail", title: t("operations.reports.detail") },
            cell: ({ detail }) => <span dir="auto">{detail}</span>,
          },
          {
            ...{ key: "at", title: t("operations.reports.at") },
            cell: ({ reportedAt }) => <When {...props} at={reportedAt} />,
          },
        ]}
      />
    </Section>
  );
}
