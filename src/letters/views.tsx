import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Notice } from "../ui/flash";
import { HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Key, T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { LetterLine, TargetLetters } from "./store-lists";
import { type LetterState, letterSettings, UNDELIVERED_SHOWN_MAX } from "./types";

export type LettersProps = ActionFrame & {
  targets: readonly TargetLetters[];
  /** The latest letters that did not arrive, or may not have. */
  lost: readonly LetterLine[];
  may: { export: boolean; retry: boolean };
};

/** How an organiser thinks of a letter: gone, on its way, not gone, or the supporter's to send. */
const sums = {
  sent: ["sent"],
  open: ["waiting", "claimed"],
  failed: ["failed", "bounced"],
  unknown: ["unknown"],
  byHand: ["byHand"],
} as const satisfies Record<string, readonly LetterState[]>;
type Sum = keyof typeof sums;

function sumOf(target: TargetLetters, sum: Sum): number {
  return sums[sum].reduce((total, state) => total + (target.counts[state] ?? 0), 0);
}

/** Who the letters went to, and how many of them. */
export function LettersPage(props: LettersProps) {
  const { t, group, action, targets, lost, may } = props;
  const returning = targets.filter(({ bouncedAt }) => bouncedAt !== null);
  const href = `/groups/${group.slug}/actions/${action.id}`;
  const { delivery, capPerDay } = letterSettings.parse(action.settings);
  return (
    <ActionShell {...props} tab="letters" page={t("letters.tab")} lead={t("letters.list.lead")}>
      {delivery !== "each" ? (
        <Notice>
          <p>{t("letters.list.digest", { zone: group.timeZone })}</p>
        </Notice>
      ) : null}
      {capPerDay > 0 ? (
        <Notice>
          <p>{t("letters.list.cap", { count: capPerDay })}</p>
        </Notice>
      ) : null}
      {returning.length > 0 ? (
        <Notice kind="warn" title={t("letters.returned.title", { count: returning.length })}>
          <p>{t("letters.returned.text")}</p>
        </Notice>
      ) : null}
      <DataTable<TargetLetters>
        caption={t("letters.tab")}
        isCaptionHidden
        rows={targets}
        empty={<EmptyState title={t("letters.list.empty")} text={t("letters.list.emptyText")} />}
        columns={columnsOf(props, href)}
      />
      {may.export && targets.length > 0 ? (
        <form method="post" action={`${href}/letters.csv`}>
          <SubmitButton kind="secondary">
            <Icon name="download" />
            {t("letters.list.csv")}
          </SubmitButton>
        </form>
      ) : null}
      {lost.length > 0 ? <Lost {...props} /> : null}
      <Section title={t("letters.test.title")} text={t("letters.test.text")}>
        <form method="post" action={`${href}/letters/test`}>
          <SubmitButton kind="secondary">{t("letters.test.button")}</SubmitButton>
        </form>
      </Section>
    </ActionShell>
  );
}

/** Which letters did not arrive, whose they are, and why. */
function Lost(props: LettersProps) {
  const { t, locale, timeZone, now, lost } = props;
  return (
    <Section title={t("letters.lost.title")} text={t("letters.lost.text", { count: UNDELIVERED_SHOWN_MAX })}>
      <DataTable<LetterLine>
        caption={t("letters.lost.title")}
        isCaptionHidden
        rows={lost}
        empty={null}
        columns={[
          {
            key: "writer",
            title: t("letters.lost.writer"),
            isName: true,
            cell: ({ givenName, familyName, email }) =>
              [givenName, familyName].filter((part) => part !== "").join(" ") || email,
          },
          { key: "target", title: t("letters.list.target"), cell: ({ targetName }) => targetName },
          { key: "state", title: t("letters.list.state"), cell: ({ state }) => t(`letters.states.${state}`) },
          { key: "reason", title: t("letters.list.reason"), cell: ({ reason }) => reasonInWords(t, reason) },
          {
            key: "at",
            title: t("letters.list.settled"),
            cell: ({ settledAt }) =>
              settledAt === null ? "" : <When {...{ t, locale, timeZone, now }} at={settledAt} />,
          },
        ]}
      />
    </Section>
  );
}

const reasons = {
  E_RECIPIENT_SUPPRESSED: "letters.reason.suppressed",
  address_bounced: "letters.reason.bouncedBefore",
  claim_expired: "letters.reason.unknown",
  no_answer: "letters.reason.unknown",
  removed: "letters.reason.removed",
  hard: "letters.reason.hard",
  soft: "letters.reason.soft",
  complaint: "letters.reason.complaint",
  refused: "letters.reason.refused",
} as const satisfies Record<string, Key>;

/** Our own words for what we know; else what the other side said, as it said it. */
function reasonInWords(t: T, reason: string): string {
  const known = Object.entries(reasons).find(([code]) => code === reason);
  if (known) return t(known[1]);
  return reason.startsWith("E_") ? t("letters.reason.refusedBy", { code: reason }) : reason;
}

/** The letters to one official, as they are handed over in their office. */
function printColumn(t: T, href: string): Column<TargetLetters> {
  return {
    key: "print",
    title: t("letters.list.paper"),
    cell: ({ target, name }) => (
      <form method="post" action={`${href}/letters/print`}>
        <HiddenField name="target" value={target} />
        <SubmitButton kind="quiet">
          {t("letters.list.print")}
          <span class="visually-hidden"> {name}</span>
        </SubmitButton>
      </form>
    ),
  };
}

function columnsOf({ t, locale, may }: LettersProps, href: string): Column<TargetLetters>[] {
  const number = (sum: Sum): Column<TargetLetters> => ({
    key: sum,
    title: t(`letters.sums.${sum}`),
    isNumber: true,
    cell: (target) => formatNumber(sumOf(target, sum), locale),
  });
  return [
    {
      key: "target",
      title: t("letters.list.target"),
      isName: true,
      cell: ({ name, title, office, email, bouncedAt, bounces, bounceReason }) => (
        <>
          <strong>{name}</strong>
          <span class="soft"> {[title, office].filter((part) => part !== "").join(", ")}</span>
          <br />
          <span class="soft small">{email || t("letters.list.noAddress")}</span>{" "}
          {bouncedAt === null ? null : <Status tone="bad">{t("letters.states.bounced")}</Status>}
          {bounces > 0 ? (
            <>
              <br />
              <span class="soft small">
                {t("letters.returned.times", { count: bounces })} {reasonInWords(t, bounceReason ?? "")}
              </span>
            </>
          ) : null}
        </>
      ),
    },
    number("sent"),
    number("open"),
    number("failed"),
    number("unknown"),
    number("byHand"),
    {
      key: "retry",
      title: t("letters.list.again"),
      cell: (target) =>
        may.retry && sumOf(target, "failed") > 0 ? (
          <form method="post" action={`${href}/letters/retry`}>
            <HiddenField name="target" value={target.target} />
            <SubmitButton kind="quiet">{t("letters.list.retry")}</SubmitButton>
          </form>
        ) : (
          ""
        ),
    },
    ...(may.export ? [printColumn(t, href)] : []),
  ];
}
