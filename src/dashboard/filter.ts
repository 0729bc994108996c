import { cleanLine } from "../actions/answer-text";
import type { SignerFilter } from "../intake/signers";
import { type ParticipationId, parseId } from "../platform/ids";
import { startOfDay } from "./day";

/** What a search form sends, as typed: the address of a list keeps it. */
export type FilterWords = {
  q: string;
  source: string;
  from: string;
  to: string;
  comment: string;
  state: string;
};

const TEXT_MAX = 200;
/** Typed as the source, it finds those who came by no source. */
export const NO_SOURCE = "-";
const comments = ["waiting", "shown", "hidden"] as const;

export function filterWords(read: (name: string) => string | undefined): FilterWords {
  const line = (name: string) => cleanLine(read(name) ?? "").slice(0, TEXT_MAX);
  return {
    q: line("q"),
    source: line("source"),
    from: line("from"),
    to: line("to"),
    comment: line("comment"),
    state: line("state") === "removed" ? "removed" : "counted",
  };
}

/** What the words mean. A day that is no day is left out; the form shows it as it was typed. */
export function signerFilter(words: FilterWords, timeZone: string): SignerFilter {
  const from = startOfDay(words.from, timeZone);
  const to = startOfDay(words.to, timeZone, 1);
  const comment = comments.find((status) => status === words.comment);
  return {
    state: words.state === "removed" ? "removed" : "counted",
    ...(words.q ? { text: words.q } : {}),
    ...(words.source ? { source: words.source === NO_SOURCE ? "" : words.source } : {}),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(comment ? { comment } : {}),
  };
}

/** Whether a filter finds less than everything. */
export function isNarrow(filter: SignerFilter): boolean {
  return Object.keys(filter).length > 1;
}

/** The words as the rest of an address, without the empty ones. */
export function filterQuery(words: FilterWords, more: Record<string, string> = {}): string {
  const kept = Object.entries({ ...words, ...more }).filter(
    ([name, value]) => value !== "" && value !== (name === "state" ? "counted" : ""),
  );
  const query = new URLSearchParams(kept).toString();
  return query === "" ? "" : `?${query}`;
}

/** The id a keyset page starts after; nothing for the first page and for what is no id. */
export function cursorOf(text: string | undefined): ParticipationId | undefined {
  return parseId<ParticipationId>(text ?? "") ?? undefined;
}
