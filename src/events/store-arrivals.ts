import type { GroupDb } from "../groups/shard";
import { numbersOf } from "../people/merge";

/** Somebody at the door of one shift, or of the event as a whole (""). */
export type Arrival = { actionNo: number; personNo: number; shift: string };

/** Notes that somebody has come. Gives false when they had been noted before, whose moment stays. */
export async function insertAttendance(
  { d1, groupNo }: GroupDb,
  { actionNo, personNo, shift }: Arrival,
  { by, now }: { by: number; now: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO event_attendances (group_no, action_no, person_no, shift, arrived_at, account_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, actionNo, personNo, shift, now, by)
    .run();
  return meta.changes > 0;
}

export async function deleteAttendance(
  { d1, groupNo }: GroupDb,
  { actionNo, personNo, shift }: Arrival,
): Promise<void> {
  await d1
    .prepare(
      `DELETE FROM event_attendances WHERE group_no = ?1 AND action_no = ?2 AND person_no IN (${numbersOf("?3")}) AND shift = ?4`,
    )
    .bind(groupNo, actionNo, personNo, shift)
    .run();
}
