import { COMPLAINT_SHARE_MAX, HARD_SHARE_MAX } from "../senders/types";
import { civilDay } from "../ui/format";
import { addFigures, figuresOf, partsOf, rateOf } from "./figures";
import type { Summary } from "./lists";
import { type Figures, type Mailbox, mailboxes } from "./types";

/** How far back numbers of mailings go. */
export const spans = ["30", "90", "365", "all"] as const;
export type Span = (typeof spans)[number];
export const USUAL_SPAN: Span = "90";

export const orders = [
  "sentAt",
  "sent",
  "opened",
  "clicked",
  "actions",
  "newToList",
  "unsubscribed",
  "bounced",
  "complained",
] as const;
export type Order = (typeof orders)[number];

/** Mailings in an order, those without numbers last. */
export function inOrder(summaries: readonly Summary[], order: Order, isRising: boolean): Summary[] {
  const value = ({ sentAt, figures }: Summary) => {
    if (order === "sentAt") return sentAt;
    if (!figures) return null;
    return order === "sent" ? figures.sent : rateOf(order, figures);
  };
  return summaries.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return isRising ? a - b : b - a;
  });
}

/** All mailings together, and those of each tag, the one with most mails first. */
export function totalsOf(summaries: readonly Summary[]): {
  all: Figures;
  tags: { tag: string; mailings: number; figures: Figures }[];
} {
  const known = summaries.flatMap(({ figures, tags }) => (figures ? [{ figures, tags }] : []));
  const tags = [...new Set(known.flatMap((each) => each.tags))].map((tag) => {
    const own = known.filter((each) => each.tags.includes(tag));
    return { tag, mailings: own.length, figures: addFigures(own.map(({ figures }) => figures)) };
  });
  return {
    all: addFigures(known.map(({ figures }) => figures)),
    tags: tags.toSorted((one, other) => other.figures.sent - one.figures.sent),
  };
}

export type Standing = "few" | "good" | "near" | "over";

/** With fewer mails one complaint alone would be over the limit. */
const STANDING_LEAST = 200;
/** From half a limit on it is near. */
const NEAR = 0.5;

/** How bounces and complaints stand to what stops a sender. */
export function standingOf(figures: Figures): Standing {
  if (figures.sent < STANDING_LEAST) return "few";
  const worst = Math.max(
    (rateOf("bounced", figures) ?? 0) / HARD_SHARE_MAX,
    (rateOf("complained", figures) ?? 0) / COMPLAINT_SHARE_MAX,
  );
  if (worst > 1) return "over";
  return worst >= NEAR ? "near" : "good";
}

/** Bounces and complaints by the day mailings began, the newest first, and by mailbox provider. */
export function healthOf(
  summaries: readonly Summary[],
  timeZone: string,
): { days: { day: string; figures: Figures }[]; mailboxes: { mailbox: Mailbox; figures: Figures }[] } {
  const byDay = Map.groupBy(
    summaries.filter(({ figures }) => figures !== null),
    ({ sentAt }) => civilDay(sentAt, timeZone),
  );
  const tallies = summaries.flatMap(({ tally }) => tally ?? []);
  return {
    days: [...byDay].map(([day, own]) => ({
      day,
      figures: addFigures(own.flatMap(({ figures }) => figures ?? [])),
    })),
    mailboxes: mailboxes
      .filter((mailbox) => tallies.some((tally) => partsOf(tally).mailboxes.includes(mailbox)))
      .map((mailbox) => ({
        mailbox,
        figures: addFigures(tallies.map((tally) => figuresOf(tally, { mailbox }))),
      })),
  };
}

/** Who left a list because of its mailings. One who bounced and unsubscribed is rare enough to count twice. */
export function lostOf({ unsubscribed, bounced, complained }: Figures): number {
  return unsubscribed + bounced + complained;
}
