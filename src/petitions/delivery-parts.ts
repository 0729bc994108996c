import { z } from "zod";
import type { GroupDb } from "../groups/shard";
import { cutSigners, type SignerFilter } from "../intake/signers";
import { idFromHex, type ParticipationId, parseId } from "../platform/ids";

/** Characters of one PDF, comments and all: what a Worker sets in type in seconds (docs/decisions/0022). */
export const CHARACTERS_MAX = 500_000;
/** What a name, a place and the line they stand on count for. */
export const CHARACTERS_OF_ROW = 100;
/** More than a million signatures; a table serves whoever has more. */
const PARTS_MAX = 200;

const count = z.number().int().min(0).max(1_000_000_000);
const id = z
  .string()
  .transform((text) => parseId<ParticipationId>(text))
  .refine((value) => value !== null)
  .nullable();

/** One file of a handing over. It says where it begins and ends, so that nobody who signs meanwhile moves others between files. */
const part = z.object({
  nth: count.min(1),
  parts: count.min(1),
  /** The number of its first signature, and how many there are in it. */
  first: count.min(1),
  count,
  /** In all parts together, as of `until`. */
  total: count,
  /** Who signed from then on (ms) is in none of the parts. */
  until: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  before: id,
  last: id,
});
export type Part = z.infer<typeof part>;

/** The first id that a moment (ms) can have (RFC 9562 §5.7). */
function firstIdOf(ms: number): ParticipationId {
  return idFromHex(`${ms.toString(16).padStart(12, "0")}70008000000000000000`);
}

/** What a form says of a part; null when it says none. */
export function readPart(text: string): Part | null {
  try {
    const read = part.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The files that hold all of `total` signatures, newest first; one when there are none, at most `PARTS_MAX`. */
export async function partsOf(
  db: GroupDb,
  actionNo: number,
  filter: SignerFilter,
  { until, total, withComments }: { until: number; total: number; withComments: boolean },
): Promise<Part[]> {
  const cuts = await cutSigners(db, actionNo, filter, {
    ...{ charactersMax: CHARACTERS_MAX, charactersOfRow: CHARACTERS_OF_ROW, withComments, limit: PARTS_MAX },
  });
  let first = 1;
  // Who is typed in from paper meanwhile signed earlier and is in none of the parts either: what tells is when they were stored.
  let before: ParticipationId | null = firstIdOf(until);
  const parts: Part[] = [];
  for (const cut of cuts) {
    parts.push({ nth: parts.length + 1, parts: cuts.length, first, total, until, before, ...cut });
    first += cut.count;
    before = cut.last;
  }
  const nobody = { nth: 1, parts: 1, first: 1, count: 0, total, until, before, last: null };
  return parts.length > 0 ? parts : [nobody];
}
