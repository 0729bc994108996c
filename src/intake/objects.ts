import type { Env } from "../env";
import { LruCache } from "../platform/lru";
import { regionOfObject } from "./place";
import type { IntakeTarget } from "./types";

/** A name is hashed to an id; an id may be kept, unlike a stub. */
const idsByName = new LruCache<DurableObjectId>(10_000);

/** The intake object of that name, in the jurisdiction its group must stay in. */
export function intakeStub(env: Env, jurisdiction: IntakeTarget["jurisdiction"], name: string) {
  const namespace = jurisdiction === "" ? env.INTAKE : env.INTAKE.jurisdiction(jurisdiction);
  const key = `${jurisdiction}/${name}`;
  let id = idsByName.get(key, 0);
  if (!id) {
    id = namespace.idFromName(name);
    idsByName.set(key, id, Number.POSITIVE_INFINITY);
  }
  return namespace.get(id, { locationHint: regionOfObject(name) });
}

/** The home of an action: it knows the action's intake objects and adds up their numbers. */
export function homeOf(env: Env, target: Pick<IntakeTarget, "actionId" | "jurisdiction">) {
  const namespace = target.jurisdiction === "" ? env.HOME : env.HOME.jurisdiction(target.jurisdiction);
  return namespace.getByName(`${target.actionId}/home`);
}
