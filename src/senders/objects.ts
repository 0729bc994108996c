import type { Env } from "../env";
import type { Sender } from "./types";

/** The gate of the whole installation, which keeps the provider's pace. No group has this number. */
export const LANE = "lane";

/** The gate a sender's mailings ask before each step, in the jurisdiction the group must stay in. */
export function gateOf(env: Env, { gate, jurisdiction }: Pick<Sender, "gate" | "jurisdiction">) {
  const namespace = jurisdiction === "" ? env.GATE : env.GATE.jurisdiction(jurisdiction);
  return namespace.getByName(gate);
}
