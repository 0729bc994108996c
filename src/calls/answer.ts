import type { OwnAnswer, OwnInput, Taken, Taking } from "../actions/kind";
import type { ActionSnapshot } from "../actions/types";
import { whereAnswer } from "../actions/where-answer";
import type { Target } from "../officials/types";
import { type Reached, reach } from "../officials/whereabouts";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import { callSettingsOf, checkedCall, reports } from "./types";

/** The page of the form on which one calls. */
const CALL_STEP = 2;

/** Whom somebody would call: those with a number. */
export async function calledBy(
  ctx: Context,
  { group, action }: ActionSnapshot,
  values: FormValues,
): Promise<Reached> {
  const { source } = callSettingsOf(action.settings);
  const asking = { owner: group, source, values, locale: action.locale, reachedBy: "phone" as const };
  const reached = await reach(ctx, asking);
  if (reached.is !== "found") return reached;
  const targets = reached.targets.filter(({ phone }) => phone !== "");
  return targets.length > 0 ? { ...reached, targets } : { is: "nobody" };
}

/** Which of the calls the form is at, and to whom it is. */
export function callAt(
  targets: readonly Target[],
  values: FormValues,
): { at: number; target: Target | undefined } {
  const asked = Number(single(values, "at") || 0);
  const at = Number.isInteger(asked) && asked >= 0 && asked < targets.length ? asked : 0;
  return { at, target: targets[at] };
}

/** Where somebody lives on the first page, how one call went on the second. */
export async function readFields({ t, ctx, snapshot, values, isLast }: OwnInput): Promise<OwnAnswer> {
  const reached = await calledBy(ctx, snapshot, values);
  if (reached.is !== "found") return whereAnswer(t, reached, values);
  if (!isLast) return { is: "valid", own: {} };
  const { at, target } = callAt(reached.targets, values);
  const outcome = reports.find((report) => report === single(values, "outcome"));
  if (!outcome || !target) return { is: "invalid", errors: { outcome: t("calls.errors.outcome") } };
  const { key: k, name: n, title, office } = target;
  const o = [title, office].filter((part) => part !== "").join(", ");
  return { is: "valid", own: checkedCall.keep({ k, n, o, a: outcome, at, of: reached.targets.length }) };
}

/**
 * Records one call, each as a participation of its own: what was reported counts although the person goes away before the
 * next. Then the form goes on to whoever is next.
 */
export async function take({ snapshot, participation, record }: Taking): Promise<Taken> {
  const { a: outcome, at, of } = checkedCall.read(participation.o.own ?? {});
  const reply = outcome === "skipped" ? null : await record(participation);
  if (reply?.outcome === "closed") return { is: "recorded", reply };
  if (at + 1 < of) {
    const values = { at: String(at + 1), outcome: "", reported: reply ? "yes" : "" };
    return { is: "again", step: CALL_STEP, values };
  }
  return reply
    ? { is: "recorded", reply }
    : { is: "elsewhere", href: `/calls/${snapshot.action.slug}/thanks` };
}
