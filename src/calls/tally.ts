import type { Afterwards } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { idFromHex, type ParticipationId } from "../platform/ids";
import { callsMissing, keepCalls } from "./store";

const MISSING_MAX = 2_000;
/** D1 takes 2 MB a parameter; this is far below. */
const PAGE = 500;

/** Writes each stored call down where calls are counted. */
export const tally: Afterwards = {
  name: "tally",
  async run(ctx, group, action, people) {
    const ids = people.map(([, id]) => id);
    await keepCalls(dbFor(ctx.env, group), action.no, ids);
  },
  async findMissing(ctx, { target, sinceMs, untilMs }) {
    const db = dbFor(ctx.env, { no: target.groupNo, shard: target.shard });
    const missing = await callsMissing(db, target.actionNo, {
      fromHex: `${timeHex(sinceMs - 1)}${"f".repeat(20)}`,
      untilHex: `${timeHex(untilMs)}${"f".repeat(20)}`,
      limit: MISSING_MAX,
    });
    for (let start = 0; start < missing.length; start += PAGE) {
      const page = missing.slice(start, start + PAGE).map((hex) => idFromHex<ParticipationId>(hex));
      await keepCalls(db, target.actionNo, page);
    }
    return missing.length;
  },
};

/** The first 48 bits of a UUIDv7 made at that moment (RFC 9562 §5.7). */
function timeHex(ms: number): string {
  return Math.max(ms, 0).toString(16).padStart(12, "0");
}
