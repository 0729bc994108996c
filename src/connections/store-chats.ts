import type { GroupDb } from "../groups/shard";
import { CHATS_MAX, type Chat, type Telling, tellings } from "./chat-types";

type ChatRow = Omit<Chat, "tells"> & { tells: string };
type NewChat = Pick<Chat, "name" | "service" | "url" | "tells" | "giftFrom" | "locale">;

const COLUMNS = `chat_no AS no, name, service, url, tells, gift_from AS giftFrom, locale, state, failures, last_at AS lastAt,
  last_problem AS lastProblem, deleted_at AS deletedAt`;

function chatOf({ tells, ...row }: ChatRow): Chat {
  const named = new Set<string>(JSON.parse(tells));
  return { ...row, tells: tellings.filter((telling): telling is Telling => named.has(telling)) };
}

export async function selectChats({ d1, groupNo }: GroupDb): Promise<Chat[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM chats WHERE group_no = ?1 AND deleted_at IS NULL ORDER BY chat_no DESC LIMIT ${CHATS_MAX}`,
    )
    .bind(groupNo)
    .all<ChatRow>();
  return results.map(chatOf);
}

/** Some groups of a shard that have chats to tell, in no order. */
export async function selectToldGroups(d1: D1Database, limit: number): Promise<number[]> {
  const { results } = await d1
    .prepare(
      `SELECT group_no AS no FROM (SELECT DISTINCT group_no FROM chats WHERE state = 'on' AND deleted_at IS NULL)
       ORDER BY random() LIMIT ?1`,
    )
    .bind(limit)
    .all<{ no: number }>();
  return results.map(({ no }) => no);
}

/** One that was deleted too. */
export async function selectChat({ d1, groupNo }: GroupDb, no: number): Promise<Chat | null> {
  const row = await d1
    .prepare(`SELECT ${COLUMNS} FROM chats WHERE group_no = ?1 AND chat_no = ?2`)
    .bind(groupNo, no)
    .first<ChatRow>();
  return row && chatOf(row);
}

/** Null when the group has as many as it may. */
export async function insertChat(
  { d1, groupNo }: GroupDb,
  chat: NewChat & { by: number; now: number },
): Promise<number | null> {
  const row = await d1
    .prepare(
      `INSERT INTO chats (group_no, chat_no, name, service, url, tells, gift_from, locale, state, created_at, created_by)
       SELECT ?1, (SELECT coalesce(max(chat_no), 0) + 1 FROM chats WHERE group_no = ?1), ?2, ?3, ?4, ?5, ?6, ?7, 'on', ?8, ?9
       WHERE (SELECT count(*) FROM chats WHERE group_no = ?1 AND deleted_at IS NULL) < ${CHATS_MAX} RETURNING chat_no AS no`,
    )
    .bind(
      ...[groupNo, chat.name, chat.service, chat.url, JSON.stringify(chat.tells), chat.giftFrom],
      ...[chat.locale, chat.now, chat.by],
    )
    .first<{ no: number }>();
  return row?.no ?? null;
}

export async function updateChat({ d1, groupNo }: GroupDb, no: number, chat: NewChat): Promise<void> {
  await d1
    .prepare(
      `UPDATE chats SET name = ?3, service = ?4, url = ?5, tells = ?6, gift_from = ?7, locale = ?8
       WHERE group_no = ?1 AND chat_no = ?2 AND deleted_at IS NULL`,
    )
    .bind(
      groupNo,
      no,
      chat.name,
      chat.service,
      chat.url,
      JSON.stringify(chat.tells),
      chat.giftFrom,
      chat.locale,
    )
    .run();
}

/** False when it was so already. Whoever turns it on again gives it a fresh chance. */
export async function updateChatState(
  { d1, groupNo }: GroupDb,
  no: number,
  state: Chat["state"],
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE chats SET state = ?3, failures = 0 WHERE group_no = ?1 AND chat_no = ?2 AND deleted_at IS NULL AND state <> ?3`,
    )
    .bind(groupNo, no, state)
    .run();
  return meta.changes > 0;
}

/** False when it was so already, or there is room for no more. */
export async function updateChatDeleted(
  { d1, groupNo }: GroupDb,
  no: number,
  at: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE chats SET deleted_at = ?3 WHERE group_no = ?1 AND chat_no = ?2 AND (deleted_at IS NULL) = (?3 IS NOT NULL)
         AND (?3 IS NOT NULL OR (SELECT count(*) FROM chats WHERE group_no = ?1 AND deleted_at IS NULL) < ${CHATS_MAX})`,
    )
    .bind(groupNo, no, at)
    .run();
  return meta.changes > 0;
}

/** Writes down how a notice went. Gives how many in a row were given up. */
export async function noteSent(
  { d1, groupNo }: GroupDb,
  no: number,
  sent: { at: number; problem: string | null; isGivenUp: boolean },
): Promise<number> {
  const row = await d1
    .prepare(
      `UPDATE chats SET last_at = ?3, last_problem = ?4, failures = iif(?4 IS NULL, 0, failures + ?5)
       WHERE group_no = ?1 AND chat_no = ?2 RETURNING failures`,
    )
    .bind(groupNo, no, sent.at, sent.problem, sent.isGivenUp ? 1 : 0)
    .first<{ failures: number }>();
  return row?.failures ?? 0;
}

/** Gifts among some participations of an action, in the smallest unit of their currency. */
export async function selectGifts(
  { d1, groupNo }: GroupDb,
  actionNo: number,
  idsHex: readonly string[],
): Promise<{ amount: number; currency: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.amount, p.currency FROM json_each(?3) j CROSS JOIN participations p ON p.group_no = ?1 AND p.action_no = ?2 AND p.id = unhex(j.value)
       WHERE p.amount IS NOT NULL AND p.removal_no = 0`,
    )
    .bind(groupNo, actionNo, JSON.stringify(idsHex))
    .all<{ amount: number; currency: string }>();
  return results;
}
