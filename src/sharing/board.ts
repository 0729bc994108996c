import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { idFromHex, idTime, type ParticipationId } from "../platform/ids";
import { ReadThroughCache } from "../platform/read-through";
import { codeFor, readCode, tailOf } from "./code";
import * as store from "./store";
import type { BoardLine } from "./types";

type Home = Pick<Group, "no" | "shard" | "id">;

const BOARD_MAX = 5;
/** More are looked at than shown, since a forged code is nobody's. */
const CANDIDATES_MAX = 20;
/** Fewer is no reason to be listed. */
const BROUGHT_MIN = 2;

const boards = new ReadThroughCache<BoardLine[]>({
  entriesMax: 1_000,
  freshMs: 5 * 60_000,
  staleMs: 60 * 60_000,
  // The first ones to be listed need not wait as long as those who change places.
  absentMs: 10_000,
});

const brought = new ReadThroughCache<number>({
  entriesMax: 5_000,
  freshMs: 30_000,
  staleMs: 30_000,
  absentMs: 0,
});

/** Who brought most people, as last known; empty until it is. Never waits for D1. */
export function boardNow(ctx: Context, group: Home, actionNo: number): readonly BoardLine[] {
  const key = `${group.no}/${actionNo}`;
  if (boards.peek(key, ctx.now) === undefined)
    ctx.later(boards.read(ctx, key, () => boardOrNone(ctx, group, actionNo)));
  return boards.held(key, ctx.now) ?? [];
}

async function boardOrNone(ctx: Context, group: Home, actionNo: number): Promise<BoardLine[] | null> {
  const board = await makeBoard(ctx, group, actionNo);
  return board.length > 0 ? board : null;
}

/** Finds who brought most people: the codes that occur most, and whose they are. */
export async function makeBoard(ctx: Context, group: Home, actionNo: number): Promise<BoardLine[]> {
  const db = dbFor(ctx.env, group);
  const pepper = ctx.config.IDENTITY_PEPPER;
  const candidates = (await store.topCodes(db, actionNo, CANDIDATES_MAX)).filter(
    ({ count }) => count >= BROUGHT_MIN,
  );
  const bearers = await Promise.all(candidates.map(({ code }) => readCode(pepper, group.id, code)));
  const signed = await store.signedAt(
    db,
    actionNo,
    bearers.map((bearer) => bearer?.at ?? 0),
  );
  return candidates
    .flatMap(({ count }, at) => {
      const own = signed[at]?.find(({ id }) => tailOf(idFromHex<ParticipationId>(id)) === bearers[at]?.tail);
      return own ? [{ name: nameOf(own), count }] : [];
    })
    .slice(0, BOARD_MAX);
}

/** First name and initial, of those who may be named. */
function nameOf({ givenName, familyName, isNamed }: store.Signed): string {
  if (isNamed !== 1 || !givenName) return "";
  const [initial] = familyName ?? "";
  return initial ? `${givenName} ${initial}.` : givenName;
}

/** The code of somebody's own link; null where nobody acted. */
export function ownCode(
  ctx: Context,
  group: Pick<Group, "id">,
  id: ParticipationId | null,
): Promise<string | null> {
  return id ? codeFor(ctx.config.IDENTITY_PEPPER, group.id, id) : Promise.resolve(null);
}

/** Nobody has come by a link that is younger than this. */
const NEW_MS = 10_000;
/** Thanks do not wait longer than this for a number. */
const WAIT_MS = 500;

/** How many signed through somebody's own link; null while that cannot be said. */
export async function broughtBy(
  ctx: Context,
  group: Home,
  actionNo: number,
  who: { id: ParticipationId; code: string },
): Promise<number | null> {
  if (ctx.now - idTime(who.id) < NEW_MS) return 0;
  const asked = brought.read(ctx, `${group.no}/${actionNo}/${who.code}`, () =>
    store.countLinked(dbFor(ctx.env, group), actionNo, who.code),
  );
  ctx.later(asked);
  return Promise.race([asked, scheduler.wait(WAIT_MS).then(() => null)]).catch(() => null);
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetBoards(): void {
  boards.clear();
  brought.clear();
}
