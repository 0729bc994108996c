import type { LaneNow } from "../delivery/types";
import { mailboxNames } from "../platform/mail/mailbox-provider";
import { paceWords } from "../senders/pace-words";
import { Notice } from "../ui/flash";
import { When } from "../ui/when";
import type { ProgressProps } from "./progress-props";

/** Mailbox providers that are mailed more slowly than others: why, how many people wait, and until when where nobody is mailed now. */
export function SlowProviders(props: ProgressProps) {
  const { t, numbers } = props;
  // Of a day's share of which there is some left nobody feels anything.
  const slow = numbers.slow.filter(({ perHour, until }) => perHour !== null || until !== null);
  const [first, ...more] = slow;
  if (!first) return null;
  const waiting = slow.reduce((sum, { left }) => sum + left, 0);
  const title =
    more.length > 0
      ? t("composer.progress.slow.several")
      : t("composer.progress.slow.title", { provider: mailboxNames[first.mailbox] });
  return (
    <Notice title={title}>
      <div class="stack-tight">
        {slow.map((lane) => (
          <SlowProvider {...props} lane={lane} isOne={more.length === 0} />
        ))}
        {waiting < numbers.totals.waiting ? <p>{t("composer.progress.slow.others")}</p> : null}
      </div>
    </Notice>
  );
}

function SlowProvider(props: ProgressProps & { lane: LaneNow; isOne: boolean }) {
  const { t, locale, lane, isOne } = props;
  const provider = mailboxNames[lane.mailbox];
  return (
    <p>
      {isOne ? null : (
        <>
          <strong>{provider}</strong>
          <br />
        </>
      )}
      {t(`composer.progress.slow.why.${lane.why}`)}{" "}
      {lane.perHour === null
        ? ""
        : `${t("composer.progress.slow.pace", { pace: paceWords(t, locale, lane) })} `}
      {lane.left > 0 ? t("composer.progress.slow.waits", { count: lane.left }) : ""}
      {lane.until === null ? null : (
        <>
          <br />
          {t("composer.progress.slow.until", { provider })} <When {...props} at={lane.until} />
        </>
      )}
    </p>
  );
}
