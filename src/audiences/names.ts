import type { GroupDb } from "../groups/shard";
import { clausesIn } from "./compile";
import { type NamedKind, selectNames } from "./store-names";
import type { Audience, Clause } from "./types";

/** What the numbers of an audience are called. */
export type Names = Record<NamedKind, ReadonlyMap<number, string>> & {
  /** Which kind each action is of. */
  kinds: ReadonlyMap<number, string>;
};

/** The names of everything some audiences name by number. What is missing is not, or no longer, the group's. */
export async function namesOf(db: GroupDb, audiences: readonly Audience[]): Promise<Names> {
  const wanted = numbersIn(audiences.flatMap((audience) => [...clausesIn(audience)]));
  return selectNames(db, wanted);
}

/** The numbers clauses name, by what they number. */
export function numbersIn(clauses: readonly Clause[]): Record<NamedKind, number[]> {
  const found: Record<NamedKind, Set<number>> = {
    ...{ actions: new Set(), tags: new Set(), fields: new Set() },
    ...{ mailings: new Set(), series: new Set(), imports: new Set(), audiences: new Set() },
  };
  const add = (kind: NamedKind, nos: readonly number[] = []) => {
    for (const no of nos) found[kind].add(no);
  };
  for (const clause of clauses) {
    if (clause.is === "action" || clause.is === "donation") add("actions", clause.actions);
    else if (clause.is === "tag") add("tags", clause.tags);
    else if (clause.is === "field") add("fields", [clause.field]);
    else if (clause.is === "mail") add("mailings", clause.mailings);
    else if (clause.is === "series") add("series", clause.series);
    else if (clause.is === "import") add("imports", clause.imports);
    else if (clause.is === "saved") add("audiences", [clause.audience]);
  }
  return {
    ...{ actions: [...found.actions], tags: [...found.tags], fields: [...found.fields] },
    series: [...found.series],
    ...{ mailings: [...found.mailings], imports: [...found.imports], audiences: [...found.audiences] },
  };
}
