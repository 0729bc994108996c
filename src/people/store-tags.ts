import { and, eq, inArray } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { tags } from "./tables";

export async function selectTagNos({ groupNo, db }: GroupDb, names: string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const rows = await db
    .select({ tagNo: tags.tagNo })
    .from(tags)
    .where(and(eq(tags.groupNo, groupNo), inArray(tags.name, names)));
  return rows.map((row) => row.tagNo);
}

const UNKNOWN_TAGS =
  "json_each(?2) j WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.name = j.value)";

/** Numbers are reserved at once and handed out from the top down. */
export async function insertTags({ groupNo, d1 }: GroupDb, names: string[], now: number): Promise<void> {
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
