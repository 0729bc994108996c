import type { Id } from "../platform/ids";

export type TopicId = Id<"topic">;

/** Why the whole installation writes to an address no more. */
const suppressionCauses = ["bounce", "complaint", "operator"] as const;
export type SuppressionCause = (typeof suppressionCauses)[number];

/** `departures.way`: how somebody said that they want less. */
export const leaveWays = { one_click: 1, page: 2, mail: 3, preferences: 4 } as const;
export type LeaveWay = keyof typeof leaveWays;

/** `departures.choice`: what they want. */
export const leaveChoices = { all: 1, topic: 2, pause: 3, fewer: 4 } as const;
export type LeaveChoice = keyof typeof leaveChoices;

/** Why, in the order in which the page asks. */
export const leaveReasons = ["too_many", "not_relevant", "never_asked", "not_mine", "other"] as const;
export type LeaveReason = (typeof leaveReasons)[number];
export const LEAVE_COMMENT_MAX = 500;

/** How long "pause" is, on the page of an unsubscribe link. */
export const PAUSE_MS = 30 * 86_400_000;
/** What "less often" means there: mailings in seven days. */
export const FEWER_WEEKLY_MAX = 1;

export const TOPICS_MAX = 50;
export const TOPIC_NAME_MAX = 80;
export const TOPIC_DESCRIPTION_MAX = 300;
