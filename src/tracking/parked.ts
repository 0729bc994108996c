import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { readersOf } from "./objects";
import { PARTS } from "./types";

const parts = Array.from({ length: PARTS }, (_, part) => part);

/** Why openings and clicks of a mailing could not be stored, in D1's words, oldest first; nothing of who they were. */
export async function parkedReadings(
  ctx: Pick<Context, "env">,
  group: Group,
  mailingNo: number,
): Promise<{ at: number; error: string }[]> {
  const errors = await Promise.all(
    parts.map((part) => readersOf(ctx.env, group, { mailingNo, personNo: part }).readers.parkedErrors()),
  );
  return errors.flat().toSorted((one, other) => one.at - other.at);
}

/** Has them tried again. Gives how many there were. */
export async function unparkReadings(
  ctx: Pick<Context, "env">,
  group: Group,
  mailingNo: number,
): Promise<number> {
  const counts = await Promise.all(
    parts.map((part) => readersOf(ctx.env, group, { mailingNo, personNo: part }).readers.unpark()),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
