import type { RecipientRefused } from "../delivery/types";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import { returnPlan } from "../people/person";
import { subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import { recipientOf } from "../subscriptions/subscription";
import { suppress } from "../subscriptions/suppression";

/**
 * An address that was refused for good when a copy was handed over: as dead as one a copy came back from, and no bounce will say so.
 * It is the mailing's failure and no bounce of its numbers. May be told again: what was said since, and an address somebody no longer
 * has, stand.
 * @throws when it cannot be written down, so that it is told again
 */
export async function refusedAtOnce(
  ctx: Context,
  { groupNo, personNo, to, reason, at }: RecipientRefused,
): Promise<"retired" | "known"> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (!group) return "known";
  const db = dbFor(ctx.env, group);
  const person = await recipientOf(db, personNo);
  if (person?.email !== to || (person.emailStatusAt ?? 0) > at) return "known";
  const [changed] = await db.d1.batch(
    returnPlan(db, person.personNo, { status: "bounced", email: to, reason, at }),
  );
  const isNew = (changed?.meta.changes ?? 0) > 0;
  // Told again after a half-done first time.
  if (isNew || person.emailStatus === subscriptionStatus.bounced) await suppress(ctx, to, "bounce");
  ctx.log.info("inbound.refused", { groupNo, isNew });
  return isNew ? "retired" : "known";
}
