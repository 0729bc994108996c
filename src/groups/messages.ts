import { z } from "zod";

/** On the EVENTS queue: an operator has changed what this group may do. What it may do now stands in its row. */
export const groupStatusChanged = z.object({ type: z.literal("group.status"), groupNo: z.number().int() });
export type GroupStatusChanged = z.infer<typeof groupStatusChanged>;
