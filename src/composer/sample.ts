import { fixAudience, peopleOf } from "../audiences/audience";
import type { Audience } from "../audiences/types";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { loadMergeValues } from "../mailings/content";
import type { MergeValues } from "../mailings/content/types";
import type { Context } from "../platform/context";

/** People one may look through at once. */
const SAMPLE_SIZE = 5;
const SHARES = 10_000;
/** About so many of an audience are in the share the sample is taken from. */
const SAMPLED = 100;

const named = {
  person: ["first_name", "last_name", "full_name", "email", "language"],
  custom: [],
  tags: false,
};

/** Some people of an audience, from a random share of it, who have an address; with what names them. */
export async function sampleOf(
  ctx: Context,
  group: Group,
  db: GroupDb,
  audience: Audience,
  count: number,
): Promise<MergeValues[]> {
  const [seed = 0] = crypto.getRandomValues(new Uint16Array(1));
  const share = Math.min(SHARES, Math.ceil((SHARES * SAMPLED) / Math.max(count, 1)));
  const fixed = await fixAudience(ctx, db, audience);
  const onList = { is: "subscription" as const, channel: "email" as const, status: ["subscribed" as const] };
  const sampled: Audience = {
    ...fixed,
    include: { all: [{ is: "sample", share, seed }, onList, fixed.include] },
  };
  const people = await peopleOf(ctx, db, sampled, { limit: SAMPLE_SIZE });
  return [...(await loadMergeValues(ctx, group, people, named)).values()];
}

/** One person, by their number; null for nobody of the group, or somebody without an address. */
export async function oneOf(ctx: Context, group: Group, personNo: number): Promise<MergeValues | null> {
  const found = (await loadMergeValues(ctx, group, [personNo], named)).get(personNo);
  return found && found.email !== "" ? found : null;
}
