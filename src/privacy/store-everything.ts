import type { GroupDb } from "../groups/shard";
import { numbersOf } from "../people/merge";
import { type ActionId, idFromHex } from "../platform/ids";

/** Rows of one table about one person; whoever has more gets the newest. */
const ROWS_MAX = 5_000;

export type Row = Record<string, unknown>;

/**
 * What is kept of a person, table by table: the columns worth telling, and the way to them that needs no scan. `?1` is the
 * group, `?2` the person. `privacy.test.ts` holds this list against the tables there are.
 */
const tables: Record<string, string> = {
  person: `SELECT lower(hex(id)) AS id, email, phone, given_name, family_name, street, locality, region, postal_code, country, language,
      preferred_name, time_zone, email_status, email_status_at, email_status_cause, mobile_status, mobile_status_at, mobile_status_cause, created_at
    FROM people WHERE group_no = ?1 AND person_no = ?2`,
  other_addresses:
    "SELECT kind, value, added_at, left_at FROM other_addresses WHERE group_no = ?1 AND person_no = ?2",
  tags: `SELECT k.name, g.tagged_at, k.hidden_at IS NOT NULL AS is_internal
    FROM taggings g CROSS JOIN tags t ON t.group_no = ?1 AND t.tag_no = g.tag_no
    CROSS JOIN tags k ON k.group_no = ?1 AND k.tag_no = coalesce(t.merged_into, t.tag_no)
    WHERE g.group_no = ?1 AND g.person_no = ?2 AND k.deleted_at IS NULL`,
  fields: `SELECT c.key, c.label, c.type, v.value, v.acted_at FROM field_values v
    CROSS JOIN custom_fields c ON c.group_no = ?1 AND c.field_no = v.field_no
    WHERE v.group_no = ?1 AND v.person_no = ?2 AND c.deleted_at IS NULL`,
  actions: `SELECT lower(hex(p.id)) AS id, a.title, a.kind, lower(hex(a.id)) AS action_id, a.status, p.acted_at, max(p.acted_at, p.revised_at) AS revised_at, p.answer, p.comment,
      p.comment_status, p.is_named, p.source, p.referrer, p.standing, p.amount, p.currency, p.removal_no > 0 AS is_removed
    FROM participations p CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = p.action_no
    WHERE p.group_no = ?1 AND p.person_no = ?2 ORDER BY p.acted_at DESC`,
  consents: `SELECT e.acted_at, e.answer, w.wording, w.mode, w.locale, a.title AS action, lower(hex(a.id)) AS action_id, a.kind, a.slug
    FROM consents e LEFT JOIN consent_wordings w ON w.group_no = ?1 AND w.hash = e.wording_hash
    LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = e.action_no
    WHERE e.group_no = ?1 AND e.person_no = ?2 ORDER BY e.acted_at DESC`,
  subscription_changes: `SELECT changed_at, channel, status, cause, reason FROM subscription_changes
    WHERE group_no = ?1 AND person_no = ?2 ORDER BY changed_at DESC`,
  gifts: `SELECT lower(hex(g.id)) AS id, g.amount, g.fee_cover, g.currency, g.interval, g.created_at, g.paid_at, g."order" ->> '$.details' AS details
    FROM participations p CROSS JOIN payments g ON g.group_no = ?1 AND g.id = p.id
    WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.amount IS NOT NULL`,
  regular_gifts: `SELECT lower(hex(s.id)) AS id, s.amount, s.currency, s.interval, s.state, s.created_at, s.next_at
    FROM participations p CROSS JOIN subscriptions s ON s.group_no = ?1 AND s.id = p.id
    WHERE p.group_no = ?1 AND p.person_no = ?2 AND p.amount IS NOT NULL`,
  letters: `SELECT l.target, t.name AS to_name, l.state, l.settled_at
    FROM (SELECT DISTINCT action_no FROM participations WHERE group_no = ?1 AND person_no = ?2) p
    CROSS JOIN letters l ON l.group_no = ?1 AND l.action_no = p.action_no AND l.person_no IN (${numbersOf("?2")})
    LEFT JOIN letter_targets t ON t.group_no = ?1 AND t.action_no = l.action_no AND t.target = l.target`,
  attendances: `SELECT a.title, e.arrived_at
    FROM (SELECT DISTINCT action_no FROM participations WHERE group_no = ?1 AND person_no = ?2) p
    CROSS JOIN event_attendances e ON e.group_no = ?1 AND e.action_no = p.action_no AND e.person_no IN (${numbersOf("?2")})
    CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = e.action_no`,
  thank_you_mails: `SELECT a.title, r.state, r.claimed_at, r.settled_at
    FROM (SELECT DISTINCT action_no FROM participations WHERE group_no = ?1 AND person_no = ?2) p
    CROSS JOIN receipts r ON r.group_no = ?1 AND r.action_no = p.action_no AND r.person_no IN (${numbersOf("?2")})
    CROSS JOIN actions a ON a.group_no = ?1 AND a.action_no = r.action_no`,
  mailings: `SELECT m.subject, r.status, m.sent_at, e.opened_s, e.clicked_s FROM (${numbersOf("?2")}) n CROSS JOIN mailings m
    CROSS JOIN mailing_recipients r ON r.group_no = ?1 AND r.mailing_no = m.mailing_no AND r.person_no = n.no
    LEFT JOIN mail_events e ON e.group_no = ?1 AND e.mailing_no = m.mailing_no AND e.person_no = n.no
    WHERE m.group_no = ?1 ORDER BY m.mailing_no DESC`,
  mail_clicks: `SELECT m.subject, l.url, c.clicked_s FROM (${numbersOf("?2")}) n CROSS JOIN mailings m
    CROSS JOIN mailing_links l ON l.group_no = ?1 AND l.mailing_no = m.mailing_no
    CROSS JOIN mail_clicks c ON c.group_no = ?1 AND c.mailing_no = l.mailing_no AND c.link_no = l.link_no AND c.person_no = n.no
    WHERE m.group_no = ?1 ORDER BY m.mailing_no DESC`,
  mail_returns: `SELECT m.subject, r.kind, r.reason, r.at FROM (${numbersOf("?2")}) n
    CROSS JOIN mail_returns r ON r.group_no = ?1 AND r.person_no = n.no
    LEFT JOIN mailings m ON m.group_no = ?1 AND m.mailing_no = r.mailing_no ORDER BY r.at DESC`,
  mail_replies: `SELECT from_email, subject, text, at FROM mail_replies WHERE group_no = ?1 AND person_no = ?2 ORDER BY reply_no DESC`,
  hook_payloads: `SELECT h.name AS form, p.at, p.body FROM hooks h CROSS JOIN hook_payloads p ON p.group_no = ?1 AND p.hook_no = h.hook_no
    WHERE h.group_no = ?1 AND p.email IN (SELECT value FROM identities WHERE group_no = ?1 AND kind = 1 AND person_no = ?2) ORDER BY p.at DESC`,
  merge_files: `SELECT f.name, v.taken_at AS created_at, (SELECT group_concat((c.value ->> 'heading') || ': ' || (r.cells ->> c.key), '; ')
      FROM json_each(v.columns) c WHERE r.cells ->> c.key <> '') AS text FROM merge_files f
    CROSS JOIN merge_versions v ON v.group_no = ?1 AND v.file_no = f.file_no AND v.kind = 'email'
    CROSS JOIN (SELECT email AS value FROM people WHERE group_no = ?1 AND person_no = ?2
      UNION SELECT value FROM other_addresses WHERE group_no = ?1 AND person_no = ?2 AND kind = 1) own
    CROSS JOIN merge_rows r ON r.group_no = ?1 AND r.file_no = v.file_no AND r.version_no = v.version_no AND r.key = own.value
    WHERE f.group_no = ?1 ORDER BY v.taken_at DESC`,
  mail_answers: `SELECT r.subject, a.text, a.at FROM mail_replies r
    CROSS JOIN mail_answers a ON a.group_no = ?1 AND a.reply_no = r.reply_no WHERE r.group_no = ?1 AND r.person_no = ?2 ORDER BY a.at DESC`,
  topics_refused: `SELECT t.name, r.at FROM topics t CROSS JOIN topic_refusals r ON r.group_no = ?1 AND r.topic_no = t.topic_no AND r.person_no = ?2
    WHERE t.group_no = ?1`,
  mail_wishes: "SELECT paused_until, weekly_max, at FROM mail_wishes WHERE group_no = ?1 AND person_no = ?2",
  departures: `SELECT m.subject, d.at_s, d.reason, d.comment FROM (${numbersOf("?2")}) n CROSS JOIN mailings m
    CROSS JOIN departures d ON d.group_no = ?1 AND d.mailing_no = m.mailing_no AND d.person_no = n.no WHERE m.group_no = ?1
    UNION ALL SELECT NULL, d.at_s, d.reason, d.comment FROM (${numbersOf("?2")}) n
    CROSS JOIN departures d ON d.group_no = ?1 AND d.mailing_no = 0 AND d.person_no = n.no`,
  confirmations:
    "SELECT asked_at, answered_at, answer FROM confirmations WHERE group_no = ?1 AND person_no = ?2",
  mail_reading: `SELECT max(opened_s) AS opened_s, max(clicked_s) AS clicked_s FROM mail_readers
    WHERE group_no = ?1 AND person_no IN (${numbersOf("?2")}) HAVING count(*) > 0`,
  imports: `SELECT i.file_name, i.created_at, p.is_new, p.before FROM imports i
    CROSS JOIN import_people p ON p.group_no = ?1 AND p.import_no = i.import_no AND p.person_no = ?2 WHERE i.group_no = ?1`,
  other_systems: `SELECT f.identifier AS name, f.claimed_at AS created_at FROM people p CROSS JOIN foreign_ids f ON f.group_no = ?1 AND f.what = 1 AND f.id = p.id
    WHERE p.group_no = ?1 AND p.person_no = ?2
    UNION ALL SELECT f.identifier, f.claimed_at FROM participations p CROSS JOIN foreign_ids f ON f.group_no = ?1 AND f.what = 3 AND f.id = p.id
    WHERE p.group_no = ?1 AND p.person_no = ?2`,
  lists: `SELECT l.name, l.created_at FROM unique_id_people u CROSS JOIN unique_id_lists l ON l.group_no = ?1 AND l.list_no = u.list_no
    WHERE u.group_no = ?1 AND u.person_no = ?2`,
  point_person: "SELECT since AS changed_at FROM point_people WHERE group_no = ?1 AND person_no = ?2",
  score: "SELECT score, level FROM people_scores WHERE group_no = ?1 AND person_no = ?2",
  edits: `SELECT edited_at, act, changes FROM person_edits WHERE group_no = ?1 AND person_no = ?2 ORDER BY edited_at DESC`,
  address_changes: `SELECT old_email, new_email, asked_at, done_at FROM address_changes WHERE group_no = ?1 AND person_no = ?2`,
  webhook_deliveries: `SELECT w.name, d.at, d.tried_at, d.state, d.body FROM webhook_deliveries d
    CROSS JOIN webhooks w ON w.group_no = ?1 AND w.webhook_no = d.webhook_no WHERE d.group_no = ?1 AND d.person_no = ?2 ORDER BY d.at DESC`,
  notes: `SELECT kind, text, created_at, trail FROM person_notes WHERE group_no = ?1 AND person_no = ?2 AND deleted_at IS NULL ORDER BY created_at DESC`,
};

