/** people: forget those who have done nothing for so long. referrers, answers: drop these parts of old participations. */
export const retentionRules = ["people", "referrers", "answers"] as const;
export type RetentionRule = (typeof retentionRules)[number];

export const MONTHS_MIN = 1;
export const MONTHS_MAX = 240;
