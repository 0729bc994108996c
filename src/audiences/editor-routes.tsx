import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { cleanLine, cleanText } from "../platform/clean-text";
import { type FormValues, readForm, single } from "../platform/forms";
import { newId } from "../platform/ids";
import type { FieldErrors } from "../ui/form";
import { audienceFrom, type Draft, draftFrom, draftOf, namedIn, type Problems } from "./builder";
import { changedDraft, settingOf } from "./building";
import { CountPanel, type CountPanelProps } from "./count-views";
import { EditorPage, type EditorProps } from "./editor-views";
import { namedKinds } from "./kind-names";
import { offersFor } from "./offers";
import { insertAudience, updateAudience } from "./store";
import { type Audience, type AudienceId, DESCRIPTION_MAX, NAME_MAX, type SavedAudience } from "./types";
import { audienceIn, countOf, AUDIENCES_PATH as PATH } from "./web";

/** Ten thousand addresses, and everything else a form of ours can hold. */
const FORM_BYTES_MAX = 1_000_000;

/** Building an audience. Each button of the form asks the server; with the script it asks while one types, too. */
export function editorRoutes() {
  const app = new Hono<MemberEnv>();

  app.get(`${PATH}/new`, memberCan("people.edit"), async (c) => {
    return c.html(
      <EditorPage {...(await editor(c, null, { draft: emptyDraft(), values: {}, problems: new Map() }))} />,
    );
  });

  app.post(`${PATH}/new`, memberCan("people.edit"), (c) => receive(c, null));

  /** The count and the sentence alone, of a form as it stands. */
  app.post(`${PATH}/count`, memberCan("people.view"), async (c) => {
    const { ctx, group } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
    const { audience } = await audienceFrom(
      ctx,
      dbFor(ctx.env, group),
      draftFrom(values),
      settingOf(c.var.group, c.var.locale),
      {
        isLenient: true,
      },
    );
    return c.html(<CountPanel {...(await panel(c, audience))} />);
  });

  app.get(`${PATH}/:audience/edit`, memberCan("people.edit"), async (c) => {
    const { ctx, group } = c.var;
    const saved = await audienceIn(c);
    const draft = await draftOf(dbFor(ctx.env, group), saved.audience, settingOf(c.var.group, c.var.locale));
    return c.html(
      <EditorPage {...(await editor(c, saved, { draft, values: valuesOf(saved), problems: new Map() }))} />,
    );
  });

  app.post(`${PATH}/:audience/edit`, memberCan("people.edit"), async (c) => receive(c, await audienceIn(c)));

  return app;
}

function emptyDraft(): Draft {
  const start = {
    path: "i.0",
    isNot: false,
    is: "subscription" as const,
    values: { channel: "email", status: ["subscribed"] },
  };
  return {
    include: { path: "i", isNot: false, join: "all", children: [start] },
    exclude: { path: "e", isNot: false, join: "any", children: [] },
    limit: { people: "", by: "random", seed: "" },
  };
}

function valuesOf({ name, description, isShared, version }: SavedAudience): FormValues {
  return { name, description, isShared: isShared ? "yes" : "", version: String(version) };
}

