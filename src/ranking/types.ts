import type { MailingId, MailingStatus } from "../mailings/types";

/** A day by the group's clock: `2026-11-23`. */
export type Day = string;

/** From the first moment of a day, in ms, to the first of the next. */
export type Bounds = { from: number; to: number };

export type DayMailing = {
  no: number;
  id: MailingId;
  name: string;
  status: MailingStatus;
  startAt: number;
  /** Whom it mails is settled. */
  isFrozen: boolean;
  /** Of a frozen one. */
  recipients: number | null;
  /** Left to other mailings of the day, of a frozen one. */
  rankedOut: number | null;
};

/** A day's mailings, the first in rank first. */
export type DayBoard = Bounds & {
  day: Day;
  isRanked: boolean;
  version: number;
  mailings: DayMailing[];
};

/**
 * What keeps people from a mailing on a ranked day: whoever another mailing of the day has already, and whoever is of one that comes
 * before it and was not frozen yet (`above`, by number).
 */
export type Rivals = Bounds & { above: number[] };
