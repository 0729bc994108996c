import { type Breakdown, SHOWN_FROM, type Withheld } from "./types";

/**
 * Why the lines of a breakdown are not for somebody to see; null when they are. Whoever may not see people could aim a mailing at one of
 * them and read what that one answered: so they see lines of shared audiences alone, and none where a mailing is for a handful of people.
 * @param recipients how many everybody is; null while nobody was counted, when there are no numbers to be seen
 */
export function withheldFrom(
  { plan }: Pick<Breakdown, "plan">,
  { seesPeople, recipients = null }: { seesPeople: boolean; recipients?: number | null },
): Withheld | null {
  if (seesPeople) return null;
  if (plan.by !== "audiences") return "answers";
  return recipients !== null && recipients < SHOWN_FROM ? "few" : null;
}
