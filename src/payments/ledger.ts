import type { EntryKind, LedgerFact } from "../platform/payments/types";

/** The kinds that move the gift itself; fees are what the provider keeps for its work. */
const givenKinds: readonly EntryKind[] = ["charge", "refund", "refund_failed", "dispute", "dispute_won"];

export type Standing = "awaited" | "paid" | "partly_refunded" | "refunded" | "disputed" | "dispute_lost";

/**
 * What the lines about one payment come to. A sum and a set: neither depends on the order in which the lines were written.
 * @param facts any lines of one payment, each once
 */
export function standingOf(facts: readonly Pick<LedgerFact, "key" | "kind" | "money">[]): {
  standing: Standing;
  /** What the group still has of the gift, before fees. */
  held: number;
  refunded: number;
} {
  const sum = (...kinds: EntryKind[]) =>
    facts.filter(({ kind }) => kinds.includes(kind)).reduce((total, { money }) => total + money.amount, 0);
  const charged = sum("charge");
  const refunded = 0 - sum("refund", "refund_failed");
  const held = sum(...givenKinds);
  const disputes = facts.filter(({ kind }) => kind === "dispute").map(({ key }) => objectOf(key));
  const ended = (how: "dispute_won" | "dispute_lost") =>
    new Set(facts.filter(({ kind }) => kind === how).map(({ key }) => objectOf(key)));
  const won = ended("dispute_won");
  const lost = ended("dispute_lost");
  const isOpen = disputes.some((dispute) => !won.has(dispute) && !lost.has(dispute));
  if (charged === 0) return { standing: "awaited", held, refunded };
  if (isOpen) return { standing: "disputed", held, refunded };
  if (lost.size > 0) return { standing: "dispute_lost", held, refunded };
  if (refunded >= charged) return { standing: "refunded", held, refunded };
  return { standing: refunded > 0 ? "partly_refunded" : "paid", held, refunded };
}

/** The provider's id in a key such as `dispute_won:dp_1`. */
function objectOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}

/** Whether a line counts towards what was raised. */
export function isGiven(kind: EntryKind): boolean {
  return givenKinds.includes(kind);
}
