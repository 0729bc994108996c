import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Notice } from "../ui/flash";
import { HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState } from "../ui/table";
import type { TargetLetters } from "./store-lists";
import { type LetterState, letterSettings } from "./types";

export type LettersProps = ActionFrame & {
  targets: readonly TargetLetters[];
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
  const { t, group, action, targets, may } = props;
  const href = `/groups/${group.slug}/actions/${action.id}`;
  const { delivery, capPerDay } = letterSettings.parse(action.settings);
  return (
    <ActionShell {...props} tab="letters" page={t("letters.tab")} lead={t("letters.list.lead")}>
      {delivery === "digest" ? (
        <Notice>
          <p>{t("letters.list.digest", { zone: group.timeZone })}</p>
        </Notice>
      ) : null}
      {capPerDay > 0 ? (
        <Notice>
          <p>{t("letters.list.cap", { count: capPerDay })}</p>
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
      <Section title={t("letters.test.title")} text={t("letters.test.text")}>
        <form method="post" action={`${href}/letters/test`}>
          <SubmitButton kind="secondary">{t("letters.test.button")}</SubmitButton>
        </form>
      </Section>
    </ActionShell>
  );
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
      cell: ({ name, title, office, email, bouncedAt }) => (
        <>
          <strong>{name}</strong>
          <span class="soft"> {[title, office].filter((part) => part !== "").join(", ")}</span>
          <br />
          <span class="soft small">{email || t("letters.list.noAddress")}</span>{" "}
          {bouncedAt === null ? null : <Status tone="bad">{t("letters.states.bounced")}</Status>}
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
  ];
}
