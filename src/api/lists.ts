import { Hono } from "hono";
import { listAudiences, type SavedAudience, savedAudience } from "../audiences/audience";
import type { AudienceId } from "../audiences/types";
import { cleanLine } from "../platform/clean-text";
import { type Id, idToHex, newId, parseId } from "../platform/ids";
import { checked, readBody } from "./body";
import { type Asked, answerCollection } from "./collection";
import { answerItem, type Item, identity, link } from "./hal";
import { uniqueIdListBody } from "./people-schema";
import { ApiError, notFound } from "./problem";
import * as store from "./store-lists";
import type { ApiContext, ApiEnv } from "./web";

/**
 * Lists (osdi-api.md §4.17): whom each sent mailing reached. Queries (§4.18): saved audiences. Unique id lists (§4.22): people that
 * another system lists by their ids.
 */
export const listRoutes = new Hono<ApiEnv>({ strict: false });

const ORIGIN = "Groundswell";
const ID_LISTS_MAX = 1_000;
const NAME_MAX = 200;

listRoutes.get("/lists", (c) =>
  answerCollection(c, {
    ...{ path: "/lists", rel: "osdi:lists", fields: [] },
    find: async (asked) => {
      const { lists, total } = await store.selectLists(c.var.caller.db, pageBefore(asked));
      return { rows: lists, cursor: String(lists.at(-1)?.no ?? 0), total };
    },
    render: (list: store.List) => listItem(c, list),
  }),
);

listRoutes.get("/lists/:list", async (c) => answerItem(c, listItem(c, await listIn(c))));

listRoutes.get("/lists/:list/items", async (c) => {
  const list = await listIn(c);
  return answerCollection(c, {
    ...{ path: `/lists/${list.id}/items`, rel: "osdi:items", fields: [] },
    find: async ({ after, skip, limit }) => {
      const beyond = numberIn(after) ?? 0;
      const rows = await store.selectOnList(c.var.caller.db, list.no, { beyond, skip, limit });
      return { rows, cursor: String(rows.at(-1)?.personNo ?? 0) };
    },
    render: (row: store.OnList) => itemOf(c, list, row),
  });
});

listRoutes.get("/lists/:list/items/:item", async (c) => {
  const list = await listIn(c);
  const id = idIn(c, "item");
  const row = id && (await store.selectOneOnList(c.var.caller.db, list.no, id));
  if (!row) throw notFound("item", c.req.param("item"));
  return answerItem(c, itemOf(c, list, row));
});

listRoutes.get("/queries", (c) =>
  answerCollection(c, {
    ...{ path: "/queries", rel: "osdi:queries", fields: [] },
    find: async (asked) => {
      const { before, skip, limit } = pageBefore(asked);
      const all = (await listAudiences(c.var.caller.db)).filter(({ isShared }) => isShared);
      const rows = all
        .toSorted((one, other) => other.no - one.no)
        .filter(({ no }) => no < before)
        .slice(skip, skip + limit);
      return { rows, cursor: String(rows.at(-1)?.no ?? 0), total: all.length };
    },
    render: (query: SavedAudience) => queryItem(c, query),
  }),
);

listRoutes.get("/queries/:query", async (c) => {
  const id = parseId<AudienceId>((c.req.param("query") ?? "").replace(OWN, ""));
  const query = id && (await savedAudience(c.var.caller.db, id));
  if (!query?.isShared || query.removedAt !== null) throw notFound("query", c.req.param("query"));
  return answerItem(c, queryItem(c, query));
});

listRoutes.get("/unique_id_lists", (c) =>
  answerCollection(c, {
    ...{ path: "/unique_id_lists", rel: "action_network:unique_id_lists", fields: [] },
    find: async (asked) => {
      const { lists, total } = await store.selectIdLists(c.var.caller.db, pageBefore(asked));
      return { rows: lists, cursor: String(lists.at(-1)?.no ?? 0), total };
    },
    render: (list: store.IdList) => idListItem(c, list),
  }),
);

listRoutes.get("/unique_id_lists/:list", async (c) => answerItem(c, idListItem(c, await idListIn(c))));

