import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { findAction, listActions } from "../actions/action";
import { nameOf } from "../actions/action-shell";
import type { Action, Kind } from "../actions/types";
import { memberNames } from "../actions/web";
import { fixAudience, listAudiences, savedAudience } from "../audiences/audience";
import type { AudienceId } from "../audiences/types";
import { listMembers } from "../groups/member";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import {
  type Choice,
  choiceIn,
  giftsOrder,
  offeredColumns,
  readChoice,
  rememberedOf,
  type Subject,
  whoIn,
} from "./asking";
import { extensionOf, filenameOf } from "./driving";
import { type Asked, askFor, cancelExport, fetchFile, findExport, listExports, removeFile } from "./export";
import { ChooseActionPage, ExportFormPage, GroupExportPage } from "./form-views";
import { fileLink, opensFile } from "./link";
import { choiceOf, keepChoice } from "./store";
import {
  type ExportId,
  type ExportOrder,
  type ExportRow,
  PAGE_LINK_SECONDS,
  type TableOrder,
  type What,
  whats,
} from "./types";
import { ExportsPage, type Listed } from "./views";

const PATH = "/groups/:group/exports";
const BYTES_MAX = 100_000;
/** Actions offered, the newest. */
const ACTIONS_MAX = 200;

/** What a group takes along: exports of people, actions and gifts, and everything at once. */
export function exportRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(PATH, memberCan("people.export"), async (c) => {
    const { ctx, t, locale, group, account, role } = c.var;
    const [frame, rows, members] = await Promise.all([
      frameOf(c),
      listExports(ctx, group),
      listMembers(ctx, group),
    ]);
    const names = memberNames(t, members);
    const exports = await Promise.all(rows.map((row) => listed(c, row, names)));
    const flash = flashOf(t, c.req.query("done"));
    return c.html(
      <ExportsPage
        {...{ t, locale, group, exports }}
        frame={{ ...frame, ...(flash ? { flash } : {}) }}
        now={ctx.now}
        timeZone={account.timeZone}
        isOwner={role === "owner"}
      />,
    );
  });

  app.get(`${PATH}/group`, memberCan("people.export"), async (c) => {
    mustOwn(c);
    return c.html(<GroupExportPage frame={await frameOf(c)} t={c.var.t} group={c.var.group} />);
  });

  app.post(`${PATH}/group`, memberCan("people.export"), async (c) => {
    mustOwn(c);
    const { t, locale } = c.var;
    const order: ExportOrder = { what: "group", locale };
    return answer(
      c,
      await ask(c, order, { kinds, title: t("exports.titles.group"), isBehind: true }),
      order,
      "",
    );
  });

  app.get(`${PATH}/:what`, memberCan("people.export"), async (c) => formPage(c, kinds, {}));

  app.post(`${PATH}/:what`, memberCan("people.export"), async (c) => {
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    return posted(c, kinds, values);
  });

  app.get(`${PATH}/:export/file`, memberCan("people.export"), async (c) => {
    const { ctx, group, account } = c.var;
    const row = await exportIn(c);
    const isOpen = await opensFile(ctx, group, row.id, c.req.query("token") ?? "");
    const file = isOpen ? await fetchFile(ctx, { group, account }, row) : null;
    const why = row.state === "withdrawn" ? "withdrawn" : "gone";
    if (!file) return c.redirect(`/groups/${group.slug}/exports?done=${why}`, 303);
    return c.body(file.body, 200, {
      "Content-Type": file.httpMetadata?.contentType ?? "application/octet-stream",
      "Content-Length": String(file.size),
      "Content-Disposition": `attachment; filename="${row.filename}"`,
    });
  });

  app.post(`${PATH}/:export/cancellation`, memberCan("people.export"), async (c) => {
    const row = await exportIn(c);
    const isCancelled = await cancelExport(c.var.ctx, c.var.group, row.id);
    return c.redirect(`/groups/${c.var.group.slug}/exports?done=${isCancelled ? "cancelled" : "ended"}`, 303);
  });

  app.post(`${PATH}/:export/removal`, memberCan("people.export"), async (c) => {
    const { ctx, group, account } = c.var;
    await removeFile(ctx, { group, account }, await exportIn(c));
    return c.redirect(`/groups/${group.slug}/exports?done=removed`, 303);
  });

  app.post(`${PATH}/:export/repeat`, memberCan("people.export"), async (c) => {
    const { order, title } = await exportIn(c);
    return answer(c, await ask(c, order, { kinds, title, isBehind: true }), order, title);
  });

  return app;
}