export type Held = Record<string, Row[]>;

/** Everything the group holds of a person, by table. The address is looked up apart: it needs every address of the group. */
export async function selectEverything({ groupNo, d1 }: GroupDb, personNo: number): Promise<Held> {
  const names = Object.keys(tables);
  const held: Held = {};
  // One after the other: each is short, and the shard is everybody's.
  for (const name of names) {
    const { results } = await d1
      .prepare(`SELECT * FROM (${tables[name]}) LIMIT ${ROWS_MAX}`)
      .bind(groupNo, personNo)
      .all<Row>();
    held[name] = results;
  }
  return held;
}

/** What one participation needs to be taken out: its action and that it is the person's own. */
export async function selectOwnParticipation(
  { groupNo, d1 }: GroupDb,
  personNo: number,
  idHex: string,
): Promise<{ actionNo: number; removalNo: number } | null> {
  return d1
    .prepare(
      `SELECT action_no AS actionNo, removal_no AS removalNo FROM participations
       WHERE group_no = ?1 AND person_no = ?2 AND id = unhex(?3)`,
    )
    .bind(groupNo, personNo, idHex)
    .first<{ actionNo: number; removalNo: number }>();
}

export type ConsentRow = {
  id: string;
  personId: string;
  email: string | null;
  at: number | null;
  answer: number | null;
  wording: string | null;
  mode: string | null;
  locale: string | null;
  source: string | null;
  status: number;
};

