import { type CohortPlan, cohortPlanSchema, type TestPlan } from "../mailings/types";
import type { Key } from "../ui/i18n";
import { numberOf } from "./settings-routes";

/** The fields of a test down the list as they were typed. */
export const cohortFields = [
  "cohortSize",
  "shareOfBest",
  "cohortUnsubscribes",
  "cohortComplaints",
  "cohortOrder",
] as const;
export type CohortValues = Record<(typeof cohortFields)[number], string>;

const PERCENT = 100;
/** As few as say anything, half of what the best does, and the shares above which mailbox providers take offence. */
const usual: CohortPlan = {
  ...{ size: 1_000, isInOrder: true, shareOfBestMin: 50 },
  ...{ unsubscribeShareMax: 100, complaintShareMax: 10 },
};

/** The fields of a plan as it was saved, or as we advise. */
export function cohortValuesOf(test: TestPlan | null): CohortValues {
  const plan = test?.cohorts ?? usual;
  const percent = (hundredths: number | null) => (hundredths === null ? "" : String(hundredths / PERCENT));
  return {
    cohortSize: String(plan.size),
    shareOfBest: String(plan.shareOfBestMin),
    cohortUnsubscribes: percent(plan.unsubscribeShareMax),
    cohortComplaints: percent(plan.complaintShareMax),
    cohortOrder: plan.isInOrder ? "list" : "each",
  };
}

/** What the fields say; what makes no sense is told of into `problems`, and gives null. */
export function readCohorts(
  typed: CohortValues,
  problems: Partial<Record<keyof CohortValues, Key>>,
): CohortPlan | null {
  const hundredths = (text: string) =>
    text === "" ? null : Math.round(Number(text.replace(",", ".")) * PERCENT);
  const plan = cohortPlanSchema.safeParse({
    size: numberOf(typed.cohortSize),
    isInOrder: typed.cohortOrder !== "each",
    shareOfBestMin: Number(typed.shareOfBest || Number.NaN),
    unsubscribeShareMax: hundredths(typed.cohortUnsubscribes),
    complaintShareMax: hundredths(typed.cohortComplaints),
  });
  if (plan.success) return plan.data;
  for (const { path } of plan.error.issues) {
    if (path[0] === "size") problems.cohortSize = "cohorts.problem.size";
    if (path[0] === "shareOfBestMin") problems.shareOfBest = "cohorts.problem.shareOfBest";
    if (path[0] === "unsubscribeShareMax") problems.cohortUnsubscribes = "composer.problem.share";
    if (path[0] === "complaintShareMax") problems.cohortComplaints = "composer.problem.share";
  }
  return null;
}
