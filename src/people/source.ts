import { dbFor, type GroupDb } from "../groups/shard";
import { cleanLine } from "../platform/clean-text";
import type { Context } from "../platform/context";
import * as store from "./store-sources";
import { highestPersonNo, listWorks, type Step, startWork, type Work } from "./work";

export { PERSONAL_LINKS, type SourceRow } from "./store-sources";

export const SOURCE_CODE_MAX = 100;
export const SOURCE_LABEL_MAX = 100;
/** Codes a group can give names to. */
export const SOURCES_MAX = 2_000;
const sourceWorks = ["sources.count"] as const;

/** People looked at by one statement. */
const PEOPLE_PER_STEP = 10_000;
/** Different codes and actions told apart; anybody may write anything behind `?source=`. */
const CELLS_MAX = 10_000;
/** A count this old is made anew when somebody looks. */
const COUNT_FRESH_MS = 60 * 60_000;
/** Where codes beyond are counted. No code is written so. */
export const OTHER_CODES = "*";

export type Sources = {
  rows: store.SourceRow[];
  /** When the numbers were counted; null before the first count. */
  countedAt: number | null;
  /** The count under way. */
  counting: Work | null;
  countNo: number;
};

/** The source codes of a group's links as they were last counted. Has them counted again behind where that is old. */
export async function listSources(ctx: Context, db: GroupDb): Promise<Sources> {
  const works = await listWorks(db, sourceWorks, "all");
  const last = works.find(({ finishedAt }) => finishedAt !== null);
  const counting = works.find(({ finishedAt }) => finishedAt === null) ?? null;
  const isOld = !last || (last.finishedAt ?? 0) < ctx.now - COUNT_FRESH_MS;
  if (!counting && isOld) await countAgain(ctx, db, null);
  return {
    rows: await store.selectSources(db, last?.no ?? 0),
    countedAt: last?.finishedAt ?? null,
    counting,
    countNo: last?.no ?? 0,
  };
}

/** Starts a count of all sources, unless one is under way. */
export async function countAgain(ctx: Context, db: GroupDb, by: number | null): Promise<void> {
  if ((await listWorks(db, sourceWorks)).length > 0) return;
  const totalCount = await highestPersonNo(db);
  await startWork(ctx, db, { sort: "sources.count", subject: 0, startedBy: by, totalCount });
}

/** A source code as links carry it; "" for what could be none: letters, digits, ". _ : ~ + @ -" and spaces within. */
export function sourceCode(text: string): string {
  const code = cleanLine(text).slice(0, SOURCE_CODE_MAX);
  return /^[\p{L}\p{N} ._:~+@-]*$/u.test(code) ? code : "";
}

/** Names a code. False when the group has named as many as it can. */
export async function nameSource(
  db: GroupDb,
  source: { code: string; label: string; note: string },
  now: number,
): Promise<boolean> {
  if ((await store.countSources(db)) >= SOURCES_MAX) return false;
  await store.upsertSource(db, source, now);
  return true;
}

/** The actions that people came to by one code, as they were last counted. */
export const actionsOfSource = store.selectActionsOf;

/** The pages that are live. */
export const livePages = store.selectLivePages;

export const sourceSteps: Record<(typeof sourceWorks)[number], Step> = {
  "sources.count": async (ctx, group, work) => {
    const db = dbFor(ctx.env, group);
    const cells = await store.selectCells(db, work.cursor, work.cursor + PEOPLE_PER_STEP);
    const known = Number(work.detail.cells ?? 0);
    const added = known + cells.length > CELLS_MAX ? folded(cells) : cells;
    const cursor = work.cursor + PEOPLE_PER_STEP;
    const isOver = cursor > (await highestPersonNo(db));
    return {
      cursor,
      done: PEOPLE_PER_STEP,
      isOver,
      detail: { cells: known + added.length },
      statements: [
        store.addCellsStatement(db, work, added),
        ...(isOver ? [store.dropCountsStatement(db, work.no)] : []),
      ],
    };
  },
};

/** Codes that next to nobody came by, as one: somebody is making them up. */
function folded(cells: readonly store.SourceCell[]): store.SourceCell[] {
  const kept = new Map<string, store.SourceCell>();
  for (const cell of cells) {
    const code = cell.participations < 10 ? OTHER_CODES : cell.code;
    const name = `${cell.actionNo} ${code}`;
    const known = kept.get(name);
    kept.set(name, {
      ...{ code, actionNo: cell.actionNo },
      participations: (known?.participations ?? 0) + cell.participations,
      newcomers: (known?.newcomers ?? 0) + cell.newcomers,
    });
  }
  return [...kept.values()];
}
