import { z } from "zod";
import { actionByNo } from "../actions/action";
import type { Kind } from "../actions/types";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Context } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { sendAll } from "../platform/queues";
import {
  EVENT_PAGE_SIZE,
  type FollowUpWindow,
  type IntakeTarget,
  type ParticipationsRecorded,
} from "./types";

/** On the EVENTS queue: one step of a kind is to be done for these participations. */
export const afterwardsDue = z.object({
  type: z.literal("afterwards.due"),
  kind: z.string(),
  step: z.string(),
  groupNo: z.number().int(),
  actionNo: z.number().int(),
  people: z
    .array(z.tuple([z.number().int(), z.custom<ParticipationId>((value) => typeof value === "string")]))
    .max(EVENT_PAGE_SIZE),
});
export type AfterwardsDue = z.infer<typeof afterwardsDue>;

/** Asks for each step of the kind by a message of its own, so that one that fails holds up no other. */
export async function askForAfterwards(
  ctx: Context,
  { target, people }: ParticipationsRecorded,
  kinds: readonly Kind[],
): Promise<void> {
  const steps = kinds.find(({ name }) => name === target.kind)?.afterwards ?? [];
  const { kind, groupNo, actionNo } = target;
  await sendAll(
    ctx.env.EVENTS,
    steps.map(
      (step): AfterwardsDue => ({
        type: "afterwards.due",
        step: step.name,
        ...{ kind, groupNo, actionNo, people },
      }),
    ),
  );
}

/** Does one step. Nothing is left to do when the group, the action, the kind or the step is gone. Throws when D1 is away. */
export async function runAfterwards(ctx: Context, due: AfterwardsDue, kinds: readonly Kind[]): Promise<void> {
  const step = kinds.find(({ name }) => name === due.kind)?.afterwards?.find(({ name }) => name === due.step);
  const group = await groupByNo(ctx.directory, due.groupNo);
  if (!step || !group) return;
  const action = await actionByNo(dbFor(ctx.env, group), due.actionNo);
  if (action) await step.run(ctx, group, action, due.people);
}

/** Does what the clock brings to an action. Gives when to ask again; null when nothing is left, or the action is gone. */
export async function doWhatIsDue(
  ctx: Context,
  target: Pick<IntakeTarget, "kind" | "groupNo" | "actionNo">,
  kinds: readonly Kind[],
): Promise<number | null> {
  const kind = kinds.find(({ name }) => name === target.kind);
  const group = kind?.due && (await groupByNo(ctx.directory, target.groupNo));
  const action = group && (await actionByNo(dbFor(ctx.env, group), target.actionNo));
  return group && action && kind?.due ? kind.due(ctx, group, action) : null;
}

/** Has every step of the kind look for those of a window whom the news never reached. Gives how many are not settled. */
export async function findMissingAfterwards(
  ctx: Context,
  window: FollowUpWindow,
  kinds: readonly Kind[],
): Promise<number> {
  const steps = kinds.find(({ name }) => name === window.target.kind)?.afterwards ?? [];
  let unsettled = 0;
  for (const step of steps) unsettled += await step.findMissing(ctx, window);
  return unsettled;
}
