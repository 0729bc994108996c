import type { Child } from "hono/jsx";
import { subscriptionStatus } from "../people/types";
import { idFromBytes } from "../platform/ids";
import { Disclosure, Stats } from "../ui/card";
import type { FlashMessage } from "../ui/flash";
import { ButtonLink, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatDate, formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { ReturnNumbers, ReturnRow } from "./return-numbers";
import { type ReturnKind, returnCodes } from "./types";
import type { Page } from "./web";

type ReturnsProps = Page & {
  numbers: ReturnNumbers;
  rows: readonly ReturnRow[];
  days: number;
  next: string | null;
  flash?: FlashMessage;
};

const kinds = ["hard", "soft", "delay", "complaint"] as const;
type ShownKind = (typeof kinds)[number];
const DAYS_SHOWN = 40;

/** What came back of a group's mail: by whose mailbox, why, when, and whose. An early warning, and the place to set it right. */
export function ReturnsPage(props: ReturnsProps) {
  const { t, frame, flash, group, base, numbers, days, mayManage, maySeePeople } = props;
  const isEmpty = kinds.every((kind) => numbers.total[kind] === 0);
  return (
    <Shell {...frame} title={t("inbound.returns.title")} tab="mailings" flash={flash}>
      <PageHeader
        title={t("inbound.returns.title")}
        lead={t("inbound.returns.lead", { count: days })}
        actions={
          mayManage ? (
            <ButtonLink kind="secondary" href={`${base}/silence`}>
              {t("inbound.silence.title")}
            </ButtonLink>
          ) : null
        }
      />
      <MailingTabs t={t} slug={group.slug} current="returns" closedTabs={frame.closedTabs} />
      {isEmpty ? (
        <EmptyState title={t("inbound.returns.empty")} text={t("inbound.returns.emptyText")} />
      ) : (
        <>
          <Totals {...props} />
          <Breakdown {...props} />
          {maySeePeople ? <Latest {...props} /> : null}
        </>
      )}
    </Shell>
  );
}

function Totals({ t, locale, numbers }: ReturnsProps) {
  const stats = kinds.map((kind) => ({
    label: t(`inbound.returns.kinds.${kind}`),
    value: formatNumber(numbers.total[kind], locale),
    note: t(`inbound.returns.kindTexts.${kind}`),
  }));
  return <Stats stats={stats} />;
}

type Line = { name: Child } & Record<ShownKind, number>;

function Breakdown(props: ReturnsProps) {
  const { t, locale, timeZone, numbers } = props;
  const providers = numbers.providers.map(({ name, ...rest }) => ({
    name: name || t("inbound.returns.otherMailboxes"),
    ...rest,
  }));
  const faults = numbers.faults.map(({ name, ...rest }) => ({ name: t(`inbound.faults.${name}`), ...rest }));
  const days = numbers.days
    .slice(0, DAYS_SHOWN)
    .map(({ day, ...rest }) => ({ name: formatDate(day * 86_400_000, locale, "UTC"), ...rest }));
  return (
    <>
      <Section title={t("inbound.returns.byProvider")} text={t("inbound.returns.byProviderText")}>
        <Lines
          {...props}
          caption={t("inbound.returns.byProvider")}
          first={t("inbound.returns.provider")}
          lines={providers}
        />
      </Section>
      <Section title={t("inbound.returns.byFault")}>
        <Lines
          {...props}
          caption={t("inbound.returns.byFault")}
          first={t("inbound.returns.fault")}
          lines={faults}
        />
      </Section>
      <Disclosure summary={t("inbound.returns.byDay")}>
        <Lines
          {...props}
          caption={t("inbound.returns.byDay")}
          first={t("inbound.returns.day")}
          lines={days}
          key={timeZone}
        />
      </Disclosure>
    </>
  );
}

function Lines({
  t,
  locale,
  caption,
  first,
  lines,
}: ReturnsProps & { caption: string; first: string; lines: readonly Line[] }) {
  return (
    <DataTable<Line>
      caption={caption}
      isCaptionHidden
      rows={lines}
      empty={null}
      columns={[
        { key: "name", title: first, isName: true, cell: ({ name }) => name },
        ...kinds.map((kind) => ({
          key: kind,
          title: t(`inbound.returns.kinds.${kind}`),
          isNumber: true,
          cell: (line: Line) => formatNumber(line[kind], locale),
        })),
      ]}
    />
  );
}

const tones: Record<ShownKind, "bad" | "warn" | "neutral"> = {
  hard: "bad",
  complaint: "bad",
  soft: "warn",
  delay: "neutral",
};

function kindOf(code: number): ShownKind {
  return kinds.find((kind) => returnCodes[kind satisfies ReturnKind] === code) ?? "soft";
}

function Latest(props: ReturnsProps) {
  const { t, rows, group, base } = props;
  return (
    <Section title={t("inbound.returns.latest")} text={t("inbound.returns.latestText")}>
      <DataTable<ReturnRow>
        caption={t("inbound.returns.latest")}
        isCaptionHidden
        rows={rows}
        empty={<EmptyState title={t("inbound.returns.empty")} text={t("inbound.returns.emptyText")} />}
        columns={[
          {
            key: "person",
            title: t("inbound.replies.person"),
            isName: true,
            cell: (row) => (
              <a href={`/groups/${group.slug}/people/${idFromBytes(row.personId)}`}>
                {row.name || row.email || "–"}
              </a>
            ),
          },
          {
            key: "kind",
            title: t("inbound.returns.what"),
            cell: ({ kind }) => (
              <Status tone={tones[kindOf(kind)]}>{t(`inbound.returns.kind.${kindOf(kind)}`)}</Status>
            ),
          },
          {
            key: "reason",
            title: t("inbound.returns.fault"),
            cell: (row) => (
              <>
                {kindOf(row.kind) === "complaint" ? null : t(`inbound.faults.${row.fault}`)}
                <span class="soft small server-words">{row.reason}</span>
              </>
            ),
          },
          {
            key: "mailing",
            title: t("inbound.replies.mailing"),
            cell: ({ mailingId, subject }) =>
              mailingId ? <a href={`${base}/${idFromBytes(mailingId)}`}>{subject || "–"}</a> : "–",
          },
          { key: "at", title: t("inbound.replies.at"), cell: ({ at }) => <When {...props} at={at} /> },
          { key: "act", title: t("inbound.returns.act"), cell: (row) => <LiftButton {...props} row={row} /> },
        ]}
      />
      <Pager t={t} {...(props.next ? { after: props.next } : {})} />
    </Section>
  );
}

/** Offered where an address was dead, also to whoever has signed again since; a complaint is lifted in the inbox, when they write. */
function LiftButton({ t, base, row, mayEditPeople }: ReturnsProps & { row: ReturnRow }) {
  const { subscribed, bounced } = subscriptionStatus;
  const mayLift = row.emailStatus === bounced || row.emailStatus === subscribed;
  if (!mayEditPeople || !mayLift || kindOf(row.kind) !== "hard") return null;
  return (
    <Form action={`${base}/returns/lift`} class="cluster">
      <HiddenField name="person" value={idFromBytes(row.personId)} />
      <SubmitButton kind="quiet" confirm={t("inbound.lift.confirm")}>
        {t("inbound.lift.button")}
        <span class="visually-hidden"> {row.email}</span>
      </SubmitButton>
    </Form>
  );
}
