import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { idFromHex } from "../platform/ids";
import { DRAIN_ROWS_MAX } from "../platform/write-behind";
import { itemsOfPage } from "./page";
import * as store from "./store";
import {
  CAME_BACK,
  CHANGES_KEPT_MS,
  CHANGES_READ_MAX,
  type Change,
  type Changed,
  type ChangesRead,
  changeOf,
  type Place,
  type Said,
  whats,
} from "./types";

/** Records a group's changes from now on. May be called again; it is never switched off, since somebody may still read it. */
export async function feedOn(ctx: Context, group: Pick<Group, "no" | "shard">): Promise<void> {
  await store.insertFeed(dbFor(ctx.env, group), ctx.now);
}

/** Where the feed of a group ends now: whoever reads on from here gets what is committed after this call. Null without a feed. */
export async function currentCursor(db: GroupDb): Promise<string | null> {
  const bounds = await store.selectBounds(db);
  return bounds && cursorOf(bounds.last, 0);
}

/**
 * What changed after a place of the feed, in the order in which it was committed; each change once, and none left out.
 * @param cursor where reading ended before; null for the oldest that is kept
 * @param limit at most so many; the tags a batch gives one person are not torn apart, so it is 20 at least
 */
export async function changesSince(db: GroupDb, cursor: string | null, limit: number): Promise<ChangesRead> {
  const bounds = await store.selectBounds(db);
  if (!bounds) return { is: "gone" };
  const from = cursor === null ? { after: bounds.first - 1, done: 0 } : placeOf(cursor);
  if (!from) return { is: "wrong" };
  // A place beyond the end is of a database that was set back since: what it counted on is not what is there.
  if (from.after < bounds.first - 1 || from.after > bounds.last) return { is: "gone" };
  if (from.after === bounds.last && from.done > 0) return { is: "gone" };
  const most = Math.min(Math.max(limit, LIMIT_MIN), CHANGES_READ_MAX);
  const rows = await store.selectChanges(db, from.after, most + from.done);
  return { is: "read", ...(await read(db, rows, from, most)) };
}

const LIMIT_MIN = 20;
/** As `changeOf` has it. */
const UPDATED = 2;

type Item = { at: number; change: number; place: Place } & (
  | { row: store.ChangeRow; said?: never }
  | { row?: never; said: Said }
);
/**
 * Deletes what is older than 30 days: of the groups where it is longest due first, and a bounded number of statements in all, since the
 * hour's other work is done by the same invocation. What is left waits for the next hour. Source: docs/decisions/0042.
 */
export async function forgetOldChanges(ctx: Context): Promise<void> {
  const before = ctx.now - CHANGES_KEPT_MS;
  const names = shardNames(ctx.env);
  for (const name of names) {
    const d1 = ctx.env[name];
    if (!d1) continue;
    let left = Math.ceil(STATEMENTS_A_TICK / names.length);
    for (const groupNo of await store.selectOldFeeds(d1, before, left))
      for (let step = 0; step < STEPS_A_GROUP && left > 0; step += 1) {
        left -= 1;
        if ((await store.deleteOld(d1, groupNo, before, DELETED_AT_ONCE)) < DELETED_AT_ONCE) break;
      }
  }
}

const STATEMENTS_A_TICK = 200;
const DELETED_AT_ONCE = 500;
/** 10,000 changes, or as many drained batches, within an hour. */
const STEPS_A_GROUP = 20;

async function read(db: GroupDb, rows: store.ChangeRow[], from: Place, most: number) {
  const items: Item[] = [];
  let next = from;
  for (const [nth, row] of rows.entries()) {
    if (items.length >= most) break;
    if (row.page === null) {
      next = { after: row.changeNo, done: 0 };
      items.push({ at: row.at, change: row.change ?? UPDATED, place: next, row });
      continue;
    }
    const done = nth === 0 ? from.done : 0;
    const batch = await itemsOfPage(db, row, done, { most: most - items.length, isFirst: nth === 0 });
    for (const item of batch.items) items.push(item);
    if (batch.done < row.size) {
      next = { after: row.changeNo - 1, done: batch.done };
      break;
    }
    next = { after: row.changeNo, done: 0 };
  }
  return { changes: await named(db, items), next: cursorOf(next.after, next.done) };
}

async function named(db: GroupDb, items: Item[]): Promise<Change[]> {
  const people = new Set<number>();
  const actions = new Set<number>();
  const others: [number, number][] = [];
  for (const { row, said } of items) {
    const personNo = row ? (row.what === 1 ? row.no : row.personNo) : said.personNo;
    if (personNo !== null) people.add(personNo);
    if (said?.what === "participation") actions.add(said.actionNo);
    if (row && (row.what === 2 || row.what === 5)) actions.add(row.no);
    if (row && row.what >= 7) others.push([row.what, row.no]);
  }
  const names = await store.selectNames(db, { people, actions, others });
  return items.flatMap(({ at, change, place, row, said }) => {
    const changed = row ? ofRow(row, names) : ofBatch(said, names);
    return changed
      ? [
          {
            cursor: cursorOf(place.after, place.done),
            at,
            change: changeOf(change),
            cameBack: change === CAME_BACK,
            ...changed,
          },
        ]
      : [];
  });
}

function ofBatch(said: Said, names: store.Names): Changed | null {
  const personId = names.people.get(said.personNo);
  if (!personId) return null;
  const { personNo } = said;
  if (said.what === "person")
    return { what: "person", no: personNo, id: personId, status: null, isDrained: true };
  if (said.what === "tagging") return { what: "tagging", tagNo: said.tagNo, personNo, personId };
  const action = names.actions.get(said.actionNo);
  return action ? { what: "participation", id: said.id, personNo, personId, action } : null;
}

function ofRow(row: store.ChangeRow, names: store.Names): Changed | null {
  const what = whats[row.what - 1];
  const { no } = row;
  switch (what) {
    case "person": {
      const id = names.people.get(no);
      return id ? { what, no, id, status: row.personNo, isDrained: false } : null;
    }
    case "participation":
      return row.personNo === null || row.id === null
        ? null
        : ofBatch({ what, personNo: row.personNo, actionNo: no, id: idFromHex(row.id) }, names);
    case "tagging":
      return row.personNo === null ? null : ofBatch({ what, personNo: row.personNo, tagNo: no }, names);
    case "tag":
    case "custom_field":
      return { what, no };
    case "action": {
      const action = names.actions.get(no);
      return action ? { what, ...action } : null;
    }
    case "message":
    case "query":
    case "wrapper": {
      const id = names.others.get(`${row.what}/${no}`);
      return id ? { what, no, id } : null;
    }
    default:
      return null;
  }
}

const CURSOR = /^(\d{1,15})(?:-(\d{1,4}))?$/;

function cursorOf(after: number, done: number): string {
  return done === 0 ? String(after) : `${after}-${done}`;
}

function placeOf(cursor: string): Place | null {
  const [whole, after, done = "0"] = CURSOR.exec(cursor) ?? [];
  // No batch has more rows, so that no place is further within one.
  if (whole === undefined || Number(done) > DRAIN_ROWS_MAX) return null;
  return { after: Number(after), done: Number(done) };
}
