import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { idFromHex } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { FIELDS_MAX, makeField, setArchived } from "./custom-field";
import { emptyField, readField, typedOf } from "./field-form";
import {
  countValues,
  deleteField,
  type FieldListed,
  fieldRow,
  fieldsWithUses,
  fieldWorks,
  mergeFields,
  misfitsOf,
  restoreField,
  saveField,
} from "./field-keeping";
import { FieldDeletionPage, FieldPage, FieldsPage, type FieldTyped } from "./field-views";
import * as store from "./store-fields";
import { keepingFrame } from "./web";
import { listWorks } from "./work";

const BYTES_MAX = 60_000;
const PATH = "/groups/:group/fields";
const NUMBER = /^[1-9]\d{0,8}$/;
const dones = ["made", "saved", "merged", "deleted", "restored"] as const;

type C = HonoContext<MemberEnv>;

/** The custom fields of a group: what they are, what does not fit them, and what becomes of them. */
export const fieldRoutes = new Hono<MemberEnv>();

fieldRoutes.get(PATH, memberCan("people.view"), (c) => listPage(c, { flash: doneFlash(c) }));

fieldRoutes.post(PATH, memberCan("people.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const { typed, field, errors } = readField(t, values, placeOf(c));
  if (Object.keys(errors).length > 0) return listPage(c, { typed, errors });
  const db = dbFor(ctx.env, group);
  const no = await makeField(db, field, ctx.now);
  const row = no === null ? null : await fieldRow(db, no);
  if (!row) {
    const label = t("fields.problems.tooMany", { count: FIELDS_MAX });
    return listPage(c, { typed, errors: { label } });
  }
  await saveField(ctx, group, row, field, c.var.account.no);
  return c.redirect(`/groups/${group.slug}/fields?done=made`, 303);
});

fieldRoutes.get(`${PATH}/:no`, memberCan("people.edit"), async (c) => fieldPage(c, await fieldOf(c), {}));

fieldRoutes.post(`${PATH}/:no`, memberCan("people.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const before = await fieldOf(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const { typed, field, errors } = readField(t, values, placeOf(c));
  if (Object.keys(errors).length > 0) return fieldPage(c, before, { typed, errors });
  const isSaved = await saveField(ctx, group, before, field, account.no);
  if (!isSaved) throw new AppError("not_found");
  await setArchived(dbFor(ctx.env, group), before.no, typed.isArchived, ctx.now);
  return c.redirect(`/groups/${group.slug}/fields?done=saved`, 303);
});

fieldRoutes.post(`${PATH}/:no/merge`, memberCan("people.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const lost = await fieldOf(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const into = single(values, "into");
  const kept = NUMBER.test(into) ? await fieldRow(dbFor(ctx.env, group), Number(into)) : null;
  const isMerged =
    kept !== null &&
    kept.deletedAt === null &&
    kept.no !== lost.no &&
    (await mergeFields(ctx, group, { kept, lost }, account.no));
  if (!isMerged) return fieldPage(c, lost, { errors: { into: t("fields.problems.into") } });
  return c.redirect(`/groups/${group.slug}/fields?done=merged`, 303);
});

fieldRoutes.get(`${PATH}/:no/deletion`, memberCan("people.edit"), async (c) => {
  const { ctx, group } = c.var;
  const found = await fieldOf(c);
  const valueCount = await store.countValues(dbFor(ctx.env, group), found.no);
  return c.html(<FieldDeletionPage {...(await keepingFrame(c))} field={{ ...found, valueCount }} />);
});

fieldRoutes.post(`${PATH}/:no/deletion`, memberCan("people.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const field = await fieldOf(c);
  if (!(await deleteField(ctx, group, field, account.no))) throw new AppError("not_found");
  return c.redirect(`/groups/${group.slug}/fields?done=deleted`, 303);
});

fieldRoutes.post(`${PATH}/:no/restoration`, memberCan("people.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const no = c.req.param("no") ?? "";
  const row = NUMBER.test(no) ? await fieldRow(dbFor(ctx.env, group), Number(no)) : null;
  if (!row || row.deletedAt === null) throw new AppError("not_found");
  if (await restoreField(ctx, group, row, account.no))
    return c.redirect(`/groups/${group.slug}/fields?done=restored`, 303);
  return listPage(c, { flash: { kind: "bad", text: t("fields.problems.restore") } });
});

/** The field the address names; one that was merged or deleted is none. */
async function fieldOf(c: C): Promise<FieldListed> {
  const no = c.req.param("no") ?? "";
  if (!NUMBER.test(no)) throw new AppError("not_found");
  const fields = await fieldsWithUses(dbFor(c.var.ctx.env, c.var.group));
  const field = fields.find((each) => each.no === Number(no) && each.deletedAt === null);
  if (!field) throw new AppError("not_found");
  return field;
}

/** How numbers are written where the group is. */
function placeOf(c: C): string {
  return `${c.var.locale}-${c.var.group.country}`;
}

function doneFlash(c: C): FlashMessage | undefined {
  const done = dones.find((name) => name === c.req.query("done"));
  return done ? { kind: "good", text: c.var.t(`fields.done.${done}`) } : undefined;
}

type Shown = { flash?: FlashMessage | undefined; typed?: FieldTyped; errors?: FieldErrors };

async function listPage(c: C, { flash, typed = emptyField, errors = {} }: Shown): Promise<Response> {
  const { ctx, group, role } = c.var;
  const db = dbFor(ctx.env, group);
  const [all, works] = await Promise.all([fieldsWithUses(db), listWorks(db, fieldWorks)]);
  await countValues(ctx, db, all);
  const fields = all.filter(({ deletedAt }) => deletedAt === null);
  const deleted = all.filter(({ deletedAt, no }) => deletedAt !== null && isWaiting(works, no));
  const page = (
    <FieldsPage
      {...(await keepingFrame(c))}
      {...{ fields, deleted, works, typed, errors, flash }}
      mayEdit={can(role, "people.edit")}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

/** Whether a deleted field still has its values: what will empty them has not begun. */
function isWaiting(works: Awaited<ReturnType<typeof listWorks>>, no: number): boolean {
  return works.some(
    ({ sort, subject, doneCount }) => sort === "field.empty" && subject === no && doneCount === 0,
  );
}

async function fieldPage(
  c: C,
  field: FieldListed,
  { typed, errors = {} }: { typed?: FieldTyped; errors?: FieldErrors },
): Promise<Response> {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const [all, { found }] = await Promise.all([fieldsWithUses(db), misfitsOf(db, field)]);
  const people = await store.selectNames(
    db,
    found.map(({ personNo }) => personNo),
  );
  const misfits = found.map(({ personNo, value }) => {
    const person = people.find((each) => each.personNo === personNo);
    const href = person ? `/groups/${group.slug}/people/${idFromHex(person.id)}` : "#";
    return { value, name: person?.name ?? "–", href };
  });
  const others = all.filter(({ no, deletedAt }) => no !== field.no && deletedAt === null);
  const page = (
    <FieldPage
      {...(await keepingFrame(c))}
      {...{ field, others, misfits, errors }}
      typed={typed ?? typedOf(field)}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}
