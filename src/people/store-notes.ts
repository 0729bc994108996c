import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex } from "../platform/ids";
import type { NoteEdit, NoteId, NoteKind } from "./types";

export type NoteRow = {
  id: NoteId;
  kind: NoteKind;
  text: string;
  isPinned: boolean;
  createdBy: number;
  createdAt: number;
  trail: NoteEdit[];
  deletedAt: number | null;
};

type Stored = Omit<NoteRow, "id" | "isPinned" | "trail"> & { id: string; isPinned: number; trail: string };

const SELECT = `SELECT hex(id) AS id, kind, text, is_pinned AS isPinned, created_by AS createdBy, created_at AS createdAt, trail, deleted_at AS deletedAt
  FROM person_notes WHERE group_no = ?1 AND person_no = ?2`;

const rowOf = ({ id, isPinned, trail, ...row }: Stored): NoteRow => ({
  ...row,
  id: idFromHex<NoteId>(id),
  isPinned: isPinned === 1,
  trail: JSON.parse(trail),
});

export async function selectNotes(
  { d1, groupNo }: GroupDb,
  personNo: number,
  limit: number,
): Promise<NoteRow[]> {
  const { results } = await d1
    .prepare(`${SELECT} AND deleted_at IS NULL ORDER BY is_pinned DESC, id DESC LIMIT ?3`)
    .bind(groupNo, personNo, limit)
    .all<Stored>();
  return results.map(rowOf);
}

export async function selectNote(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: NoteId,
): Promise<NoteRow | null> {
  const row = await d1
    .prepare(`${SELECT} AND id = unhex(?3)`)
    .bind(groupNo, personNo, idToHex(id))
    .first<Stored>();
  return row ? rowOf(row) : null;
}

export async function insertNote(
  { d1, groupNo }: GroupDb,
  personNo: number,
  note: Pick<NoteRow, "id" | "kind" | "text" | "createdBy" | "createdAt">,
  most: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO person_notes (group_no, person_no, id, kind, text, created_by, created_at)
       SELECT ?1, ?2, unhex(?3), ?4, ?5, ?6, ?7 FROM people
       WHERE group_no = ?1 AND person_no = ?2 AND erased_at IS NULL AND merged_into IS NULL AND (SELECT count(*) FROM person_notes WHERE group_no = ?1 AND person_no = ?2) < ?8`,
    )
    .bind(groupNo, personNo, idToHex(note.id), note.kind, note.text, note.createdBy, note.createdAt, most)
    .run();
  return meta.changes > 0;
}

/** The newest of what it said before are kept. */
const TRAIL_MAX = 50;

export async function updateNote(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: NoteId,
  change: { kind: NoteKind; text: string; trail: NoteEdit[] },
): Promise<void> {
  await d1
    .prepare(
      "UPDATE person_notes SET kind = ?4, text = ?5, trail = ?6 WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3) AND deleted_at IS NULL",
    )
    .bind(
      groupNo,
      personNo,
      idToHex(id),
      change.kind,
      change.text,
      JSON.stringify(change.trail.slice(-TRAIL_MAX)),
    )
    .run();
}

export async function updatePinned(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: NoteId,
  isPinned: boolean,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      "UPDATE person_notes SET is_pinned = ?4 WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3) AND deleted_at IS NULL",
    )
    .bind(groupNo, personNo, idToHex(id), isPinned ? 1 : 0)
    .run();
  return meta.changes > 0;
}

export async function updateDeleted(
  { d1, groupNo }: GroupDb,
  personNo: number,
  id: NoteId,
  deleted: { by: number; at: number } | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE person_notes SET deleted_by = ?4, deleted_at = ?5
       WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3) AND (deleted_at IS NULL) = (?5 IS NOT NULL)`,
    )
    .bind(groupNo, personNo, idToHex(id), deleted?.by ?? null, deleted?.at ?? null)
    .run();
  return meta.changes > 0;
}
