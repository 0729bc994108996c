import type { Env } from "../env";
import type { Group } from "../groups/types";

/** What the clock of a group's series is told of its group. */
export type ClockRef = Pick<Group, "no" | "id" | "jurisdiction">;

export function refOf({ no, id, jurisdiction }: Group): ClockRef {
  return { no, id, jurisdiction };
}

/** The object that knows when a group's series run, in the jurisdiction the group must stay in. */
export function clockOf(env: Env, { id, jurisdiction }: ClockRef) {
  const namespace = jurisdiction === "" ? env.SERIES : env.SERIES.jurisdiction(jurisdiction);
  return namespace.getByName(id);
}
