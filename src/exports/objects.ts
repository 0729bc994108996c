import type { Env } from "../env";
import type { ExportGroup } from "./types";

/** The object that makes a group's files, in the jurisdiction the group must stay in. */
export function exportsOf(env: Env, { id, jurisdiction }: Pick<ExportGroup, "id" | "jurisdiction">) {
  const namespace = jurisdiction === "" ? env.EXPORTS : env.EXPORTS.jurisdiction(jurisdiction);
  return namespace.getByName(id);
}
