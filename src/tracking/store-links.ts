import type { GroupDb } from "../groups/shard";
import type { Locale } from "../ui/i18n";

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

/** The languages in which somebody's variant of a mailing was made, the first variant for one who is among no recipients. */
export async function selectLanguages(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  personNo: number,
): Promise<Locale[]> {
  const { results } = await d1
    .prepare(
      `SELECT language FROM mailing_builds WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no = max(1, coalesce(
         (SELECT variant_no FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3), 1))
       ORDER BY language`,
    )
    .bind(groupNo, mailingNo, personNo)
    .run<{ language: Locale }>();
  return results.map(({ language }) => language);
}
