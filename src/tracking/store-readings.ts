import type { GroupDb } from "../groups/shard";
import type { Click, Counts, Person } from "./readings";

/** When the mails of some people left, in s, by person. Whoever is not in it got none. */
export async function selectSent(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
  people: readonly number[],
): Promise<Map<number, number | null>> {
  const { results } = await d1
    .prepare(
      `SELECT r.person_no AS no, r.at_s AS atS FROM json_each(?3) j
       CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = ?2 AND r.person_no = j.value`,
    )
    .bind(groupNo, mailingNo, JSON.stringify(people))
    .run<{ no: number; atS: number | null }>();
  return new Map(results.map(({ no, atS }) => [no, atS]));
}

const EARLIER = (column: string) =>
  `(excluded.${column} IS NOT NULL AND coalesce(mail_events.${column}, excluded.${column} + 1) > excluded.${column})`;
const earliest = (column: string) =>
  `${column} = iif(${EARLIER(column)}, excluded.${column}, mail_events.${column})`;
const LATER = (column: string) => `coalesce(excluded.${column}, -1) > coalesce(mail_readers.${column}, -1)`;
const latest = (column: string) =>
  `${column} = iif(${LATER(column)}, excluded.${column}, mail_readers.${column})`;

// What is there already and says the same is not written again: only somebody's first opening and first click cost rows.
const EVENTS = `
  INSERT INTO mail_events (group_no, mailing_no, person_no, opened_s, clicked_s, flags)
  SELECT ?1, ?2, j.value ->> 'p', j.value ->> 'o', j.value ->> 'c', j.value ->> 'f' FROM json_each(?3) j WHERE true
  ON CONFLICT (group_no, mailing_no, person_no) DO UPDATE SET ${earliest("opened_s")}, ${earliest("clicked_s")},
    flags = iif(excluded.flags IS NULL, mail_events.flags, coalesce(mail_events.flags, 0) | excluded.flags)
  WHERE ${EARLIER("opened_s")} OR ${EARLIER("clicked_s")} OR coalesce(excluded.flags, 0) & ~coalesce(mail_events.flags, 0) <> 0`;

// Whoever was forgotten reads no more, under none of their numbers (people/store-numbers.ts).
const READERS = `
  INSERT INTO mail_readers (group_no, person_no, opened_s, clicked_s)
  SELECT ?1, p.person_no, max(e.opened_s), max(e.clicked_s) FROM json_each(?3) j
  CROSS JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = ?2 AND e.person_no = j.value ->> 'p'
  CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = e.person_no
  LEFT JOIN people root ON root.group_no = ?1 AND root.person_no = p.merged_into
  WHERE p.erased_at IS NULL AND root.erased_at IS NULL AND coalesce(e.opened_s, e.clicked_s) IS NOT NULL
  GROUP BY 2
  ON CONFLICT (group_no, person_no) DO UPDATE SET ${latest("opened_s")}, ${latest("clicked_s")}
  WHERE ${LATER("opened_s")} OR ${LATER("clicked_s")}`;

const CLICKS = `
  INSERT INTO mail_clicks (group_no, mailing_no, link_no, person_no, clicked_s)
  SELECT ?1, ?2, j.value ->> 'l', j.value ->> 'p', j.value ->> 's' FROM json_each(?3) j WHERE true
  ON CONFLICT DO NOTHING`;

// A part's numbers are its own and say all it has counted: they are set and not added to.
const HOURS = `
  INSERT INTO mail_hours (group_no, mailing_no, part, hour, opens, machine_opens, clicks, machine_clicks)
  SELECT ?1, ?2, ?4, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 FROM json_each(?3) j WHERE true
  ON CONFLICT (group_no, mailing_no, hour, part) DO UPDATE SET opens = excluded.opens, machine_opens = excluded.machine_opens,
    clicks = excluded.clicks, machine_clicks = excluded.machine_clicks`;
const LINKS = `
  INSERT INTO mail_link_counts (group_no, mailing_no, part, link_no, clicks, machine_clicks)
  SELECT ?1, ?2, ?4, j.value ->> 0, j.value ->> 3, j.value ->> 4 FROM json_each(?3) j WHERE true
  ON CONFLICT (group_no, mailing_no, link_no, part) DO UPDATE SET clicks = excluded.clicks, machine_clicks = excluded.machine_clicks`;

/**
 * Writes a page of what readers did. Again with the same page it changes nothing; the counts are absolute.
 * @param counts of the hours and links of the page: all that this part has counted of them
 */
export async function storeReadings(
  { d1, groupNo }: GroupDb,
  { mailingNo, part }: { mailingNo: number; part: number },
  page: { people: readonly Person[]; clicks: readonly Click[]; counts: Counts },
): Promise<void> {
  const statement = (sql: string, rows: readonly unknown[], ...more: number[]) =>
    rows.length === 0 ? [] : [d1.prepare(sql).bind(groupNo, mailingNo, JSON.stringify(rows), ...more)];
  const readers = page.people.filter(({ o, c }) => o !== null || c !== null);
  await d1.batch([
    ...statement(EVENTS, page.people),
    ...statement(READERS, readers),
    ...statement(CLICKS, page.clicks),
    ...statement(HOURS, rowsOf(page.counts, "h"), part),
    ...statement(LINKS, rowsOf(page.counts, "l"), part),
  ]);
}

function rowsOf(counts: Counts, letter: "h" | "l"): number[][] {
  return [...counts]
    .filter(([key]) => key.startsWith(letter))
    .map(([key, { opens, machineOpens, clicks, machineClicks }]) => [
      ...[Number(key.slice(1)), opens, machineOpens, clicks, machineClicks],
    ]);
}

/** Whether D1 answers at all. */
export async function answers({ d1 }: GroupDb): Promise<boolean> {
  try {
    await d1.prepare("SELECT 1").run();
    return true;
  } catch {
    return false;
  }
}
