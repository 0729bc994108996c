import type { Action } from "../src/actions/types";
import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import { recipientStatus } from "../src/mailings/types";
import { idToHex, newId } from "../src/platform/ids";
import { contextOf } from "./groups";

/** One recipient and what became of their mail; moments in s since the mailing began. */
export type Received = {
  email?: string;
  language?: string | null;
  status?: keyof typeof recipientStatus;
  reason?: number;
  variantNo?: number | null;
  sentAfter?: number;
  openedAfter?: number;
  clickedAfter?: number;
  flags?: number;
  links?: number[];
  left?: { choice: number; reason?: string; comment?: string; back?: boolean };
};

export const BEGAN_S = 1_790_000_000;
export const BEGAN = BEGAN_S * 1_000;

let mailingNo = 0;

type Made = { no: number; id: string; people: number[] };

/** A mailing that left, with its builds, links and recipients, row by row. */
export async function makeMailing(
  group: Group,
  received: readonly Received[],
  changes: {
    status?: string;
    subject?: string;
    html?: string;
    sentAt?: number | null;
    finishedAt?: number | null;
    settings?: Record<string, unknown>;
    winnerNo?: number;
    tags?: string[];
    links?: { url: string; action?: Pick<Action, "no"> }[];
    firstPerson?: number;
  } = {},
): Promise<Made> {
  const { d1, groupNo } = dbFor(contextOf().env, group);
  mailingNo += 1;
  const no = mailingNo;
  const id = newId();
  const first = changes.firstPerson ?? no * 100_000;
  const run = (sql: string, ...values: unknown[]) => d1.prepare(sql).bind(...values);
  const links = changes.links ?? [];
  const sentAt = changes.sentAt === undefined ? BEGAN : changes.sentAt;
  const html =
    changes.html ??
    `<p>Hello {{ person.givenName }}</p>${links.map((_, at) => `<a href="https://${group.slug}.example/m/{{ mail_key }}/${at + 1}">Link ${at + 1}</a>`).join("")}`;
  await d1.batch([
    run(
      `INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at, settings, winner_no, finished_at, tags)
       VALUES (?, ?, unhex(?), ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`,
      ...[
        groupNo,
        no,
        idToHex(id),
        changes.subject ?? "Clean air, now",
        changes.status ?? "sent",
        BEGAN,
        BEGAN,
      ],
      ...[sentAt, JSON.stringify(changes.settings ?? {}), changes.winnerNo ?? null],
      ...[
        changes.finishedAt === undefined ? BEGAN + 60_000 : changes.finishedAt,
        JSON.stringify(changes.tags ?? []),
      ],
    ),
    ...[1, 2].map((variantNo) =>
      run(
        `INSERT INTO mailing_builds (group_no, mailing_no, variant_no, language, from_name, subject, preview, html, plain) VALUES (?, ?, ?, 'en', 'Clean Air Now', ?, '', ?, 'Hello')`,
        ...[groupNo, no, variantNo, changes.subject ?? "Clean air, now", html],
      ),
    ),
    ...links.map(({ url, action }, at) =>
      run("INSERT INTO mailing_links VALUES (?, ?, ?, ?, ?)", groupNo, no, at + 1, url, action?.no ?? null),
    ),
  ]);
  const people = received.map((_, at) => first + at + 1);
  const rows = received.map((each, at) => ({ ...each, no: first + at + 1, id: idToHex(newId()) }));
  const json = JSON.stringify(rows);
  await d1.batch([
    run(
      `INSERT INTO people (group_no, person_no, id, email, language, email_status, created_at)
       SELECT ?1, value ->> 'no', unhex(value ->> 'id'), coalesce(value ->> 'email', 'p' || (value ->> 'no') || '@supporters.example'), value ->> 'language', 1, 1
       FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
      groupNo,
      json,
    ),
    run(
      `INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, reason, variant_no, at_s)
       SELECT ?1, ?2, value ->> 'no', json_extract(?4, '$.' || coalesce(value ->> 'status', 'sent')), value ->> 'reason', value ->> 'variantNo', ?5 + coalesce(value ->> 'sentAfter', 0)
       FROM json_each(?3)`,
      ...[groupNo, no, json, JSON.stringify(recipientStatus), BEGAN_S],
    ),
    run(
      `INSERT INTO mail_events (group_no, mailing_no, person_no, opened_s, clicked_s, flags)
       SELECT ?1, ?2, value ->> 'no', ?4 + (value ->> 'openedAfter'), ?4 + (value ->> 'clickedAfter'), value ->> 'flags' FROM json_each(?3)
       WHERE value ->> 'openedAfter' IS NOT NULL OR value ->> 'clickedAfter' IS NOT NULL OR value ->> 'flags' IS NOT NULL`,
      ...[groupNo, no, json, BEGAN_S],
    ),
    run(
      `INSERT INTO departures (group_no, mailing_no, person_no, at_s, way, choice, reason, comment, variant_no, back_s)
       SELECT ?1, ?2, value ->> 'no', ?4, 2, value ->> '$.left.choice', value ->> '$.left.reason', value ->> '$.left.comment', value ->> 'variantNo',
         iif(value ->> '$.left.back', ?4, NULL) FROM json_each(?3) WHERE value ->> 'left' IS NOT NULL`,
      ...[groupNo, no, json, BEGAN_S],
    ),
    run(
      `INSERT INTO mail_clicks (group_no, mailing_no, link_no, person_no, clicked_s)
       SELECT ?1, ?2, link.value, each.value ->> 'no', ?4 FROM json_each(?3) AS each, json_each(each.value -> 'links') AS link`,
      ...[groupNo, no, json, BEGAN_S],
    ),
  ]);
  return { no, id, people };
}

/** An act at an action that a source led to. */
export async function makeAct(
  group: Group,
  action: Pick<Action, "no">,
  act: {
    personNo: number;
    source: string;
    after?: number;
    isNew?: boolean;
    amount?: number;
    currency?: string;
    removalNo?: number;
  },
): Promise<void> {
  const { d1, groupNo } = dbFor(contextOf().env, group);
  const at = BEGAN + (act.after ?? 60) * 1_000;
  const id = at.toString(16).padStart(12, "0") + idToHex(newId()).slice(12);
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, amount, currency, removal_no)
         VALUES (?, ?, ?, abs(random() % 1000000000), unhex(?), ?, ?, '{}', 0, ?, ?, ?, ?)`,
      )
      .bind(
        ...[groupNo, act.personNo, action.no, id, at, at, act.source, act.amount ?? null],
        ...[act.currency ?? null, act.removalNo ?? 0],
      ),
    d1
      .prepare(
        `INSERT INTO people (group_no, person_no, id, email_status, first_action_no, created_at) VALUES (?1, ?2, unhex(?3), 1, ?4, ?5)
         ON CONFLICT (group_no, person_no) DO NOTHING`,
      )
      .bind(groupNo, act.personNo, idToHex(newId()), act.isNew ? action.no : null, act.isNew ? at : 1),
  ]);
}
