import type { GroupDb } from "../groups/shard";
import {
  type ArrivalField,
  arrivalFields,
  arrivalStatements,
  consentStatement,
  taggingStatement,
} from "./store";

/**
 * SQL for "the rows of a page, and the person of each", for statements that store what those people did. `?1` is the
 * group's number, `?2` the page as JSON; it gives `j.value` (the row) and `i.person_no`. A person who was erased after
 * they acted is not in it; `NOT_ERASED` is that condition alone, on `j.value`.
 */
export { ARRIVED, NOT_ERASED } from "./store";
export type { ArrivalField };
export { arrivalFields };

/**
 * The statements that find or make the people of a page, in the order in which they must run inside one batch. Each may
 * run again with the same page. A field changes only by something newer, whatever order pages come in.
 * @param page JSON array of rows: `e` email, `h` identity hash, `t` moment in ms, `i` id, `la` language, `o` fields said,
 * `co` and `w` consent; see `DrainedParticipation`.
 */
export function receivePeople(
  group: GroupDb,
  actionNo: number,
  page: string,
  options: { hasPhones: boolean; tagNos: number[]; fields: ArrivalField[] },
): D1PreparedStatement[] {
  return [
    ...arrivalStatements(group, actionNo, page, options),
    consentStatement(group, actionNo, page),
    ...(options.tagNos.length > 0 ? [taggingStatement(group, page, options.tagNos)] : []),
  ];
}