/** Everything the group owns is the owners' alone, to ask for and to fetch. */
function mustOwn(c: HonoContext<MemberEnv>): void {
  if (c.var.role !== "owner") throw new AppError("forbidden");
}

async function exportIn(c: HonoContext<MemberEnv>): Promise<ExportRow> {
  const id = parseId<ExportId>(c.req.param("export") ?? "");
  const row = id && (await findExport(c.var.ctx, c.var.group, id));
  if (!row) throw new AppError("not_found");
  if (row.order.what === "group") mustOwn(c);
  return row;
}

async function listed(
  c: HonoContext<MemberEnv>,
  row: ExportRow,
  names: (accountNo: number | null) => string,
): Promise<Listed> {
  const { ctx, group, role } = c.var;
  const mayTouch = row.order.what !== "group" || role === "owner";
  const isThere = mayTouch && row.state === "ready";
  const href = isThere ? await fileLink(ctx, group, row.id, PAGE_LINK_SECONDS) : null;
  return { ...row, by: names(row.askedBy), href, mayTouch };
}

function flashOf(t: T, done: string | undefined): FlashMessage | undefined {
  switch (done) {
    case "started":
    case "cancelled":
    case "removed":
      return { kind: "good", text: t(`exports.done.${done}`) };
    case "ended":
      return { kind: "info", text: t("exports.done.ended") };
    case "gone":
    case "withdrawn":
    case "tooMany":
    case "nothing":
      return { kind: "warn", text: t(`exports.done.${done}`) };
    default:
      return undefined;
  }
}

function ask(
  c: HonoContext<MemberEnv>,
  order: ExportOrder,
  options: { kinds: readonly Kind[]; title: string; isBehind: boolean },
): Promise<Asked> {
  const { ctx, group, account } = c.var;
  return askFor(ctx, { group, account }, order, options);
}

function answer(c: HonoContext<MemberEnv>, asked: Asked, order: ExportOrder, title: string) {
  const { ctx, group } = c.var;
  const page = (done: string) => c.redirect(`/groups/${group.slug}/exports?done=${done}`, 303);
  switch (asked.is) {
    case "started":
      return page("started");
    case "refused":
      return page(asked.reason === "too_many" ? "tooMany" : "nothing");
    case "file": {
      const type = extensionOf(order) === "csv" ? "text/csv" : "application/x-ndjson";
      return c.body(asked.body, 200, {
        "Content-Type": `${type}; charset=utf-8`,
        "Content-Disposition": `attachment; filename="${filenameOf(group, { order, title }, ctx.now)}"`,
      });
    }
  }
}

function whatIn(c: HonoContext<MemberEnv>): What {
  const what = whats.find((name) => name === c.req.param("what"));
  if (!what) throw new AppError("not_found");
  return what;
}

const AUDIENCE = "audience:";

async function offeredAudiences(c: HonoContext<MemberEnv>) {
  const { ctx, group, account } = c.var;
  const saved = await listAudiences(dbFor(ctx.env, group), account.no);
  return saved.map(({ id, name }) => ({ value: AUDIENCE + id, name }));
}

/** Whom a form means: an audience as it is now, or a part of the list. Another's own audience is not found. */
async function whoOf(c: HonoContext<MemberEnv>, said: string) {
  const { ctx, t, group, account } = c.var;
  if (!said.startsWith(AUDIENCE)) {
    const who = whoIn(said) ?? "all";
    return { who, title: t(`exports.titles.${who}`) };
  }
  const db = dbFor(ctx.env, group);
  const id = parseId<AudienceId>(said.slice(AUDIENCE.length));
  const saved = id && (await savedAudience(db, id));
  const isTheirs = saved && (saved.isShared || saved.createdBy === account.no);
  if (!isTheirs || saved.removedAt !== null) throw new AppError("not_found");
  const audience = await fixAudience(ctx, db, saved.audience);
  return { who: { audience }, title: t("exports.titles.audience", { name: saved.name }) };
}

/** The action of an address or a form, if it is this group's. */
async function actionOf(c: HonoContext<MemberEnv>, id: string): Promise<Action | null> {
  return id === "" ? null : findAction(c.var.ctx, c.var.group, id);
}

