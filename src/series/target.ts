import type { Node } from "../audiences/types";
import { type Target, targetSchema } from "../mailings/types";
import type { Plan } from "./types";

/**
 * Whom a run is for: the audience of the mailing it copies, asked anew. Where nobody gets the series twice, it is for those who were in no
 * run of it and are on the list: the others are no candidates, so that a welcome writes no row at every run for whoever it does not go to.
 * @param familyNo of the series
 * @returns null when the audience has no room for that
 */
export function targetOfRun(target: Target, plan: Plan, familyNo: number): Target | null {
  if (!plan.isOncePerPerson) return target;
  const { include } = target.audience;
  const fresh: Node[] = [
    { not: { is: "series", series: [familyNo] } },
    { is: "subscription", channel: "email", status: ["subscribed"] },
  ];
  const all = "all" in include ? [...include.all, ...fresh] : [include, ...fresh];
  const found = targetSchema.safeParse({ ...target, audience: { ...target.audience, include: { all } } });
  return found.success ? found.data : null;
}
