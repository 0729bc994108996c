import type { ShareSettings, ShareVariant } from "./types";

/** How much of the supporters each variant gets, by its letter; together 1. */
export type Weights = Readonly<Record<string, number>>;

export function variantOf(
  { variants }: Pick<ShareSettings, "variants">,
  letter: string,
): ShareVariant | null {
  return variants.find((variant) => variant.letter === letter) ?? null;
}

/**
 * The variant somebody passes on: the winner where one was chosen, else one by chance, the same each time for the same
 * participation as long as the weights are the same.
 * @param id of the participation; empty for somebody who did not act
 * @param weights null shares evenly
 */
export function pickVariant(share: ShareSettings, id: string, weights: Weights | null): ShareVariant | null {
  const { variants } = share;
  const chosen = variantOf(share, share.winner);
  if (chosen || variants.length === 0) return chosen;
  let left = chanceOf(id);
  for (const variant of variants) {
    left -= weights?.[variant.letter] ?? 1 / variants.length;
    if (left < 0) return variant;
  }
  return variants.at(-1) ?? null;
}

/** A number from 0 to 1. The end of a UUIDv7 is random already (RFC 9562 §5.7), so it need not be hashed. */
function chanceOf(id: string): number {
  const digits = id.slice(-8);
  return /^[0-9a-f]{8}$/.test(digits) ? Number.parseInt(digits, 16) / 2 ** 32 : Math.random();
}
