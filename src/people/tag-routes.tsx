import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { formatList } from "../ui/format";
import * as store from "./store-tags";
import { listTags, TAGS_MAX, type Tag, tagKey } from "./tag";
import {
  actionsByTag,
  createTags,
  deleteTag,
  mergeTags,
  type RenameInActions,
  restoreTag,
  saveTag,
  tagsWithUses,
  tagWorks,
} from "./tag-keeping";
import { TagDeletionPage, TagPage, TagsPage } from "./tag-views";
import { keepingFrame } from "./web";
import { listWorks } from "./work";

const BYTES_MAX = 20_000;
const PATH = "/groups/:group/tags";
const NUMBER = /^[1-9]\d{0,8}$/;
const dones = ["saved", "merged", "restored"] as const;

type C = HonoContext<MemberEnv>;

/** The tags of a group. @param renameInActions brings actions up to a tag's new name */
export function tagRoutes(renameInActions: RenameInActions) {
  const app = new Hono<MemberEnv>();

  app.get(PATH, memberCan("people.view"), (c) => listPage(c, { flash: doneFlash(c) }));

  app.post(PATH, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, locale } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const names = single(values, "names");
    const made = await createTags(ctx, dbFor(ctx.env, group), names);
    if ("problem" in made) {
      const error = t(`tags.problems.${made.problem}`, { count: TAGS_MAX });
      return listPage(c, { names, errors: { names: error } });
    }
    const words = [
      made.made.length > 0 ? t("tags.done.made", { names: formatList(made.made, locale) }) : "",
      made.known.length > 0 ? t("tags.done.known", { names: formatList(made.known, locale) }) : "",
      made.changed ? t("tags.done.changed") : "",
    ];
    return listPage(c, { flash: { kind: "good", text: words.filter((part) => part !== "").join(" ") } });
  });

  app.get(`${PATH}/:no`, memberCan("people.edit"), async (c) => {
    const tag = await tagOf(c);
    return tagPage(c, tag, { flash: doneFlash(c) });
  });

  app.post(`${PATH}/:no`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const tag = await tagOf(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const form = {
      name: single(values, "name"),
      note: single(values, "note"),
      isHidden: single(values, "isHidden") === "yes",
    };
    const saved = await saveTag(ctx, group, tag, form, account.no, renameInActions);
    if (saved === "missing") throw new AppError("not_found");
    if (saved !== "saved")
      return tagPage(c, tag, { values: form, errors: { name: t(`tags.problems.${saved}`) } });
    return c.redirect(`/groups/${group.slug}/tags?done=saved`, 303);
  });

  app.post(`${PATH}/:no/merge`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const lost = await tagOf(c);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const into = Number(single(values, "into"));
    const kept = (await listTags(dbFor(ctx.env, group))).find(({ no }) => no === into && no !== lost.no);
    const isMerged =
      kept !== undefined && (await mergeTags(ctx, group, { kept, lost }, account.no, renameInActions));
    if (!isMerged) return tagPage(c, lost, { errors: { into: t("tags.problems.into") } });
    return c.redirect(`/groups/${group.slug}/tags?done=merged`, 303);
  });

  app.get(`${PATH}/:no/deletion`, memberCan("people.edit"), async (c) => {
    const { ctx, group } = c.var;
    const tag = await tagOf(c);
    const db = dbFor(ctx.env, group);
    const [peopleCount, uses] = await Promise.all([store.countPeople(db, tag.no, ctx.now), actionsByTag(db)]);
    const actionCount = uses.get(tagKey(tag.name)) ?? 0;
    return c.html(<TagDeletionPage {...(await keepingFrame(c))} {...{ tag, peopleCount, actionCount }} />);
  });

  app.post(`${PATH}/:no/deletion`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const tag = await tagOf(c);
    if (!(await deleteTag(ctx, group, tag, account.no, renameInActions))) throw new AppError("not_found");
    return c.redirect(`/groups/${group.slug}/tags?deleted=${tag.no}`, 303);
  });

  app.post(`${PATH}/:no/restoration`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group, account } = c.var;
    const tag = await deletedTagOf(c);
    if (await restoreTag(ctx, group, tag, account.no))
      return c.redirect(`/groups/${group.slug}/tags?done=restored`, 303);
    return listPage(c, { flash: { kind: "bad", text: t("tags.problems.restore") } });
  });

  return app;
}

/** The tag the address names; one that was merged or deleted is none. */
async function tagOf(c: C): Promise<Tag> {
  const tag = await anyTagOf(c);
  if (tag.deletedAt !== null) throw new AppError("not_found");
  return tag;
}

async function deletedTagOf(c: C): Promise<Tag> {
  const tag = await anyTagOf(c);
  if (tag.deletedAt === null) throw new AppError("not_found");
  return tag;
}

async function anyTagOf(c: C): Promise<Tag> {
  const no = c.req.param("no") ?? "";
  const { ctx, group } = c.var;
  const tag = NUMBER.test(no) ? await store.selectTag(dbFor(ctx.env, group), Number(no)) : null;
  if (!tag) throw new AppError("not_found");
  return tag;
}

function doneFlash(c: C): FlashMessage | undefined {
  const done = dones.find((name) => name === c.req.query("done"));
  return done ? { kind: "good", text: c.var.t(`tags.done.${done}`) } : undefined;
}

type Shown = { flash?: FlashMessage | undefined; names?: string; errors?: FieldErrors };

async function listPage(c: C, { flash, names = "", errors = {} }: Shown): Promise<Response> {
  const { ctx, t, group, role } = c.var;
  const db = dbFor(ctx.env, group);
  const [tags, deleted, works] = await Promise.all([
    tagsWithUses(ctx, db),
    store.selectTags(db, "deleted"),
    listWorks(db, tagWorks),
  ]);
  const gone = deleted.find(({ no }) => String(no) === c.req.query("deleted"));
  const undo: FlashMessage | undefined = gone && {
    kind: "good",
    text: t("tags.done.deleted", { name: gone.formerName ?? "" }),
    undo: { action: `/groups/${group.slug}/tags/${gone.no}/restoration`, label: t("common.form.undo") },
  };
  const page = (
    <TagsPage
      {...(await keepingFrame(c))}
      {...{ tags, deleted, works, names, errors, flash: flash ?? undo }}
      mayEdit={can(role, "people.edit")}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

type TagShown = {
  flash?: FlashMessage | undefined;
  values?: { name: string; note: string; isHidden: boolean };
  errors?: FieldErrors;
};

async function tagPage(c: C, tag: Tag, { flash, values, errors = {} }: TagShown): Promise<Response> {
  const { ctx, group } = c.var;
  const others = (await listTags(dbFor(ctx.env, group))).filter(({ no }) => no !== tag.no);
  const { name, note, isHidden } = tag;
  const page = (
    <TagPage
      {...(await keepingFrame(c))}
      {...{ tag, others, errors, flash }}
      values={values ?? { name, note, isHidden }}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}
