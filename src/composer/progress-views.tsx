import type { Progress as Numbers } from "../delivery/types";
import type { FailureReason, Mailing, MailingVersion } from "../mailings/types";
import { Facts, Stats } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatPercent } from "../ui/format";
import { localeNames } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Progress } from "../ui/progress";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";
import { letterOf, MailingState } from "./parts";
import { leftOutWords } from "./review-views";
import { nameOf, type Page } from "./web";
import { Names } from "./write-views";

export type ProgressProps = Page & {
  mailing: Mailing;
  href: string;
  numbers: Numbers;
  /** In words; null of one that has none. */
  audience: string | null;
  /** Who asked for it, who agreed, as the group knows them. */
  askedBy: string | null;
  approvedBy: string | null;
  versions: readonly MailingVersion[];
  /** Whether whoever looks asked for it themselves. */
  isOwn: boolean;
  maySend: boolean;
  /** What is waited for, of one that waits. */
  waitsFor: "colleague" | "operator";
  /** A word more about a pause; "" for none. */
  pauseWords: string;
  /** The schedule as the form to change it has it. */
  startAt: string;
  flash?: FlashMessage;
};

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
          status={<MailingState t={t} status={numbers.status} />}
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

function Now(props: ProgressProps) {
  const { t, numbers } = props;
  switch (numbers.status) {
    case "waiting":
      return <Waiting {...props} />;
    case "scheduled":
      return <Scheduled {...props} />;
    case "preparing":
      return <Preparing {...props} />;
    case "paused":
      return (
        <>
          <Notice kind="warn" title={t("composer.progress.paused")}>
            <p>{t(`composer.pause.${numbers.pauseCause ?? "organiser"}`)}</p>
            {props.pauseWords ? <p>{props.pauseWords}</p> : null}
          </Notice>
          <Bar {...props} />
        </>
      );
    default:
      return <Bar {...props} />;
  }
}

