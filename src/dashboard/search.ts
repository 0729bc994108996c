import { listActions } from "../actions/action";
import type { Action } from "../actions/types";
import { listAudiences } from "../audiences/audience";
import type { SavedAudience } from "../audiences/types";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group, Role } from "../groups/types";
import { listMailings } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { type FoundPerson, searchPeople } from "../people/search";
import type { Context } from "../platform/context";

/** Of each sort at most so many; their own lists find the rest. */
const EACH_MAX = 6;
/** Longer than what anybody types to find something. */
export const SEARCH_MAX = 100;
/** One letter is in every title. */
const LETTERS_MIN = 2;

/** What a group has that some words may mean, the newest first, people the likeliest first. */
export type FoundThings = {
  actions: Action[];
  mailings: Mailing[];
  people: FoundPerson[];
  audiences: SavedAudience[];
};

/** Looks for words in what a group has, as far as somebody's role lets them see it. Throws when the group's database cannot be reached. */
export async function findThings(
  ctx: Context,
  group: Group,
  reader: { role: Role; accountNo: number },
  text: string,
): Promise<FoundThings> {
  if (text.length < LETTERS_MIN) return { actions: [], mailings: [], people: [], audiences: [] };
  const db = dbFor(ctx.env, group);
  const seesPeople = can(reader.role, "people.view");
  const [{ actions }, mailings, people, audiences] = await Promise.all([
    listActions(ctx, group, { search: text, limit: EACH_MAX }),
    can(reader.role, "mailings.view") ? listMailings(db, { search: text, limit: EACH_MAX }) : [],
    seesPeople ? searchPeople(ctx, group, text, { limit: EACH_MAX }) : [],
    seesPeople ? listAudiences(db, reader.accountNo) : [],
  ]);
  const wanted = text.toLowerCase();
  const named = audiences.filter(({ name }) => name.toLowerCase().includes(wanted));
  return { actions, mailings, people, audiences: named.slice(0, EACH_MAX) };
}
