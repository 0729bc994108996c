import type { PersonRow } from "../people/edit";
import type { Context } from "../platform/context";
import { type Place, type Position, positionsOf } from "../platform/positions";

/** Where a postal code lies, as an address says it (osdi-api.md §2.3); nothing where nobody knows. */
export type Locate = (place: Place) => { location?: Position & { accuracy: "Approximate" } };

/** Knows the places of some addresses. Where they cannot be read now, that is logged and addresses go without: they are whole otherwise. */
export async function locating(ctx: Pick<Context, "env" | "log">, places: readonly Place[]): Promise<Locate> {
  try {
    const positionIn = await positionsOf(ctx, places);
    return (place) => {
      const position = positionIn(place);
      return position ? { location: { ...position, accuracy: "Approximate" } } : {};
    };
  } catch (error) {
    ctx.log.error("places.read", error);
    return () => ({});
  }
}

/** The same for people, whose country is the group's where they said none. */
export function locatingPeople(
  ctx: Pick<Context, "env" | "log">,
  group: { country: string },
  people: readonly Pick<PersonRow, "country" | "postalCode">[],
): Promise<Locate> {
  return locating(
    ctx,
    people.map(({ country, postalCode }) => ({
      country: country ?? group.country,
      postalCode: postalCode ?? "",
    })),
  );
}
