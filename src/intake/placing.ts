import { type Places as Asked, slotsText, standings } from "../actions/kind";
import { idToHex, type ParticipationId } from "../platform/ids";
import type { BufferedRow } from "../platform/write-behind";
import { rowBody } from "./drain";
import { type DrainOutcome, parseRow } from "./store";
import type { Participants } from "./store-participants";
import { type Decided, type Places, type Seats, toldOf } from "./store-places";
import type { RecordReply } from "./types";

/** How the text of a row begins that brings news of somebody who moved up from the waiting list. */
const PROMOTED_MARK = '"pa":';

/** Which places an answer asks for, none of them when it takes a place back; and the reply that it changes, where it says so. */
export function placesAsked(body: string): Asked & { reply: ParticipationId | undefined } {
  const { pl, r } = parseRow(body);
  const [slots, count] = pl ?? [[""], 1];
  return { slots, count, reply: r };
}

/** An answer with what became of its place, for the drain. */
export function placedBody(body: string, decided: Decided): string {
  return `{${decidedMarks(decided)},${body.slice(1)}`;
}

/** What a reply says of places: how many people have one, and what became of the caller's. */
export function placedReply(places: Places, seats: Seats): Pick<RecordReply, "total" | "standing" | "slots"> {
  const told = toldOf(seats);
  return { total: places.people, ...(told ? { standing: told.standing, slots: told.slots } : {}) };
}

/** Gives what is free to those who wait, in the order they came. Gives the rows that bring the news to D1. */
export function promote(
  places: Places,
  participants: Participants,
  now: number,
): { identity: Uint8Array; row: string }[] {
  return places.promote(now).flatMap(({ identity, body, decided }) => {
    const known = participants.get(identity);
    if (!known) return [];
    // Under the moment they acted: as far as the person goes, nothing new was said.
    const row = rowBody(promotedBody(body, decided), idToHex(known.id), known.actedAt, identity, 0, true);
    return [{ identity, row }];
  });
}

/** Takes note of a stored page: somebody whom D1 counts under another address, or not at all, holds no place here. */
export function settlePlaces(
  places: Places,
  rows: readonly BufferedRow[],
  outcomes: readonly DrainOutcome[],
): void {
  places.noteStored(countPromoted(rows));
  for (const [position, { key }] of rows.entries()) {
    const state = outcomes[position]?.state;
    if (state === "other" || state === "removed") places.forget(key);
  }
}

/** The same answer once more, of somebody who has a place now that they had waited for. */
function promotedBody(body: string, decided: Decided): string {
  return `{${decidedMarks(decided)},${PROMOTED_MARK}${decided.at},${body.slice(1)}`;
}

function decidedMarks({ standing, at, slots }: Decided): string {
  const marks = Object.keys(slots).length > 0 ? `,"ss":${slotsText(slots)}` : "";
  return `"st":${standings[standing]},"sa":${at}${marks}`;
}

/** How many rows of a page bring such news. What somebody wrote cannot look like it: its quotes are escaped. */
function countPromoted(rows: readonly BufferedRow[]): number {
  return rows.filter(({ body }) => body.includes(PROMOTED_MARK)).length;
}
