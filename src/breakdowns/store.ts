import { and, asc, desc, eq, isNull } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { idToHex } from "../platform/ids";
import { breakdowns } from "./tables";
import { BREAKDOWNS_MAX, type Breakdown, type BreakdownId, type Plan, planSchema } from "./types";

type Row = typeof breakdowns.$inferSelect;

function toBreakdown({ breakdownNo, id, name, plan, isDefault, revision, updatedAt }: Row): Breakdown {
  const read = planSchema.parse(plan);
  return { no: breakdownNo, id, name, plan: read, isDefault: isDefault === 1, revision, updatedAt };
}

/** Those not removed, by name. */
export async function selectBreakdowns({ groupNo, db }: GroupDb): Promise<Breakdown[]> {
  const rows = await db
    .select()
    .from(breakdowns)
    .where(and(eq(breakdowns.groupNo, groupNo), isNull(breakdowns.removedAt)))
    .orderBy(asc(breakdowns.name), desc(breakdowns.breakdownNo))
    .limit(BREAKDOWNS_MAX);
  return rows.map(toBreakdown);
}

/** One by its id; null for none, or one that was removed. */
export async function selectBreakdown({ groupNo, db }: GroupDb, id: BreakdownId): Promise<Breakdown | null> {
  const [row] = await db
    .select()
    .from(breakdowns)
    .where(and(eq(breakdowns.groupNo, groupNo), eq(breakdowns.id, id), isNull(breakdowns.removedAt)));
  return row ? toBreakdown(row) : null;
}

/** The one of a number; of null the group's default. Null for none, or one that was removed. */
export async function selectShown({ groupNo, db }: GroupDb, no: number | null): Promise<Breakdown | null> {
  const which = no === null ? eq(breakdowns.isDefault, 1) : eq(breakdowns.breakdownNo, no);
  const [row] = await db
    .select()
    .from(breakdowns)
    .where(and(eq(breakdowns.groupNo, groupNo), which, isNull(breakdowns.removedAt)))
    .limit(1);
  return row ? toBreakdown(row) : null;
}

export type Saving = { name: string; plan: Plan; by: number; now: number };

/** False: the group has as many as it may have. */
export async function insertBreakdown(
  { d1, groupNo }: GroupDb,
  id: BreakdownId,
  { name, plan, by, now }: Saving,
): Promise<boolean> {
  const [, made] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'breakdowns', 1)
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1`,
      )
      .bind(groupNo),
    d1
      .prepare(
        `INSERT INTO breakdowns (group_no, breakdown_no, id, name, plan, created_by, created_at, updated_by, updated_at)
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'breakdowns'), unhex(?2), ?3, ?4, ?5, ?6, ?5, ?6
         WHERE (SELECT count(*) FROM breakdowns WHERE group_no = ?1 AND removed_at IS NULL) < ?7`,
      )
      .bind(groupNo, idToHex(id), name, JSON.stringify(plan), by, now, BREAKDOWNS_MAX),
  ]);
  return (made?.meta.changes ?? 0) > 0;
}

/** False, with nothing changed: somebody saved or removed it meanwhile. */
export async function updateBreakdown(
  { d1, groupNo }: GroupDb,
  { no, revision }: { no: number; revision: number },
  { name, plan, by, now }: Saving,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE breakdowns SET name = ?4, plan = ?5, updated_by = ?6, updated_at = ?7, revision = revision + 1
       WHERE group_no = ?1 AND breakdown_no = ?2 AND revision = ?3 AND removed_at IS NULL`,
    )
    .bind(groupNo, no, revision, name, JSON.stringify(plan), by, now)
    .run();
  return meta.changes > 0;
}

/** Takes one out of the list, where it is nobody's default any more, or brings it back as what it was while there is room. */
export async function updateRemoved(
  { d1, groupNo }: GroupDb,
  id: BreakdownId,
  removedAt: number | null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE breakdowns SET removed_at = ?3
       WHERE group_no = ?1 AND id = unhex(?2) AND (removed_at IS NULL) = (?3 IS NOT NULL)
         AND (?3 IS NOT NULL OR (SELECT count(*) FROM breakdowns WHERE group_no = ?1 AND removed_at IS NULL) < ?4)`,
    )
    .bind(groupNo, idToHex(id), removedAt, BREAKDOWNS_MAX)
    .run();
  return meta.changes > 0;
}

/** Whether one was removed; null when the group never had it. */
export async function isRemoved({ groupNo, db }: GroupDb, id: BreakdownId): Promise<boolean | null> {
  const [row] = await db
    .select({ removedAt: breakdowns.removedAt })
    .from(breakdowns)
    .where(and(eq(breakdowns.groupNo, groupNo), eq(breakdowns.id, id)));
  return row ? row.removedAt !== null : null;
}

/** Makes one the group's default instead of whichever was; 0: none. */
export async function updateDefault({ d1, groupNo }: GroupDb, no: number): Promise<void> {
  await d1
    .prepare(
      "UPDATE breakdowns SET is_default = (breakdown_no = ?2 AND removed_at IS NULL) WHERE group_no = ?1 AND (is_default = 1 OR breakdown_no = ?2)",
    )
    .bind(groupNo, no)
    .run();
}
