import { coveringOf } from "../mailings/combining";
import { Notice } from "../ui/flash";
import { ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import { localeNames } from "../ui/i18n";
import { Progress } from "../ui/progress";
import { When } from "../ui/when";
import { DayNoteWords } from "./day-note";
import { versionWords } from "./part-results";
import type { ProgressProps } from "./progress-props";
import { SlowProviders } from "./progress-slow";

/** How far it is, or what it waits for. */
export function Now(props: ProgressProps) {
  const { t, numbers } = props;
  switch (numbers.status) {
    case "waiting":
      return (
        <>
          <Waiting {...props} />
          <DayNoteWords t={t} note={props.dayNote} />
        </>
      );
    case "scheduled":
      return (
        <>
          <Scheduled {...props} />
          <DayNoteWords t={t} note={props.dayNote} />
        </>
      );
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
    case "stopped":
      return (
        <>
          {props.pauseWords ? (
            <Notice kind="warn" title={t("composer.status.stopped")}>
              <p>{props.pauseWords}</p>
            </Notice>
          ) : null}
          <Bar {...props} />
        </>
      );
    default:
      return <Bar {...props} />;
  }
}

function Waiting(props: ProgressProps) {
  const { t, href, isOwn, maySend, waitsFor, askedBy, versions, pauseWords, fingerprint } = props;
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
        {pauseWords ? <p>{pauseWords}</p> : null}
      </Notice>
      <p class="cluster">
        <span class="soft">{t("composer.waiting.versions")}</span>
        {coveringOf(versions).map(({ variantNo, language }) => (
          <a
            href={`${href}/preview?variant=${variantNo}&language=${language}`}
            target="_blank"
            rel="noopener"
          >
            {t("composer.write.variant", { letter: versionWords(props, variantNo) })}, {localeNames[language]}
          </a>
        ))}
      </p>
      {mayAgree ? (
        <Form action={`${href}/approval`} class="inline" label={t("composer.waiting.agree")}>
          <HiddenField name="fingerprint" value={fingerprint} />
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
      <SlowProviders {...props} />
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
