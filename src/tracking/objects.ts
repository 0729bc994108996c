import type { Env } from "../env";
import type { Group } from "../groups/types";
import { PARTS, type ReadersOf } from "./types";

/** The object that keeps what some readers of a mailing do, in the jurisdiction the group must stay in; and what it must know. */
export function readersOf(
  env: Env,
  { id, no, shard, jurisdiction }: Pick<Group, "id" | "no" | "shard" | "jurisdiction">,
  { mailingNo, personNo }: { mailingNo: number; personNo: number },
) {
  const namespace = jurisdiction === "" ? env.READERS : env.READERS.jurisdiction(jurisdiction);
  const part = personNo % PARTS;
  const of: ReadersOf = { groupNo: no, shard, mailingNo, part };
  return { readers: namespace.getByName(`${id}/${mailingNo}/${part}`), of };
}
