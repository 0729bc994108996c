import { z } from "zod";
import type { GroupDb } from "../groups/shard";
import type { ImportId } from "../imports/types";
import type { MailingId } from "../mailings/types";
import { type EditId, editActs, type MergeId, mergeCause, noteKinds } from "../people/types";
import { type ActionId, idFromHex } from "../platform/ids";
import { type Cursor, type Line, selectLines } from "./store";

const TIMELINE_PAGE_SIZE = 30;

const hexId = z.string().nullable();
const by = z.number().int().nullable();

const entry = z.discriminatedUnion("is", [
  z.object({
    is: z.literal("action"),
    title: z.string().nullable(),
    actionId: hexId,
    kind: z.string().nullable(),
    revisedAt: z.number(),
    answer: z.looseObject({
      answers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      /** The import whose file said that they did it. */
      import: z.number().optional(),
    }),
    comment: z.string().nullable(),
    commentStatus: z.number(),
    source: z.string().nullable(),
    amount: z.number().nullable(),
    currency: z.string().nullable(),
    standing: z.number(),
    removal: z.enum(["organiser", "person", "erasure", "merge"]).nullable(),
  }),
  z.object({
    is: z.literal("consent"),
    answer: z.number(),
    wording: z.string().nullable(),
    mode: z.string().nullable(),
    title: z.string().nullable(),
    actionId: hexId,
  }),
  z.object({
    is: z.literal("subscription"),
    channel: z.number(),
    status: z.number(),
    cause: z.string(),
    reason: z.string(),
    by,
  }),
  z.object({
    is: z.literal("edit"),
    act: z.enum(editActs),
    changes: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })),
    by,
    undoneAt: z.number().nullable(),
  }),
  z.object({ is: z.literal("note"), kind: z.enum(noteKinds), text: z.string(), by }),
  z.object({
    is: z.literal("merge"),
    lostEmail: z.string().nullable(),
    keptEmail: z.string().nullable(),
    isKept: z.number(),
    cause: z.enum(mergeCause),
    by,
    undoneAt: z.number().nullable(),
    isKnown: z.number(),
  }),
  z.object({ is: z.literal("receipt"), state: z.number(), title: z.string().nullable(), actionId: hexId }),
  z.object({
    is: z.literal("import"),
    fileName: z.string(),
    by,
    byName: z.string(),
    isNew: z.number(),
    importId: z.string(),
    /** When the import was taken back. */
    undoneAt: z.number().nullable(),
  }),
  z.object({
    is: z.literal("mail"),
    subject: z.string(),
    mailingId: z.string(),
    status: z.number(),
    openedAt: z.number().nullable(),
    clickedAt: z.number().nullable(),
    /** As in `mail_events`. */
    flags: z.number(),
    /** When they unsubscribed or asked for less because of it, what they chose, and when they came back. */
    leftAt: z.number().nullable(),
    choice: z.number().nullable(),
    backAt: z.number().nullable(),
  }),
]);

/** One thing that happened: when, what, and the key that names it among its kind (an id, where it has one). */
export type TimelineEntry = { at: number; key: string } & z.infer<typeof entry>;

const FIRST: Cursor = { at: Number.MAX_SAFE_INTEGER, source: 0, key: "" };
const CURSOR = /^(\d{1,16})-(\d{1,2})-([0-9A-Fa-f]{1,32})$/;

/**
 * What happened with a person, the newest first, from everywhere it is written down.
 * @param before as `next` of the page before gave it; anything else is the first page
 */
export async function timelineOf(
  group: GroupDb,
  personNo: number,
  before: string | undefined,
): Promise<{ entries: TimelineEntry[]; next: string | null }> {
  const limit = TIMELINE_PAGE_SIZE + 1;
  const lines = await selectLines(group, personNo, { before: cursorOf(before), limit });
  const sorted = lines.toSorted(
    (one, other) => other.at - one.at || other.number - one.number || (one.key < other.key ? 1 : -1),
  );
  const page = sorted.slice(0, TIMELINE_PAGE_SIZE);
  const last = page.at(-1);
  return {
    entries: page.flatMap(entryOf),
    next: sorted.length > page.length && last ? `${last.at}-${last.number}-${last.key}` : null,
  };
}

function cursorOf(text: string | undefined): Cursor {
  const found = CURSOR.exec(text ?? "");
  if (!found) return FIRST;
  const [, at, source, key = ""] = found;
  return { at: Number(at), source: Number(source), key: key.toUpperCase() };
}

/** A line that cannot be read is left out: the others still tell most of it. */
function entryOf(line: Line): TimelineEntry[] {
  const read = entry.safeParse({ ...JSON.parse(line.entry), is: line.source });
  return read.success ? [{ at: line.at, key: line.key, ...read.data }] : [];
}

export const mailingIdOf = (hex: string) => idFromHex<MailingId>(hex);
export const actionIdOf = (hex: string) => idFromHex<ActionId>(hex);
export const importIdOf = (hex: string) => idFromHex<ImportId>(hex);
export const editIdOf = (hex: string) => idFromHex<EditId>(hex);
export const mergeIdOf = (hex: string) => idFromHex<MergeId>(hex);
