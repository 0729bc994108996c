import { Hono } from "hono";
import {
  ensureTags,
  listTags,
  TAGS_MAX,
  type Tag,
  tagName,
  tagNosOf,
  tagPeople,
  untagPeople,
} from "../people/tag";
import { LruCache } from "../platform/lru";
import { maybeLater } from "./background";
import { checked, readBody } from "./body";
import { type Asked, answerCollection, type Found } from "./collection";
import { answer, answerItem, type Item, identity, idInLink, link } from "./hal";
import { personIn, personNow } from "./people-routes";
import { tagBody } from "./people-schema";
import { ApiError, notFound } from "./problem";
import { openId, sealId } from "./sealed-id";
import * as store from "./store-taggings";
import type { ApiContext, ApiEnv } from "./web";

/** Tags and who has them (osdi-api.md §4.3, §4.4). */
export const tagRoutes = new Hono<ApiEnv>({ strict: false });

/** Counting those who have a tag that half a million have takes longer than a page of them: such a count holds for a minute. */
const counts = new LruCache<number>(1_000);
const COUNT_LONG = 20_000;
const COUNT_MS = 60_000;

tagRoutes.get("/tags", (c) =>
  answerCollection(c, {
    ...{ path: "/tags", rel: "osdi:tags", fields: [] },
    find: (asked) => pageOfTags(c, asked),
    render: (item: Item) => item,
  }),
);

tagRoutes.post("/tags", async (c) => {
  const { ctx, caller } = c.var;
  const { name } = checked(tagBody, await readBody(c));
  if (tagName(name) === "") throw new ApiError(400, "name: a tag needs a name");
  const known = await listTags(caller.db);
  const [no] =
    known.length < TAGS_MAX
      ? await ensureTags(caller.db, [name], ctx.now)
      : await tagNosOf(caller.db, [name]);
  const tag = (await listTags(caller.db)).find((each) => each.no === no);
  if (!tag) throw new ApiError(400, `A group has at most ${TAGS_MAX} tags`);
  return answerItem(c, await tagItem(c, tag));
});

tagRoutes.get("/tags/:tag", async (c) => answerItem(c, await tagItem(c, await tagIn(c))));

tagRoutes.get("/tags/:tag/taggings", async (c) => {
  const tag = await tagIn(c);
  return answerCollection(c, {
    ...{ path: `/tags/${await sealId(c.var, "tag", tag.no)}/taggings`, rel: "osdi:taggings", fields: [] },
    find: (asked) => pageOfTag(c, tag, asked),
    render: (item: Item) => item,
  });
});

tagRoutes.post("/tags/:tag/taggings", maybeLater, async (c) => {
  const { ctx, caller } = c.var;
  const tag = await tagIn(c);
  const body = await readBody(c);
  const id = idInLink(body._links, "osdi:person");
  const person = id === null ? null : await personNow(caller.db, id);
  if (!person) throw new ApiError(400, "You must specify a valid person id");
  await tagPeople(caller.db, tag.no, [person.no], ctx.now);
  return answerTagging(c, await store.selectOne(caller.db, tag.no, person.no));
});

tagRoutes.get("/tags/:tag/taggings/:tagging", async (c) => {
  const tag = await tagIn(c);
  const found = await taggingIn(c);
  return answerTagging(c, found?.tagNo === tag.no ? found : null);
});

tagRoutes.delete("/tags/:tag/taggings/:tagging", maybeLater, async (c) => {
  const tag = await tagIn(c);
  const found = await taggingIn(c);
  return remove(c, found?.tagNo === tag.no ? found : null);
});

tagRoutes.get("/people/:person/taggings", async (c) => {
  const person = await personIn(c, "person");
  const all = await store.selectOfPerson(c.var.caller.db, person.no);
  return answerCollection(c, {
    ...{ path: `/people/${person.id}/taggings`, rel: "osdi:taggings", fields: [] },
    find: async ({ after, skip, limit }) => {
      const from = after === null ? skip : Number(/^\d{1,6}$/.exec(after)?.[0] ?? 0);
      const rows = await Promise.all(all.slice(from, from + limit).map((row) => taggingItem(c, row)));
      return { rows, cursor: String(from + rows.length), total: all.length };
    },
    render: (item: Item) => item,
  });
});