/** What those who took an action answered about mail, along their participations: a page of them, and where the next begins. */
export async function selectConsents(
  { groupNo, d1 }: GroupDb,
  actionNo: number,
  after: string,
  limit: number,
): Promise<ConsentRow[]> {
  const { results } = await d1
    .prepare(
      `WITH page AS MATERIALIZED (SELECT id, person_no, source, acted_at, consent, wording_hash
         FROM participations INDEXED BY participations_by_action
         WHERE group_no = ?1 AND action_no = ?2 AND id > unhex(?3) ORDER BY id LIMIT ?4),
       said AS (SELECT id, person_no, source, acted_at, consent AS answer, wording_hash FROM page WHERE consent > 0
         UNION ALL SELECT p.id, p.person_no, p.source, c.acted_at, c.answer, c.wording_hash FROM page p
         LEFT JOIN consent_events c ON c.group_no = ?1 AND c.person_no = p.person_no AND c.action_no = ?2
         WHERE c.acted_at IS NOT NULL OR p.consent = 0)
       SELECT lower(hex(p.id)) AS id, lower(hex(e.id)) AS personId, e.email, p.acted_at AS at, p.answer, w.wording, w.mode, w.locale,
         p.source, e.email_status AS status
       FROM said p CROSS JOIN people e ON e.group_no = ?1 AND e.person_no = p.person_no
       LEFT JOIN consent_wordings w ON w.group_no = ?1 AND w.hash = p.wording_hash
       ORDER BY p.id, p.acted_at`,
    )
    .bind(groupNo, actionNo, after, limit)
    .all<ConsentRow>();
  return results;
}

