import { count, desc, eq, isNull, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { mailings } from "../mailings/tables";

/** How many mailings of a group stand in its lists. */
export async function countMailings({ groupNo, db }: GroupDb): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(mailings)
    .where(sql`${eq(mailings.groupNo, groupNo)} AND ${isNull(mailings.hiddenAt)}`);
  return row?.count ?? 0;
}

/** The number of the mailing that comes after so many others, the newest first: the last one of the page before. Null past the end. */
export async function lastOfSkipped({ groupNo, db }: GroupDb, skipped: number): Promise<number | null> {
  const [row] = await db
    .select({ no: mailings.mailingNo })
    .from(mailings)
    .where(sql`${eq(mailings.groupNo, groupNo)} AND ${isNull(mailings.hiddenAt)}`)
    .orderBy(desc(mailings.mailingNo))
    .limit(1)
    .offset(skipped - 1);
  return row?.no ?? null;
}
