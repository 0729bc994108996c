import { Hono, type Context as HonoContext } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref } from "../actions/web";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, type PostedForm, readForm, single } from "../platform/forms";
import { formatNumber } from "../ui/format";
import { readBatch } from "./batch";
import { LINES_MAX, readLines, textOf, UPLOAD_BYTES_MAX } from "./csv";
import { recordRows } from "./recording";
import { readRows } from "./rows";
import { type Batch, hasOtherWording } from "./types";
import { recordTyping, type Typing, typingIn } from "./typing";
import { doneQuery, showTyping } from "./typing-routes";
import { forgetUpload, keepUpload, readUpload, saveUpload, type Upload } from "./upload";
import { UploadPage } from "./upload-views";

/** Lines taken by one request: some two seconds of work, and far from how often a request may call others. */
const STEP_LINES = 200;
const OVERHEAD_BYTES = 20_000;
const UPLOAD = `${ACTION_PATH}/paper/uploads/:upload`;

type C = HonoContext<MemberEnv>;

/** Many lines at once: looked at first, then taken step by step. */
export function uploadRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.post(`${ACTION_PATH}/paper/uploads`, memberCan("people.view"), async (c) => {
    const typing = await typingIn(c, kinds);
    // Room for the file and for what was pasted beside it, should somebody send both.
    const form = await readForm(c.req.raw, { bytesMax: 2 * UPLOAD_BYTES_MAX + OVERHEAD_BYTES });
    if (!typing.isOpen) return showTyping(c, typing, { values: form.values, errors: {} });
    const made = await uploadOf(c, typing, form);
    if ("errors" in made)
      return showTyping(c, typing, { values: form.values, errors: {}, uploadErrors: made.errors });
    const name = await keepUpload(c.var.ctx, { group: c.var.group, action: typing.action }, made);
    return c.redirect(uploadHref(c, typing, name), 303);
  });

  app.get(UPLOAD, memberCan("people.view"), async (c) => {
    const typing = await typingIn(c, kinds);
    const { name, upload } = await uploadIn(c, typing);
    return showUpload(c, typing, name, upload);
  });

  app.post(UPLOAD, memberCan("people.view"), async (c) => {
    const typing = await typingIn(c, kinds);
    const { name, upload } = await uploadIn(c, typing);
    const of = { group: c.var.group, action: typing.action };
    const { values } = await readForm(c.req.raw, { bytesMax: OVERHEAD_BYTES });
    if (single(values, "do") === "discard") {
      await forgetUpload(c.var.ctx, of, name);
      return c.redirect(actionHref(c.var.group, typing.action, "/paper"), 303);
    }
    if (!typing.isOpen) return showUpload(c, typing, name, upload, 422);
    return takeStep(c, typing, name, upload);
  });

  return app;
}

/** What was sent, read as far as can be before it is looked at; or what is wrong with it, by field of the form. */
async function uploadOf(
  c: C,
  { snapshot, paper, fields }: Typing,
  { values, files }: PostedForm,
): Promise<Upload | { errors: Record<string, string> }> {
  const { ctx, t } = c.var;
  const errors: Record<string, string> = {};
  const file = files["file.file"];
  const field = file ? "file.file" : "file.text";
  const text = file ? textOf(await file.arrayBuffer()) : single(values, "file.text");
  const place = { timeZone: snapshot.group.timeZone, now: ctx.now, consentHash: paper.consentHash };
  const lines = text.length > UPLOAD_BYTES_MAX ? null : readLines(text, fields);
  const hasConsent = lines?.is === "read" && lines.rows.some((row) => row.values.consent === "yes");
  const head = readBatch(withoutPrefix(values), place, hasConsent);
  if (head.is === "wrong")
    for (const [name, { key, values: said }] of Object.entries(head.errors))
      errors[`file.${name}`] = t(key, said);
  if (!lines) errors[field] = t("paper.upload.why.large");
  else if (lines.is === "unreadable")
    errors[field] = t(`paper.upload.why.${lines.why}`, { max: formatNumber(LINES_MAX, c.var.locale) });
  if (head.is === "wrong" || lines?.is !== "read") return { errors };
  const { columns, ignored, rows } = lines;
  return { ...head.batch, columns, ignored, rows, last: 0, done: 0, counted: 0, known: 0 };
}

function withoutPrefix(values: FormValues): FormValues {
  const own = ["sheet", "signed", "thanks"];
  return Object.fromEntries(own.map((name) => [name, single(values, `file.${name}`)]));
}

async function uploadIn(c: C, { action }: Typing): Promise<{ name: string; upload: Upload }> {
  const name = c.req.param("upload") ?? "";
  const upload = await readUpload(c.var.ctx, { group: c.var.group, action }, name);
  if (!upload) throw new AppError("not_found");
  return { name, upload };
}

/** Takes the next lines and leads to the page that says how far it is. */
async function takeStep(c: C, typing: Typing, name: string, upload: Upload): Promise<Response> {
  const { ctx, t, group } = c.var;
  const of = { group, action: typing.action };
  const { valid } = readRows(t, typing.paper, upload.rows, upload.sheet);
  const batch: Batch = upload;
  if (valid.length === 0 || hasStaleWording(typing, upload)) return showUpload(c, typing, name, upload, 422);
  if (upload.done === 0) await recordTyping(c, typing, batch, valid.length);
  const left = valid.filter(({ no }) => no > upload.last);
  const step = left.slice(0, STEP_LINES);
  const recorded = await recordRows(ctx, typing, step, batch);
  if (recorded.is === "closed") return showUpload(c, { ...typing, isOpen: false }, name, upload, 422);
  const after = {
    ...upload,
    last: step.at(-1)?.no ?? upload.last,
    done: upload.done + step.length,
    counted: upload.counted + recorded.counted,
    known: upload.known + recorded.known,
  };
  if (left.length > step.length) {
    await saveUpload(ctx, of, name, after);
    return c.redirect(uploadHref(c, typing, name), 303);
  }
  await forgetUpload(ctx, of, name);
  return c.redirect(`${actionHref(group, typing.action, "/paper")}?${doneQuery(after, batch)}`, 303);
}

/** The consent was changed after the file was brought. */
function hasStaleWording({ paper }: Typing, { sheet, rows }: Upload): boolean {
  return hasOtherWording(sheet, paper.consentHash) && rows.some(({ values }) => values.consent === "yes");
}

function uploadHref(c: C, { action }: Typing, name: string): string {
  return actionHref(c.var.group, action, `/paper/uploads/${name}`);
}

async function showUpload(
  c: C,
  typing: Typing,
  name: string,
  upload: Upload,
  status: 200 | 422 = 200,
): Promise<Response> {
  const frame = await actionFrame(c, typing);
  const read = readRows(c.var.t, typing.paper, upload.rows, upload.sheet);
  const isStale = hasStaleWording(typing, upload);
  const page = (
    <UploadPage {...frame} {...{ typing, upload, read, isStale }} href={uploadHref(c, typing, name)} />
  );
  return c.html(page, read.valid.length === 0 ? 422 : status);
}
