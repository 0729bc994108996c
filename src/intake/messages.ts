import { z } from "zod";
import type { ActionId, GroupId, ParticipationId } from "../platform/ids";
import { EVENT_PAGE_SIZE, type ParticipationsRecorded } from "./types";

const target = z.object({
  groupNo: z.number().int(),
  groupId: z.custom<GroupId>((value) => typeof value === "string"),
  shard: z.string(),
  jurisdiction: z.enum(["", "eu", "us", "fedramp"]),
  actionNo: z.number().int(),
  actionId: z.custom<ActionId>((value) => typeof value === "string"),
  kind: z.string(),
  isOnce: z.boolean(),
  tagNos: z.array(z.number().int()),
  hasReceipt: z.boolean(),
});

/** On the EVENTS queue: these participations are stored. */
export const participationsRecorded: z.ZodType<ParticipationsRecorded> = z.object({
  type: z.literal("participations.recorded"),
  target,
  people: z
    .array(z.tuple([z.number().int(), z.custom<ParticipationId>((value) => typeof value === "string")]))
    .max(EVENT_PAGE_SIZE),
});