function Waiting({ t, href, isOwn, maySend, waitsFor, askedBy, versions }: ProgressProps) {
  const mayAgree = waitsFor === "colleague" && maySend && !isOwn;
  return (
    <>
      <Notice kind="warn" title={t(`composer.waiting.${waitsFor}`)}>
        <p>
          {waitsFor === "operator"
            ? t("composer.waiting.operatorText")
            : isOwn
              ? t("composer.waiting.ownText")
              : t("composer.waiting.colleagueText", { name: askedBy ?? "" })}
        </p>
      </Notice>
      <p class="cluster">
        <span class="soft">{t("composer.waiting.versions")}</span>
        {versions.map(({ variantNo, language }) => (
          <a
            href={`${href}/preview?variant=${variantNo}&language=${language}`}
            target="_blank"
            rel="noopener"
          >
            {t("composer.write.variant", { letter: letterOf(variantNo) })}, {localeNames[language]}
          </a>
        ))}
      </p>
      {mayAgree ? (
        <Form action={`${href}/approval`} class="inline" label={t("composer.waiting.agree")}>
          <ButtonRow>
            <SubmitButton>{t("composer.waiting.agree")}</SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
    </>
  );
}

function Scheduled(props: ProgressProps) {
  const { t, numbers, now } = props;
  if (numbers.startAt === null) return null;
  return (
    <Notice title={t("composer.progress.scheduled")}>
      <p>
        <When {...props} at={numbers.startAt} />
        {numbers.startAt - now < 3_600_000 ? (
          <>
            {" "}
            (<When {...props} at={numbers.startAt} form="relative" />)
          </>
        ) : null}
        . {t("composer.progress.takeBackText")}
      </p>
    </Notice>
  );
}

function Preparing({ t, locale, numbers }: ProgressProps) {
  const { done, of } = numbers.preparing ?? { done: 0, of: 0 };
  return (
    <Progress value={done} max={of} label={t("composer.progress.preparing")}>
      {t("composer.progress.preparingText", {
        done: formatNumber(done, locale),
        of: formatNumber(of, locale),
      })}
    </Progress>
  );
}

function Bar(props: ProgressProps) {
  const { t, locale, numbers } = props;
  const { totals, perSecond, secondsLeft, nextDueAt, frozen } = numbers;
  const of = frozen?.recipients ?? 0;
  const leftOutBefore = Object.values(frozen?.leftOut ?? {}).reduce((sum, count) => sum + count, 0);
  // Whoever left the list since it was frozen is done with as well. Numbers that were not counted yet say nothing.
  const leftOutSince = Math.max(0, totals.left_out - leftOutBefore);
  const ended = Math.min(of, totals.sent + totals.failed + totals.unknown + leftOutSince);
  return (
    <>
      <Progress value={ended} max={of} label={t("composer.progress.sent")}>
        {t("composer.progress.of", { done: formatNumber(ended, locale), of: formatNumber(of, locale) })}
        {perSecond > 0
          ? ` · ${t("composer.progress.rate", { rate: formatNumber(Math.round(perSecond), locale) })}`
          : ""}
        {secondsLeft === null ? "" : ` · ${timeLeft(props, secondsLeft)}`}
      </Progress>
      {numbers.status === "sending" && perSecond === 0 && nextDueAt !== null ? (
        <p class="soft small">
          {t("composer.progress.nextDue")} <When {...props} at={nextDueAt} />
        </p>
      ) : null}
      {mailingEnd(props)}
    </>
  );
}

function mailingEnd(props: ProgressProps) {
  const { t, mailing } = props;
  if (mailing.finishedAt === null) return null;
  return (
    <p class="soft">
      {t(mailing.status === "stopped" ? "composer.progress.stoppedAt" : "composer.progress.finishedAt")}{" "}
      <When {...props} at={mailing.finishedAt} />
    </p>
  );
}

function timeLeft({ t }: ProgressProps, seconds: number): string {
  if (seconds < 90) return t("composer.progress.secondsLeft", { count: Math.max(1, seconds) });
  if (seconds < 5_400) return t("composer.progress.minutesLeft", { count: Math.round(seconds / 60) });
  return t("composer.progress.hoursLeft", { count: Math.round(seconds / 3_600) });
}

/** What can be done with it now. */
function Buttons(props: ProgressProps) {
  const { t, href, numbers, maySend, mayEdit, isOwn } = props;
  const { status, pauseCause } = numbers;
  const button = (
    verb: "pause" | "resume" | "stop" | "take-back",
    kind: "primary" | "secondary" | "danger",
  ) => (
    <Form action={`${href}/${verb}`} class="inline">
      <SubmitButton kind={kind} {...(verb === "stop" ? { confirm: t("composer.button.stopAsk") } : {})}>
        {t(`composer.button.${verb === "take-back" ? "takeBack" : verb}`)}
      </SubmitButton>
    </Form>
  );
  const mayTakeBack = maySend || (mayEdit && isOwn);
  const isHeldByOthers = pauseCause === "operator";
  return (
    <div class="button-row">
      {["waiting", "scheduled", "preparing"].includes(status) && mayTakeBack
        ? button("take-back", "secondary")
        : null}
      {status === "sending" && mayTakeBack ? button("pause", "primary") : null}
      {status === "paused" && maySend && !isHeldByOthers && pauseCause !== "test"
        ? button("resume", "primary")
        : null}
      {["sending", "paused"].includes(status) && mayTakeBack ? button("stop", "danger") : null}
      {status === "scheduled" && maySend ? <Reschedule {...props} /> : null}
    </div>
  );
}

function Reschedule({ t, href, group, startAt }: ProgressProps) {
  return (
    <details class="disclosure">
      <summary>{t("composer.button.reschedule")}</summary>
      <Form action={`${href}/schedule`} label={t("composer.button.reschedule")}>
        <TextField
          name="startAt"
          type="datetime-local"
          label={t("composer.schedule.startAt")}
          hint={t("composer.schedule.zone", { zone: group.timeZone.replaceAll("_", " ") })}
          value={startAt}
          width="medium"
        />
        <SubmitButton kind="secondary">{t("composer.button.reschedule")}</SubmitButton>
      </Form>
    </details>
  );
}

type Variant = { variantNo: number; sent: number; did: number; share: number; low: number; high: number };

function TestPart(props: ProgressProps) {
  const { t, locale, href, numbers, maySend } = props;
  const { test, frozen } = numbers;
  if (!test) return null;
  const { phase, endsAt, verdict, winnerNo } = test;
  const variants = Object.keys(frozen?.variants ?? {})
    .map(Number)
    .filter((no) => no > 0)
    .toSorted((one, other) => one - other);
  const mayChoose = maySend && winnerNo === null && phase !== "sample";
  const percent = (share: number) => formatPercent(share, locale, 1);
  return (
    <Section title={t("composer.winner.title")} id="test">
      <p>
        {t(`composer.winner.phase.${phase}`, { letter: winnerNo ? letterOf(winnerNo) : "" })}{" "}
        {phase === "waiting" && endsAt !== null ? <When {...props} at={endsAt} /> : null}
      </p>
      {verdict ? (
        <p>{t(`composer.winner.verdict.${verdict.is}`, { letter: letterOf(verdict.bestNo) })}</p>
      ) : mayChoose ? (
        <p class="soft">{t("composer.winner.early")}</p>
      ) : null}
      {verdict ? (
        <DataTable<Variant>
          caption={t(`composer.plan.measures.${verdict.measure}`)}
          rows={verdict.variants}
          empty={null}
          columns={[
            {
              key: "variant",
              title: t("composer.winner.variant"),
              isName: true,
              cell: ({ variantNo }) => letterOf(variantNo),
            },
            {
              key: "sent",
              title: t("composer.numbers.sent"),
              isNumber: true,
              cell: ({ sent }) => formatNumber(sent, locale),
            },
            {
              key: "did",
              title: t(`composer.plan.measures.${verdict.measure}`),
              isNumber: true,
              cell: ({ did }) => formatNumber(did, locale),
            },
            {
              key: "share",
              title: t("composer.winner.share"),
              isNumber: true,
              cell: ({ share }) => percent(share),
            },
            {
              key: "between",
              title: t("composer.winner.between"),
              isNumber: true,
              cell: ({ low, high }) => `${percent(low)} – ${percent(high)}`,
            },
          ]}
        />
      ) : null}
      {mayChoose ? (
        <div class="cluster">
          {variants.map((no) => (
            <Form action={`${href}/winner`} class="inline">
              <HiddenField name="variant" value={String(no)} />
              <SubmitButton
                kind={verdict?.bestNo === no ? "primary" : "secondary"}
                {...(verdict ? {} : { confirm: t("composer.winner.earlyAsk", { letter: letterOf(no) }) })}
              >
                {t("composer.winner.send", { letter: letterOf(no) })}
              </SubmitButton>
            </Form>
          ))}
        </div>
      ) : null}
    </Section>
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
