/** What a mailing's place in the order of its day depends on. */
export type Placed = { no: number; startAt: number };

/** The mailings of a day in the order of their rank: as they are named, then those that came since, as they start. */
export function ranked<One extends Placed>(ranking: readonly number[], mailings: readonly One[]): One[] {
  const places = new Map(ranking.map((no, place) => [no, place]));
  const placeOf = ({ no }: Placed) => places.get(no) ?? ranking.length;
  return mailings.toSorted(
    (one, other) => placeOf(one) - placeOf(other) || one.startAt - other.startAt || one.no - other.no,
  );
}

export const moves = ["up", "down", "first", "last"] as const;
export type Move = (typeof moves)[number];

/**
 * The order after one of those that may still move has moved among them; those that may not keep their places.
 * @returns numbers, the first in rank first; the same order where there is nowhere to go
 */
export function moved(order: readonly { no: number; isFrozen: boolean }[], no: number, move: Move): number[] {
  const open = order.filter(({ isFrozen }) => !isFrozen).map((each) => each.no);
  const at = open.indexOf(no);
  if (at < 0) return order.map((each) => each.no);
  const others = open.filter((each) => each !== no);
  const to = { up: at - 1, down: at + 1, first: 0, last: others.length }[move];
  others.splice(Math.min(Math.max(to, 0), others.length), 0, no);
  return order.map((each) => (each.isFrozen ? each.no : (others.shift() ?? each.no)));
}