tagRoutes.get("/people/:person/taggings/:tagging", async (c) => answerTagging(c, await ofPerson(c)));
tagRoutes.delete("/people/:person/taggings/:tagging", maybeLater, async (c) => remove(c, await ofPerson(c)));

async function ofPerson(c: ApiContext): Promise<store.Tagging | null> {
  const person = await personIn(c, "person");
  const found = await taggingIn(c);
  return found?.personNo === person.no ? found : null;
}

async function pageOfTags(c: ApiContext, { after, skip, limit }: Asked): Promise<Found<Item>> {
  const all = (await listTags(c.var.caller.db)).toSorted((one, other) => other.no - one.no);
  const before = /^\d{1,9}$/.test(after ?? "") ? Number(after) : Number.MAX_SAFE_INTEGER;
  const page = all.filter(({ no }) => no < before).slice(skip, skip + limit);
  const rows = await Promise.all(page.map((tag) => tagItem(c, tag)));
  return { rows, cursor: String(page.at(-1)?.no ?? 0), total: all.length };
}

async function pageOfTag(c: ApiContext, tag: Tag, { after, skip, limit }: Asked): Promise<Found<Item>> {
  const { db } = c.var.caller;
  const before = /^\d{1,15}$/.test(after ?? "") ? Number(after) : Number.MAX_SAFE_INTEGER;
  const [found, total] = await Promise.all([
    store.selectOfTag(db, tag.no, { before, skip, limit }),
    totalOf(c, tag),
  ]);
  const rows = await Promise.all(found.map((row) => taggingItem(c, row)));
  return { rows, cursor: String(found.at(-1)?.personNo ?? 0), total };
}

async function totalOf({ var: { ctx, caller } }: ApiContext, tag: Tag): Promise<number> {
  const key = `${caller.group.no}/${tag.no}`;
  const known = counts.get(key, ctx.now);
  if (known !== undefined) return known;
  const total = await store.countOfTag(caller.db, tag.no);
  if (total >= COUNT_LONG) counts.set(key, total, ctx.now + COUNT_MS);
  return total;
}

async function tagIn(c: ApiContext): Promise<Tag> {
  const text = (c.req.param("tag") ?? "").replace(/^action_network:/, "");
  const opened = await openId(c.var, "tag", text);
  const tag = opened && (await listTags(c.var.caller.db)).find(({ no }) => no === opened.first);
  if (!tag) throw notFound("tag", text);
  return tag;
}

async function taggingIn(c: ApiContext): Promise<store.Tagging | null> {
  const text = (c.req.param("tagging") ?? "").replace(/^action_network:/, "");
  const opened = await openId(c.var, "tagging", text);
  return opened && (await store.selectOne(c.var.caller.db, opened.first, opened.second));
}

async function tagItem(c: ApiContext, { no, name, createdAt }: Tag): Promise<Item> {
  const { base } = c.var;
  const id = await sealId(c.var, "tag", no);
  return {
    ...identity(id, [], createdAt, createdAt),
    name,
    _links: { self: link(base, `/tags/${id}`), "osdi:taggings": link(base, `/tags/${id}/taggings`) },
  };
}

async function taggingItem(c: ApiContext, row: store.Tagging): Promise<Item> {
  const { base } = c.var;
  const [tag, id] = await Promise.all([
    sealId(c.var, "tag", row.tagNo),
    sealId(c.var, "tagging", row.tagNo, row.personNo),
  ]);
  return {
    ...identity(id, [], row.taggedAt, row.taggedAt),
    item_type: "osdi:person",
    _links: {
      self: link(base, `/tags/${tag}/taggings/${id}`),
      "osdi:tag": link(base, `/tags/${tag}`),
      "osdi:person": link(base, `/people/${row.personId}`),
    },
  };
}

async function answerTagging(c: ApiContext, row: store.Tagging | null): Promise<Response> {
  if (!row) throw notFound("tagging", c.req.param("tagging") ?? "");
  return answerItem(c, await taggingItem(c, row));
}

async function remove(c: ApiContext, row: store.Tagging | null): Promise<Response> {
  if (!row) throw notFound("tagging", c.req.param("tagging") ?? "");
  await untagPeople(c.var.caller.db, row.tagNo, [row.personNo]);
  return answer(c, { notice: "This tagging was successfully deleted." });
}
