import { eq } from "drizzle-orm";
import type { Database } from "../platform/context";
import { groupLooks } from "./directory-tables";
import type { GroupSettings, Look } from "./types";

export type StoredLooks = { draft: Look | null; live: Look | null; previous: Look | null };

export async function looksOf(db: Database, groupNo: number): Promise<StoredLooks> {
  const [row] = await db.select().from(groupLooks).where(eq(groupLooks.groupNo, groupNo));
  return { draft: row?.draft ?? null, live: row?.live ?? null, previous: row?.previous ?? null };
}

export async function saveDraftLook(db: Database, groupNo: number, draft: Look | null): Promise<void> {
  await db
    .insert(groupLooks)
    .values({ groupNo, draft })
    .onConflictDoUpdate({ target: groupLooks.groupNo, set: { draft } });
}

/** The looks shown now and before, and what pages are made with, all or nothing. Drafts end with it. */
export async function saveLiveLook(
  db: Database,
  groupNo: number,
  { live, previous }: { live: Look; previous: Look },
  made: Partial<GroupSettings>,
): Promise<void> {
  // Drizzle cannot batch raw SQL on D1, so these are D1's own statements.
  const d1 = db.$client;
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO group_looks (group_no, draft, live, previous) VALUES (?1, NULL, ?2, ?3)
         ON CONFLICT (group_no) DO UPDATE SET draft = NULL, live = excluded.live, previous = excluded.previous`,
      )
      .bind(groupNo, JSON.stringify(live), JSON.stringify(previous)),
    d1
      .prepare("UPDATE groups SET settings = json_patch(settings, ?2) WHERE group_no = ?1")
      .bind(groupNo, JSON.stringify(made)),
  ]);
}
