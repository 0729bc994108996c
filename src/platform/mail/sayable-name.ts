import { oneLine } from "./headers";

const NAME_MAX = 60;
// Names are written by whoever filled in the form, for an address that need not be theirs. A name that reads as a link
// would make our mail carry it.
const LINK_LIKE = /:\/\/|www\.|\p{L}{2,}\.\p{L}{2,}/iu;
const BIDI_CONTROL = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name as a mail may say it: one short line, or "" when it looks like a link. */
export function sayableName(name: string): string {
  return LINK_LIKE.test(name) ? "" : oneLine(name.replace(BIDI_CONTROL, ""), NAME_MAX);
}
