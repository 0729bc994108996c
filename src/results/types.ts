export { type Mailbox, mailboxes } from "../platform/mail/mailbox-provider";

/** Hours since somebody's mail left that are told apart; what came later is one. */
export const HOURS = 48;

/**
 * What is counted of recipients, in the order of a cell's numbers. `opened` is by a person: the pictures were loaded, and not by a
 * machine alone, or a link was followed. `held` was refused for now and is not known to have arrived.
 */
export const cellMeasures = [
  "people",
  "opened",
  "machine",
  "clicked",
  "unsubscribed",
  "bounced",
  "held",
  "complained",
] as const;
/** How many people, or what else, are alike in everything that is told apart. As stored: short, and added up by its key. */
export type Counted<Key extends readonly (string | number)[]> = [key: Key, counts: number[]];

/** Recipients; the counts are `cellMeasures`. */
export type Cell = Counted<
  [variantNo: number, language: string, mailbox: number, status: number, reason: number]
>;
/** What a mailing led to at one action ("" where no money was given); counts: actions, amount, new people. */
export type Credit = Counted<[actionNo: number, variantNo: number, currency: string]>;
/** Who left or asked for less, by what they chose and the reason they gave ("" for none); counts: people. */
export type Departure = Counted<[variantNo: number, choice: number, reason: string]>;
/** Counts: people, clicks, clicks of machines. */
export type LinkCount = Counted<[linkNo: number]>;

export type Tally = {
  cells: Cell[];
  /** People by the hours between their mail and their first opening or click; the last are all later ones. */
  openHours: number[];
  clickHours: number[];
  departures: Departure[];
  credits: Credit[];
  links: LinkCount[];
  /** Every opening and click, the second of the same person too, and those of machines. */
  raw: { opens: number; machineOpens: number; clicks: number; machineClicks: number };
  /** When the first and the last mail left, in s. */
  firstS: number | null;
  lastS: number | null;
};

/** The numbers of a mailing or of a part of it, people unless told. */
export type Figures = {
  recipients: number;
  waiting: number;
  sent: number;
  failed: number;
  unknown: number;
  /** Sent and not known to have come back. */
  delivered: number;
  opened: number;
  machine: number;
  clicked: number;
  unsubscribed: number;
  bounced: number;
  held: number;
  complained: number;
  /** Acts, of which one person may do several. */
  actions: number;
  newToList: number;
  /** By currency, in its smallest unit. */
  money: Record<string, number>;
  gifts: number;
};

export const measures = [
  "delivered",
  "opened",
  "machine",
  "clicked",
  "actions",
  "gifts",
  "newToList",
  "unsubscribed",
  "bounced",
  "held",
  "complained",
  "failed",
  "unknown",
] as const;
export type Measure = (typeof measures)[number];

/** Ratios of what people did who did the thing before: they settle when a few hundred have opened, however many have not yet. */
export const earlyRatios = ["clicksPerOpen", "actionsPerClick", "unsubscribesPerOpen"] as const;
export type EarlyRatio = (typeof earlyRatios)[number];

/** Whom the page lists by name. */
export const outcomes = [
  "opened",
  "machine",
  "not_opened",
  "clicked",
  "acted",
  "unsubscribed",
  "bounced",
  "held",
  "complained",
  "failed",
  "unknown",
  "left_out",
] as const;
export type Outcome = (typeof outcomes)[number];
export const OUTCOME_PAGE = 50;

/** Why somebody reports a mailing to the operators. */
export const reportReasons = ["spam", "scam", "not_mine", "other"] as const;
export const REPORT_DETAIL_MAX = 2_000;
