import { publicSigner } from "../actions/public-signer";
import { type PublicSigner, RECENT_SIGNERS_MAX } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { toHex } from "../platform/crypto";
import { idFromHex, idToHex, type ParticipationId } from "../platform/ids";
import { sendAll } from "../platform/queues";
import type { BufferedRow } from "../platform/write-behind";
import { type DrainOutcome, parseRow, storeParticipations } from "./store";
import { EVENT_PAGE_SIZE, type IntakeTarget, type ParticipationsRecorded } from "./types";

/** How the text of a newer answer by someone already recorded begins. */
const UPDATE_MARK = '{"u":1,';
const ID_MARK = '"i":"';

/**
 * A buffered participation as the drain's SQL reads it: what the supporter sent, with the id, moment and identity hash.
 * The object keeps the text it was given, so nothing is parsed between the request and D1.
 */
export function rowBody(
  participation: string,
  id: string,
  at: number,
  identity: Uint8Array,
  nth: number,
  isUpdate: boolean,
): string {
  return `${isUpdate ? UPDATE_MARK : "{"}"i":"${id}","t":${at},${identityMark(identity)},"n":${nth},${participation.slice(1)}`;
}

/** How a row names who said it. No answer can hold these characters, since its quotes are escaped. */
export function identityMark(identity: Uint8Array): string {
  return `"h":"${toHex(identity)}"`;
}

/** A 52-bit number of the id's random part: tells the participations of one person apart where each adds. */
export function nthOf(id: ParticipationId): number {
  return Number.parseInt(idToHex(id).slice(19), 16) || 1;
}

/** Writes a page into the group's shard. */
export function writePage(
  group: GroupDb,
  target: IntakeTarget,
  rows: BufferedRow[],
): Promise<DrainOutcome[]> {
  return storeParticipations(
    group,
    target.actionNo,
    target.tagNos,
    rows.map((row) => row.body),
  );
}

/** Those rows of a page that may be kept: not what was said by somebody who asked to be forgotten since. */
export function rowsToKeep(rows: BufferedRow[], outcomes: DrainOutcome[]): BufferedRow[] {
  return rows.filter((_row, position) => {
    const outcome = outcomes[position];
    return outcome && outcome.state !== "removed" && !outcome.isErased;
  });
}

/**
 * Sends the news of those newly stored, 100 to a message, where anything follows. A lost message is made good by the home's
 * follow-up.
 */
export async function announcePage(
  events: Queue,
  target: IntakeTarget,
  outcomes: DrainOutcome[],
): Promise<void> {
  if (!target.hasReceipt) return;
  const people: ParticipationsRecorded["people"] = [];
  for (const outcome of outcomes) {
    if (outcome.state === "removed" || outcome.state === "other") continue;
    if (outcome.isRemoved || !outcome.isFirst) continue;
    people.push([outcome.personNo, outcome.id]);
  }
  const messages: ParticipationsRecorded[] = [];
  for (let start = 0; start < people.length; start += EVENT_PAGE_SIZE) {
    messages.push({
      type: "participations.recorded",
      target,
      people: people.slice(start, start + EVENT_PAGE_SIZE),
    });
  }
  if (messages.length > 0) await sendAll(events, messages);
}

/** The participation id a buffered row was given. */
export function rowId(row: BufferedRow): ParticipationId {
  const start = row.body.indexOf(ID_MARK) + ID_MARK.length;
  return idFromHex(row.body.slice(start, start + 32));
}

export function isUpdate(row: Pick<BufferedRow, "body"> | undefined): boolean {
  return row?.body.startsWith(UPDATE_MARK) ?? false;
}

/** The newest signers of a page as the public may see them. */
export function recentSigners(rows: BufferedRow[], outcomes: DrainOutcome[]): PublicSigner[] {
  const recent: PublicSigner[] = [];
  for (let position = rows.length - 1; position >= 0 && recent.length < RECENT_SIGNERS_MAX; position -= 1) {
    const row = rows[position];
    const outcome = outcomes[position];
    if (!row || outcome?.state !== "mine" || outcome.isRemoved) continue;
    const said = parseRow(row.body);
    if (said.u) continue;
    recent.push(
      publicSigner(said.o, {
        isNamed: said.nm === 1,
        at: row.at,
        comment: said.cs === 2 ? (said.cm ?? "") : "",
      }),
    );
  }
  return recent;
}
