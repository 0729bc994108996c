import type { GroupDb } from "../groups/shard";
import { listFields } from "../people/custom-field";
import { type Column, headOf, linesOf } from "./column";
import { type PeopleNeeds, type PersonRow, peopleColumns, type Wording } from "./people-columns";
import type { Piece, Source } from "./source";
import * as store from "./store-people";
import type { everybody, Format } from "./types";

/**
 * The numbers of an audience's people after a number, in order: at most `limit`, and fewer only at the end. A list of
 * everybody needs none.
 */
export type PeopleSource = (after: number, limit: number) => Promise<number[]>;

/** People chosen by something beside the list itself, and about how many they are. */
export type Chosen = { people: PeopleSource; count(): Promise<number> };

/** How many numbers one statement goes through: 20 ms for a few columns (bench/export.bench.ts), 60 ms for all of them. */
const STRETCH = 4_000;
const WIDE_STRETCH = 1_000;
const WIDE_COLUMNS = 12;
const STRETCH_MIN = 250;
const SLOW_MS = 120;

const encoder = new TextEncoder();

/**
 * People of a group as lines, by ranges of their numbers up to the highest there is at the start: whoever comes later is
 * not in the file, and nobody is in it twice.
 */
export async function peopleSource(
  db: GroupDb,
  order: { format: Format; columns: readonly string[] },
  { wording, who }: { wording: Wording; who: (typeof everybody)[number] | Chosen },
): Promise<Source> {
  const { columns, needs } = peopleColumns(await listFields(db), wording, order.columns);
  const names = needs.tags ? await store.tagNames(db) : new Map<number, string>();
  const most = columns.length > WIDE_COLUMNS ? WIDE_STRETCH : STRETCH;
  let size = most;
  const next = typeof who === "string" ? inRanges(() => size) : listed(who.people, () => size);
  return {
    expected: () => (typeof who === "string" ? store.lastPerson(db) : who.count()),
    async read(cursor) {
      const from = cursorIn(cursor) ?? { after: 0, last: await store.lastPerson(db) };
      const begun = Date.now();
      const { stretch, after } = await next(from);
      const rows = stretch
        ? await rowsIn(db, stretch, needs, { names, who: typeof who === "string" ? who : "all" })
        : [];
      size = nextSize(size, Date.now() - begun, most);
      return pieceOf(order.format, columns, { rows, isFirst: cursor === null }, after, from.last);
    },
  };
}

type Cursor = { after: number; last: number };
type Next = (from: Cursor) => Promise<{ stretch: store.Stretch | null; after: number | null }>;

/** A busy database is asked for less at a time, so that whoever waits behind does not wait long. */
function nextSize(size: number, ms: number, most: number): number {
  if (ms > SLOW_MS) return Math.max(STRETCH_MIN, size >> 1);
  return ms < SLOW_MS / 3 ? Math.min(most, size * 2) : size;
}

function inRanges(size: () => number): Next {
  return async ({ after, last }) => {
    const upTo = Math.min(after + size(), last);
    return { stretch: upTo > after ? { after, upTo } : null, after: upTo < last ? upTo : null };
  };
}

function listed(people: PeopleSource, size: () => number): Next {
  return async ({ after, last }) => {
    const wanted = size();
    const found = await people(after, wanted);
    const within = found.filter((no) => no <= last);
    const isEnd = found.length < wanted || within.length < found.length;
    return {
      stretch: within.length > 0 ? { people: within } : null,
      after: isEnd ? null : (within.at(-1) ?? null),
    };
  };
}

async function rowsIn(
  db: GroupDb,
  stretch: store.Stretch,
  { values, tags, fieldNos }: PeopleNeeds,
  { names, who }: { names: ReadonlyMap<number, string>; who: (typeof everybody)[number] },
): Promise<PersonRow[]> {
  const people = await store.peopleIn(db, stretch, { values, who });
  const tagged = tags ? await store.taggingsIn(db, stretch) : null;
  const said = fieldNos.length > 0 ? await store.fieldValuesIn(db, stretch, fieldNos) : null;
  return people.map(([no, ...own]) => {
    const person = Number(no);
    const tagList = (tagged?.get(person) ?? []).flatMap(([tagNo]) => names.get(Number(tagNo)) ?? []);
    return {
      values: own,
      tags: tagList.length > 1 ? [...new Set(tagList)].toSorted() : tagList,
      fields: said
        ? new Map((said.get(person) ?? []).map(([fieldNo, value]) => [Number(fieldNo), value]))
        : NONE,
    };
  });
}

const NONE: ReadonlyMap<number, string> = new Map();

function pieceOf(
  format: Format,
  columns: readonly Column<PersonRow>[],
  { rows, isFirst }: { rows: readonly PersonRow[]; isFirst: boolean },
  after: number | null,
  last: number,
): Piece {
  const text = (isFirst ? headOf(format, columns) : "") + linesOf(format, columns, rows);
  return {
    bytes: encoder.encode(text),
    rows: rows.length,
    next: after === null ? null : `${after}/${last}`,
  };
}

function cursorIn(cursor: string | null): Cursor | null {
  const [after, last] = (cursor ?? "").split("/").map(Number);
  return cursor !== null && after !== undefined && last !== undefined ? { after, last } : null;
}
