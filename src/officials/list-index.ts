import { type ListedTarget, MATCHED_MAX, type Target } from "./types";

/*
 * A list may hold thousands, and mails match it for every place that people live at: it is put in order once for as long as it is in
 * memory, by the prefixes of postal codes and then by district.
 */

type Placed = { at: number; target: Target };
/** The targets of one prefix, or of none. */
type Shelf = {
  /** For whoever has the prefix, wherever they live. */
  everywhere: Placed[];
  byDistrict: Map<string, Placed[]>;
  /** Districts that only the group knows, as people count them. */
  own: string[];
  hasBuiltin: boolean;
};
type ListIndex = { shelves: Map<string, Shelf>; longest: number };

/** What of a list is for a postal code. */
export type Near = {
  hasBuiltin(): boolean;
  has(district: string): boolean;
  /** The group's own districts in order, so many at most. */
  ownDistricts(most: number): string[];
  /** Who sits for a district, by name. */
  namesIn(district: string): string[];
  /** Those for everybody and, where one is known, those of a district, in the order of the list. */
  targets(district: string | undefined): Target[];
};

/** Kept with the list, which memory holds for half a minute. */
const indexes = new WeakMap<readonly ListedTarget[], ListIndex>();

/**
 * What of a list is for a postal code.
 * @param code in capitals and without its gap
 */
export function nearOf(
  list: readonly ListedTarget[],
  code: string,
  isBuiltin: (district: string) => boolean,
): Near {
  const index = indexes.get(list) ?? indexOf(list, isBuiltin);
  indexes.set(list, index);
  const prefixes = Array.from({ length: Math.min(index.longest, code.length) + 1 }, (_, length) =>
    code.slice(0, length),
  );
  const shelves = prefixes.flatMap((prefix) => index.shelves.get(prefix) ?? []);
  const inDistrict = (district: string) =>
    inOrder(shelves.map(({ byDistrict }) => byDistrict.get(district) ?? []));
  return {
    hasBuiltin: () => shelves.some(({ hasBuiltin }) => hasBuiltin),
    has: (district) => shelves.some(({ byDistrict }) => byDistrict.has(district)),
    ownDistricts: (most) => together(shelves.map(({ own }) => own.slice(0, most))).slice(0, most),
    namesIn: (district) => inDistrict(district).map(({ target }) => target.name),
    targets: (district) => {
      const everywhere = shelves.map((shelf) => shelf.everywhere);
      const there = district === undefined ? [] : inDistrict(district);
      return inOrder([...everywhere, there]).map(({ target }) => target);
    },
  };
}

function indexOf(list: readonly ListedTarget[], isBuiltin: (district: string) => boolean): ListIndex {
  const shelves = new Map<string, Shelf>();
  for (const [at, { districts, prefixes, ...target }] of list.entries())
    for (const prefix of prefixes.length === 0 ? [""] : new Set(prefixes)) {
      const shelf = shelves.get(prefix) ?? emptyShelf();
      shelves.set(prefix, shelf);
      if (districts.length === 0) shelf.everywhere.push({ at, target });
      for (const district of new Set(districts)) {
        const there = shelf.byDistrict.get(district) ?? [];
        shelf.byDistrict.set(district, there);
        there.push({ at, target });
      }
    }
  for (const shelf of shelves.values()) finish(shelf, isBuiltin);
  const longest = [...shelves.keys()].reduce((most, { length }) => Math.max(most, length), 0);
  return { shelves, longest };
}

function emptyShelf(): Shelf {
  return { everywhere: [], byDistrict: new Map(), own: [], hasBuiltin: false };
}

function finish(shelf: Shelf, isBuiltin: (district: string) => boolean): void {
  const districts = [...shelf.byDistrict.keys()];
  shelf.own = districts.filter((district) => !isBuiltin(district)).toSorted(asPeopleCount);
  shelf.hasBuiltin = shelf.own.length < districts.length;
  // Nobody is led to more, whoever else there is.
  const one = new Map(shelf.everywhere.map((placed) => [placed.target.key, placed]));
  shelf.everywhere = [...one.values()].slice(0, MATCHED_MAX);
}

const collator = new Intl.Collator("en", { numeric: true });
const asPeopleCount = (one: string, other: string) => collator.compare(one, other);

function together(sorted: readonly string[][]): string[] {
  const [only = [], ...more] = sorted.filter(({ length }) => length > 0);
  return more.length === 0 ? only : [...new Set([only, ...more].flat())].toSorted(asPeopleCount);
}

/** A target of several prefixes that fit is there once. */
function inOrder(parts: readonly Placed[][]): Placed[] {
  const [only = [], ...more] = parts.filter(({ length }) => length > 0);
  if (more.length === 0) return only;
  const once = new Map([only, ...more].flat().map((placed) => [placed.at, placed]));
  return [...once.values()].toSorted((one, other) => one.at - other.at);
}
