import type { GroupDb } from "../groups/shard";
import { type Figure, figures, HIGHLIGHTS_MAX, type ListChange, listChanges } from "./types";

const changeNames = Object.keys(listChanges).filter((name): name is ListChange => name in listChanges);

export type ListDay = { day: number; change: ListChange; cause: string; count: number };

/** What became of the mailing list, day by day from a day on; and before it, gains less losses. */
export async function listDaysFrom(
  { d1, groupNo }: GroupDb,
  from: number,
): Promise<{ days: ListDay[]; sizeBefore: number }> {
  const [days, before] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT day, change, cause, people_count AS count FROM list_days WHERE group_no = ?1 AND day >= ?2 ORDER BY day, change, cause`,
      )
      .bind(groupNo, from),
    d1
      .prepare(
        `SELECT coalesce(sum(iif(change <= ${listChanges.back}, people_count, -people_count)), 0) AS size
         FROM list_days WHERE group_no = ?1 AND day < ?2`,
      )
      .bind(groupNo, from),
  ]);
  return {
    days: (days?.results ?? []).flatMap((row) => {
      const change = changeNames.find((name) => listChanges[name] === row.change);
      if (!change) return [];
      return { day: Number(row.day), change, cause: String(row.cause), count: Number(row.count) };
    }),
    sizeBefore: Number(before?.results[0]?.size ?? 0),
  };
}

export type SourceLine = { actionNo: number; source: string; people: number; subscribed: number };

/** Who was new to the group from a day to another (not among them), by action and source, the biggest first. */
export async function sourcesBetween(
  { d1, groupNo }: GroupDb,
  from: number,
  to: number,
  by: "action_no" | "source",
  limit: number,
): Promise<SourceLine[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${by === "action_no" ? "action_no AS actionNo, '' AS source" : "0 AS actionNo, source"},
         sum(people_count) AS people, sum(subscribed_count) AS subscribed
       FROM source_days WHERE group_no = ?1 AND day >= ?2 AND day < ?3 GROUP BY ${by} ORDER BY people DESC, ${by} LIMIT ?4`,
    )
    .bind(groupNo, from, to, limit)
    .all<SourceLine>();
  return results;
}

/** What actions are called, and which kind each is. */
export async function actionTitles(
  { d1, groupNo }: GroupDb,
  actionNos: readonly number[],
): Promise<Map<number, { title: string; kind: string }>> {
  if (actionNos.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT a.action_no AS no, coalesce(nullif(a.internal_title, ''), a.title) AS title, a.kind
       FROM json_each(?2) j CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = j.value`,
    )
    .bind(groupNo, JSON.stringify([...new Set(actionNos)]))
    .all<{ no: number; title: string; kind: string }>();
  return new Map(results.map(({ no, title, kind }) => [no, { title, kind }]));
}

/** What tags are called; one that was merged or deleted is left out, since it is nobody's any more. */
export async function tagNames({ d1, groupNo }: GroupDb): Promise<Map<number, string>> {
  const { results } = await d1
    .prepare(
      "SELECT tag_no AS no, name FROM tags WHERE group_no = ?1 AND merged_into IS NULL AND deleted_at IS NULL",
    )
    .bind(groupNo)
    .all<{ no: number; name: string }>();
  return new Map(results.map(({ no, name }) => [no, name]));
}

export async function highlightsOf({ d1, groupNo }: GroupDb, accountNo: number): Promise<Figure[]> {
  const text = await d1
    .prepare("SELECT figures FROM report_highlights WHERE group_no = ?1 AND account_no = ?2")
    .bind(groupNo, accountNo)
    .first<string>("figures");
  const kept: unknown = JSON.parse(text ?? "[]");
  return Array.isArray(kept)
    ? figures.filter((figure) => kept.includes(figure)).slice(0, HIGHLIGHTS_MAX)
    : [];
}

export async function saveHighlights(
  { d1, groupNo }: GroupDb,
  accountNo: number,
  chosen: readonly Figure[],
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO report_highlights (group_no, account_no, figures) VALUES (?1, ?2, ?3)
       ON CONFLICT (group_no, account_no) DO UPDATE SET figures = excluded.figures`,
    )
    .bind(groupNo, accountNo, JSON.stringify(chosen))
    .run();
}

export type ReportMail = { accountNo: number; every: "week" | "month"; mailedUpTo: string };

export async function reportMails({ d1, groupNo }: GroupDb): Promise<ReportMail[]> {
  const { results } = await d1
    .prepare(
      "SELECT account_no AS accountNo, every, mailed_up_to AS mailedUpTo FROM report_mails WHERE group_no = ?1 ORDER BY account_no",
    )
    .bind(groupNo)
    .all<ReportMail>();
  return results;
}

/** Sends somebody the numbers each week or month from now on; `upTo` is the last period that is past, which is not sent any more. */
export async function setReportMail(
  { d1, groupNo }: GroupDb,
  { accountNo, every, upTo, now }: { accountNo: number; every: "week" | "month"; upTo: string; now: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO report_mails (group_no, account_no, every, mailed_up_to, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (group_no, account_no) DO UPDATE SET every = excluded.every, mailed_up_to = max(mailed_up_to, excluded.mailed_up_to)
       WHERE every <> excluded.every`,
    )
    .bind(groupNo, accountNo, every, upTo, now)
    .run();
}

/** False: there was none. */
export async function deleteReportMail({ d1, groupNo }: GroupDb, accountNo: number): Promise<boolean> {
  const { meta } = await d1
    .prepare("DELETE FROM report_mails WHERE group_no = ?1 AND account_no = ?2")
    .bind(groupNo, accountNo)
    .run();
  return meta.changes > 0;
}

/** Takes a period for mailing it; false when it, or a later one, was taken before, or nobody wants it any more. */
export async function claimPeriod(
  { d1, groupNo }: GroupDb,
  { accountNo, every, upTo }: { accountNo: number; every: "week" | "month"; upTo: string },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      "UPDATE report_mails SET mailed_up_to = ?4 WHERE group_no = ?1 AND account_no = ?2 AND every = ?3 AND mailed_up_to < ?4",
    )
    .bind(groupNo, accountNo, every, upTo)
    .run();
  return meta.changes > 0;
}
