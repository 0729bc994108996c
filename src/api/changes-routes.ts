import { Hono } from "hono";
import { changesSince, currentCursor, feedOn } from "../changes/change";
import type { Change } from "../changes/types";
import { typeOfKind } from "./action-types";
import { answer, curies, dateText, type Link, link } from "./hal";
import { ApiError } from "./problem";
import { sealId } from "./sealed-id";
import type { ApiContext, ApiEnv } from "./web";

const CHANGES_A_PAGE = 100;
const REL = "action_network:changes";

/**
 * `GET /changes?since=…`: what changed, in order, so that sync jobs need not read collections again. Without `since` it is an empty
 * page whose `next` is the place where the feed ends now. `next` is always there: whoever asks again later goes on from it.
 */
export const changesRoutes = new Hono<ApiEnv>().get("/changes", async (c) => {
  const { ctx, caller, base } = c.var;
  await feedOn(ctx, caller.group);
  const since = c.req.query("since")?.trim() ?? "";
  if (since === "") return page(c, [], (await currentCursor(caller.db)) ?? "0");
  const read = await changesSince(caller.db, since, CHANGES_A_PAGE);
  switch (read.is) {
    case "wrong":
      throw new ApiError(400, "since must be a cursor from the next link of an earlier page of changes");
    case "gone":
      throw new ApiError(
        410,
        `Changes since this cursor are no longer kept. Get ${base}/changes for a new cursor, then read the collections again from the start`,
      );
    case "read":
      return page(c, read.changes, read.next);
  }
});

async function page(c: ApiContext, changes: readonly Change[], next: string): Promise<Response> {
  const { base } = c.var;
  return answer(c, {
    _links: {
      self: link(base, "/changes"),
      next: link(base, `/changes?since=${encodeURIComponent(next)}`),
      curies: curies(base),
    },
    _embedded: { [REL]: await Promise.all(changes.map((change) => itemOf(c, change))) },
  });
}

/** One change: what it is of, and where that can be read now. What was deleted answers 404 there. */
async function itemOf(c: ApiContext, change: Change) {
  const id = await idOf(c, change);
  return {
    cursor: change.cursor,
    date: dateText(change.at),
    resource: resourceOf(change),
    change: change.change,
    ...(id === null ? {} : { identifiers: [`action_network:${id}`] }),
    _links: linksOf(c.var.base, change, id ?? "", await tagIdOf(c, change)),
  };
}

async function idOf(c: ApiContext, change: Change): Promise<string | null> {
  if (change.what === "tagging") return sealId(c.var, "tagging", change.tagNo, change.personNo);
  if (change.what === "tag") return tagIdOf(c, change);
  return "id" in change ? change.id : null;
}

async function tagIdOf(c: ApiContext, change: Change): Promise<string> {
  if (change.what === "tag") return sealId(c.var, "tag", change.no);
  return change.what === "tagging" ? sealId(c.var, "tag", change.tagNo) : "";
}

/** The noun of the API: what people do is called by the type of action. */
function resourceOf(change: Change): string {
  if (change.what === "participation") return typeOfKind(change.action.kind)?.item?.noun ?? "action";
  if (change.what === "action") return typeOfKind(change.kind)?.noun.replaceAll(" ", "_") ?? "action";
  return change.what;
}

const paths = { person: "people", message: "messages", query: "queries", wrapper: "wrappers" } as const;

function linksOf(base: string, change: Change, id: string, tagId: string): Record<string, Link> {
  switch (change.what) {
    case "person":
    case "message":
    case "query":
    case "wrapper":
      return { self: link(base, `/${paths[change.what]}/${id}`) };
    case "participation":
      return participationLinks(base, change);
    case "action": {
      const path = typeOfKind(change.kind)?.path;
      return path ? { self: link(base, `/${path}/${id}`) } : {};
    }
    case "tag":
      return { self: link(base, `/tags/${id}`) };
    case "tagging":
      return {
        self: link(base, `/tags/${tagId}/taggings/${id}`),
        "osdi:tag": link(base, `/tags/${tagId}`),
        "osdi:person": link(base, `/people/${change.personId}`),
      };
    case "custom_field":
      return { self: link(base, "/metadata/custom_fields") };
  }
}

function participationLinks(
  base: string,
  { action, id, personId }: Extract<Change, { what: "participation" }>,
): Record<string, Link> {
  const type = typeOfKind(action.kind);
  const href = `/${type?.path}/${action.id}`;
  return {
    ...(type?.item ? { self: link(base, `${href}/${type.item.path}/${id}`) } : {}),
    ...(type ? { [type.ownRel]: link(base, href) } : {}),
    "osdi:person": link(base, `/people/${personId}`),
  };
}
