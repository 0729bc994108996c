import type { GroupDb } from "../groups/shard";
import type { Wording } from "./wording";

export async function insertWording(
  { groupNo, d1 }: GroupDb,
  { hash, mode, locale, text }: Wording,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO consent_wordings (group_no, hash, mode, locale, wording, created_at)
       VALUES (?1, unhex(?2), ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, hash, mode, locale, text, now)
    .run();
}
