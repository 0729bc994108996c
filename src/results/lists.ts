import { inRanges } from "../audiences/ranges";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing } from "../mailings/types";
import type { Context } from "../platform/context";
import { idFromHex, type PersonId } from "../platform/ids";
import { locales } from "../ui/i18n";
import { readFigures, readTally } from "./counting";
import { earlyOf, medianOf, rateOf } from "./figures";
import { shownMail } from "./map";
import { FRESH_MS, resultsOf } from "./result";
import { endsOfRecipients, selectLinks } from "./store";
import * as store from "./store-lists";
import { type EarlyRatio, type Figures, type Measure, OUTCOME_PAGE, type Outcome, type Tally } from "./types";

/** Mailings on one page of numbers. */
export const SUMMARIES_MAX = 200;
/** Mailings of one tag that are summed: some years of a weekly series, half a kilobyte each. */
export const TAGGED_MAX = 1_000;
/** The last mailings a mailing is compared with. */
const MEDIAN_OF = 12;
/** A mailing to fewer says too little to be compared with. */
const MEDIAN_LEAST = 20;
/** Mailings counted behind one look at their list. */
const COUNTED_AT_ONCE = 10;
const DAY_MS = 86_400_000;

export type Summary = {
  no: number;
  id: string;
  name: string;
  status: string;
  tags: string[];
  sentAt: number;
  /** Null while it has never been counted whole. */
  figures: Figures | null;
  tally: Tally | null;
  countedAt: number | null;
};

/**
 * The mailings that began in the last days, the newest first, each with its last count. Those never counted, and the new ones whose
 * count is old, are counted behind the answer.
 * @param days null for all time
 */
export async function summariesOf(ctx: Context, group: Group, days: number | null): Promise<Summary[]> {
  const db = dbFor(ctx.env, group);
  const since = days === null ? 0 : ctx.now - days * DAY_MS;
  const rows = await store.selectSummaries(db, {
    ...{ since, before: ctx.now + DAY_MS, limit: SUMMARIES_MAX, withTally: true },
  });
  ctx.later(countOld(ctx, group, rows));
  return rows.map(summaryOf);
}

/** The mailings of one tag that have begun, the newest first, each with its last count and without its parts. */
export async function taggedSummaries(ctx: Context, group: Group, tag: string): Promise<Summary[]> {
  const rows = await store.selectSummaries(dbFor(ctx.env, group), {
    ...{ since: 0, before: ctx.now + DAY_MS, limit: TAGGED_MAX, withTally: false, tag },
  });
  ctx.later(countOld(ctx, group, rows));
  return rows.map(summaryOf);
}

function summaryOf({ internalTitle, subject, id, totals, tally, tags, ...row }: store.SummaryRow): Summary {
  return {
    ...row,
    id: idFromHex(id),
    name: internalTitle || subject,
    tags: tagsIn(tags),
    figures: readFigures(totals),
    tally: readTally(tally),
  };
}

function tagsIn(text: string): string[] {
  const tags: unknown = JSON.parse(text);
  return Array.isArray(tags) ? tags.map(String) : [];
}

async function countOld(ctx: Context, group: Group, rows: readonly store.SummaryRow[]): Promise<void> {
  const isOld = ({ countedAt }: store.SummaryRow) => countedAt === null || ctx.now - countedAt > FRESH_MS;
  const old = rows.filter(isOld).toSorted((one, other) => (one.countedAt ?? 0) - (other.countedAt ?? 0));
  for (const row of old.slice(0, COUNTED_AT_ONCE)) await resultsOf(ctx, group, row);
}

/** A group's usual rates, from its last mailings before one. */
export type Medians = {
  count: number;
  rates: Partial<Record<Measure, number | null>>;
  early: Partial<Record<EarlyRatio, number | null>>;
};

/** The medians of the last mailings that were sent whole before a moment; of nobody, `count` is 0. */
export async function mediansBefore(ctx: Context, group: Group, before: number): Promise<Medians> {
  const rows = await store.selectTotalsBefore(dbFor(ctx.env, group), before, MEDIAN_OF);
  const all = rows.flatMap((text) => {
    const figures = readFigures(text);
    return figures && figures.delivered >= MEDIAN_LEAST ? [figures] : [];
  });
  const middle = (rate: (figures: Figures) => number | null) =>
    medianOf(all.map(rate).filter((each) => each !== null));
  const measures = [
    ...(["delivered", "opened", "machine", "clicked", "actions", "gifts", "newToList"] as const),
    ...(["unsubscribed", "bounced", "held", "complained", "failed", "unknown"] as const),
  ];
  const ratios = ["clicksPerOpen", "actionsPerClick", "unsubscribesPerOpen"] as const;
  return {
    count: all.length,
    rates: Object.fromEntries(measures.map((measure) => [measure, middle((each) => rateOf(measure, each))])),
    early: Object.fromEntries(ratios.map((name) => [name, middle((each) => earlyOf(name, each))])),
  };
}

/** One version as it left, with stand-ins for what is personal, and where its numbered links lead; null for one that was not made ready. */
export async function sentMail(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  { variantNo, language }: { variantNo: number; language: string },
): Promise<{ html: string; amp?: string; links: Map<number, string> } | null> {
  const db = dbFor(ctx.env, group);
  const known = locales.find((each) => each === language);
  const build = known && (await store.selectBuild(db, mailing.no, { variantNo, language: known }));
  const mail = build && shownMail(group, build);
  if (!mail) return null;
  const links = await selectLinks(db, mailing.no);
  return { html: mail.html, amp: mail.amp, links: new Map(links.map(({ no, url }) => [no, url])) };
}

export type OutcomePerson = Omit<store.OutcomeRow, "id"> & { id: PersonId };

/** The next people with an outcome, by their numbers, and where the page after begins. Read by ranges of people. */
export async function peopleBy(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no">,
  outcome: Exclude<Outcome, "acted">,
  after: number,
): Promise<{ people: OutcomePerson[]; next: number | null }> {
  const db = dbFor(ctx.env, group);
  const found: store.OutcomeRow[] = [];
  const { lowest, highest } = await endsOfRecipients(db, mailing.no);
  await inRanges({ after: Math.max(after, lowest - 1), highest }, async (from, upTo) => {
    const limit = OUTCOME_PAGE + 1 - found.length;
    const { people, ms } = await store.selectOutcome(db, mailing.no, outcome, { after: from, upTo, limit });
    found.push(...people);
    return found.length > OUTCOME_PAGE ? null : ms;
  });
  const people = found.slice(0, OUTCOME_PAGE).map((row) => ({ ...row, id: idFromHex<PersonId>(row.id) }));
  return { people, next: found.length > OUTCOME_PAGE ? (people.at(-1)?.personNo ?? null) : null };
}
