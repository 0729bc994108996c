/**
 * The cards of the test provider, chosen by name: there is no box for a number, so nobody can type a real one. The numbers
 * are those of Stripe's own test cards, for whoever knows them by heart.
 */
export const testCards = {
  succeeds: "4242 4242 4242 4242",
  declines: "4000 0000 0000 0002",
  needs_action: "4000 0025 0000 3155",
  disputes_later: "4000 0000 0000 0259",
  fails_later: "4000 0000 0000 0341",
} as const;
export type TestCard = keyof typeof testCards;

export function isTestCard(text: string): text is TestCard {
  return Object.hasOwn(testCards, text);
}
