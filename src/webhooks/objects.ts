import type { Env } from "../env";
import type { Group } from "../groups/types";
import type { WebhookId } from "./types";

export type LaneGroup = Pick<Group, "no" | "shard" | "jurisdiction">;

/** The object that delivers one webhook's news, in the jurisdiction the group must stay in. */
export function laneOf(env: Env, { jurisdiction }: Pick<Group, "jurisdiction">, id: WebhookId) {
  const namespace = jurisdiction === "" ? env.WEBHOOKS : env.WEBHOOKS.jurisdiction(jurisdiction);
  return namespace.getByName(id);
}
