import { Hono } from "hono";
import type { Action, Kind } from "../actions/types";
import { findPerson, type PersonRow } from "../people/edit";
import { type ParticipationId, parseId } from "../platform/ids";
import { type ActionType, actionTypes, type ItemType, typeOfItem } from "./action-types";
import { homeTotal } from "./actions";
import { actionIn } from "./actions-routes";
import { maybeLater } from "./background";
import { answerCollection } from "./collection";
import { answerItem } from "./hal";
import { takeFromClient } from "./helpers";
import { whoTheyAre } from "./helpers-person";
import { participationItems } from "./participations";
import { putParticipation } from "./participations-change";
import { notFound } from "./problem";
import * as one from "./store-participation";
import * as store from "./store-participations";
import type { ApiContext, ApiEnv } from "./web";

const FIELDS = ["identifier", "created_date", "modified_date"];

/** What people did, under the action, under the person, and gifts by themselves (osdi-api.md §4.6–4.16). */
export function participationRoutes(kinds: readonly Kind[]): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>({ strict: false });
  for (const type of actionTypes) {
    const { item } = type;
    if (!item) continue;
    const path = `/${type.path}/:id/${item.path}`;
    api.get(path, async (c) => answerOfAction(c, type, item, await actionIn(c, type)));
    api.post(path, maybeLater, (c) => takeFromClient(c, kinds, { ...type, item }));
    api.get(`${path}/:item`, async (c) => {
      const action = await actionIn(c, type);
      return answerOne(c, item, await itemIn(c, item, action.no));
    });
    // Changed with PUT; with POST by a client that knows no better (osdi-api.md §9.13).
    api.on(["PUT", "POST"], `${path}/:item`, maybeLater, async (c) => {
      const action = await actionIn(c, type);
      const row = await itemIn(c, item, action.no);
      return answerOne(c, item, await putParticipation(c, item, action, row));
    });
    personRoutes(api, item);
  }
  campaignRoutes(api);
  const donations = typeOfItem("donations").item;
  api.get("/donations", (c) =>
    answerRows(c, donations, "/donations", (asked) => store.gifts(c.var.caller.db, asked)),
  );
  api.get("/donations/:item", async (c) => {
    const id = parseId<ParticipationId>(c.req.param("item"));
    const row = id && (await one.gift(c.var.caller.db, id));
    if (!row) throw notFound("donation", c.req.param("item"));
    return answerOne(c, donations, row);
  });
  return api;
}

function personRoutes(api: Hono<ApiEnv>, item: ItemType): void {
  const path = `/people/:person/${item.path}`;
  const { kinds } = typeOfItem(item.path);
  api.get(path, async (c) => {
    const person = await personIn(c);
    return answerRows(c, item, `/people/${person.id}/${item.path}`, (asked) =>
      store.ofPerson(c.var.caller.db, person.no, kinds, asked),
    );
  });
  api.get(`${path}/:item`, async (c) => {
    const person = await personIn(c);
    const id = parseId<ParticipationId>(c.req.param("item"));
    const row = id && (await one.oneOfPerson(c.var.caller.db, person.no, kinds, id));
    if (!row) throw notFound(item.noun, c.req.param("item"));
    return answerOne(c, item, row);
  });
}

/** Attendances of an event under its event campaign. */
function campaignRoutes(api: Hono<ApiEnv>): void {
  const type = typeOfItem("attendances");
  const path = "/event_campaigns/:campaign/events/:id/attendances";
  const eventIn = async (c: ApiContext) => {
    const campaigns = actionTypes.find((each) => each.path === "event_campaigns");
    if (!campaigns) throw new Error("no event campaigns");
    const { no } = await actionIn(c, campaigns, "campaign");
    return actionIn(c, type, "id", no);
  };
  api.get(path, async (c) => answerOfAction(c, type, type.item, await eventIn(c)));
  api.get(`${path}/:item`, async (c) => {
    const { no } = await eventIn(c);
    return answerOne(c, type.item, await itemIn(c, type.item, no));
  });
}

/** The person a path names; of one who was made one with somebody else, that one. */
async function personIn(c: ApiContext): Promise<PersonRow> {
  const text = c.req.param("person") ?? "";
  const { db } = c.var.caller;
  const person = await whoTheyAre(db, await findPerson(db, text));
  if (!person) throw notFound("person", text);
  return person;
}

async function itemIn(c: ApiContext, item: ItemType, actionNo: number): Promise<one.Row> {
  const text = c.req.param("item") ?? "";
  const id = parseId<ParticipationId>(text);
  const row = id && (await one.participation(c.var.caller.db, actionNo, id));
  if (!row) throw notFound(item.noun, text);
  return row;
}

async function answerOne(c: ApiContext, { path, noun }: ItemType, row: one.Row): Promise<Response> {
  const [item] = await participationItems(c, path, [row]);
  if (!item) throw notFound(noun, row.id);
  return answerItem(c, item);
}

function answerRows(
  c: ApiContext,
  item: ItemType,
  path: string,
  find: (asked: Parameters<typeof store.gifts>[1]) => ReturnType<typeof store.gifts>,
): Promise<Response> {
  return answerCollection(c, {
    ...{ path, rel: item.rel, otherRels: item.otherRels, fields: FIELDS },
    find: async (asked) => {
      const found = await find(asked);
      return { ...found, rows: await participationItems(c, item.path, found.rows) };
    },
    render: (each) => each,
  });
}

function answerOfAction(
  c: ApiContext,
  type: ActionType,
  item: ItemType,
  { id, no }: Action,
): Promise<Response> {
  const { db } = c.var.caller;
  // A home counts those who have a place; whoever waits for one is in the list too.
  const total = async () =>
    (item.path === "attendances" ? null : await homeTotal(c, id)) ?? (await store.countOfAction(db, no));
  return answerRows(c, item, `/${type.path}/${id}/${item.path}`, (asked) =>
    store.ofAction(db, no, asked, total),
  );
}
