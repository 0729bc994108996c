import type { GroupDb } from "../groups/shard";
import { BITS } from "./mark";
import { type ChangeRow, type Page, type PageRow, participationOf, selectTaggings } from "./store";
import type { Place, Said } from "./types";

type Item = { at: number; change: number; place: Place; said: Said };

const CREATED = 1;
const UPDATED = 2;

/**
 * What a drained batch changed: of each of its rows the person, the participation and the tags, in this order. A row is given whole or
 * not at all, so that a place in a batch is a number of rows.
 * @param done so many of its rows were given before
 * @param room so many changes there is room for; where it is the first thing read, its first row is given whatever its size
 */
export async function itemsOfPage(
  db: GroupDb,
  row: ChangeRow,
  done: number,
  room: { most: number; isFirst: boolean },
): Promise<{ items: Item[]; done: number }> {
  const { tags, rows }: Page = JSON.parse(row.page ?? '{"tags":[],"rows":[]}');
  const asked = rows.slice(done, done + room.most);
  const people = [...new Set(asked.map(([personNo]) => personNo))];
  const taggings =
    tags.length === 0
      ? new Map()
      : Map.groupBy(await selectTaggings(db, row.changeNo, tags, people), ([, personNo]) => personNo);
  const said = new Set<number | string | null>();
  for (const [personNo, participation] of rows.slice(0, done)) said.add(personNo).add(participation);
  const items: Item[] = [];
  let count = done;
  for (const entry of asked) {
    const own = itemsOfRow(row, entry, said, taggings.get(entry[0]) ?? []);
    if (items.length + own.length > room.most && (items.length > 0 || !room.isFirst)) break;
    said.add(entry[0]).add(entry[1]);
    count += 1;
    // Whoever stops within a row begins with this row again.
    const before = { after: row.changeNo - 1, done: count - 1 };
    const after =
      count === rows.length ? { after: row.changeNo, done: 0 } : { after: row.changeNo - 1, done: count };
    for (const [nth, item] of own.entries())
      items.push({ ...item, at: row.at, place: nth === own.length - 1 ? after : before });
  }
  return { items, done: count };
}

function itemsOfRow(
  row: ChangeRow,
  [personNo, participation, bits]: PageRow,
  said: ReadonlySet<number | string | null>,
  tagged: [number, number][],
): { change: number; said: Said }[] {
  const items: { change: number; said: Said }[] = [];
  // Whoever acted twice in one batch is told once.
  const isAgain = said.has(personNo);
  if (!isAgain)
    items.push({
      change: bits & BITS.isNewPerson ? CREATED : UPDATED,
      said: { what: "person", personNo },
    });
  if (participation !== null && !said.has(participation))
    items.push({
      change: bits & BITS.isNew ? CREATED : UPDATED,
      said: { what: "participation", personNo, actionNo: row.no, id: participationOf(participation) },
    });
  for (const [tagNo] of isAgain ? [] : tagged)
    items.push({ change: CREATED, said: { what: "tagging", personNo, tagNo } });
  return items;
}
