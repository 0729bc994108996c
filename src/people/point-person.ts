import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { noteEdit, type PersonRow, peopleByNumber } from "./edit";
import * as store from "./store-point";

export { hasPoints, selectPoint as pointOf } from "./store-point";

/** Listed of those a member looks after: nobody knows more people by name. */
const LOOKED_AFTER_MAX = 500;

/** Who of the team is there for somebody; in words, as the history of the person has it. */
export type Point = { accountNo: number | null; name: string };

/** Makes a member the one who looks after a person, or nobody, and notes it. False when it was so already. */
export async function setPoint(
  ctx: Pick<Context, "now">,
  group: GroupDb,
  personNo: number,
  { was, is, by }: { was: Point; is: Point; by: number },
): Promise<boolean> {
  if (!(await store.setPoint(group, personNo, is.accountNo, ctx.now))) return false;
  const changes = [{ name: "point", from: was.name, to: is.name }];
  await noteEdit(ctx, group, personNo, { act: "point", changes, by });
  return true;
}

/** Those whom a member looks after, and when each last did something: who acted last first. */
export async function lookedAfterBy(
  group: GroupDb,
  accountNo: number,
): Promise<(PersonRow & { actedAt: number | null })[]> {
  const looked = await store.selectLookedAfter(group, accountNo, LOOKED_AFTER_MAX);
  const people = new Map(
    (
      await peopleByNumber(
        group,
        looked.map(({ no }) => no),
      )
    ).map((person) => [person.no, person]),
  );
  return looked.flatMap(({ no, actedAt }) => {
    const person = people.get(no);
    return person ? [{ ...person, actedAt }] : [];
  });
}
