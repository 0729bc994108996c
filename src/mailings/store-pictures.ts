import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { mailPictures } from "./tables";
import type { Picture, PictureId } from "./types";

const picture = {
  no: mailPictures.pictureNo,
  id: mailPictures.id,
  file: mailPictures.file,
  alt: mailPictures.alt,
  width: mailPictures.width,
  height: mailPictures.height,
  bytes: mailPictures.bytes,
  createdAt: mailPictures.createdAt,
};

/** Those of the library, the newest first. */
export async function selectPictures(
  { groupNo, db }: GroupDb,
  { before, limit }: { before: number | null; limit: number },
): Promise<Picture[]> {
  return db
    .select(picture)
    .from(mailPictures)
    .where(
      and(
        eq(mailPictures.groupNo, groupNo),
        isNull(mailPictures.removedAt),
        before === null ? undefined : lt(mailPictures.pictureNo, before),
      ),
    )
    .orderBy(desc(mailPictures.pictureNo))
    .limit(limit);
}

/** Also one that was removed from the library. */
export async function selectPicture({ groupNo, db }: GroupDb, id: PictureId): Promise<Picture | null> {
  const [row] = await db
    .select(picture)
    .from(mailPictures)
    .where(and(eq(mailPictures.groupNo, groupNo), eq(mailPictures.id, id)));
  return row ?? null;
}

/** How many pictures a group has stored, and how many bytes, those it removed from the library too. */
export async function measurePictures({ groupNo, d1 }: GroupDb): Promise<{ count: number; bytes: number }> {
  const { results } = await d1
    .prepare(
      "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM mail_pictures WHERE group_no = ?1",
    )
    .bind(groupNo)
    .run<{ count: number; bytes: number }>();
  return results[0] ?? { count: 0, bytes: 0 };
}

export async function insertPicture(
  { groupNo, d1 }: GroupDb,
  made: Omit<Picture, "no"> & { createdBy: number },
): Promise<void> {
  const { id, file, alt, width, height, bytes, createdBy, createdAt } = made;
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'mail_pictures', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO mail_pictures (group_no, picture_no, id, file, alt, width, height, bytes, created_by, created_at)
         VALUES (?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'mail_pictures'), unhex(?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
      )
      .bind(groupNo, idToHex(id), file, alt, width, height, bytes, createdBy, createdAt),
  ]);
}

export async function updateAlt({ groupNo, d1 }: GroupDb, id: PictureId, alt: string): Promise<void> {
  await d1
    .prepare("UPDATE mail_pictures SET alt = ?3 WHERE group_no = ?1 AND id = unhex(?2)")
    .bind(groupNo, idToHex(id), alt)
    .run();
}

/** Takes one out of the library or brings it back. */
export async function updatePictureRemoved(
  { groupNo, d1 }: GroupDb,
  id: PictureId,
  removedAt: number | null,
): Promise<void> {
  await d1
    .prepare("UPDATE mail_pictures SET removed_at = ?3 WHERE group_no = ?1 AND id = unhex(?2)")
    .bind(groupNo, idToHex(id), removedAt)
    .run();
}
