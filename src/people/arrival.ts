import type { GroupDb } from "../groups/shard";
import {
  type ArrivalField,
  arrivalFields,
  arrivalStatements,
  pageStatements,
  taggingStatement,
} from "./store";

/**
 * SQL for "the rows of a page, and the person of each", for statements that store what those people did. `?1` is the
 * group's number, `?2` what `arrivingPage` says is to be bound; it gives `j.value` (the row) and `i.person_no`. A person who was erased after
 * they acted is not in it; `NOT_ERASED` is that condition alone, on `j.value`.
 */
export {
  ARRIVED,
  CONSENT_SAID,
  consentStatement,
  NOT_ERASED,
  PAGE_ROWS,
  WORDING_SAID,
} from "./store";
export type { ArrivalField };
export { arrivalFields };

/** Below so many rows, storing a page would cost more rows written a signature than it saves time. */
const STORED_FROM = 20;

/**
 * How a page comes to the statements of its batch. A large one is stored for as long as the batch takes, so that it is sent and
 * parsed once and not by each of them: an eighth to a quarter of the drain's time. A small one is bound each time, and costs no row.
 * @returns what to bind, and the statements to begin and to end the batch with
 */
export function arrivingPage(
  group: GroupDb,
  text: string,
  rowCount: number,
): { bound: string | null; first: D1PreparedStatement[]; last: D1PreparedStatement[] } {
  if (rowCount < STORED_FROM) return { bound: text, first: [], last: [] };
  const [store, drop] = pageStatements(group, text);
  return { bound: null, first: [store], last: [drop] };
}

/**
 * The statements that find or make the people of a page, in the order in which they must run inside one batch. Each may
 * run again with the same page. A field changes only by something newer, whatever order pages come in.
 * @param page as `arrivingPage` says, a JSON array of rows: `e` email, `h` identity hash, `t` moment in ms, `i` id, `la` language, `o` fields said,
 * `co` and `w` consent, `su` what an API client says of the subscription; see `DrainedParticipation`.
 * @param options `isRecorded`: whether the batch itself says in the change feed what it stored (`recordStatement`), as it does unless
 * told otherwise. If not, the triggers say it.
 */
export function receivePeople(
  group: GroupDb,
  actionNo: number,
  page: string | null,
  {
    isRecorded = true,
    ...options
  }: {
    hasPhones: boolean;
    hasClients: boolean;
    tagNos: number[];
    fields: ArrivalField[];
    isRecorded?: boolean;
  },
): D1PreparedStatement[] {
  return [
    ...arrivalStatements(group, actionNo, page, { ...options, isRecorded }),
    ...(options.tagNos.length > 0 ? [taggingStatement(group, page, options.tagNos, isRecorded)] : []),
  ];
}
