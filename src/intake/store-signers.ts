import { slotStandings, standingOf } from "../actions/kind";
import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex, type ParticipationId } from "../platform/ids";
import type { Signer, SignerFilter } from "./signers";

const commentStatuses = ["none", "waiting", "shown", "hidden"] as const;
const COMMENT_IDS_MAX = 1_000;

type Condition = { sql: string; values: (string | number)[] };

/** The WHERE of a filter over `p` (participations) and `person` (people); `?1` group and `?2` action are bound before. */
export function signerCondition(filter: SignerFilter): Condition {
  const parts: string[] = [filter.state === "counted" ? "p.removal_no = 0" : "p.removal_no > 0"];
  const values: (string | number)[] = [];
  const bind = (value: string | number) => `?${values.push(value) + 2}`;
  if (filter.text) {
    const text = bind(filter.text.trim().toLowerCase());
    // instr instead of LIKE: the text may hold % and _, and a LIKE pattern is limited to 50 bytes.
    parts.push(
      `(instr(lower(coalesce(person.email, '')), ${text}) > 0 OR instr(lower(coalesce(p.answer ->> '$.givenName', '') || ' ' || coalesce(p.answer ->> '$.familyName', '')), ${text}) > 0)`,
    );
  }
  if (filter.source !== undefined) parts.push(`coalesce(p.source, '') = ${bind(filter.source)}`);
  if (filter.from !== undefined) parts.push(`p.acted_at >= ${bind(filter.from)}`);
  if (filter.to !== undefined) parts.push(`p.acted_at < ${bind(filter.to)}`);
  if (filter.comment) parts.push(`p.comment_status = ${commentStatuses.indexOf(filter.comment)}`);
  if (filter.place) {
    const place = bind(filter.place.trim().toLowerCase());
    const code = bind(filter.place.replace(/\s/g, "").toLowerCase());
    const written = (field: string) => `lower(coalesce(p.answer ->> '$.${field}', ''))`;
    const fields = ["locality", "region", "country"].map((field) => `${written(field)} = ${place}`);
    const startsSo = `substr(replace(${written("postalCode")}, ' ', ''), 1, length(${code})) = ${code}`;
    parts.push(`(${[...fields, startsSo].join(" OR ")})`);
  }
  return { sql: parts.join(" AND "), values };
}

const FROM = `participations p INDEXED BY participations_by_action
  CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
  WHERE p.group_no = ?1 AND p.action_no = ?2`;

export async function selectSigners(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  filter: SignerFilter,
  before: ParticipationId | null,
  limit: number,
): Promise<Signer[]> {
  const { sql, values } = signerCondition(filter);
  const cursor = before === null ? "" : `AND p.id < unhex('${idToHex(before)}')`;
  const { results } = await d1
    .prepare(
      `SELECT p.person_no, hex(p.id) AS id, person.email, p.answer, p.acted_at, p.revised_at, p.comment, p.comment_status, p.is_named,
         p.source, p.removal_no, p.standing, p.slots, person.first_action_no = p.action_no AS is_new
       FROM ${FROM} ${cursor} AND ${sql} ORDER BY p.id DESC LIMIT ${Math.trunc(limit)}`,
    )
    .bind(groupNo, actionNo, ...values)
    .all<SignerRow>();
  return results.map(signerOf);
}

type SignerRow = {
  person_no: number;
  id: string;
  email: string | null;
  answer: string;
  acted_at: number;
  revised_at: number;
  comment: string | null;
  comment_status: number;
  is_named: number;
  source: string | null;
  removal_no: number;
  standing: number;
  slots: string | null;
  is_new: number;
};

function signerOf(row: SignerRow): Signer {
  return {
    personNo: row.person_no,
    id: idFromHex(row.id),
    email: row.email ?? "",
    answer: JSON.parse(row.answer),
    actedAt: row.acted_at,
    revisedAt: row.revised_at,
    comment: row.comment ?? "",
    commentStatus: commentStatuses[row.comment_status] ?? "none",
    isNamed: row.is_named === 1,
    source: row.source ?? "",
    isNewToList: row.is_new === 1,
    removalNo: row.removal_no,
    standing: standingOf(row.standing),
    slots: slotStandings(row.slots),
  };
}

export async function countSigners(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  filter: SignerFilter,
): Promise<number> {
  const { sql, values } = signerCondition(filter);
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM ${FROM} AND ${sql}`)
    .bind(groupNo, actionNo, ...values)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Where a list of everybody, newest first, is cut so that no piece holds much more than so many characters. */
export async function cutSigners(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  filter: SignerFilter,
  options: { charactersMax: number; charactersOfRow: number; withComments: boolean; limit: number },
): Promise<{ last: ParticipationId; count: number }[]> {
  const { sql, values } = signerCondition(filter);
  const row = Math.trunc(options.charactersOfRow);
  const size = options.withComments ? `${row} + length(coalesce(p.comment, ''))` : `${row}`;
  const { results } = await d1
    .prepare(
      `SELECT hex(min(id)) AS last, count(*) AS n FROM (
         SELECT p.id, (sum(${size}) OVER (ORDER BY p.id DESC) - 1) / ${Math.trunc(options.charactersMax)} AS piece FROM ${FROM} AND ${sql})
       GROUP BY piece ORDER BY piece LIMIT ${Math.trunc(options.limit)}`,
    )
    .bind(groupNo, actionNo, ...values)
    .all<{ last: string; n: number }>();
  return results.map(({ last, n }) => ({ last: idFromHex(last), count: n }));
}

export async function updateCommentStatus(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  ids: ParticipationId[],
  status: "shown" | "hidden",
): Promise<number> {
  const { meta } = await d1
    .prepare(
      `UPDATE participations SET comment_status = ?4
       WHERE group_no = ?1 AND action_no = ?2 AND id IN (SELECT unhex(value) FROM json_each(?3)) AND comment_status > 0 AND comment_status <> ?4`,
    )
    .bind(
      groupNo,
      actionNo,
      JSON.stringify(ids.slice(0, COMMENT_IDS_MAX).map(idToHex)),
      commentStatuses.indexOf(status),
    )
    .run();
  return meta.changes;
}