/** A form that was sent: a button of the builder changes it and shows it again; the main one saves. */
async function receive(c: HonoContext<MemberEnv>, saved: SavedAudience | null): Promise<Response> {
  const { ctx, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const db = dbFor(ctx.env, group);
  const command = single(values, "do");
  const draft = changedDraft(draftFrom(values), command, values);
  const isLenient = command !== "";
  const ownNo = saved?.no ?? null;
  const { audience, problems } = await audienceFrom(ctx, db, draft, settingOf(c.var.group, c.var.locale), {
    isLenient,
    ownNo,
  });
  // Whoever is still building is not told what is not there yet.
  if (isLenient)
    return c.html(
      <EditorPage {...(await editor(c, saved, { draft, values, problems: new Map() }, audience))} />,
    );
  if (cleanLine(single(values, "name")) === "") problems.set("name", "missing");
  const refusal = audience && problems.size === 0 ? await save(c, saved, audience, values) : "wrong";
  if (typeof refusal === "object")
    return c.redirect(`/groups/${group.slug}/audiences/${refusal.id}?done=saved`, 303);
  return c.html(
    <EditorPage {...(await editor(c, saved, { draft, values, problems, refusal }, audience))} />,
    422,
  );
}

type Refusal = "wrong" | "stale" | "full";

async function save(
  c: HonoContext<MemberEnv>,
  saved: SavedAudience | null,
  audience: Audience,
  values: FormValues,
): Promise<{ id: AudienceId } | Refusal> {
  const { ctx, group, account } = c.var;
  const db = dbFor(ctx.env, group);
  const saving = {
    name: cleanLine(single(values, "name")).slice(0, NAME_MAX),
    description: cleanText(single(values, "description")).slice(0, DESCRIPTION_MAX),
    isShared: single(values, "isShared") === "yes",
    ...{ audience, parts: namedIn(audience), by: account.no, now: ctx.now },
  };
  const id = saved?.id ?? newId<AudienceId>();
  if (saved) {
    if (!(await updateAudience(db, saved.no, Number(single(values, "version")), saving))) return "stale";
  } else if ((await insertAudience(db, id, saving)) === null) return "full";
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no },
    ...{ act: saved ? "audience.changed" : "audience.made", subject: id, detail: { name: saving.name } },
  });
  return { id };
}

type Shown = { draft: Draft; values: FormValues; problems: Problems; refusal?: Refusal };

async function editor(
  c: HonoContext<MemberEnv>,
  saved: SavedAudience | null,
  { draft, values, problems, refusal }: Shown,
  known?: Audience | null,
): Promise<EditorProps> {
  const { ctx, t, locale, group, account } = c.var;
  const db = dbFor(ctx.env, group);
  const setting = settingOf(c.var.group, c.var.locale);
  const audience =
    known === undefined ? (await audienceFrom(ctx, db, draft, setting, { isLenient: true })).audience : known;
  const base = `/groups/${group.slug}/audiences`;
  const errors = errorsOf(c, problems, refusal);
  return {
    frame: await frameOf(c),
    group,
    setting: {
      ...{ t, locale, currency: group.currency, kinds: namedKinds(t) },
      offers: await offersFor(db, account.no, saved?.no ?? null),
      errorOf: (name) => errors[name],
    },
    action: saved ? `${base}/${saved.id}/edit` : `${base}/new`,
    back: saved ? `${base}/${saved.id}` : base,
    title: t(saved ? "audiences.edit" : "audiences.new"),
    values: {
      name: single(values, "name"),
      description: single(values, "description"),
      isShared: values.name === undefined || single(values, "isShared") === "yes",
      // Whoever lost the race saves over what they have now seen.
      version: refusal === "stale" ? String(saved?.version ?? "") : single(values, "version"),
    },
    draft,
    errors,
    count: await panel(c, audience),
  };
}

function errorsOf(c: HonoContext<MemberEnv>, problems: Problems, refusal: Refusal | undefined): FieldErrors {
  const { t } = c.var;
  const errors = Object.fromEntries(
    [...problems].map(([name, problem]) => [
      name,
      name === "name" ? t("audiences.problem.name") : t(`audiences.problem.${problem}`),
    ]),
  );
  if (refusal === "stale" || refusal === "full") errors.name = t(`audiences.problem.${refusal}`);
  return errors;
}

async function panel(c: HonoContext<MemberEnv>, audience: Audience | null): Promise<CountPanelProps> {
  const { ctx, t, locale, account } = c.var;
  if (audience) return countOf(c, audience);
  return { t, locale, timeZone: account.timeZone, now: ctx.now, words: "", counted: null };
}
