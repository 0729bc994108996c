import { Hono } from "hono";
import { countActions } from "../actions/action";
import type { Action, Kind } from "../actions/types";
import { ACTIONS_MAX } from "../actions/types";
import { oldSnippet, oldStyles } from "../embeds/snippet";
import { findPerson } from "../people/edit";
import { makeTags } from "../people/tag";
import { groupOrigin } from "../platform/http";
import { type ActionId, newId, type PersonId, parseId } from "../platform/ids";
import { type ActionType, actionTypes } from "./action-types";
import { actionItems, documentOf } from "./actions";
import { changedFields, changeHosted, changeOwn, tagsIn } from "./actions-change";
import { answerCreator } from "./actions-creators";
import { actionSchemas } from "./actions-schema";
import { checked, readBody } from "./body";
import { answerCollection } from "./collection";
import { claimIdentifiers, findByIdentifier, foreignIn, refuseTaken } from "./foreign";
import { answer, answerItem, curies, idInLink, link } from "./hal";
import { whoTheyAre } from "./helpers-person";
import { ApiError, notFound } from "./problem";
import { findActions, findOne, insertAction, type Which } from "./store-actions";
import type { ApiContext, ApiEnv } from "./web";

const FIELDS = ["identifier", "created_date", "modified_date", "origin_system", "title"];

/** Actions of every type: reading, making and changing them (osdi-api.md §4.5–4.15). */
export function actionsRoutes(kinds: readonly Kind[]): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>({ strict: false });
  for (const type of actionTypes) {
    const path = `/${type.path}`;
    api.get(path, (c) => answerActions(c, kinds, type, path, { kinds: type.kinds }));
    api.post(path, (c) => postAction(c, kinds, type, null));
    api.get(`${path}/:id`, async (c) => answerAction(c, kinds, type, await actionIn(c, type)));
    // One client changes with POST (osdi-api.md §9.13).
    api.on(["PUT", "POST"], `${path}/:id`, (c) => putAction(c, kinds, type));
    api.get(`${path}/:id/embed`, (c) => answerEmbed(c, kinds, type));
    api.get(`/embeds${path}/:id/embed`, (c) => answerEmbed(c, kinds, type));
  }
  campaignRoutes(api, kinds);
  api.get("/creators/:id", (c) => answerCreator(c, c.req.param("id")));
  // Nothing here is a landing page that gathers actions: the collection is there for clients that ask for it, and has none.
  api.get("/campaigns", (c) => answerNoCampaigns(c));
  api.get("/campaigns/:id", (c) => {
    throw notFound("campaign", c.req.param("id"));
  });
  return api;
}

function typeAt(path: ActionType["path"]): ActionType {
  const type = actionTypes.find((each) => each.path === path);
  if (!type) throw new Error(`no type of action at ${path}`);
  return type;
}

/** The events of an event campaign, at its own path. */
function campaignRoutes(api: Hono<ApiEnv>, kinds: readonly Kind[]): void {
  const [campaigns, events] = [typeAt("event_campaigns"), typeAt("events")];
  const path = "/event_campaigns/:campaign/events";
  const campaignIn = (c: ApiContext) => actionIn(c, campaigns, "campaign");
  api.get(path, async (c) => {
    const { id, no } = await campaignIn(c);
    return answerActions(c, kinds, events, `/event_campaigns/${id}/events`, {
      kinds: events.kinds,
      campaignNo: no,
    });
  });
  api.post(path, async (c) => postAction(c, kinds, events, (await campaignIn(c)).no));
  api.get(`${path}/:id`, async (c) => {
    const { no } = await campaignIn(c);
    return answerAction(c, kinds, events, await actionIn(c, events, "id", no));
  });
}

/** The group's action of a type that a path names. Throws 404 for another group's, for a draft and for none. */
export async function actionIn(
  c: ApiContext,
  type: ActionType,
  param = "id",
  campaignNo?: number,
): Promise<Action> {
  const text = c.req.param(param) ?? "";
  const id = parseId<ActionId>(text);
  const action = id && (await findOne(c.var.caller.db, { kinds: type.kinds, campaignNo }, id));
  if (!action) throw notFound(type.noun, text);
  return action;
}

async function answerActions(
  c: ApiContext,
  kinds: readonly Kind[],
  type: ActionType,
  path: string,
  which: Which,
): Promise<Response> {
  return answerCollection(c, {
    ...{ path, rel: type.rel },
    fields: type.path === "events" ? [...FIELDS, "start_date", "end_date"] : FIELDS,
    find: async (asked) => {
      const found = await findActions(c.var.caller.db, which, asked);
      return { ...found, rows: await actionItems(c, kinds, type, found.rows) };
    },
    render: (item) => item,
  });
}

async function answerAction(
  c: ApiContext,
  kinds: readonly Kind[],
  type: ActionType,
  action: Action,
): Promise<Response> {
  const [item] = await actionItems(c, kinds, type, [action]);
  if (!item) throw notFound(type.noun, action.id);
  return answerItem(c, item);
}

