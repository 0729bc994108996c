import type { KeptMail } from "../inbound/kept";
import { type InboundKind, inboundKinds, KEPT_DAYS } from "../inbound/types";
import { formatNumber } from "../ui/format";
import type { Key } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { OperationsFrame, RowButton } from "./views";
import type { PageProps } from "./web";

type InboundPageProps = PageProps & {
  mails: readonly KeptMail[];
  next: number | null;
  days: readonly { day: number; kind: InboundKind; count: number }[];
  isSettled: boolean;
};

const PATH = "/operations/inbound";
/** Days whose mails are counted on the page. */
export const INBOUND_DAYS = 14;

const causes: Record<string, Key> = {
  no_sense: "inbound.operations.causes.no_sense",
  not_a_mail: "inbound.operations.causes.not_a_mail",
  nobodys_bounce: "inbound.operations.causes.nobodys_bounce",
  nobodys_complaint: "inbound.operations.causes.nobodys_complaint",
  nobodys_unsubscribe: "inbound.operations.causes.nobodys_unsubscribe",
  nobodys_reply: "inbound.operations.causes.nobodys_reply",
  too_many_replies: "inbound.operations.causes.too_many_replies",
};

/** What came in by mail, and what needs a person's eyes. */
export function InboundPage(props: InboundPageProps) {
  const { t, mails, next, isSettled } = props;
  const show = isSettled ? "show=settled&" : "";
  return (
    <OperationsFrame
      {...props}
      title={t("inbound.operations.title")}
      lead={t("inbound.operations.lead", { count: KEPT_DAYS })}
      current="inbound"
    >
      <Section title={t("inbound.operations.kept")}>
        <p>
          <a href={isSettled ? PATH : `${PATH}?show=settled`}>
            {t(isSettled ? "inbound.operations.showOpen" : "inbound.operations.showSettled")}
          </a>
        </p>
        <DataTable<KeptMail>
          caption={t("inbound.operations.kept")}
          isCaptionHidden
          rows={mails}
          empty={
            <EmptyState title={t("inbound.operations.empty")} text={t("inbound.operations.emptyText")} />
          }
          columns={columnsOf(props)}
        />
        <Pager t={t} {...(next === null ? {} : { after: `${PATH}?${show}before=${next}` })} />
      </Section>
      <Days {...props} />
    </OperationsFrame>
  );
}

function columnsOf(props: InboundPageProps) {
  const { t, locale } = props;
  return [
    {
      key: "subject",
      title: t("inbound.replies.subject"),
      isName: true,
      cell: ({ subject }: KeptMail) => subject || t("inbound.replies.noSubject"),
    },
    { key: "from", title: t("inbound.replies.from"), cell: ({ fromEmail }: KeptMail) => fromEmail || "–" },
    {
      key: "to",
      title: t("inbound.operations.to"),
      cell: ({ toEmail }: KeptMail) => <span class="server-words">{toEmail}</span>,
    },
    {
      key: "cause",
      title: t("inbound.operations.cause"),
      cell: ({ cause }: KeptMail) => {
        const key = causes[cause];
        return key ? t(key) : cause;
      },
    },
    { key: "at", title: t("inbound.replies.at"), cell: ({ at }: KeptMail) => <When {...props} at={at} /> },
    {
      key: "act",
      title: t("inbound.operations.act"),
      cell: ({ no, size, settledAt, subject }: KeptMail) => (
        <div class="cluster">
          <a href={`${PATH}/${no}/raw`}>
            {t("inbound.operations.raw", { size: formatNumber(Math.ceil(size / 1_000), locale) })}
            <span class="visually-hidden"> {subject}</span>
          </a>
          {settledAt === null ? (
            <RowButton
              action={`${PATH}/${no}/settlement`}
              label={t("inbound.operations.settle")}
              about={subject}
            />
          ) : null}
        </div>
      ),
    },
  ];
}

type Line = { kind: InboundKind; today: number; all: number };

/** How much of what came in: lately, and in the days before. */
function Days({ t, locale, days, now }: InboundPageProps) {
  const today = Math.floor(now / 86_400_000);
  const sum = (found: typeof days) => found.reduce((total, { count }) => total + count, 0);
  const lines: Line[] = inboundKinds.map((kind) => {
    const ofKind = days.filter((day) => day.kind === kind);
    return { kind, today: sum(ofKind.filter(({ day }) => day === today)), all: sum(ofKind) };
  });
  return (
    <Section title={t("inbound.operations.counts")}>
      <DataTable<Line>
        caption={t("inbound.operations.counts")}
        isCaptionHidden
        rows={lines}
        empty={null}
        columns={[
          {
            key: "kind",
            title: t("inbound.returns.what"),
            isName: true,
            cell: ({ kind }) => t(`inbound.operations.kinds.${kind}`),
          },
          {
            key: "today",
            title: t("inbound.operations.today"),
            isNumber: true,
            cell: (line) => formatNumber(line.today, locale),
          },
          {
            key: "all",
            title: t("inbound.operations.days", { count: INBOUND_DAYS }),
            isNumber: true,
            cell: (line) => formatNumber(line.all, locale),
          },
        ]}
      />
    </Section>
  );
}
