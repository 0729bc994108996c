import type { Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor, type GroupDb } from "../groups/shard";
import type { MemberEnv } from "../groups/web";
import { findPerson, type PersonRow, peopleByNumber } from "../people/edit";
import { countryIn } from "../platform/countries";
import { AppError } from "../platform/errors";
import type { FlashMessage } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";
import type { ShellProps } from "../ui/layout";

export type C = HonoContext<MemberEnv>;

export const PEOPLE_PATH = "/groups/:group/people";
export const PERSON_PATH = `${PEOPLE_PATH}/:person`;
export const BYTES_MAX = 100_000;

/** What every page of this folder shows around itself. */
export type PeopleFrame = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: { name: string; slug: string };
  now: number;
  timeZone: string;
  mayEdit: boolean;
  flash?: FlashMessage | undefined;
};

export async function peopleFrame(c: C, flash?: FlashMessage): Promise<PeopleFrame> {
  const { ctx, t, locale, group, account, role } = c.var;
  return {
    frame: await frameOf(c),
    ...{ t, locale, group, flash },
    now: ctx.now,
    timeZone: account.timeZone,
    mayEdit: can(role, "people.edit"),
  };
}

export function groupDb(c: C): GroupDb {
  return dbFor(c.var.ctx.env, c.var.group);
}

/** The person a request is about. Throws not_found for another group's, for none, and for one who was forgotten or merged. */
export async function personIn(c: C): Promise<PersonRow> {
  const person = await findPerson(groupDb(c), c.req.param("person") ?? "");
  if (!person || person.mergedInto !== null) throw new AppError("not_found");
  return person;
}

/** Where organisers find a person. */
export function personHref(group: { slug: string }, person: { id: string }, rest = ""): string {
  return `/groups/${group.slug}/people/${person.id}${rest}`;
}

/** How a line names the member who did it. */
export async function nameOfMembers(c: C): Promise<(accountNo: number | null) => string> {
  const { ctx, t, group } = c.var;
  const names = new Map(
    (await listMembers(ctx, group)).map(({ accountNo, name, email }) => [accountNo, name || email]),
  );
  return (accountNo) => names.get(accountNo ?? -1) ?? t("profiles.somebody");
}

/** Those of the team who may look after people: organisers, who see none, may not. */
export async function pointsOf(c: C): Promise<{ accountNo: number; name: string }[]> {
  const members = await listMembers(c.var.ctx, c.var.group);
  return members
    .filter(({ role }) => can(role, "people.view"))
    .map(({ accountNo, name, email }) => ({ accountNo, name: name || email }));
}

/** Where somebody who was merged is found now; null when nobody is there. */
export async function survivorOf(db: GroupDb, person: PersonRow): Promise<PersonRow | null> {
  let at: PersonRow | undefined = person;
  // A chain of merges is as long as an organiser made it by hand.
  for (let step = 0; at?.mergedInto != null && step < CHAIN_MAX; step += 1)
    [at] = await peopleByNumber(db, [at.mergedInto]);
  return at && at.mergedInto === null && at.erasedAt === null ? at : null;
}

const CHAIN_MAX = 20;

export function nameOf(person: { givenName: string | null; familyName: string | null }): string {
  return [person.givenName, person.familyName].filter((part) => part).join(" ");
}

/** Where a person lives, in a line of a list. */
export function placeOf(person: { locality: string | null; country: string | null }, locale: Locale): string {
  return [person.locality, countryIn(person.country ?? "", locale)].filter((part) => part).join(", ");
}
