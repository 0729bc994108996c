import { Hono } from "hono";
import { type Group, mailSettings } from "../groups/types";
import { type KeptWrapper, WRAPPER_CONTENT, type WrapperId } from "../mailings/types";
import { listWrappers, wrapperById } from "../mailings/wrapper";
import { idTime, parseId } from "../platform/ids";
import { answerCollection } from "./collection";
import { answerItem, type Item, identity, link } from "./hal";
import { notFound } from "./problem";
import type { ApiEnv } from "./web";

/** What stands around the body of a message; read only, since organisers make them (osdi-api.md §4.19). */
export const wrapperRoutes = new Hono<ApiEnv>({ strict: false });

wrapperRoutes.get("/wrappers", async (c) => {
  const { base, caller } = c.var;
  const all = await listWrappers(caller.db);
  return answerCollection(c, {
    ...{ path: "/wrappers", rel: "osdi:wrappers", fields: [] },
    // A group has some dozens at most, so that a page is a piece of the whole.
    find: async ({ skip, limit, after }) => {
      const from = after === null ? skip : Number(after) || 0;
      const rows = all.slice(from, from + limit);
      return { rows, cursor: rows.length === 0 ? null : String(from + rows.length), total: all.length };
    },
    render: (wrapper) => wrapperItem(base, caller.group, wrapper),
  });
});

wrapperRoutes.get("/wrappers/:id", async (c) => {
  const { base, caller } = c.var;
  const id = parseId<WrapperId>(c.req.param("id"));
  const wrapper = id && (await wrapperById(caller.db, id));
  if (!wrapper) throw notFound("wrapper", c.req.param("id"));
  return answerItem(c, wrapperItem(base, caller.group, wrapper));
});

function wrapperItem(base: string, { slug, settings }: Group, wrapper: KeptWrapper): Item {
  const { id, no, name, html, updatedAt } = wrapper;
  const [header = "", footer = ""] = html.split(WRAPPER_CONTENT);
  return {
    origin_system: "Groundswell",
    ...identity(id, [], idTime(id), updatedAt),
    name,
    administrative_url: `${new URL(base).origin}/groups/${slug}/mailings/wrappers/${id}`,
    ...{ header, footer, wrapper_type: "email" },
    default: mailSettings.parse(settings.mail).wrapperNo === no,
    _links: { self: link(base, `/wrappers/${id}`) },
  };
}
