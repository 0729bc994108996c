import { Hono } from "hono";
import type { GroupDb } from "../groups/shard";
import { listFields } from "../people/custom-field";
import { findPerson, type PersonRow, peopleByNumber } from "../people/edit";
import { maybeLater } from "./background";
import { checked, readBody } from "./body";
import { type Asked, answerCollection, type Found } from "./collection";
import { answerItem, type Item, isRecord } from "./hal";
import { locatingPeople } from "./location";
import { personItem } from "./people";
import { findPeople, peopleAliases, peopleFields } from "./people-find";
import { personBody, signupBody } from "./people-schema";
import { changePerson, signUp } from "./people-write";
import { notFound } from "./problem";
import { selectBeside } from "./store-people";
import type { ApiContext, ApiEnv } from "./web";

/** People (osdi-api.md §4.2): everybody on the group's list, subscribed or not. */
export const peopleRoutes = new Hono<ApiEnv>({ strict: false });

peopleRoutes.get("/people", (c) =>
  answerCollection(c, {
    ...{ path: "/people", rel: "osdi:people", fields: peopleFields, aliases: peopleAliases },
    find: (asked) => pageOf(c, asked),
    render: (item: Item) => item,
  }),
);

peopleRoutes.get("/people/:id", async (c) => answerPerson(c, await personIn(c)));

peopleRoutes.post("/people", maybeLater, async (c) => {
  const { person, add_tags, remove_tags } = checked(signupBody, wrapped(await readBody(c)));
  const tags = { add: add_tags ?? [], remove: remove_tags ?? [] };
  return answerPerson(c, await byId(c, await signUp(c, person, tags)));
});

peopleRoutes.on(["PUT", "POST"], "/people/:id", maybeLater, async (c) => {
  const person = await personIn(c);
  const body = await readBody(c);
  const said = checked(personBody, isRecord(body.person) ? body.person : body);
  return answerPerson(c, await byId(c, await changePerson(c, person, said)));
});

/** Some clients leave the wrapper out (osdi-api.md §9.26). */
function wrapped(body: Record<string, unknown>): Record<string, unknown> {
  const isBare = ["email_addresses", "phone_numbers", "identifiers"].some((key) => key in body);
  return "person" in body || !isBare ? body : { ...body, person: body };
}

/** The person an address names; one who was merged is whom they turned out to be. Refuses with the words clients know. */
export async function personIn(c: ApiContext, name = "id"): Promise<PersonRow> {
  return byId(c, c.req.param(name) ?? "");
}

async function byId(c: ApiContext, text: string): Promise<PersonRow> {
  const id = text.replace(/^action_network:/, "");
  const person = await personNow(c.var.caller.db, id);
  if (!person) throw notFound("person", id);
  return person;
}

/** Whoever has an id now; one who was merged is whom they turned out to be. Null for one who was forgotten, and for none. */
export async function personNow(db: GroupDb, id: string): Promise<PersonRow | null> {
  let person = await findPerson(db, id);
  for (let nth = 0; person?.mergedInto != null && nth < MERGES_MAX; nth += 1)
    person = (await peopleByNumber(db, [person.mergedInto]))[0] ?? null;
  return person && person.erasedAt === null && person.mergedInto === null ? person : null;
}

const MERGES_MAX = 10;

async function answerPerson(c: ApiContext, person: PersonRow): Promise<Response> {
  const [item] = await personItems(c, [person]);
  if (!item) throw notFound("person", person.id);
  return answerItem(c, item);
}

/** People as clients read them, with what stands beside them, in two statements however many they are. */
async function personItems(c: ApiContext, people: readonly PersonRow[]): Promise<Item[]> {
  const { db, group } = c.var.caller;
  if (people.length === 0) return [];
  const [beside, fields, locate] = await Promise.all([
    selectBeside(
      db,
      people.map(({ no }) => no),
    ),
    listFields(db),
    locatingPeople(c.var.ctx, group, people),
  ]);
  return people.flatMap((person) => {
    const known = beside.get(person.no);
    return known ? [personItem(c.var, person, known, { fields, locate })] : [];
  });
}

async function pageOf(c: ApiContext, asked: Asked): Promise<Found<Item>> {
  const { db, group } = c.var.caller;
  const people = await findPeople(db, group.country, asked);
  const last = people.at(-1);
  return { rows: await personItems(c, people), cursor: last ? String(last.no) : null };
}
