import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex } from "../platform/ids";
import type { TopicId } from "./types";

export type Topic = {
  no: number;
  id: TopicId;
  name: string;
  description: string;
  /** The name in other languages, by language. */
  names: Record<string, string>;
  position: number;
  createdAt: number;
  archivedAt: number | null;
};

type Stored = Omit<Topic, "id" | "names"> & { id: string; names: string };
const COLUMNS = `topic_no AS no, hex(id) AS id, name, description, names, position, created_at AS createdAt, archived_at AS archivedAt`;

function topicOf(row: Stored): Topic {
  return { ...row, id: idFromHex<TopicId>(row.id), names: JSON.parse(row.names) };
}

/** Every topic of the group, archived ones too, in their order. */
export async function selectTopics({ d1, groupNo }: GroupDb): Promise<Topic[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM topics WHERE group_no = ?1 ORDER BY position, topic_no`)
    .bind(groupNo)
    .all<Stored>();
  return results.map(topicOf);
}

export async function selectTopic({ d1, groupNo }: GroupDb, no: number): Promise<Topic | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM topics WHERE group_no = ?1 AND topic_no = ?2`)
    .bind(groupNo, no)
    .first<Stored>();
  return row && topicOf(row);
}

/** What a mailing is about; null for one of no topic. */
export async function selectTopicOfMailing(
  { d1, groupNo }: GroupDb,
  mailingNo: number,
): Promise<Topic | null> {
  const row = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM topics WHERE group_no = ?1 AND topic_no =
         (SELECT settings ->> '$.topicNo' FROM mailings WHERE group_no = ?1 AND mailing_no = ?2)`,
    )
    .bind(groupNo, mailingNo)
    .first<Stored>();
  return row && topicOf(row);
}

/** Last in the order. False when the group has as many as it may, or one of that name that is not archived. */
export async function insertTopic(
  { d1, groupNo }: GroupDb,
  topic: { id: TopicId; name: string; description: string; names: Record<string, string> },
  now: number,
  most: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO topics (group_no, topic_no, id, name, description, names, position, created_at)
       SELECT ?1, coalesce(max(topic_no), 0) + 1, unhex(?2), ?3, ?4, ?5, coalesce(max(position), 0) + 1, ?6 FROM topics WHERE group_no = ?1
       HAVING count(*) < ?7 AND coalesce(sum(archived_at IS NULL AND lower(name) = lower(?3)), 0) = 0`,
    )
    .bind(
      ...[groupNo, idToHex(topic.id), topic.name, topic.description, JSON.stringify(topic.names), now, most],
    )
    .run();
  return meta.changes > 0;
}

/** False when another topic has the name. */
export async function updateTopic(
  { d1, groupNo }: GroupDb,
  no: number,
  { name, description, names }: Pick<Topic, "name" | "description" | "names">,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE topics SET name = ?3, description = ?4, names = ?5 WHERE group_no = ?1 AND topic_no = ?2 AND NOT EXISTS
         (SELECT 1 FROM topics o WHERE o.group_no = ?1 AND o.topic_no <> ?2 AND o.archived_at IS NULL AND lower(o.name) = lower(?3))`,
    )
    .bind(groupNo, no, name, description, JSON.stringify(names))
    .run();
  return meta.changes > 0;
}

export async function archiveTopic(
  { d1, groupNo }: GroupDb,
  no: number,
  archivedAt: number | null,
): Promise<void> {
  await d1
    .prepare("UPDATE topics SET archived_at = ?3 WHERE group_no = ?1 AND topic_no = ?2")
    .bind(groupNo, no, archivedAt)
    .run();
}

/** The topics in that order; those not named keep their place behind them. */
export async function orderTopics({ d1, groupNo }: GroupDb, numbers: readonly number[]): Promise<void> {
  await d1
    .prepare(
      `UPDATE topics SET position = coalesce((SELECT j.key + 1 FROM json_each(?2) j WHERE j.value = topics.topic_no), ?3 + topic_no)
       WHERE group_no = ?1`,
    )
    .bind(groupNo, JSON.stringify(numbers), numbers.length)
    .run();
}

/** How many people do not want a topic: they are few, and a range each. */
export async function countRefusals({ d1, groupNo }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare("SELECT topic_no AS no, count(*) AS n FROM topic_refusals WHERE group_no = ?1 GROUP BY topic_no")
    .bind(groupNo)
    .all<{ no: number; n: number }>();
  return new Map(results.map(({ no, n }) => [no, n]));
}

/** Mailings sent so far of each topic. A group has some hundreds of mailings. */
export async function countMailings({ d1, groupNo }: GroupDb): Promise<Map<number, number>> {
  const { results } = await d1
    .prepare(
      `SELECT settings ->> '$.topicNo' AS no, count(*) AS n FROM mailings
       WHERE group_no = ?1 AND sent_at IS NOT NULL AND settings ->> '$.topicNo' IS NOT NULL GROUP BY 1`,
    )
    .bind(groupNo)
    .all<{ no: number; n: number }>();
  return new Map(results.map(({ no, n }) => [no, n]));
}

/** The topics a person does not want. */
export async function selectRefused({ d1, groupNo }: GroupDb, personNo: number): Promise<Set<number>> {
  const { results } = await d1
    .prepare(
      `SELECT t.topic_no AS no FROM topics t
       CROSS JOIN topic_refusals r ON r.group_no = ?1 AND r.topic_no = t.topic_no AND r.person_no = ?2
       WHERE t.group_no = ?1`,
    )
    .bind(groupNo, personNo)
    .all<{ no: number }>();
  return new Set(results.map(({ no }) => no));
}

/** What a person wants of the topics they were shown: the ticked ones, and no other of those. */
export function refusalStatements(
  { d1, groupNo }: GroupDb,
  personNo: number,
  { shown, wanted }: { shown: readonly number[]; wanted: readonly number[] },
  at: number,
): D1PreparedStatement[] {
  const refused = shown.filter((no) => !wanted.includes(no));
  return [
    d1
      .prepare(
        `DELETE FROM topic_refusals WHERE group_no = ?1 AND person_no = ?2 AND topic_no IN (SELECT value FROM json_each(?3))`,
      )
      .bind(groupNo, personNo, JSON.stringify(shown.filter((no) => wanted.includes(no)))),
    d1
      .prepare(
        `INSERT INTO topic_refusals (group_no, topic_no, person_no, at)
         SELECT ?1, t.topic_no, ?2, ?4 FROM json_each(?3) j CROSS JOIN topics t ON t.group_no = ?1 AND t.topic_no = j.value
         WHERE true ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, personNo, JSON.stringify(refused), at),
  ];
}
