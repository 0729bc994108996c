import { type Places as Asked, slotsText, standings } from "../actions/kind";
import type { BufferedRow } from "../platform/write-behind";
import { parseRow } from "./store";
import type { Decided } from "./store-places";

/** How the text of a row begins that brings news of somebody who moved up from the waiting list. */
const PROMOTED_MARK = '"pa":';

/** Which places an answer asks for; none of them when it takes a place back. */
export function placesAsked(body: string): Asked {
  const [slots, count] = parseRow(body).pl ?? [[""], 1];
  return { slots, count };
}

/** An answer with what became of its place, for the drain. */
export function placedBody(body: string, decided: Decided): string {
  return `{${decidedMarks(decided)},${body.slice(1)}`;
}

/** The same answer once more, of somebody who has a place now that they had waited for. */
export function promotedBody(body: string, decided: Decided): string {
  return `{${decidedMarks(decided)},${PROMOTED_MARK}${decided.at},${body.slice(1)}`;
}

function decidedMarks({ standing, at, slots }: Decided): string {
  const marks = Object.keys(slots).length > 0 ? `,"ss":${slotsText(slots)}` : "";
  return `"st":${standings[standing]},"sa":${at}${marks}`;
}

/** How many rows of a page bring such news. What somebody wrote cannot look like it: its quotes are escaped. */
export function countPromoted(rows: readonly BufferedRow[]): number {
  return rows.filter(({ body }) => body.includes(PROMOTED_MARK)).length;
}
