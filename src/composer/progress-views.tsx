import type { FailureReason } from "../mailings/types";
import { Facts, Stats } from "../ui/card";
import { ButtonLink, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Cohorts } from "./cohort-views";
import { leftOutWords } from "./estimate-views";
import { Names } from "./mailing-frame";
import { MailingState } from "./parts";
import { Buttons } from "./progress-buttons";
import { Now } from "./progress-now";
import type { ProgressProps } from "./progress-props";
import { TestPart, waitsForChoice } from "./test-views";
import { nameOf } from "./web";

const moving = ["waiting", "scheduled", "preparing", "sending", "paused"];

/** How far a mailing is, and what became of it. A script looks again every few seconds; without one the page is loaded again. */
export function ProgressPage(props: ProgressProps) {
  const { t, locale, frame, group, mailing, href, numbers, flash } = props;
  const isMoving = moving.includes(numbers.status);
  const hasLeft = mailing.sentAt !== null || numbers.totals.sent > 0;
  return (
    <Shell
      {...frame}
      title={nameOf(t, mailing)}
      tab="mailings"
      flash={flash}
      scripts={isMoving ? ["refresh"] : []}
    >
      <div class="form" {...(isMoving ? { "data-refresh": "" } : {})}>
        <PageHeader
          title={nameOf(t, mailing)}
          status={<MailingState t={t} status={numbers.status} isUnchosen={waitsForChoice(numbers)} />}
          lead={mailing.internalTitle !== "" && mailing.subject !== "" ? mailing.subject : undefined}
          back={{ href: `/groups/${group.slug}/mailings`, label: t("composer.list.title") }}
          actions={
            hasLeft ? (
              <ButtonLink kind="secondary" href={`${href}/results`}>
                {t("composer.progress.results")}
              </ButtonLink>
            ) : null
          }
        />
        <Now {...props} />
        <Buttons {...props} />
        <TestPart {...props} />
        <Cohorts {...props} />
        <AllNumbers {...props} />
      </div>
      <Section title={t("composer.progress.about")}>
        <Facts
          facts={[
            ...(props.audience ? [{ name: t("composer.review.audience"), value: `${props.audience}.` }] : []),
            ...(numbers.frozen
              ? [
                  {
                    name: t("composer.progress.leftOut"),
                    value: leftOutWords(t, locale, numbers.frozen.leftOut),
                  },
                ]
              : []),
            ...(props.askedBy ? [{ name: t("composer.progress.askedBy"), value: props.askedBy }] : []),
            ...(props.approvedBy
              ? [{ name: t("composer.progress.approvedBy"), value: props.approvedBy }]
              : []),
          ]}
        />
        <Copies {...props} />
      </Section>
      <Names {...props} back="progress" />
    </Shell>
  );
}

const failures = [
  "refused",
  "gave_up",
  "not_rendered",
  "stopped",
] as const satisfies readonly FailureReason[];

function AllNumbers({ t, locale, numbers }: ProgressProps) {
  const { totals, frozen } = numbers;
  if (!frozen) return null;
  const number = (count: number) => formatNumber(count, locale);
  const failed = failures.flatMap((reason) => {
    const count = totals.failedBy[reason] ?? 0;
    return count > 0 ? [`${t(`composer.failed.${reason}`)}: ${number(count)}`] : [];
  });
  return (
    <>
      <Stats
        stats={[
          { label: t("composer.numbers.sent"), value: number(totals.sent) },
          { label: t("composer.numbers.waiting"), value: number(totals.waiting + totals.claimed) },
          { label: t("composer.numbers.failed"), value: number(totals.failed) },
          { label: t("composer.numbers.unknown"), value: number(totals.unknown) },
        ]}
      />
      {failed.length > 0 ? <p class="soft small">{failed.join(" · ")}</p> : null}
      {totals.unknown > 0 ? <p class="soft small">{t("composer.numbers.unknownText")}</p> : null}
      <p class="soft small">
        {t("composer.numbers.all", {
          candidates: number(frozen.candidates),
          recipients: number(frozen.recipients),
          leftOut: number(totals.left_out),
        })}{" "}
        {totals.left_out > 0 ? leftOutWords(t, locale, totals.leftOutBy) : ""}
      </p>
    </>
  );
}

function Copies({ t, href, mayEdit, mailing }: ProgressProps) {
  if (!mayEdit || (mailing.status !== "sent" && mailing.status !== "stopped" && mailing.status !== "paused"))
    return null;
  return (
    <div class="cluster">
      {(["others", "non_openers"] as const).map((copyFor) => (
        <Form action={`${href}/copies`} class="inline">
          <HiddenField name="for" value={copyFor} />
          <SubmitButton kind="secondary">{t(`composer.copy.${copyFor}`)}</SubmitButton>
        </Form>
      ))}
    </div>
  );
}
