import { type AskCount, freshCount } from "../actions/count";
import { progressOf } from "../actions/progress";
import type { PublicCount } from "../actions/types";
import type { Context } from "../platform/context";
import { csvLine } from "../platform/csv";
import { translator } from "../ui/i18n";
import type { FeedItem } from "./feed-item";

/** So long one count may keep all others from being shown. */
const COUNT_WAIT_MS = 2_000;

/** An action with its count as its page shows it. */
export type CountRow = {
  kind: string;
  slug: string;
  title: string;
  /** How many people took part; null while nobody can say. */
  count: number | null;
  /** Of people; null for no goal, and for one of money. */
  goal: number | null;
  /** The same in words, in the action's language: "1,204", or "$3,250.00". */
  shown: string;
  url: string;
  /** When the action was last edited. */
  modified: string;
};

/** The counts of those actions that show theirs, each at most 5 s old. */
export async function countRows(
  ctx: Context,
  items: readonly FeedItem[],
  ask: AskCount,
): Promise<CountRow[]> {
  const shown = items.filter(({ snapshot }) => snapshot.action.settings.showCount);
  return Promise.all(
    shown.map(async (item) => rowOf(item, await soon(freshCount(ctx, item.snapshot, item.kind, ask)))),
  );
}

/** Null for a home that is away or slow: the other counts are not less true for it. */
function soon(asked: Promise<PublicCount>): Promise<PublicCount | null> {
  return Promise.race([asked, scheduler.wait(COUNT_WAIT_MS).then(() => null)]).catch(() => null);
}

function rowOf({ kind, snapshot, url, changedAt }: FeedItem, count: PublicCount | null): CountRow {
  const { action } = snapshot;
  const progress = count && progressOf(translator(action.locale), { kind, snapshot, count });
  const isOfPeople = !(kind.tally && count?.tally !== undefined);
  return {
    kind: action.kind,
    slug: action.slug,
    title: action.title,
    count: count?.total ?? null,
    goal: isOfPeople ? (progress?.goal ?? null) : null,
    shown: progress?.words.total ?? "",
    url,
    modified: changedAt.toISOString(),
  };
}

const columns = ["kind", "slug", "title", "count", "goal", "shown", "url", "modified"] as const;

/** One record an action, below their names (RFC 4180); safe to open in a spreadsheet. */
export function countsCsv(rows: readonly CountRow[]): string {
  return [
    csvLine(columns),
    ...rows.map((row) => csvLine(columns.map((column) => String(row[column] ?? "")))),
  ].join("");
}
