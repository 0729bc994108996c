import { Hono } from "hono";
import { findAction } from "../actions/action";
import { nameOf } from "../actions/action-shell";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { listFields } from "../people/custom-field";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { fileKey, readProblems } from "./files";
import { actionsForHistory, historyOf } from "./history";
import {
  cancelImport,
  canUndo,
  discardImport,
  earlierFile,
  type ImportRow,
  inspect,
  lookAfter,
  resumeImport,
  type StartProblem,
  saveMapping,
  startImport,
  undoImport,
} from "./import";
import { readBegin, readFormat, readMappingForm, startErrors } from "./mapping-form";
import { MappingPage } from "./mapping-views";
import { previewOf } from "./preview";
import { problemHeading } from "./problems";
import { ImportPage } from "./progress-views";
import { importOptions } from "./types";
import { type C, IMPORT_PATH, importHref, importIn, importsHref } from "./web";

/** A select of each of five hundred columns, with room to spare. */
const FORM_BYTES_MAX = 256 * 1024;

/** One import: what its columns are, how far it is, what became of it. */
export const importRoutes = new Hono<MemberEnv>();

importRoutes.get(IMPORT_PATH, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  if (row.status === "mapping") return showMapping(c, row, {});
  await lookAfter(c.var.ctx, c.var.group, row);
  return showImport(c, row);
});

importRoutes.post(`${IMPORT_PATH}/format`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const format = readFormat(values);
  if (!format) throw new AppError("bad_request");
  if (row.status === "mapping") await inspect(c.var.ctx, c.var.group, row, format);
  return c.redirect(importHref(c, row), 303);
});

importRoutes.post(`${IMPORT_PATH}/mapping`, memberCan("people.import"), async (c) => {
  const { ctx, group, account } = c.var;
  const row = await importIn(c);
  if (row.status !== "mapping") return c.redirect(importHref(c, row), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const { mapping, options } = readMappingForm(
    values,
    row,
    await historyOf(ctx, group, single(values, "history")),
  );
  await saveMapping(ctx, group, row, mapping, options);
  const told = { ...row, mapping, options };
  if (single(values, "do") !== "start") return c.redirect(`${importHref(c, row)}#preview`, 303);
  const beginAt = readBegin(values, account.timeZone);
  const problems: StartProblem[] =
    beginAt === "time"
      ? [{ is: "begin", why: "time" }]
      : await startImport(ctx, group, told, account, statementOf(c, row, values), beginAt);
  if (problems.length > 0) return showMapping(c, told, startErrors(c.var.t, problems), values);
  return c.redirect(importHref(c, row), 303);
});

for (const [noun, act] of [
  ["cancellation", cancelImport],
  ["resumption", resumeImport],
  ["undoing", undoImport],
] as const) {
  importRoutes.post(`${IMPORT_PATH}/${noun}`, memberCan("people.import"), async (c) => {
    const row = await importIn(c);
    await act(c.var.ctx, c.var.group, row, c.var.account);
    return c.redirect(importHref(c, row), 303);
  });
}

importRoutes.post(`${IMPORT_PATH}/removal`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  const isGone = await discardImport(c.var.ctx, c.var.group, row);
  return c.redirect(isGone ? `${importsHref(c)}?done=discarded` : importHref(c, row), 303);
});

importRoutes.get(`${IMPORT_PATH}/problems.csv`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  if (!hasFile(row)) throw new AppError("gone");
  const heading = problemHeading(row.headings ?? [], row.locale);
  return attachment(
    readProblems(c.var.ctx, { group: c.var.group, id: row.id }, heading),
    `problems-${row.fileName}`,
  );
});

importRoutes.get(`${IMPORT_PATH}/file`, memberCan("people.import"), async (c) => {
  const row = await importIn(c);
  if (!hasFile(row)) throw new AppError("gone");
  const object =
    row.status === "uploading" ? null : await c.env.FILES.get(fileKey({ group: c.var.group, id: row.id }));
  if (!object) throw new AppError("not_found");
  return attachment(object.body, row.fileName);
});

/** Whether what was uploaded may still be fetched. */
function hasFile({ fileForgottenAt, fileWithdrawnAt }: ImportRow): boolean {
  return fileForgottenAt === null && fileWithdrawnAt === null;
}

/** A file to keep, never one to show: what somebody uploaded may be a page with a script. */
function attachment(body: ReadableStream, name: string): Response {
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${name.replace(/[^\w.-]+/g, "-")}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      "Cache-Control": "private, no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

function statementOf(c: C, row: ImportRow, values: FormValues) {
  const { t, locale, group, account } = c.var;
  const name = single(values, "name").trim().slice(0, 200);
  const words = { name, file: row.fileName, group: group.name };
  return {
    text: `${t("imports.subscribe.statement", words)} (${account.email})`,
    name,
    isTicked: single(values, "confirm") === "yes",
    locale,
  };
}

async function showMapping(
  c: C,
  row: ImportRow,
  errors: Record<string, string>,
  values: FormValues = {},
): Promise<Response> {
  const { ctx, group, account, t, locale } = c.var;
  const preview = await previewOf(ctx, group, row);
  if (!preview) throw new AppError("gone");
  const fields = (await listFields(dbFor(ctx.env, group))).filter(({ isArchived }) => !isArchived);
  const page = (
    <MappingPage
      {...{ t, locale, row, errors, preview, fields }}
      frame={await memberFrame(c)}
      earlier={await earlierFile(ctx, group, row)}
      actions={await actionsForHistory(ctx, group)}
      href={importHref(c, row)}
      back={importsHref(c)}
      name={single(values, "name") || account.name}
      isConfirmed={single(values, "confirm") === "yes"}
      begin={single(values, "begin")}
      timeZone={account.timeZone}
    />
  );
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

async function showImport(c: C, row: ImportRow): Promise<Response> {
  const { ctx, account, t, locale } = c.var;
  const fields = await listFields(dbFor(ctx.env, c.var.group));
  const { history } = importOptions.parse(row.options ?? {});
  const action = history && (await findAction(ctx, c.var.group, history.actionId));
  return c.html(
    <ImportPage
      action={action ? { id: action.id, title: nameOf(action) } : null}
      {...{ t, locale, row, fields }}
      frame={await memberFrame(c)}
      href={importHref(c, row)}
      back={importsHref(c)}
      now={ctx.now}
      timeZone={account.timeZone}
      canUndo={canUndo(row, ctx.now)}
    />,
  );
}