const CONSENTS_SHOWN_MAX = 200;

/** What a person answered to which wording, when and where; the newest first. */
export async function selectConsentsOf(
  { groupNo, d1 }: GroupDb,
  personNo: number,
): Promise<
  { at: number; answer: number; wording: string | null; title: string | null; actionId: ActionId | null }[]
> {
  const { results } = await d1
    .prepare(
      `SELECT e.acted_at AS at, e.answer, w.wording, a.title, lower(hex(a.id)) AS actionId
       FROM consents e LEFT JOIN consent_wordings w ON w.group_no = ?1 AND w.hash = e.wording_hash
       LEFT JOIN actions a ON a.group_no = ?1 AND a.action_no = e.action_no
       WHERE e.group_no = ?1 AND e.person_no = ?2 ORDER BY e.acted_at DESC LIMIT ${CONSENTS_SHOWN_MAX}`,
    )
    .bind(groupNo, personNo)
    .all<{
      at: number;
      answer: number;
      wording: string | null;
      title: string | null;
      actionId: string | null;
    }>();
  return results.map((row) => ({
    ...row,
    actionId: row.actionId ? idFromHex<ActionId>(row.actionId) : null,
  }));
}

/** Every statement of the list, for the test that holds it against the tables there are. */
export function sourceText(): string {
  return Object.values(tables).join("\n");
}
