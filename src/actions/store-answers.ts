import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { participations } from "../intake/tables";
import { tags } from "../people/tables";
import { idTime } from "../platform/ids";
import { publicSigner } from "./public-signer";
import { COMMENTS_SHOWN_MAX, type PublicSigner } from "./types";

/** The numbers of those of the named tags that exist. */
export async function tagNosOf({ groupNo, db }: GroupDb, names: string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const rows = await db
    .select({ tagNo: tags.tagNo })
    .from(tags)
    .where(and(eq(tags.groupNo, groupNo), inArray(tags.name, names)));
  return rows.map((row) => row.tagNo);
}

const UNKNOWN_TAGS =
  "json_each(?2) j WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.name = j.value)";

/** Makes those of the named tags that do not exist yet. Numbers are reserved at once and handed out from the top down. */
export async function makeTags({ groupNo, d1 }: GroupDb, names: string[], now: number): Promise<void> {
  if (names.length === 0) return;
  const page = JSON.stringify(names);
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last)
         SELECT ?1, 'tags', n FROM (SELECT count(*) AS n FROM ${UNKNOWN_TAGS}) WHERE n > 0
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + excluded.last`,
      )
      .bind(groupNo, page),
    d1
      .prepare(
        `INSERT INTO tags (group_no, tag_no, name, created_at)
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'tags') + 1 - row_number() OVER (), j.value, ?3
         FROM ${UNKNOWN_TAGS}
         ON CONFLICT (group_no, name) DO NOTHING`,
      )
      .bind(groupNo, page, now),
  ]);
}

/** Keeps a consent wording under its hash for as long as any answer may point at it. */
export async function keepWording(
  { groupNo, d1 }: GroupDb,
  wording: { hash: string; mode: string; locale: string; text: string; now: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO consent_wordings (group_no, hash, mode, locale, wording, created_at)
       VALUES (?1, unhex(?2), ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, wording.hash, wording.mode, wording.locale, wording.text, wording.now)
    .run();
}

const COMMENT_SHOWN = 2;

/**
 * Approved comments of counted participations, newest first, with no more of their authors than the public may see.
 * `comment_status > 0` is what lets SQLite use the partial index.
 */
export async function shownComments({ groupNo, db }: GroupDb, actionNo: number): Promise<PublicSigner[]> {
  const rows = await db
    .select({
      id: participations.id,
      answer: participations.answer,
      comment: participations.comment,
      isNamed: participations.isNamed,
    })
    .from(participations)
    .where(
      and(
        eq(participations.groupNo, groupNo),
        eq(participations.actionNo, actionNo),
        eq(participations.commentStatus, COMMENT_SHOWN),
        sql`comment_status > 0`,
        eq(participations.removalNo, 0),
      ),
    )
    .orderBy(desc(participations.id))
    .limit(COMMENTS_SHOWN_MAX);
  return rows.map(({ id, answer, comment, isNamed }) =>
    publicSigner(answer, { isNamed: isNamed === 1, at: idTime(id), comment: comment ?? "" }),
  );
}