async function offeredActions(c: HonoContext<MemberEnv>, what: What, chosen: Action | null) {
  if (what === "people") return [];
  const { actions } = await listActions(c.var.ctx, c.var.group, { limit: ACTIONS_MAX });
  const open = actions.filter(
    ({ status, kind }) => status !== "draft" && (what === "action" || kind === "fundraiser"),
  );
  const all = chosen && !open.some(({ no }) => no === chosen.no) ? [chosen, ...open] : open;
  return all.map((action) => ({ id: action.id, title: nameOf(action) }));
}

async function formPage(
  c: HonoContext<MemberEnv>,
  kinds: readonly Kind[],
  tried: { values?: FormValues; errors?: Record<string, string> },
) {
  const { ctx, t, locale, group, account } = c.var;
  const what = whatIn(c);
  const db = dbFor(ctx.env, group);
  const said = (name: string) => (tried.values ? single(tried.values, name) : (c.req.query(name) ?? ""));
  const action = await actionOf(c, said("action"));
  if (said("action") !== "" && !action) throw new AppError("not_found");
  const actions = await offeredActions(c, what, action);
  const frame = await frameOf(c);
  const subject = subjectOf(what, action, kinds);
  if (!subject) return c.html(<ChooseActionPage {...{ frame, t, group, actions }} />);
  const kept = choiceIn(await choiceOf(db, account.no, what));
  const timeZone = kept.timeZone ?? account.timeZone;
  const offered = await offeredColumns(db, subject, { t, timeZone });
  const usual = offered.filter(({ isUsual }) => isUsual).map(({ key }) => key);
  const choice: Choice = tried.values
    ? readChoice(tried.values, offered, timeZone)
    : { columns: kept.columns ?? usual, format: kept.format ?? "csv", timeZone };
  const errors = tried.errors ?? {};
  return c.html(
    <ExportFormPage
      {...{ frame, t, locale, group, what, offered, choice, errors, actions }}
      timeZones={[...new Set([choice.timeZone, account.timeZone, group.timeZone, "UTC"])]}
      audiences={what === "people" ? await offeredAudiences(c) : []}
      typed={{ who: said("who"), action: action?.id ?? "", from: said("from"), to: said("to") }}
    />,
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

function subjectOf(what: What, action: Action | null, kinds: readonly Kind[]): Subject | null {
  if (what !== "action") return { what };
  return action && { what, action, kind: kinds.find(({ name }) => name === action.kind) };
}

async function posted(c: HonoContext<MemberEnv>, kinds: readonly Kind[], values: FormValues) {
  const { ctx, t, group, account } = c.var;
  const what = whatIn(c);
  const db = dbFor(ctx.env, group);
  const action = await actionOf(c, single(values, "action"));
  if (single(values, "action") !== "" && !action) throw new AppError("not_found");
  const subject = subjectOf(what, action, kinds);
  if (!subject) throw new AppError("not_found");
  const offered = await offeredColumns(db, subject, { t, timeZone: account.timeZone });
  const choice = readChoice(values, offered, account.timeZone);
  if (choice.columns.length === 0)
    return formPage(c, kinds, { values, errors: { columns: t("exports.form.noColumn") } });
  await keepChoice(db, account.no, what, rememberedOf(choice));
  const { order, title } = await orderOf(c, subject, { values, choice, action });
  const isBehind = single(values, "behind") === "yes";
  return answer(c, await ask(c, order, { kinds, title, isBehind }), order, title);
}

async function orderOf(
  c: HonoContext<MemberEnv>,
  subject: Subject,
  { values, choice, action }: { values: FormValues; choice: Choice; action: Action | null },
): Promise<{ order: TableOrder; title: string }> {
  const { t, locale, group } = c.var;
  const table = { ...choice, locale };
  switch (subject.what) {
    case "people": {
      const { who, title } = await whoOf(c, single(values, "who"));
      return { order: { what: "people", who, ...table }, title };
    }
    case "action": {
      const title = t("exports.titles.action", { title: nameOf(subject.action) });
      return { order: { what: "action", actionNo: subject.action.no, ...table }, title };
    }
    case "gifts": {
      const title = action
        ? t("exports.titles.giftsOf", { title: nameOf(action) })
        : t("exports.titles.gifts");
      return { order: { ...giftsOrder(values, action?.no ?? null, group.timeZone), ...table }, title };
    }
  }
}
