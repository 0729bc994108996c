import type { GroupDb } from "../groups/shard";
import { numbersOf } from "../people/merge";

/**
 * Where a page of a timeline begins: after an entry's moment, and among those of one moment after its source and its key.
 * Sources are numbered as `sources` lists them.
 */
export type Cursor = { at: number; source: number; key: string };

type Source = {
  name: string;
  /** Gives `at`, `key` and what the entry says; `?1` is the group, `?2` the person. Without order and limit. */
  sql: string;
};

// A person has some hundreds of these at most, read by the person's own range; only imports and mailings are looked up one by
// one, of which a group has some hundreds.
const sources: readonly Source[] = [
  {
    name: "action",
    sql: `SELECT x.acted_at AS at, hex(x.id) AS key, json_object('title', coalesce(nullif(a.internal_title, ''), a.title), 'actionId', hex(a.id), 'kind', a.kind,
        'revisedAt', x.revised_at, 'answer', json(x.answer), 'comment', x.comment, 'commentStatus', x.comment_status, 'source', x.source,
        'amount', x.amount, 'currency', x.currency, 'standing', x.standing,
        'removal', (SELECT r.cause FROM removals r WHERE r.group_no = ?1 AND r.action_no = x.action_no AND r.removal_no = x.removal_no AND x.removal_no > 0)) AS entry
      FROM participations x LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = x.action_no
      WHERE x.group_no = ?1 AND x.person_no = ?2`,
  },
  {
    name: "consent",
    sql: `SELECT c.acted_at AS at, printf('%012d', c.action_no) AS key, json_object('answer', c.answer, 'wording', w.wording, 'mode', w.mode,
        'title', coalesce(nullif(a.internal_title, ''), a.title), 'actionId', hex(a.id)) AS entry
      FROM consents c LEFT JOIN consent_wordings w ON w.group_no = ?1 AND w.hash = c.wording_hash
      LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = c.action_no
      WHERE c.group_no = ?1 AND c.person_no = ?2`,
  },
  {
    name: "subscription",
    sql: `SELECT changed_at AS at, hex(id) AS key, json_object('channel', channel, 'status', status, 'cause', cause, 'reason', reason, 'by', account_no) AS entry
      FROM subscription_changes WHERE group_no = ?1 AND person_no = ?2`,
  },
  {
    name: "edit",
    sql: `SELECT edited_at AS at, hex(id) AS key, json_object('act', act, 'changes', json(changes), 'by', account_no, 'undoneAt', undone_at) AS entry
      FROM person_edits WHERE group_no = ?1 AND person_no = ?2`,
  },
  {
    name: "note",
    sql: `SELECT created_at AS at, hex(id) AS key, json_object('kind', kind, 'text', text, 'by', created_by) AS entry
      FROM person_notes WHERE group_no = ?1 AND person_no = ?2 AND deleted_at IS NULL`,
  },
  {
    name: "merge",
    sql: `SELECT merged_at AS at, hex(id) AS key, json_object('lostEmail', lost_email, 'keptEmail', kept_email, 'isKept', kept = ?2, 'cause', cause,
        'by', account_no, 'undoneAt', undone_at, 'isKnown', before IS NOT NULL) AS entry
      FROM merges WHERE group_no = ?1 AND (kept = ?2 OR (lost = ?2 AND undone_at IS NOT NULL))`,
  },
  {
    name: "receipt",
    sql: `SELECT coalesce(r.settled_at, r.claimed_at) AS at, printf('%012d', r.action_no) AS key,
        json_object('state', r.state, 'title', coalesce(nullif(a.internal_title, ''), a.title), 'actionId', hex(a.id)) AS entry
      FROM (SELECT DISTINCT action_no FROM participations WHERE group_no = ?1 AND person_no = ?2) x
      CROSS JOIN receipts r ON r.group_no = ?1 AND r.action_no = x.action_no AND r.person_no = ?2
      LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = x.action_no`,
  },
  {
    name: "import",
    sql: `SELECT coalesce(i.finished_at, i.started_at, i.created_at) AS at, printf('%012d', i.import_no) AS key,
        json_object('fileName', i.file_name, 'by', i.account_no, 'byName', i.account_name, 'isNew', p.is_new, 'importId', hex(i.id), 'undoneAt', i.undone_at) AS entry
      FROM imports i CROSS JOIN import_people p ON p.group_no = ?1 AND p.import_no = i.import_no AND p.person_no = ?2 WHERE i.group_no = ?1`,
  },
  {
    name: "mail",
    sql: `SELECT coalesce(r.at_s * 1000, m.sent_at, m.updated_at) AS at, printf('%012d%012d', m.mailing_no, n.no) AS key,
        json_object('subject', m.subject, 'mailingId', hex(m.id), 'status', r.status, 'openedAt', e.opened_s * 1000, 'clickedAt', e.clicked_s * 1000,
          'flags', coalesce(e.flags, 0), 'leftAt', d.at_s * 1000, 'choice', d.choice, 'backAt', d.back_s * 1000) AS entry
      FROM (${numbersOf("?2")}) n CROSS JOIN mailings m
      CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = m.mailing_no AND r.person_no = n.no
      LEFT JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = m.mailing_no AND e.person_no = n.no
      LEFT JOIN departures d ON d.group_no = ?1 AND d.mailing_no = m.mailing_no AND d.person_no = n.no
      WHERE m.group_no = ?1 AND r.status IN (3, 5, 6)`,
  },
];

