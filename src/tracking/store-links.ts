import type { GroupDb } from "../groups/shard";

/** Where the numbered links of a mailing lead. */
export async function selectLinks(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<[linkNo: number, url: string][]> {
  const { results } = await d1
    .prepare(
      "SELECT link_no AS no, url FROM mailing_links WHERE group_no = ?1 AND mailing_no = ?2 ORDER BY link_no",
    )
    .bind(groupNo, mailingNo)
    .all<{ no: number; url: string }>();
  return results.map(({ no, url }) => [no, url]);
}