/** Makes an action for whoever has acted elsewhere: it has no page, and is there to be targeted and counted. */
async function postAction(
  c: ApiContext,
  kinds: readonly Kind[],
  type: ActionType,
  campaignNo: number | null,
): Promise<Response> {
  const { ctx, caller } = c.var;
  const body = await readBody(c);
  const {
    title,
    name,
    tag_list: tags,
    identifiers: _said,
    ...said
  } = checked(actionSchemas[type.path], body);
  const identifiers = foreignIn(body.identifiers);
  const known = await findByIdentifier<ActionId>(caller.db, "action", identifiers);
  if (known) {
    const action = await findOne(caller.db, { kinds: type.kinds }, known);
    if (!action) throw new ApiError(400, "identifiers: belongs to another resource");
    return change(c, kinds, type, action, body);
  }
  if (!title) throw new ApiError(400, "title: is required");
  if ((await countActions(caller.db)) >= ACTIONS_MAX)
    throw new ApiError(400, `A group has at most ${ACTIONS_MAX} actions`);
  const kind = kindFor(kinds, type, "type" in said ? said.type : undefined);
  const names = tagsIn(tags);
  if (names.length > 0) await makeTags(caller.db, names, ctx.now);
  const creator = await creatorIn(c, body);
  const api = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  );
  if (type.path === "advocacy_campaigns") api.type = kind.name === "call" ? "phone" : "email";
  const currency = "currency" in said && said.currency ? said.currency : caller.group.currency;
  if (type.path === "fundraising_pages") api.currency = currency;
  const id = newId<ActionId>();
  await insertAction(caller.db, {
    ...{ id, kind: kind.name, title, internalTitle: name ?? "", locale: caller.group.locale },
    settings: settingsOf(c, kind, { tags: names, currency, campaignNo }),
    createdAt: ctx.now,
    api: creator === null ? api : { ...api, creator },
  });
  await claimIdentifiers(caller.db, "action", id, identifiers, ctx.now);
  const action = await findOne(caller.db, { kinds: type.kinds }, id);
  if (!action) throw new Error("an action just made is gone");
  return answerAction(c, kinds, type, action);
}

function kindFor(kinds: readonly Kind[], { kinds: names }: ActionType, said: unknown): Kind {
  const wanted = names.length > 1 && (said === "phone" || said === "call") ? "call" : names[0];
  const kind = kinds.find(({ name }) => name === wanted);
  if (!kind) throw new Error(`no kind ${wanted}`);
  return kind;
}

/** The kind's own settings, with everything off that a page would do. */
function settingsOf(
  c: ApiContext,
  kind: Kind,
  own: { tags: string[]; currency: string; campaignNo: number | null },
): Action["settings"] {
  const starting = kind.starting(c.var.caller.group);
  return kind.settings.parse({
    ...starting,
    ...own,
    autoresponse: { ...starting.autoresponse, isOn: false },
    comments: { isAsked: true, isModerated: true },
  });
}

async function creatorIn(c: ApiContext, body: Record<string, unknown>): Promise<number | null> {
  const id = idInLink(body._links, "osdi:creator");
  const person = id && parseId<PersonId>(id) ? await findPerson(c.var.caller.db, id) : null;
  return (await whoTheyAre(c.var.caller.db, person))?.no ?? null;
}

async function putAction(c: ApiContext, kinds: readonly Kind[], type: ActionType): Promise<Response> {
  const action = await actionIn(c, type);
  return change(c, kinds, type, action, await readBody(c));
}

async function change(
  c: ApiContext,
  kinds: readonly Kind[],
  type: ActionType,
  action: Action,
  body: Record<string, unknown>,
): Promise<Response> {
  const { ctx, caller } = c.var;
  // What was said once and what only the server knows is not looked at, so that a whole document may come back.
  const { identifiers: _said, origin_system: _origin, ...said } = checked(actionSchemas[type.path], body);
  const { type: _type, currency: _currency, ...fields } = { type: undefined, currency: undefined, ...said };
  const identifiers = foreignIn(body.identifiers);
  await refuseTaken(caller.db, "action", action.id, identifiers);
  const { browser_url: address, ...rest } = changedFields(fields, documentOf(c, kinds, action));
  const changed = action.api && address !== undefined ? { ...rest, browser_url: address } : rest;
  const kind = kinds.find(({ name }) => name === action.kind);
  if (!kind) throw notFound(type.noun, action.id);
  if (Object.keys(changed).length > 0) {
    const names = tagsIn(changed.tag_list);
    if (names.length > 0) await makeTags(caller.db, names, ctx.now);
    await (action.api ? changeOwn(c, action, changed) : changeHosted(c, kind, action, changed));
  }
  await claimIdentifiers(caller.db, "action", action.id, identifiers, ctx.now);
  return answerAction(c, kinds, type, (await findOne(caller.db, { kinds: type.kinds }, action.id)) ?? action);
}

/** How an action stands in other people's pages (osdi-api.md §4.23). What a client made has no widget. */
async function answerEmbed(c: ApiContext, kinds: readonly Kind[], type: ActionType): Promise<Response> {
  const action = await actionIn(c, type);
  const kind = kinds.find(({ name }) => name === action.kind);
  if (!kind || action.api) throw new ApiError(404, `This ${type.noun} has no page here to embed`);
  const origin = groupOrigin(c.var.ctx.config, c.var.caller.group.slug);
  const snippets = (["standard", "full"] as const).flatMap((layout) =>
    oldStyles.map((style) => [
      `embed_${layout}_${styleNames[style]}`,
      oldSnippet({ origin, kind, slug: action.slug, title: action.title }, { style, layout, width: "100%" }),
    ]),
  );
  const self = link(c.var.base, `/${type.path}/${action.id}/embed`);
  return answer(c, { ...Object.fromEntries(snippets), _links: { self, curies: curies(c.var.base) } });
}

const styleNames = {
  default: "default_styles",
  "layout-only": "layout_only_styles",
  none: "no_styles",
} as const;

function answerNoCampaigns(c: ApiContext): Promise<Response> {
  return answerCollection(c, {
    ...{ path: "/campaigns", rel: "action_network:campaigns", fields: FIELDS },
    find: () => Promise.resolve({ rows: [], cursor: null, total: 0 }),
    render: (none: never) => none,
  });
}
