import { and, asc, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { audienceCounts, audienceParts, audiences } from "./tables";
import { AUDIENCES_MAX, type Audience, type AudienceId, audienceSchema, type SavedAudience } from "./types";

type Row = typeof audiences.$inferSelect;

function toSaved({ audienceNo, tree, isShared, groupNo: _, updatedBy: __, ...row }: Row): SavedAudience {
  return { ...row, no: audienceNo, isShared: isShared === 1, audience: audienceSchema.parse(tree) };
}

/** Those kept under a name, by it: what is shared, and what an account keeps for itself; without an account all of them. */
export async function selectAudiences(
  { groupNo, db }: GroupDb,
  accountNo: number | null,
): Promise<SavedAudience[]> {
  const rows = await db
    .select()
    .from(audiences)
    .where(
      and(
        eq(audiences.groupNo, groupNo),
        isNull(audiences.removedAt),
        accountNo === null ? undefined : or(eq(audiences.isShared, 1), eq(audiences.createdBy, accountNo)),
      ),
    )
    .orderBy(asc(audiences.name), desc(audiences.audienceNo))
    .limit(AUDIENCES_MAX);
  return rows.map(toSaved);
}

export async function selectAudience(
  { groupNo, db }: GroupDb,
  id: AudienceId,
): Promise<SavedAudience | null> {
  const [row] = await db
    .select()
    .from(audiences)
    .where(and(eq(audiences.groupNo, groupNo), eq(audiences.id, id)))
    .limit(1);
  return row ? toSaved(row) : null;
}

/** By their numbers, removed ones too: what names one goes on meaning it. */
export async function selectByNo({ groupNo, db }: GroupDb, nos: readonly number[]): Promise<SavedAudience[]> {
  if (nos.length === 0) return [];
  const rows = await db
    .select()
    .from(audiences)
    .where(and(eq(audiences.groupNo, groupNo), inArray(audiences.audienceNo, [...nos])));
  return rows.map(toSaved);
}

/** The saved audiences, not removed, that have this one as a part. */
export async function selectWholes({ groupNo, db }: GroupDb, partNo: number): Promise<SavedAudience[]> {
  const rows = await db
    .select({ audience: audiences })
    .from(audienceParts)
    .innerJoin(
      audiences,
      and(eq(audiences.groupNo, audienceParts.groupNo), eq(audiences.audienceNo, audienceParts.audienceNo)),
    )
    .where(
      and(eq(audienceParts.groupNo, groupNo), eq(audienceParts.partNo, partNo), isNull(audiences.removedAt)),
    );
  return rows.map(({ audience }) => toSaved(audience));
}

export type Saving = {
  name: string;
  description: string;
  audience: Audience;
  isShared: boolean;
  /** The saved audiences named in it. */
  parts: readonly number[];
  by: number;
  now: number;
};

const NO = "(SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'audiences')";

/** Null: the group has as many as it may have. */
export async function insertAudience(
  { groupNo, d1 }: GroupDb,
  id: AudienceId,
  { name, description, audience, isShared, parts, by, now }: Saving,
): Promise<number | null> {
  const [, , made] = await d1.batch<{ no: number }>([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'audiences', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO audiences (group_no, audience_no, id, name, description, tree, is_shared, created_by, created_at, updated_by, updated_at)
         SELECT ?1, ${NO}, unhex(?2), ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8
         WHERE (SELECT count(*) FROM audiences WHERE group_no = ?1 AND removed_at IS NULL) < ?9`,
      )
      .bind(
        ...[groupNo, idToHex(id), name, description, JSON.stringify(audience), isShared ? 1 : 0, by, now],
        AUDIENCES_MAX,
      ),
    d1
      .prepare("SELECT audience_no AS no FROM audiences WHERE group_no = ?1 AND id = unhex(?2)")
      .bind(groupNo, idToHex(id)),
    d1
      .prepare(
        `INSERT INTO audience_parts (group_no, part_no, audience_no) SELECT ?1, j.value, ${NO} FROM json_each(?2) j WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, JSON.stringify(parts)),
  ]);
  return made?.results[0]?.no ?? null;
}

