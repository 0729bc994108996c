import type { Id } from "../platform/ids";

export type TopicId = Id<"topic">;

/** Why the whole installation writes to an address no more. */
export const suppressionCauses = ["bounce", "complaint", "operator"] as const;
export type SuppressionCause = (typeof suppressionCauses)[number];
