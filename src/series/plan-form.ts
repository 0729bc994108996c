import { type FormValues, several, single } from "../platform/forms";
import { localTimeAt } from "../platform/local-time";
import { isTimeZone } from "../platform/time-zones";
import type { Key } from "../ui/i18n";
import { type Plan, planSchema, RECIPIENTS_MAX, RUNS_MAX } from "./types";

/** The fields of a plan as they were typed. */
const planFields = [
  "every",
  "monthDay",
  "at",
  "timeZone",
  "from",
  "until",
  "runsMax",
  "isOncePerPerson",
  "skipsEmpty",
  "recipientsMax",
] as const;
export type PlanValues = Record<(typeof planFields)[number], string> & { weekdays: string[] };
export type PlanProblems = Partial<Record<keyof PlanValues, Key>>;

/** A series that begins further away is a slip of the pen. */
const AHEAD_MAX_MS = 366 * 86_400_000;
const USUAL_TIME = "10:00";
/** A run to somewhat more people than today is nothing to wake anybody for. */
const ROOM = 1.5;
const RECIPIENTS_LEAST = 100;

export function typedPlan(values: FormValues): PlanValues {
  const text = (name: string) => single(values, name).trim();
  return {
    ...{ every: text("every"), weekdays: several(values, "weekdays"), monthDay: text("monthDay") },
    ...{ at: text("at"), timeZone: text("timeZone"), from: text("from"), until: text("until") },
    ...{ runsMax: text("runsMax"), recipientsMax: text("recipientsMax") },
    ...{ isOncePerPerson: text("isOncePerPerson"), skipsEmpty: text("skipsEmpty") },
  };
}

/** The form of a plan as it stands. A day that is over is today. */
export function valuesOfPlan(plan: Plan, recipientsMax: number, now: number): PlanValues {
  const { every, weekdays, monthDay, at, timeZone, from, until, runsMax, isOncePerPerson, skipsEmpty } = plan;
  const [begins = from] = [from, today(now, timeZone)].toSorted().toReversed();
  return {
    ...{ every, weekdays: weekdays.map(String), monthDay: String(monthDay), at, timeZone, from: begins },
    ...{ until: until ?? "", runsMax: runsMax === null ? "" : String(runsMax) },
    ...{ isOncePerPerson: isOncePerPerson ? "yes" : "", skipsEmpty: skipsEmpty ? "yes" : "" },
    recipientsMax: String(recipientsMax),
  };
}

/** What a form begins with: every week on this weekday, in the group's zone, to somewhat more people than there are now. */
export function usualValues(now: number, timeZone: string, recipients: number): PlanValues {
  const from = today(now, timeZone);
  const weekday = new Date(`${from}T00:00:00Z`).getUTCDay() || 7;
  return {
    ...{
      every: "week",
      weekdays: [String(weekday)],
      monthDay: "1",
      at: USUAL_TIME,
      timeZone,
      from,
      until: "",
    },
    ...{ runsMax: "", isOncePerPerson: "", skipsEmpty: "yes", recipientsMax: String(roomFor(recipients)) },
  };
}

/** Some more, as a number one would say. */
function roomFor(recipients: number): number {
  const wanted = Math.max(RECIPIENTS_LEAST, recipients * ROOM);
  const step = 10 ** Math.max(1, Math.floor(Math.log10(wanted)) - 1);
  return Math.min(RECIPIENTS_MAX, Math.ceil(wanted / step) * step);
}

function today(now: number, timeZone: string): string {
  return localTimeAt(now, timeZone).slice(0, 10);
}

/** What the form says, or what is wrong with it, by field. */
export function readPlan(
  typed: PlanValues,
  now: number,
): { plan: Plan; recipientsMax: number; problems: null } | { problems: PlanProblems } {
  const problems: PlanProblems = {};
  const { every, weekdays, at, timeZone, from, until } = typed;
  if (!planSchema.shape.every.safeParse(every).success) problems.every = "series.problem.every";
  if (every === "week" && weekdays.length === 0) problems.weekdays = "series.problem.weekdays";
  if (!planSchema.shape.at.safeParse(at).success) problems.at = "series.problem.at";
  if (!isTimeZone(timeZone)) problems.timeZone = "series.problem.timeZone";
  if (!isDay(from) || Date.parse(from) > now + AHEAD_MAX_MS) problems.from = "series.problem.from";
  if (until !== "" && (!isDay(until) || until < from)) problems.until = "series.problem.until";
  const runsMax = typed.runsMax === "" ? null : wholeNumber(typed.runsMax);
  if (runsMax !== null && !(runsMax >= 1 && runsMax <= RUNS_MAX)) problems.runsMax = "series.problem.runsMax";
  const recipientsMax = wholeNumber(typed.recipientsMax);
  if (!(recipientsMax >= 1 && recipientsMax <= RECIPIENTS_MAX))
    problems.recipientsMax = "series.problem.recipientsMax";
  const plan = planSchema.safeParse({
    ...{ every, at, timeZone, from, until: until || null, runsMax },
    // What another rhythm asks says nothing in this one.
    weekdays: every === "week" ? [...new Set(weekdays.map(Number))].toSorted() : [],
    monthDay: every === "month" ? Number(typed.monthDay) : 1,
    ...{ skipsEmpty: typed.skipsEmpty === "yes", isOncePerPerson: typed.isOncePerPerson === "yes" },
  });
  if (Object.keys(problems).length > 0 || !plan.success)
    return { problems: Object.keys(problems).length > 0 ? problems : { every: "series.problem.every" } };
  return { plan: plan.data, recipientsMax, problems: null };
}

function isDay(text: string): boolean {
  return planSchema.shape.from.safeParse(text).success;
}

/** Digits with whatever people put between them; NaN for anything else. */
function wholeNumber(text: string): number {
  const bare = text.replaceAll(/[\s\u00a0\u202f.,'’]/g, "");
  return /^\d{1,9}$/.test(bare) ? Number(bare) : Number.NaN;
}
