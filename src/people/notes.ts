import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId, parseId } from "../platform/ids";
import * as store from "./store-notes";
import type { NoteId, NoteKind } from "./types";

export type { NoteRow } from "./store-notes";

export const NOTE_MAX = 5_000;
/** Who needs more about one person keeps a file, not notes. */
export const NOTES_MAX = 500;

/** The notes about a person, pinned ones first, then the newest. */
export function notesOf(group: GroupDb, personNo: number): Promise<store.NoteRow[]> {
  return store.selectNotes(group, personNo, NOTES_MAX);
}

/** Writes a note. False when the person has too many. */
export function addNote(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  personNo: number,
  note: { kind: NoteKind; text: string; by: number },
): Promise<boolean> {
  const row = {
    id: newId<NoteId>(),
    kind: note.kind,
    text: note.text,
    createdBy: note.by,
    createdAt: ctx.now,
  };
  return store.insertNote(group, personNo, row, NOTES_MAX);
}

/** Changes what a note says; what it said before stays readable. False when there is none of that id. */
export async function editNote(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  personNo: number,
  id: string,
  { kind, text, by }: { kind: NoteKind; text: string; by: number },
): Promise<boolean> {
  const noteId = parseId<NoteId>(id);
  const note = noteId && (await store.selectNote(group, personNo, noteId));
  if (!note || note.deletedAt !== null) return false;
  const trail = note.text === text ? note.trail : [...note.trail, { text: note.text, at: ctx.now, by }];
  await store.updateNote(group, personNo, note.id, { kind, text, trail });
  return true;
}

/** Keeps a note above the others, or not any more. */
export async function pinNote(
  group: GroupDb,
  personNo: number,
  id: string,
  isPinned: boolean,
): Promise<boolean> {
  const noteId = parseId<NoteId>(id);
  return noteId !== null && store.updatePinned(group, personNo, noteId, isPinned);
}

/** Takes a note away, or brings it back. */
export async function deleteNote(
  group: GroupDb,
  personNo: number,
  id: string,
  deleted: { by: number; at: number } | null,
): Promise<boolean> {
  const noteId = parseId<NoteId>(id);
  return noteId !== null && store.updateDeleted(group, personNo, noteId, deleted);
}
