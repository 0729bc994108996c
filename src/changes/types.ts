import type { ActionId, Id, ParticipationId, PersonId } from "../platform/ids";

/** What a change may be of, in the order of the numbers in the table, from 1. */
export const whats = [
  "person",
  "participation",
  "tagging",
  "tag",
  "action",
  "custom_field",
  "message",
  "query",
  "wrapper",
] as const;
const kindsOfChange = ["created", "updated", "deleted"] as const;
export type KindOfChange = (typeof kindsOfChange)[number];

/** The number of what was there before, left, and is there again: a removal or a merge that was undone. */
export const CAME_BACK = 4;

/** The words for the numbers in the table, from 1. Whoever keeps a copy has nothing of what comes back. */
export const changeOf = (no: number): KindOfChange =>
  no === CAME_BACK ? "created" : (kindsOfChange[no - 1] ?? "updated");

type Numbered = { what: "tag" | "custom_field"; no: number };
type Named = { what: "message" | "query" | "wrapper"; no: number; id: Id<string> };

/** What changed. Whoever reads it looks the thing up: it may have changed again since. */
export type Changed =
  | Numbered
  | Named
  /** `status`: the email status, as `people` has it, where that changed; `isDrained`: with something they did. */
  | { what: "person"; no: number; id: PersonId; status: number | null; isDrained: boolean }
  | {
      what: "participation";
      id: ParticipationId;
      personNo: number;
      personId: PersonId;
      action: { no: number; id: ActionId; kind: string };
    }
  | { what: "tagging"; tagNo: number; personNo: number; personId: PersonId }
  | { what: "action"; no: number; id: ActionId; kind: string };

/** `cursor` is where to go on after this change; `at` is when it was committed, in ms. `cameBack`: created, but known before. */
export type Change = { cursor: string; at: number; change: KindOfChange; cameBack: boolean } & Changed;

/**
 * gone: the place is no longer kept, or of a database that was set back since; the collections must be walked again.
 * wrong: the text is no cursor.
 */
export type ChangesRead = { is: "read"; changes: Change[]; next: string } | { is: "gone" } | { is: "wrong" };

/** So long a change is kept, in ms: within it whoever reads must come by. */
export const CHANGES_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** At most so many changes are read at once. */
export const CHANGES_READ_MAX = 500;

/** A change of a batch, before the ids of its people are known. */
export type Said =
  | { what: "person"; personNo: number }
  | { what: "participation"; personNo: number; actionNo: number; id: ParticipationId }
  | { what: "tagging"; personNo: number; tagNo: number };

/** How far somebody read: all up to a number, and so many rows of the batch after it. */
export type Place = { after: number; done: number };
