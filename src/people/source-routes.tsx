import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import { idFromBytes } from "../platform/ids";
import type { FieldErrors } from "../ui/form";
import {
  actionsOfSource,
  countAgain,
  listSources,
  livePages,
  nameSource,
  SOURCE_CODE_MAX,
  SOURCE_LABEL_MAX,
  SOURCES_MAX,
  type SourceRow,
  sourceCode,
} from "./source";
import { SourcePage, SourcesPage } from "./source-views";
import { NOTE_MAX } from "./tag-keeping";
import { keepingFrame } from "./web";

const BYTES_MAX = 10_000;
const PATH = "/groups/:group/sources";

type C = HonoContext<MemberEnv>;

/** Where people came from. @param pathOf where the pages of a kind of action are; kinds lie above this folder */
export function sourceRoutes(pathOf: (kind: string) => string | undefined) {
  const app = new Hono<MemberEnv>();

  app.get(PATH, memberCan("people.view"), async (c) => {
    const { ctx, t, group, role } = c.var;
    const db = dbFor(ctx.env, group);
    const [sources, live] = await Promise.all([listSources(ctx, db), livePages(db)]);
    const pages = live.flatMap(({ kind, slug, title }) => {
      const path = pathOf(kind);
      return path ? [{ path: `/${path}/${slug}`, title }] : [];
    });
    const typed = (c.req.query("code") ?? "").slice(0, SOURCE_CODE_MAX);
    const code = sourceCode(typed);
    const chosen = pages.find(({ path }) => path === c.req.query("page"));
    const isWrong = typed !== "" && code === "";
    const errors: FieldErrors = isWrong ? { code: t("fields.sources.edit.badCode") } : {};
    const url =
      chosen && code
        ? `${groupOrigin(ctx.config, group.slug)}${chosen.path}?source=${encodeURIComponent(code)}`
        : "";
    const link = { page: chosen?.path ?? "", code: typed, url };
    const page = (
      <SourcesPage
        {...(await keepingFrame(c))}
        {...{ sources, pages, link, errors }}
        mayEdit={can(role, "people.edit")}
      />
    );
    return c.html(page, isWrong ? 422 : 200);
  });

  app.post(`${PATH}/count`, memberCan("people.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    await countAgain(ctx, dbFor(ctx.env, group), account.no);
    return c.redirect(`/groups/${group.slug}/sources`, 303);
  });

  app.get(`${PATH}/code`, memberCan("people.view"), async (c) =>
    sourcePage(c, (c.req.query("code") ?? "").slice(0, SOURCE_CODE_MAX)),
  );

  app.post(`${PATH}/code`, memberCan("people.edit"), async (c) => {
    const { ctx, t, group } = c.var;
    const code = sourceCode(c.req.query("code") ?? "");
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const label = cleanLine(single(values, "label")).slice(0, SOURCE_LABEL_MAX);
    const note = cleanLine(single(values, "note")).slice(0, NOTE_MAX);
    if (code === "") return sourcePage(c, code, t("fields.sources.edit.badCode"));
    if (!(await nameSource(dbFor(ctx.env, group), { code, label, note }, ctx.now)))
      return sourcePage(c, code, t("fields.sources.edit.tooMany", { count: SOURCES_MAX }));
    return c.redirect(`/groups/${group.slug}/sources`, 303);
  });

  return app;
}

async function sourcePage(c: C, code: string, error?: string): Promise<Response> {
  const { ctx, group, role } = c.var;
  const db = dbFor(ctx.env, group);
  const { rows, countNo } = await listSources(ctx, db);
  const blank: SourceRow = { code, label: "", note: "", participations: 0, newcomers: 0, actions: 0 };
  const row = rows.find((each) => each.code === code) ?? blank;
  const actions = (await actionsOfSource(db, countNo, code)).map(({ id, ...each }) => ({
    ...each,
    href: `/groups/${group.slug}/actions/${idFromBytes(id)}`,
  }));
  const page = (
    <SourcePage
      {...(await keepingFrame(c))}
      {...{ row, actions, error }}
      mayEdit={can(role, "people.edit")}
    />
  );
  return c.html(page, error ? 422 : 200);
}