listRoutes.post("/unique_id_lists", async (c) => saveIdList(c, null));
listRoutes.on(["PUT", "POST"], "/unique_id_lists/:list", async (c) => saveIdList(c, await idListIn(c)));

const OWN = /^action_network:/;

/** Never makes or changes a person: ids that are nobody's are dropped. */
async function saveIdList(c: ApiContext, known: store.IdList | null): Promise<Response> {
  const { ctx, caller } = c.var;
  const body = checked(uniqueIdListBody, await readBody(c));
  const name = cleanLine(body.name ?? known?.name ?? "");
  if (name === "" || name.length > NAME_MAX)
    throw new ApiError(400, `name: a list needs a name of at most ${NAME_MAX} characters`);
  const people = body.unique_ids?.flatMap((text) => {
    const personId = parseId<Id<"person">>(text.replace(OWN, "").trim());
    return personId ? [idToHex(personId)] : [];
  });
  const id = (known && parseId<Id<"unique-id-list">>(known.id)) ?? newId<Id<"unique-id-list">>();
  const origin = cleanLine(body.origin_system ?? "").slice(0, NAME_MAX);
  if (!known || people || name !== known.name)
    await store.saveIdList(
      caller.db,
      { id, name, origin, people: people ?? null, now: ctx.now },
      ID_LISTS_MAX,
    );
  const saved = await store.selectIdList(caller.db, id);
  if (!saved) throw new ApiError(400, `A group has at most ${ID_LISTS_MAX} unique id lists`);
  return answerItem(c, idListItem(c, saved));
}

function pageBefore({ after, skip, limit }: Asked) {
  return { before: numberIn(after) ?? Number.MAX_SAFE_INTEGER, skip, limit };
}

function numberIn(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function idIn(c: ApiContext, name: string): Id<string> | null {
  return parseId<Id<string>>((c.req.param(name) ?? "").replace(OWN, ""));
}

async function listIn(c: ApiContext): Promise<store.List> {
  const id = idIn(c, "list");
  const list = id && (await store.selectList(c.var.caller.db, id));
  if (!list) throw notFound("list", c.req.param("list") ?? "");
  return list;
}

async function idListIn(c: ApiContext): Promise<store.IdList> {
  const id = idIn(c, "list");
  const list = id && (await store.selectIdList(c.var.caller.db, id));
  if (!list) throw notFound("unique id list", c.req.param("list") ?? "");
  return list;
}

function listItem({ var: { base, caller } }: ApiContext, list: store.List): Item {
  const { id, title, createdAt, modifiedAt } = list;
  return {
    ...identity(id, [], createdAt, modifiedAt),
    ...{ origin_system: ORIGIN, name: title, title, description: "Email" },
    browser_url: `${new URL(base).origin}/groups/${caller.group.slug}/mailings/${id}`,
    _links: { self: link(base, `/lists/${id}`), "osdi:items": link(base, `/lists/${id}/items`) },
  };
}

/** An item has its person's id, as upstream. */
function itemOf({ var: { base } }: ApiContext, list: store.List, { personId, at }: store.OnList): Item {
  return {
    ...identity(personId, [], at, at),
    item_type: "osdi:person",
    "action_network:person_id": personId,
    "action_network:list_id": list.id,
    _links: {
      self: link(base, `/lists/${list.id}/items/${personId}`),
      "osdi:list": link(base, `/lists/${list.id}`),
      "osdi:person": link(base, `/people/${personId}`),
    },
  };
}

function queryItem({ var: { base, caller } }: ApiContext, query: SavedAudience): Item {
  const { id, name, createdAt, updatedAt } = query;
  return {
    ...identity(id, [], createdAt, updatedAt),
    ...{ origin_system: ORIGIN, name },
    browser_url: `${new URL(base).origin}/groups/${caller.group.slug}/audiences/${id}`,
    _links: { self: link(base, `/queries/${id}`) },
  };
}

function idListItem({ var: { base } }: ApiContext, list: store.IdList): Item {
  const { id, name, origin, createdAt, modifiedAt, count } = list;
  return {
    ...identity(id, [], createdAt, modifiedAt),
    ...(origin === "" ? {} : { origin_system: origin }),
    ...{ name, count },
    _links: { self: link(base, `/unique_id_lists/${id}`) },
  };
}