export type Line = { at: number; source: string; number: number; key: string; entry: string };

/** The next lines of each source after the cursor, the newest first, at most `limit` of each. */
export async function selectLines(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { before, limit }: { before: Cursor; limit: number },
): Promise<Line[]> {
  const results = await d1.batch<Omit<Line, "source" | "number">>(
    sources.map(({ sql }, number) =>
      d1
        .prepare(
          `SELECT at, key, entry FROM (${sql}) WHERE at < ?3 OR (at = ?3 AND (?5 < ?4 OR (?5 = ?4 AND key < ?6)))
           ORDER BY at DESC, key DESC LIMIT ?7`,
        )
        .bind(groupNo, personNo, before.at, before.source, number, before.key, limit),
    ),
  );
  return results.flatMap(({ results: lines }, number) =>
    lines.map((line) => ({ ...line, number, source: sources[number]?.name ?? "" })),
  );
}

/** Where somebody came from first: the source of the earliest thing they did. */
export async function selectFirstSource({ d1, groupNo }: GroupDb, personNo: number): Promise<string | null> {
  const row = await d1
    .prepare(
      "SELECT source FROM participations WHERE group_no = ?1 AND person_no = ?2 ORDER BY acted_at LIMIT 1",
    )
    .bind(groupNo, personNo)
    .first<{ source: string | null }>();
  return row?.source ?? null;
}

export type Totals = {
  actions: number;
  amounts: { currency: string; amount: number; most: number; count: number }[];
};

/** What a person has done in all. */
export async function selectTotals({ d1, groupNo }: GroupDb, personNo: number): Promise<Totals> {
  const row = await d1
    .prepare(
      `SELECT (SELECT count(*) FROM participations WHERE group_no = ?1 AND person_no = ?2 AND removal_no = 0) AS actions,
         (SELECT json_group_array(json_object('currency', currency, 'amount', amount, 'most', most, 'count', n)) FROM (
           SELECT currency, sum(amount) AS amount, max(amount) AS most, count(*) AS n FROM participations
           WHERE group_no = ?1 AND person_no = ?2 AND removal_no = 0 AND amount IS NOT NULL GROUP BY currency)) AS amounts`,
    )
    .bind(groupNo, personNo)
    .first<{ actions: number; amounts: string }>();
  return { actions: row?.actions ?? 0, amounts: JSON.parse(row?.amounts ?? "[]") };
}
