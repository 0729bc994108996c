import type { Places as Asked } from "../actions/kind";
import { type Standing, standings } from "../actions/kind";
import type { BufferedRow } from "../platform/write-behind";
import { parseRow } from "./store";

/** How the text of a row begins that brings news of somebody who moved up from the waiting list. */
const PROMOTED_MARK = '"pa":';

/** Which places an answer asks for; none of them when it takes a place back. */
export function placesAsked(body: string): Asked {
  const [slot, count] = parseRow(body).pl ?? ["", 1];
  return { slot, count };
}

/** An answer with what became of its place, for the drain. */
export function placedBody(body: string, standing: Standing, at: number): string {
  return `{"st":${standings[standing]},"sa":${at},${body.slice(1)}`;
}

/** The same answer once more, of somebody who has a place now. */
export function promotedBody(body: string, at: number): string {
  return `{"st":${standings.confirmed},"sa":${at},${PROMOTED_MARK}${at},${body.slice(1)}`;
}

/** How many rows of a page bring such news. What somebody wrote cannot look like it: its quotes are escaped. */
export function countPromoted(rows: readonly BufferedRow[]): number {
  return rows.filter(({ body }) => body.includes(PROMOTED_MARK)).length;
}
