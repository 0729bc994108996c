import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { listPeople, type PersonRow } from "../people/edit";
import { hasPoints, lookedAfterBy } from "../people/point-person";
import { type FoundPerson, SEARCH_TEXT_MAX, searchPeople, statusName } from "../people/search";
import type { FlashMessage } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";
import { FoundPeople, type ListedPerson, PeoplePage } from "./list-views";
import { groupDb, nameOf, PEOPLE_PATH, peopleFrame, personHref, placeOf } from "./web";

/** The people of a group: the newest, or those a search finds. */
export const listRoutes = new Hono<MemberEnv>().get(PEOPLE_PATH, memberCan("people.view"), async (c) => {
  const { ctx, group, account, locale } = c.var;
  const text = (c.req.query("q") ?? c.req.query("email") ?? "").trim().slice(0, SEARCH_TEXT_MAX);
  const asked = Number(c.req.query("before"));
  const before = Number.isSafeInteger(asked) && asked > 0 ? asked : undefined;
  const isPart = c.req.query("part") === "found";
  const isMine = text === "" && c.req.query("point") === "me";
  const newest = text === "" && !isMine ? await listPeople(groupDb(c), before) : null;
  const people = isMine
    ? (await lookedAfterBy(groupDb(c), account.no)).map((person) => ({
        ...ofRow(group, person, locale),
        actedAt: person.actedAt,
      }))
    : newest
      ? newest.people.map((person) => ofRow(group, person, locale))
      : (await searchPeople(ctx, group, text)).map((person) => ofFound(group, person, locale));
  const props = {
    ...(await peopleFrame(c, erasedFlash(c.var.t, c.req.query("done")))),
    ...{ people, text },
    mine: isMine || (text === "" && (await hasPoints(groupDb(c)))) ? { isShown: isMine } : null,
    isFirstPage: before === undefined,
    next: newest?.next ?? null,
  };
  // The same rows alone, for the script that searches while one types.
  return c.html(isPart ? <FoundPeople {...props} /> : <PeoplePage {...props} />);
});

/** Whoever was erased has no page any more to say so. */
function erasedFlash(t: T, done: string | undefined): FlashMessage | undefined {
  const known = (["erased", "erasedSoon"] as const).find((name) => name === done);
  return known && { kind: "good", text: t(`privacy.person.${known}`) };
}

function ofRow(group: { slug: string }, person: PersonRow, locale: Locale): ListedPerson {
  return {
    href: personHref(group, person),
    name: nameOf(person),
    email: person.email ?? person.phone ?? "",
    place: placeOf(person, locale),
    status: statusName(person.emailStatus),
    createdAt: person.createdAt,
    isSimilar: false,
  };
}

function ofFound(group: { slug: string }, person: FoundPerson, locale: Locale): ListedPerson {
  const { name, createdAt, isSimilar } = person;
  const email = person.email || person.phone;
  return {
    href: personHref(group, person),
    name,
    email,
    place: placeOf(person, locale),
    status: person.emailStatus,
    createdAt,
    isSimilar,
  };
}
