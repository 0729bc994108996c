import type { Env } from "../env";
import type { Group } from "../groups/types";

export type ChatGroup = Pick<Group, "no" | "shard" | "jurisdiction">;

/** The object that tells a group's chats, in the jurisdiction the group must stay in. */
export function chatLaneOf(env: Env, { no, jurisdiction }: ChatGroup) {
  const namespace = jurisdiction === "" ? env.CHATS : env.CHATS.jurisdiction(jurisdiction);
  return namespace.getByName(String(no));
}
