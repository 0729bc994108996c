import { type LeftOutReason, leftOutNames, leftOutReasons, recipientStatus } from "../mailings/types";
import {
  type Cell,
  type Credit,
  cellMeasures,
  type EarlyRatio,
  type Figures,
  type Mailbox,
  type Measure,
  mailboxes,
  type Tally,
} from "./types";

/** Which people of a mailing; nothing named: all of them. */
export type Which = { variantNo?: number; language?: string; mailbox?: Mailbox };

/**
 * The numbers of a mailing, or of those of its recipients asked for. Actions and money are told apart by variant alone: what
 * came by a mail is known by the link, whoever followed it.
 */
export function figuresOf(tally: Pick<Tally, "cells" | "credits">, which: Which = {}): Figures {
  const cells = tally.cells.filter(([key]) => isOf(key, which));
  const people = (status: keyof typeof recipientStatus) =>
    sum(cells.filter(([[, , , code]]) => code === recipientStatus[status]).map(([, [count = 0]]) => count));
  const measured = cells.filter(([[, , , code]]) => code !== recipientStatus.left_out);
  const did = (measure: (typeof cellMeasures)[number]) =>
    sum(measured.map(([, counts]) => counts[cellMeasures.indexOf(measure)] ?? 0));
  const [bounced, held, sent] = [did("bounced"), did("held"), people("sent")];
  return {
    recipients: did("people"),
    waiting: people("waiting") + people("claimed"),
    ...{ sent, failed: people("failed"), unknown: people("unknown") },
    delivered: Math.max(0, sent - bounced - held),
    ...{ opened: did("opened"), machine: did("machine"), clicked: did("clicked") },
    ...{ unsubscribed: did("unsubscribed"), complained: did("complained"), bounced, held },
    ...creditsOf(tally.credits, which),
  };
}

function isOf([variantNo, language, mailbox]: Cell[0], which: Which): boolean {
  if (which.variantNo !== undefined && which.variantNo !== variantNo) return false;
  if (which.language !== undefined && which.language !== language) return false;
  return which.mailbox === undefined || mailboxes[mailbox] === which.mailbox;
}

function creditsOf(credits: readonly Credit[], { variantNo, language, mailbox }: Which) {
  const own = credits.filter(
    ([key]) =>
      language === undefined && mailbox === undefined && (variantNo === undefined || key[1] === variantNo),
  );
  const money: Record<string, number> = {};
  let gifts = 0;
  for (const [[, , currency], [actions = 0, amount = 0]] of own) {
    if (currency === "") continue;
    money[currency] = (money[currency] ?? 0) + amount;
    gifts += actions;
  }
  return {
    actions: sum(own.map(([, [actions = 0]]) => actions)),
    newToList: sum(own.map(([, [, , fresh = 0]]) => fresh)),
    ...{ money, gifts },
  };
}

/** Who was left out of a mailing, by reason, in the order in which the reasons were asked. */
export function leftOutOf({ cells }: Pick<Tally, "cells">): { reason: LeftOutReason; people: number }[] {
  return leftOutNames.flatMap((reason) => {
    const people = sum(
      cells
        .filter(
          ([[, , , status, code]]) => status === recipientStatus.left_out && code === leftOutReasons[reason],
        )
        .map(([, [count = 0]]) => count),
    );
    return people > 0 ? [{ reason, people }] : [];
  });
}

/** The variants, languages or mailboxes there are recipients of, in order. Whoever waits for the winner of a test has no variant yet. */
export function partsOf(tally: Pick<Tally, "cells">) {
  const reached = tally.cells.filter(([[, , , status]]) => status !== recipientStatus.left_out);
  return {
    variants: distinct(reached.map(([[variantNo]]) => variantNo))
      .filter((variantNo) => variantNo > 0)
      .toSorted((one, other) => one - other),
    languages: distinct(reached.map(([[, language]]) => language)).toSorted(),
    mailboxes: mailboxes.filter((_, index) => reached.some(([[, , mailbox]]) => mailbox === index)),
  };
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** What a number of a mailing is a share of. */
export function baseOf(measure: Measure | "sent", figures: Figures): number {
  switch (measure) {
    case "sent":
    case "failed":
    case "unknown":
      return figures.recipients;
    case "delivered":
    case "bounced":
    case "held":
      return figures.sent;
    default:
      return figures.delivered;
  }
}

/** A measure as a share; null of nobody. */
export function rateOf(measure: Measure | "sent", figures: Figures): number | null {
  return ratio(figures[measure], baseOf(measure, figures));
}

/** The ratios that settle early; null while nobody did the thing before. */
export function earlyOf(
  ratioName: EarlyRatio,
  { opened, clicked, actions, unsubscribed }: Figures,
): number | null {
  switch (ratioName) {
    case "clicksPerOpen":
      return ratio(clicked, opened);
    case "actionsPerClick":
      return ratio(actions, clicked);
    case "unsubscribesPerOpen":
      return ratio(unsubscribed, opened);
  }
}

/** Several mailings as one. */
export function addFigures(all: readonly Figures[]): Figures {
  const added = figuresOf({ cells: [], credits: [] });
  for (const each of all) {
    for (const name of countNames) added[name] += each[name];
    for (const [currency, amount] of Object.entries(each.money))
      added.money[currency] = (added.money[currency] ?? 0) + amount;
  }
  return added;
}

/** The figures that are plain counts. */
export const countNames = [
  "recipients",
  "waiting",
  "sent",
  "failed",
  "unknown",
  "delivered",
  "opened",
  "machine",
  "clicked",
  "unsubscribed",
  "bounced",
  "held",
  "complained",
  "actions",
  "newToList",
  "gifts",
] as const satisfies readonly (keyof Figures)[];

/** A share of nobody is no number. */
function ratio(did: number, of: number): number | null {
  return of > 0 ? did / of : null;
}

/** The middle of some numbers; null of none. */
export function medianOf(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle];
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  return high === undefined || low === undefined ? null : (low + high) / 2;
}
