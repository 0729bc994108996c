import { z } from "zod";
import type { Audience } from "../audiences/types";
import type { Id } from "../platform/ids";

export type BreakdownId = Id<"breakdown">;

/** Each line is a question about every recipient, and a table with more is no longer read. */
export const LINES_MAX = 12;
/** A group has some; each is a choice in a list. */
export const BREAKDOWNS_MAX = 50;
export const BREAKDOWN_NAME_MAX = 120;
/** Fewer are nobody's crowd: who may not see people would read from the lines what one of them answered. */
export const SHOWN_FROM = 10;

const no = z.int().min(1);

/** What tells the people of a breakdown apart: saved audiences in an order, the language, or the answers of a custom field. */
export const planSchema = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("audiences"), audiences: z.array(no).min(1).max(LINES_MAX) }),
  z.strictObject({ by: z.literal("language") }),
  z.strictObject({ by: z.literal("field"), field: no }),
]);
export type Plan = z.infer<typeof planSchema>;

/** A named report: how the people of any mailing are told apart. */
export type Breakdown = {
  no: number;
  id: BreakdownId;
  name: string;
  plan: Plan;
  /** Shown of every mailing that has none of its own. */
  isDefault: boolean;
  /** Raised by every save, which names the one it began from. */
  revision: number;
  updatedAt: number;
};

/** One line: whom it holds. `everybody` and `others`, those of no other line, come by themselves. */
export type Line = {
  /** What numbers of it are kept under. */
  key: string;
  /** `private`: an audience that is no longer shared. Its name and its size are for whoever keeps it. */
  name:
    | { is: "named"; name: string }
    /** `otherAnswers`: the field has more answers than there are lines. */
    | { is: "everybody" | "others" | "otherAnswers" | "private" | "yes" | "no" };
  /** A saved audience that was removed since: it goes on meaning what it meant. */
  isRemoved: boolean;
  /** Null: nobody may be counted by it. */
  node: Audience["include"] | null;
  /** Another one when it came to mean something else. */
  meaning: string;
};

/** Why lines are not shown to somebody who may not see people: they are answers people gave, or of a handful of people. */
export type Withheld = "answers" | "few";

/** What is counted of the recipients of a line, in the order of the numbers kept. */
export const lineMeasures = [
  "recipients",
  "sent",
  "bounced",
  "held",
  "opened",
  "machine",
  "clicked",
  "unsubscribed",
  "complained",
  "acted",
  "gave",
] as const;
export type LineMeasure = (typeof lineMeasures)[number];

/** The numbers of one line, none where it cannot be counted; money by currency in its smallest unit. */
export type LineCount = { key: string; counts: number[]; money: Record<string, number> };

/** How many of a line did something; null where it was not counted, or cannot be. */
export function countOf(count: LineCount | null, measure: LineMeasure): number | null {
  return count?.counts[lineMeasures.indexOf(measure)] ?? null;
}
