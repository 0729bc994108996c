import type { Env } from "../env";
import type { ReportGroup } from "./types";

/** The object that counts a group, in the jurisdiction the group must stay in. */
export function reportsOf(env: Env, { id, jurisdiction }: Pick<ReportGroup, "id" | "jurisdiction">) {
  const namespace = jurisdiction === "" ? env.REPORTS : env.REPORTS.jurisdiction(jurisdiction);
  return namespace.getByName(id);
}
