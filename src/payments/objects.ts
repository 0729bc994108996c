import type { Env } from "../env";
import type { PaidGroup } from "./types";

/** The object that watches over a group's payments, in the jurisdiction the group must stay in. */
export function paymentsOf(env: Env, { id, jurisdiction }: Pick<PaidGroup, "id" | "jurisdiction">) {
  const namespace = jurisdiction === "" ? env.PAYMENTS : env.PAYMENTS.jurisdiction(jurisdiction);
  return namespace.getByName(id);
}
