import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import type { T } from "../ui/i18n";
import { type Answer, askedFields, readAnswer } from "./answer";
import { questionField, questionsShown } from "./conditions";
import type { FormStep, OwnAnswer } from "./kind";
import type { ActionSnapshot, Kind } from "./types";

const wholeForm: FormStep = { standard: true, own: true, questions: "all", comment: true, consent: true };

/** The pages of an action's form; most have one. */
export function stepsOf(kind: Pick<Kind, "steps">, snapshot: ActionSnapshot): readonly FormStep[] {
  return kind.steps?.(snapshot) ?? [wholeForm];
}

export type SentForm =
  | Extract<Answer, { is: "valid" }>
  | { is: "invalid"; errors: Record<string, string>; step: number }
  /** So far so good: this page of the form comes next. */
  | { is: "next"; step: number };

type Sent = { t: T; ctx: Context; kind: Kind; snapshot: ActionSnapshot; values: FormValues; address: URL };

/**
 * What a supporter sent, page by page. Each page is checked with all that came before it, so that nobody is told on the
 * last one what was wrong on the first. Whoever sends everything at once, as a program does, names no page.
 */
export async function readSent(sent: Sent): Promise<SentForm> {
  const { t, ctx, kind, snapshot, values, address } = sent;
  const steps = stepsOf(kind, snapshot);
  const step = stepSent(values, steps.length);
  const isLast = step === steps.length;
  if (single(values, "do") === "back") return { is: "next", step: stepFrom(step, -1, steps, sent) };
  const common = readAnswer(t, snapshot, values, address);
  const own = await kind.readFields?.({ t, ctx, snapshot, values, step, isLast });
  const errors = errorsOf(common, own);
  const wrong = Object.keys(errors).map((name) => ({ name, at: stepOf(name, steps, own, step) }));
  const first = Math.min(...wrong.map(({ at }) => at));
  if (first <= step) {
    const shown = wrong.filter(({ at }) => at <= step).map(({ name }) => [name, errors[name] ?? ""]);
    return { is: "invalid", errors: Object.fromEntries(shown), step: first };
  }
  if (own?.is === "more") return { is: "next", step: own.step ?? step };
  if (!isLast || common.is === "invalid") return { is: "next", step: stepFrom(step, 1, steps, sent) };
  return { is: "valid", participation: withOwn(kind, common.participation, own) };
}

function stepSent(values: FormValues, count: number): number {
  const step = Number(single(values, "step") || count);
  return Number.isInteger(step) && step >= 1 && step <= count ? step : count;
}

/** The next page with anything on it: one whose questions all depend on other answers is passed over. */
function stepFrom(
  step: number,
  by: 1 | -1,
  steps: readonly FormStep[],
  { kind, snapshot, values }: Sent,
): number {
  const last = by === 1 ? steps.length : 1;
  for (let next = step + by; (last - next) * by > 0; next += by) {
    const here = steps[next - 1];
    if (here && !isEmpty(here, kind, snapshot, values)) return next;
  }
  return last;
}

function isEmpty(here: FormStep, kind: Kind, { action }: ActionSnapshot, values: FormValues): boolean {
  const hasOwn = here.own && (kind.FieldsBefore ?? kind.FieldsAfter) !== undefined;
  if (here.standard || here.comment || here.consent || hasOwn) return false;
  return questionsShown(action.settings.questions, here.questions, values).length === 0;
}

function errorsOf(common: Answer, own: OwnAnswer | undefined): Record<string, string> {
  return {
    ...(common.is === "invalid" ? common.errors : {}),
    ...(own?.is === "invalid" ? own.errors : {}),
  };
}

/** The page of the form a field stands on; one of the kind's own is on the page that was sent unless it says otherwise. */
function stepOf(name: string, steps: readonly FormStep[], own: OwnAnswer | undefined, sent: number): number {
  if (own?.is === "invalid" && name in own.errors) return own.step ?? sent;
  const at = steps.findIndex((step) => holds(step, name));
  return at === -1 ? sent : at + 1;
}

function holds(step: FormStep, name: string): boolean {
  if (name.startsWith("q_"))
    return step.questions === "all" || step.questions.some((key) => questionField(key) === name);
  if (name === "comment" || name === "isNamed") return step.comment;
  if (name === "consent") return step.consent;
  return step.standard;
}

function withOwn(
  kind: Kind,
  participation: Extract<Answer, { is: "valid" }>["participation"],
  own: OwnAnswer | undefined,
): Extract<Answer, { is: "valid" }>["participation"] {
  if (own?.is !== "valid") return participation;
  const places = kind.placesOf?.(own.own);
  return {
    ...participation,
    o: { ...participation.o, own: own.own },
    ...(places ? { pl: [places.slots, places.count] } : {}),
  };
}

/** What was filled in on other pages of the form, to travel along unseen. The kind sees to its own fields itself. */
export function carried(
  kind: Pick<Kind, "steps">,
  snapshot: ActionSnapshot,
  values: FormValues,
  step: number,
): [name: string, value: string][] {
  const steps = stepsOf(kind, snapshot);
  const here = steps[step - 1];
  if (!here || steps.length === 1) return [];
  const { settings } = snapshot.action;
  const names = [
    ...askedFields(settings).map(({ name }) => name),
    ...settings.questions.map(({ key }) => questionField(key)),
    ...["comment", "isNamed", "consent", "consentAsked"],
  ];
  return names
    .filter((name) => !holds(here, name === "consentAsked" ? "consent" : name))
    .flatMap((name) => [values[name] ?? []].flat().map((value): [string, string] => [name, value]));
}
