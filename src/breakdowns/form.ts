import { listAudiences } from "../audiences/audience";
import type { SavedAudience } from "../audiences/types";
import type { GroupDb } from "../groups/shard";
import { type CustomField, fieldsOf } from "../people/custom-field";
import { cleanLine } from "../platform/clean-text";
import { type FormValues, several, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { hasAnswers } from "./lines";
import { BREAKDOWN_NAME_MAX, type Breakdown, LINES_MAX, type Plan } from "./types";

/** The form as it was typed. `by` is "audiences", "language" or "field-12". */
export type BreakdownValues = { name: string; by: string; audiences: string[]; revision: string };
export type BreakdownProblems = Partial<Record<"name" | "by" | "audience", Key>>;

/** What there is to choose from: audiences that everybody of the group sees, and fields with answers to choose. */
export type Offered = { audiences: SavedAudience[]; fields: CustomField[] };

/**
 * What somebody may choose from. Whoever may not see people chooses among shared audiences, as for whom they write to: by a field they
 * could ask what nobody has shared with them.
 */
export async function offeredIn(db: GroupDb, { seesPeople }: { seesPeople: boolean }): Promise<Offered> {
  const [audiences, fields] = await Promise.all([listAudiences(db), seesPeople ? fieldsOf(db) : []]);
  return { audiences: audiences.filter(({ isShared }) => isShared), fields: fields.filter(hasAnswers) };
}

export function typedBreakdown(values: FormValues): BreakdownValues {
  return {
    name: cleanLine(single(values, "name")),
    by: single(values, "by"),
    audiences: several(values, "audience"),
    revision: single(values, "revision"),
  };
}

export function valuesOf({ name, plan, revision }: Breakdown): BreakdownValues {
  return {
    ...{ name, revision: String(revision) },
    by: plan.by === "field" ? `field-${plan.field}` : plan.by,
    audiences: plan.by === "audiences" ? plan.audiences.map(String) : [],
  };
}

/**
 * What the form says. An audience or a field that is not offered, but was there before, stays: one that was removed or made private since
 * is not lost by another save.
 */
export function readBreakdown(
  typed: BreakdownValues,
  offered: Offered,
  before: Plan | null,
): { name: string; plan: Plan | null; problems: BreakdownProblems } {
  const problems: BreakdownProblems = {};
  if (typed.name === "") problems.name = "breakdowns.problem.name";
  if (typed.name.length > BREAKDOWN_NAME_MAX) problems.name = "breakdowns.problem.tooLong";
  const plan = planFrom(typed, offered, before, problems);
  return { name: typed.name, plan, problems };
}

function planFrom(
  { by, audiences }: BreakdownValues,
  offered: Offered,
  before: Plan | null,
  problems: BreakdownProblems,
): Plan | null {
  if (by === "language") return { by };
  if (by === "audiences") return audiencesFrom(audiences, offered, before, problems);
  const kept = before?.by === "field" ? [before.field] : [];
  const field = [...offered.fields.map(({ no }) => no), ...kept].find((no) => by === `field-${no}`);
  if (field !== undefined) return { by: "field", field };
  problems.by = "breakdowns.problem.by";
  return null;
}

function audiencesFrom(
  typed: readonly string[],
  offered: Offered,
  before: Plan | null,
  problems: BreakdownProblems,
): Plan | null {
  const kept = before?.by === "audiences" ? before.audiences : [];
  // Those it has keep their order, whatever the order of their names is by now.
  const known = new Set([...kept, ...offered.audiences.map(({ no }) => no)]);
  const chosen = [...known].filter((no) => typed.includes(String(no)));
  if (chosen.length === 0) problems.audience = "breakdowns.problem.none";
  if (chosen.length > LINES_MAX) problems.audience = "breakdowns.problem.tooMany";
  return problems.audience ? null : { by: "audiences", audiences: chosen };
}
