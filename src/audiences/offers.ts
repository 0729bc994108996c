import type { GroupDb } from "../groups/shard";
import { listAudiences } from "./audience";
import { type Offered, selectOffers } from "./store-names";

/** Things to choose from in one list; whoever has more finds the newest. */
const OFFERS_MAX = 200;

/** What the pick-lists of the builder hold. */
export type Offers = {
  actions: Offered[];
  tags: Offered[];
  fields: (Offered & { answers: string[] })[];
  mailings: Offered[];
  series: Offered[];
  imports: Offered[];
  audiences: { no: number; name: string }[];
};

export async function offersFor(db: GroupDb, accountNo: number, ownNo: number | null): Promise<Offers> {
  const [offers, saved] = await Promise.all([selectOffers(db, OFFERS_MAX), listAudiences(db, accountNo)]);
  return {
    ...offers,
    fields: offers.fields.map((field) => ({ ...field, answers: answersOf(field) })),
    audiences: saved.filter(({ no }) => no !== ownNo).map(({ no, name }) => ({ no, name })),
  };
}

function answersOf({ kind, choices = "[]" }: Offered): string[] {
  if (kind === "yesno") return ["yes", "no"];
  const read: unknown = JSON.parse(choices);
  return Array.isArray(read) ? read.filter((choice) => typeof choice === "string") : [];
}
