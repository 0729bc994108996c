import { idToBytes, newId, type ParticipationId } from "../platform/ids";
import { digestOf } from "./digest";
import { type Participants, states } from "./store-participants";

/**
 * The same answer of the same person within this time is a repeat. Later it is an answer again: in between they may have
 * said something else through another object, or unsubscribed.
 */
const REPEAT_MS = 60_000;
/** The same, for kinds where each answer adds. */
const DOUBLE_CLICK_MS = 10 * 60_000;

/** What an answer is: somebody new, a newer answer of somebody known, or a repeat; and the id and moment it is kept under. */
export type Recorded = { outcome: "counted" | "updated" | "same"; id: ParticipationId; at: number };

/** Writes down that a payment was recorded, under the id that it gives the participation: it counts once, whenever it is heard of. */
export function recordPaid(participants: Participants, id: ParticipationId, now: number): Recorded {
  const isNew = participants.add(idToBytes(id), { id, digest: 0, actedAt: now });
  return { outcome: isNew ? "counted" : "same", id, at: now };
}

/**
 * The same of what was signed on paper: it is as old as the signature, so that what its signer has said since stands. Somebody
 * known is only revised; D1 decides, answer by answer, what is newer.
 */
export function recordSigned(
  participants: Participants,
  identity: Uint8Array,
  body: string,
  signedAt: number,
): Recorded {
  const digest = digestOf(body);
  const id = newId<ParticipationId>();
  if (participants.add(identity, { id, digest, actedAt: signedAt }))
    return { outcome: "counted", id, at: signedAt };
  const known = participants.get(identity);
  if (!known) throw new Error("a participant who is neither new nor known");
  if (known.state === states.removed) {
    participants.renew(identity, { id, digest, actedAt: signedAt });
    return { outcome: "counted", id, at: signedAt };
  }
  if (signedAt > known.actedAt) participants.revise(identity, { digest, actedAt: signedAt });
  return { outcome: "updated", id: known.id, at: signedAt };
}

/** Writes down who acted, and says what that makes of the answer. */
export function recordParticipant(
  participants: Participants,
  identity: Uint8Array,
  body: string,
  { isOnce, now }: { isOnce: boolean; now: number },
): Recorded {
  const digest = digestOf(body);
  const id = newId<ParticipationId>();
  if (participants.add(identity, { id, digest, actedAt: now })) return { outcome: "counted", id, at: now };
  const known = participants.get(identity);
  if (!known) throw new Error("a participant who is neither new nor known");
  const isForgotten = known.state === states.removed;
  const isRepeat = known.digest === digest && now - known.actedAt < (isOnce ? REPEAT_MS : DOUBLE_CLICK_MS);
  if (isRepeat && !isForgotten) return { outcome: "same", id: known.id, at: known.actedAt };
  // Two answers within a millisecond still have an order, and a clock that steps back does not change it.
  const at = Math.max(now, known.actedAt + 1);
  if (isOnce && !isForgotten) {
    participants.revise(identity, { digest, actedAt: at });
    return { outcome: "updated", id: known.id, at };
  }
  participants.renew(identity, { id, digest, actedAt: at });
  return { outcome: "counted", id, at };
}
