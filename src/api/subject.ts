import { consentHash } from "../actions/consent";
import type { Action, ActionSnapshot, Kind } from "../actions/types";
import { intakeTarget } from "../intake/participation";
import type { IntakeTarget } from "../intake/types";
import { tagNosOf } from "../people/tag";
import { type ActionId, parseId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import type { ActionType, ItemType } from "./action-types";
import { ApiError, notFound } from "./problem";
import { findOne } from "./store-actions";
import type { ApiContext, Caller } from "./web";

/** A type of action that people take, with what they make by it. */
export type Taken = ActionType & { item: ItemType };

/** An action as far as taking part in it needs it. */
export type Subject = {
  type: Taken;
  action: Action;
  snapshot: ActionSnapshot;
  target: IntakeTarget;
  /** Whether nobody can take part any more although it is not closed: a date has passed. */
  isOver(now: number): boolean;
};

const subjects = new LruCache<Subject>(1_000);
/** A title or a tag changed a moment ago may not count yet: so it is with a page, which is kept for longer. */
const SUBJECT_KEPT_MS = 5_000;

/**
 * The action that is taken. Refuses what cannot be: 404 for another group's, for a draft and for none, 400 for what is over or is
 * taken on its page alone.
 */
export async function subjectOf(
  { ctx, group, db }: { ctx: ApiContext["var"]["ctx"] } & Pick<Caller, "group" | "db">,
  kinds: readonly Kind[],
  type: Taken,
  text: string,
): Promise<Subject> {
  const id = parseId<ActionId>(text);
  if (!id) throw notFound(type.noun, text);
  const key = `${group.no}/${id}`;
  const subject = subjects.get(key, ctx.now) ?? (await lookUp({ group, db }, kinds, type, id));
  if (!subject || subject.type.path !== type.path) throw notFound(type.noun, text);
  subjects.set(key, subject, ctx.now + SUBJECT_KEPT_MS);
  const { action } = subject;
  if (group.status !== "active") throw new ApiError(400, "This group takes no more actions");
  if (action.status !== "published" || action.limitedAt !== null) throw closed(type);
  if (!type.item.isOnce && !action.api)
    throw new ApiError(
      400,
      `This ${type.noun} is taken on its own page: only those made by the API take ${type.item.path}`,
    );
  return subject;
}

/** The answer where nobody can take part any more. */
export function closed({ noun }: Taken): ApiError {
  return new ApiError(400, `This ${noun} is closed`);
}

/** Forgets what is kept of actions, as a new isolate starts. */
export function forgetSubjects(): void {
  subjects.clear();
}

async function lookUp(
  { group, db }: Pick<Caller, "group" | "db">,
  kinds: readonly Kind[],
  type: Taken,
  id: ActionId,
): Promise<Subject | null> {
  const found = await findOne(db, { kinds: type.kinds }, id);
  const kind = kinds.find(({ name }) => name === found?.kind);
  if (!found || !kind) return null;
  const action = { ...found, settings: kind.settings.parse(found.settings) };
  const { tags } = action.settings;
  const snapshot: ActionSnapshot = {
    version: action.pageVersion,
    group,
    action: { ...action, isLimited: action.limitedAt !== null },
    tagNos: tags.length > 0 ? await tagNosOf(db, tags) : [],
    consentHash: await consentHash(action),
    consentText: action.settings.consent.text,
    comments: [],
  };
  // Nothing follows what a client made: no letter leaves, and nobody is thanked.
  const taking = action.api ? { isOnce: kind.isOnce, capacities: kind.capacities } : kind;
  const isOver = (now: number) => kind.isOver?.(snapshot, now) ?? false;
  return { type, action, snapshot, target: intakeTarget(snapshot, present(taking)), isOver };
}

function present(
  kind: Pick<Kind, "isOnce"> & {
    capacities?: Kind["capacities"] | undefined;
    afterwards?: Kind["afterwards"] | undefined;
  },
) {
  const { isOnce, capacities, afterwards } = kind;
  return { isOnce, ...(capacities ? { capacities } : {}), ...(afterwards ? { afterwards } : {}) };
}