/** False, with nothing changed: somebody saved meanwhile. */
export async function updateAudience(
  { groupNo, d1 }: GroupDb,
  no: number,
  version: number,
  { name, description, audience, isShared, parts, by, now }: Saving,
): Promise<boolean> {
  const isNew =
    "EXISTS (SELECT 1 FROM audiences WHERE group_no = ?1 AND audience_no = ?2 AND version = ?3 + 1 AND updated_at = ?4)";
  const [saved] = await d1.batch([
    d1
      .prepare(
        `UPDATE audiences SET name = ?4, description = ?5, tree = ?6, is_shared = ?7, updated_by = ?8, updated_at = ?9, version = version + 1
         WHERE group_no = ?1 AND audience_no = ?2 AND version = ?3`,
      )
      .bind(
        ...[groupNo, no, version, name, description, JSON.stringify(audience), isShared ? 1 : 0, by, now],
      ),
    d1
      .prepare(`DELETE FROM audience_parts WHERE group_no = ?1 AND audience_no = ?2 AND ${isNew}`)
      .bind(groupNo, no, version, now),
    d1
      .prepare(
        `INSERT INTO audience_parts (group_no, part_no, audience_no) SELECT ?1, j.value, ?2 FROM json_each(?5) j WHERE ${isNew}
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, no, version, now, JSON.stringify(parts)),
  ]);
  return (saved?.meta.changes ?? 0) > 0;
}

/** Takes one out of lists or brings it back; false when it is so already, or part of another and would go. */
export async function updateRemoved(
  { groupNo, d1 }: GroupDb,
  no: number,
  removedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE audiences SET removed_at = ?3 WHERE group_no = ?1 AND audience_no = ?2 AND (removed_at IS NULL) = (?3 IS NOT NULL)
         AND (?3 IS NULL OR NOT EXISTS (SELECT 1 FROM audience_parts part
           CROSS JOIN audiences whole ON whole.group_no = ?1 AND whole.audience_no = part.audience_no AND whole.removed_at IS NULL
           WHERE part.group_no = ?1 AND part.part_no = ?2))`,
    )
    .bind(groupNo, no, removedAt)
    .run();
  return meta.changes > 0;
}

export type CountRow = Omit<typeof audienceCounts.$inferSelect, "groupNo" | "hash">;

export async function selectCount({ groupNo, db }: GroupDb, hash: Uint8Array): Promise<CountRow | null> {
  const [row] = await db
    .select({
      matched: audienceCounts.matched,
      lastNo: audienceCounts.lastNo,
      highestNo: audienceCounts.highestNo,
      startedAt: audienceCounts.startedAt,
      finishedAt: audienceCounts.finishedAt,
    })
    .from(audienceCounts)
    .where(and(eq(audienceCounts.groupNo, groupNo), eq(audienceCounts.hash, hash)))
    .limit(1);
  return row ?? null;
}

/** Keeps how far a count is, and gives back the turn in the same breath; counts nobody has asked for in days go. */
export async function saveCount(
  { groupNo, d1 }: GroupDb,
  hash: Uint8Array,
  { matched, lastNo, highestNo, startedAt, finishedAt }: CountRow,
  turn: { holder: string; forgetBefore: number },
): Promise<void> {
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO audience_counts (group_no, hash, matched, last_no, highest_no, started_at, finished_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (group_no, hash) DO UPDATE SET matched = excluded.matched, last_no = excluded.last_no,
           highest_no = excluded.highest_no, started_at = excluded.started_at, finished_at = excluded.finished_at`,
      )
      .bind(groupNo, hash, matched, lastNo, highestNo, startedAt, finishedAt),
    d1
      .prepare("DELETE FROM audience_counts WHERE group_no = ?1 AND started_at < ?2")
      .bind(groupNo, turn.forgetBefore),
    d1.prepare("DELETE FROM audience_turns WHERE group_no = ?1 AND holder = ?2").bind(groupNo, turn.holder),
  ]);
}

/** Whether it is now this one's turn to count for the group, until a moment. */
export async function takeTurn(
  { groupNo, d1 }: GroupDb,
  holder: string,
  now: number,
  until: number,
): Promise<boolean> {
  const row = await d1
    .prepare(
      `INSERT INTO audience_turns (group_no, holder, until) VALUES (?1, ?2, ?4)
       ON CONFLICT (group_no) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE audience_turns.until < ?3
       RETURNING holder`,
    )
    .bind(groupNo, holder, now, until)
    .first<{ holder: string }>();
  return row?.holder === holder;
}

export async function giveTurnBack({ groupNo, d1 }: GroupDb, holder: string): Promise<void> {
  await d1
    .prepare("DELETE FROM audience_turns WHERE group_no = ?1 AND holder = ?2")
    .bind(groupNo, holder)
    .run();
}
