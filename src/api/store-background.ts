import { and, asc, eq, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { GroupDb } from "../groups/shard";
import type { ApiRequestId } from "./background-types";
import { apiRequests } from "./tables";

export type KeptRequest = Omit<typeof apiRequests.$inferSelect, "groupNo" | "tries" | "dueAt">;

export async function insertRequest(
  { db, groupNo }: GroupDb,
  request: KeptRequest & { dueAt: number },
): Promise<void> {
  await db.insert(apiRequests).values({ groupNo, ...request });
}

/** Takes a request to work on it; null when it is done, or somebody else is at it until `due_at`. */
export async function claimRequest(
  { db, groupNo }: GroupDb,
  id: ApiRequestId,
  at: { now: number; until: number },
): Promise<(KeptRequest & { tries: number }) | null> {
  const [row] = await db
    .update(apiRequests)
    .set({ tries: sql`${apiRequests.tries} + 1`, dueAt: at.until })
    .where(and(eq(apiRequests.groupNo, groupNo), eq(apiRequests.id, id), lt(apiRequests.dueAt, at.now + 1)))
    .returning();
  return row ?? null;
}

export async function deleteRequest({ db, groupNo }: GroupDb, id: ApiRequestId): Promise<void> {
  await db.delete(apiRequests).where(and(eq(apiRequests.groupNo, groupNo), eq(apiRequests.id, id)));
}

/** Gives a claimed request back, to be taken again at once. */
export async function releaseRequest(
  { db, groupNo }: GroupDb,
  id: ApiRequestId,
  dueAt: number,
): Promise<void> {
  await db
    .update(apiRequests)
    .set({ dueAt })
    .where(and(eq(apiRequests.groupNo, groupNo), eq(apiRequests.id, id)));
}

/** Of all groups of a shard: the requests that should have been done by now. */
export function overdueRequests(
  shard: D1Database,
  before: number,
  limit: number,
): Promise<{ groupNo: number; id: ApiRequestId }[]> {
  return drizzle(shard)
    .select({ groupNo: apiRequests.groupNo, id: apiRequests.id })
    .from(apiRequests)
    .where(lt(apiRequests.dueAt, before))
    .orderBy(asc(apiRequests.dueAt))
    .limit(limit);
}
