import { failureReasons, leftOutReasons } from "../mailings/types";
import { mailboxNames } from "../platform/mail/mailbox-provider";
import { type LeaveReason, leaveChoices, leaveReasons } from "../subscriptions/types";
import type { Key, T } from "../ui/i18n";
import type { Mailbox } from "./types";

const choices: Record<number, Key> = {
  [leaveChoices.all]: "results.leaving.choices.all",
  [leaveChoices.topic]: "results.leaving.choices.topic",
  [leaveChoices.pause]: "results.leaving.choices.pause",
  [leaveChoices.fewer]: "results.leaving.choices.fewer",
};

/** What somebody chose on leaving and why, in words. */
export function departureWords(t: T, choice: number, reason: string): { choice: string; reason: string } {
  const known = leaveReasons.find((each) => each === reason);
  const chosen = choices[choice];
  return {
    choice: chosen ? t(chosen) : String(choice),
    reason: t(known ? whys[known] : "results.leaving.reasons.none"),
  };
}

const whys: Record<LeaveReason, Key> = {
  too_many: "results.leaving.reasons.tooMany",
  not_relevant: "results.leaving.reasons.not_relevant",
  never_asked: "results.leaving.reasons.never_asked",
  not_mine: "results.leaving.reasons.not_mine",
  other: "results.leaving.reasons.other",
};

/** Whose mailboxes they are. */
export function mailboxWords(t: T, mailbox: Mailbox): string {
  return mailbox === "others" ? t("results.mailboxes.others") : mailboxNames[mailbox];
}

const reasons: Record<number, Key> = {
  [leftOutReasons.gone]: "results.leftOut.reasons.gone",
  [leftOutReasons.no_address]: "results.leftOut.reasons.no_address",
  [leftOutReasons.not_subscribed]: "results.leftOut.reasons.not_subscribed",
  [leftOutReasons.bounced]: "results.leftOut.reasons.bounced",
  [leftOutReasons.complained]: "results.leftOut.reasons.complained",
  [leftOutReasons.suppressed]: "results.leftOut.reasons.suppressed",
  [leftOutReasons.pausing]: "results.leftOut.reasons.pausing",
  [leftOutReasons.topic]: "results.leftOut.reasons.topic",
  [leftOutReasons.too_many]: "results.leftOut.reasons.tooMany",
  [leftOutReasons.excluded]: "results.leftOut.reasons.excluded",
  [leftOutReasons.over_limit]: "results.leftOut.reasons.over_limit",
  [leftOutReasons.cohort]: "results.leftOut.reasons.cohort",
  [leftOutReasons.ranked]: "results.leftOut.reasons.ranked",
  [leftOutReasons.no_row]: "results.leftOut.reasons.no_row",
  [failureReasons.refused]: "results.failures.refused",
  [failureReasons.gave_up]: "results.failures.gave_up",
  [failureReasons.not_rendered]: "results.failures.not_rendered",
  [failureReasons.stopped]: "results.failures.stopped",
};

/** Why somebody got no mail; one without words yet under its number. */
export function reasonWords(t: T, reason: number | null): string {
  if (reason === null) return "–";
  const key = reasons[reason];
  return key ? t(key) : String(reason);
}
