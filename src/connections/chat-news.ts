import { actionByNo } from "../actions/action";
import { actionPath } from "../actions/action-path";
import type { Action, Kind } from "../actions/types";
import { changesSince, currentCursor } from "../changes/change";
import type { Change } from "../changes/types";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import { countSigners } from "../intake/signers";
import type { HomeSummary } from "../intake/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { idToHex } from "../platform/ids";
import type { Notice } from "./chat-types";
import { selectGifts } from "./store-chats";

const CHANGES_AT_ONCE = 100;
/** What came in a rush beyond these is for the next turn, which comes at once. */
const READINGS_MAX = 25;
/** Once so many actions were found no more is read in a turn: each is asked about by itself. */
const ACTIONS_AT_ONCE_MAX = 50;
const GIFTS_TOLD_MAX = 5;
/** Participations of one action that are looked at for gifts. */
const IDS_MAX = 1_000;
/** From so much of its places on, something is filling up. */
const FILLING = 0.8;

/** Numbers worth a word in a chat. */
export const MILESTONES: readonly number[] = [25, 50, 100, 250, 500].concat(
  [1, 10, 100, 1_000].flatMap((scale) => [1_000, 2_500, 5_000].map((each) => each * scale)),
);

/** What chats were told of an action, and what they will be told next morning. */
export type Known = {
  title: string;
  total: number;
  /** The total at the last daily summary. */
  base: number;
  waiting: number;
  /** By slot: 1 once it was said to be filling, 2 once full. */
  places: Record<string, number>;
  isPublished: boolean;
};

/** What happened to an action; `ids` are the first of those who took part, hexadecimal, and `newCount` is how many did. */
export type Touched = { ids: string[]; newCount: number; isEdited: boolean };

/**
 * Which actions something happened to since a place of the change feed, and where to read on: right away if there `isMore`.
 * @param cursor null to begin now
 */
export async function touchedSince(
  db: GroupDb,
  cursor: string | null,
): Promise<{ touched: Map<number, Touched>; next: string | null; isMore: boolean }> {
  const touched = new Map<number, Touched>();
  let at = cursor ?? (await currentCursor(db));
  for (let reading = 0; at !== null && reading < READINGS_MAX; reading += 1) {
    const read = await changesSince(db, at, CHANGES_AT_ONCE);
    if (read.is !== "read") return { touched, next: await currentCursor(db), isMore: false };
    for (const change of read.changes) touch(touched, change);
    if (read.next === at) return { touched, next: at, isMore: false };
    at = read.next;
    if (touched.size >= ACTIONS_AT_ONCE_MAX) break;
  }
  return { touched, next: at, isMore: at !== null };
}

function touch(touched: Map<number, Touched>, change: Change): void {
  const no = change.what === "participation" ? change.action.no : change.what === "action" ? change.no : null;
  if (no === null) return;
  const entry = touched.get(no) ?? { ids: [], newCount: 0, isEdited: false };
  touched.set(no, entry);
  if (change.what === "action") entry.isEdited = true;
  else if (change.what === "participation" && change.change === "created") {
    entry.newCount += 1;
    if (entry.ids.length < IDS_MAX) entry.ids.push(idToHex(change.id));
  }
}

type Summary = Pick<HomeSummary, "total" | "places">;

type Looking = { ctx: Context; group: Group; db: GroupDb; kinds: readonly Kind[]; since: number };

/**
 * What there is to tell of one action, and what is known of it from now on; null for one that chats are not told of.
 * @param looking `since`: when chats began to listen; what was published before is no news
 */
export async function newsOf(
  { ctx, group, db, kinds, since }: Looking,
  no: number,
  { ids, newCount, isEdited }: Touched,
  before: Known | null,
): Promise<{ notices: Notice[]; known: Known } | null> {
  const action = await actionByNo(db, no);
  const kind = kinds.find(({ name }) => name === action?.kind);
  if (!action || !kind || action.status === "draft") return null;
  const summary = await homeOf(ctx.env, { actionId: action.id, jurisdiction: group.jurisdiction }).summary();
  const waiting = action.settings.comments.isModerated
    ? await countSigners(db, no, { state: "counted", comment: "waiting" })
    : 0;
  const from = before ?? firstKnown(action, summary, newCount, since);
  const url = `${groupOrigin(ctx.config, group.slug)}${actionPath(kind, action.slug)}`;
  const about = { title: action.title, url };
  const places = placesNews(action, kind, group, summary, from.places, about);
  const isNew = isEdited && action.status === "published" && !from.isPublished;
  const page = `${ctx.config.platform.origin}/groups/${group.slug}/actions/${action.id}/comments`;
  return {
    notices: [
      ...(isNew ? [{ is: "published" as const, ...about }] : []),
      ...countNews(action, from.total, summary.total, about),
      ...(waiting > from.waiting
        ? [{ is: "comments" as const, title: action.title, url: page, count: waiting }]
        : []),
      ...(await giftNews(db, no, ids, about)),
      ...places.notices,
    ],
    known: {
      ...{ title: action.title, total: summary.total, base: from.base, waiting, places: places.told },
      isPublished: from.isPublished || action.status === "published",
    },
  };
}

/** As if chats had listened before what is new now; what was so long before is no news. */
function firstKnown(action: Action, { total }: Summary, newCount: number, since: number): Known {
  const was = Math.max(0, total - newCount);
  const isPublished = action.publishedAt !== null && action.publishedAt < since;
  return { title: action.title, total: was, base: was, waiting: 0, places: {}, isPublished };
}

/** The greatest milestone that was passed; the goal, once reached, says it all. */
function countNews(
  { settings: { goal } }: Action,
  from: number,
  to: number,
  about: { title: string; url: string },
): Notice[] {
  const isPassed = (mark: number) => from < mark && mark <= to;
  if (goal.mode === "fixed" && isPassed(goal.target)) return [{ is: "goal", ...about, count: goal.target }];
  const passed = MILESTONES.filter(isPassed).at(-1);
  return passed === undefined ? [] : [{ is: "milestone", ...about, count: passed }];
}

async function giftNews(
  db: GroupDb,
  no: number,
  ids: readonly string[],
  about: { title: string; url: string },
): Promise<Notice[]> {
  if (ids.length === 0) return [];
  const gifts = await selectGifts(db, no, ids);
  return gifts
    .toSorted((one, other) => other.amount - one.amount)
    .slice(0, GIFTS_TOLD_MAX)
    .map((gift) => ({ is: "gift", ...about, ...gift }));
}

function placesNews(
  action: Action,
  kind: Kind,
  group: Group,
  { places = {} }: Summary,
  before: Record<string, number>,
  about: { title: string; url: string },
): { notices: Notice[]; told: Record<string, number> } {
  const told: Record<string, number> = {};
  const notices: Notice[] = [];
  const capacities = kind.capacities?.(snapshotLike(action, group)) ?? {};
  for (const [slot, capacity] of Object.entries(capacities)) {
    const taken = places[slot]?.confirmed ?? 0;
    if (capacity === null || capacity === 0) continue;
    const stage = taken >= capacity ? 2 : taken >= capacity * FILLING ? 1 : 0;
    if (stage > (before[slot] ?? 0))
      notices.push({ is: stage === 2 ? "full" : "filling", ...about, taken, places: capacity });
    told[slot] = stage;
  }
  return { notices, told };
}

/** What `capacities` of a kind reads of a served action. */
function snapshotLike(action: Action, group: Group) {
  return {
    ...{ version: action.pageVersion, group, tagNos: [], consentHash: "", consentText: "", comments: [] },
    action: { ...action, isLimited: action.limitedAt !== null },
  };
}
