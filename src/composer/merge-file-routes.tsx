import { Hono } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { saveSettings } from "../mailings/mailing";
import type { Mailing, MailingSettings } from "../mailings/types";
import {
  beginMergeFile,
  beginReplacement,
  currentVersions,
  firstRows,
  type KeyChoice,
  listMergeFiles,
  mayCountRows,
  mergeFileById,
  mergeUsage,
  mergeVersion,
  outlookOn,
  removeMergeFile,
  renameMergeFile,
  returnMergeFile,
  takeUpload,
  type UploadResult,
  usersOf,
} from "../merging/merge-file";
import { guessKey, type Outlook } from "../merging/table";
import {
  MERGE_COLUMNS_MAX,
  MERGE_FILE_BYTES_MAX,
  MERGE_NAME_MAX,
  MERGE_ROWS_MAX,
  type MergeFile,
  type MergeFileId,
  type MergeVersion,
  mergeKinds,
} from "../merging/types";
import { fieldLabel, fieldsOf } from "../people/custom-field";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import { MergeFilePage, MergeFilesPage, NewMergeFilePage } from "./merge-file-views";
import { MergeKeyPage, type MergeKeyValues } from "./merge-key-views";
import {
  flashOf,
  hrefOf,
  MAILING_PATH,
  MAILINGS_PATH,
  type MemberContext,
  mailingIn,
  mailingsHref,
  pageOf,
  shardOf,
} from "./web";

const PATH = `${MAILINGS_PATH}/merge-files`;
const ONE = `${PATH}/:file{[0-9a-fA-F-]{36}}`;
const UPLOAD = `${ONE}/uploads/:upload{[1-9][0-9]{0,6}}`;
/** A file, with its name and the lines between the parts of a form. */
const UPLOAD_BYTES_MAX = MERGE_FILE_BYTES_MAX + 64 * 1024;
const FORM_BYTES_MAX = 16 * 1024;
const MEGABYTE = 1024 * 1024;
/** Files that a group may bring or take into use: each is read whole, and its rows are written. */
const MOVES = [{ max: 60, windowMs: 3_600_000 }];
/** What a field must be for a row to be found by it. */
const keyTypes = new Set(["text", "choice", "number", "yesno"]);

/** The tables of facts that mailings merge, and which one a mailing has. */
export const mergeFileRoutes = new Hono<MemberEnv>();

mergeFileRoutes.get(PATH, memberCan("mailings.view"), async (c) => {
  const db = shardOf(c);
  const [page, files, versions, usage, labels] = await Promise.all([
    pageOf(c),
    listMergeFiles(db),
    currentVersions(db),
    mergeUsage(db),
    labelsOf(c),
  ]);
  const rows = files.map((file) => ({
    ...{ file, version: versions.get(file.no) ?? null, uses: usage.get(file.no) ?? 0 },
  }));
  return c.html(<MergeFilesPage {...page} {...{ rows, labels }} {...removedFlash(c)} />);
});

function removedFlash(c: MemberContext) {
  const { flash } = flashOf(c, {
    removed: "merging.done.removed",
    not_returned: "merging.done.notReturned",
  });
  const id = c.req.query("done") === "removed" ? parseId<MergeFileId>(c.req.query("file") ?? "") : null;
  if (!flash || !id) return flash ? { flash } : {};
  const undo = { action: `${mailingsHref(c)}/merge-files/${id}/return`, label: c.var.t("composer.undo") };
  return { flash: { ...flash, undo } };
}

/** The fields of the group by number, archived ones too, as they are called. */
async function labelsOf(c: MemberContext): Promise<Map<number, string>> {
  return new Map((await fieldsOf(shardOf(c))).map((field) => [field.no, fieldLabel(field, c.var.locale)]));
}

mergeFileRoutes.get(`${PATH}/new`, memberCan("mailings.edit"), (c) => newPage(c, "", {}));

async function newPage(c: MemberContext, name: string, errors: FieldErrors): Promise<Response> {
  const page = await pageOf(c);
  return c.html(<NewMergeFilePage {...page} {...{ name, errors }} />, statusOf(errors));
}

function statusOf(errors: FieldErrors): 200 | 422 {
  return Object.keys(errors).length > 0 ? 422 : 200;
}

mergeFileRoutes.post(`${PATH}/new`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const posted = await uploadIn(c);
  const name = cleanLine(single(posted.values, "name"));
  const errors: FieldErrors = { ...nameErrors(c, name), ...posted.errors };
  if (!posted.upload || Object.keys(errors).length > 0) return newPage(c, name, errors);
  const kept = await beginMergeFile(ctx, group, account, { name, upload: posted.upload });
  return kept.is === "kept" ? toKey(c, kept) : newPage(c, name, { upload: uploadProblem(c, kept.is) });
});

function nameErrors({ var: { t } }: MemberContext, name: string): FieldErrors {
  if (name === "") return { name: t("merging.upload.problem.noName") };
  if (name.length <= MERGE_NAME_MAX) return {};
  return { name: t("merging.upload.problem.tooLong", { count: MERGE_NAME_MAX }) };
}

type Posted = {
  values: FormValues;
  upload: { name: string; bytes: Uint8Array } | null;
  errors: FieldErrors;
};

/** The file of a form. One that is far too large is said to be so, and not read. */
async function uploadIn(c: MemberContext): Promise<Posted> {
  await takeMove(c);
  const claimed = Number(c.req.header("Content-Length") ?? 0);
  if (claimed > UPLOAD_BYTES_MAX)
    return { values: {}, upload: null, errors: { upload: uploadProblem(c, "large") } };
  const { values, files } = await readForm(c.req.raw, { bytesMax: UPLOAD_BYTES_MAX });
  const { upload: file } = files;
  if (!file) return { values, upload: null, errors: { upload: c.var.t("merging.upload.problem.noFile") } };
  const upload = { name: fileName(file.name), bytes: new Uint8Array(await file.arrayBuffer()) };
  return { values, upload, errors: {} };
}

async function takeMove({ var: { ctx, group } }: MemberContext): Promise<void> {
  const limit = await takeFromLimits(ctx.env, "merge-file", String(group.no), MOVES);
  if (!limit.allowed) throw new AppError("too_many", "files", { retryAfterSeconds: limit.retryAfterSeconds });
}

function fileName(text: string): string {
  return cleanLine(text.replace(/^.*[\\/]/, "")) || "table.csv";
}

function uploadProblem(c: MemberContext, problem: Exclude<UploadResult["is"], "kept">): string {
  const { t, locale } = c.var;
  const numbers = { columns: MERGE_COLUMNS_MAX, size: MERGE_FILE_BYTES_MAX / MEGABYTE };
  return t(`merging.upload.problem.${problem}`, {
    columns: formatNumber(numbers.columns, locale),
    size: formatNumber(numbers.size, locale),
  });
}

function fileHref(c: MemberContext, { id }: Pick<MergeFile, "id">): string {
  return `${mailingsHref(c)}/merge-files/${id}`;
}

function toKey(c: MemberContext, { file, versionNo }: { file: MergeFile; versionNo: number }): Response {
  return c.redirect(`${fileHref(c, file)}/uploads/${versionNo}`, 303);
}

mergeFileRoutes.get(ONE, memberCan("mailings.view"), async (c) => filePage(c, await fileIn(c), {}));

async function filePage(
  c: MemberContext,
  file: MergeFile,
  { errors = {}, refusal }: { errors?: FieldErrors; refusal?: string },
): Promise<Response> {
  const db = shardOf(c);
  const [page, version, users, labels] = await Promise.all([
    pageOf(c),
    mergeVersion(db, file.no, file.versionNo),
    usersOf(db, file),
    labelsOf(c),
  ]);
  // Rows found by an address, or by what a field says, may be about people.
  const maySee = isOfPlaces(version) || can(c.var.role, "people.view");
  const rows = version && maySee ? await firstRows(db, version) : [];
  const done =
    c.req.query("done") === "taken" ? takenFlash(c, version) : flashOf(c, { saved: "merging.done.renamed" });
  return c.html(
    <MergeFilePage
      {...page}
      {...{ file, version, users, labels, rows, maySee, errors }}
      {...done}
      {...(refusal ? { refusal } : {})}
    />,
    refusal ? 409 : statusOf(errors),
  );
}

const placeKinds = new Set(["country", "region", "postal_code", "postal_prefix"]);

function isOfPlaces(version: MergeVersion | null): boolean {
  return version?.kind != null && placeKinds.has(version.kind);
}

function takenFlash({ var: { t, locale } }: MemberContext, version: MergeVersion | null) {
  if (!version) return {};
  const text = t("merging.done.taken", { number: formatNumber(version.rowCount, locale) });
  return { flash: { kind: "good" as const, text } };
}

/** The merge file of the address; 404 for another group's, and for one that was taken away. */
async function fileIn(c: MemberContext, { isRemoved = false } = {}): Promise<MergeFile> {
  const id = parseId<MergeFileId>(c.req.param("file") ?? "");
  const file = id && (await mergeFileById(shardOf(c), id));
  if (!file || (file.removedAt !== null) !== isRemoved) throw new AppError("not_found");
  return file;
}

mergeFileRoutes.post(ONE, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const file = await fileIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const name = cleanLine(single(values, "name"));
  const errors = nameErrors(c, name);
  if (Object.keys(errors).length > 0) return filePage(c, { ...file, name }, { errors });
  await renameMergeFile(ctx, group, account, file, name);
  return c.redirect(`${fileHref(c, file)}?done=saved`, 303);
});

mergeFileRoutes.post(`${ONE}/uploads`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const file = await fileIn(c);
  const { upload, errors } = await uploadIn(c);
  if (!upload) return filePage(c, file, { errors });
  const kept = await beginReplacement(ctx, group, account, file, upload);
  return kept.is === "kept"
    ? toKey(c, kept)
    : filePage(c, file, { errors: { upload: uploadProblem(c, kept.is) } });
});

mergeFileRoutes.post(`${ONE}/removal`, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const file = await fileIn(c);
  const isRemoved = await removeMergeFile(ctx, group, account, file);
  if (!isRemoved) return filePage(c, file, { refusal: t("merging.file.inUse") });
  return c.redirect(`${mailingsHref(c)}/merge-files?done=removed&file=${file.id}`, 303);
});

mergeFileRoutes.post(`${ONE}/return`, memberCan("mailings.edit"), async (c) => {
  const file = await fileIn(c, { isRemoved: true });
  const isBack = await returnMergeFile(c.var.ctx, c.var.group, file);
  return c.redirect(`${mailingsHref(c)}/merge-files${isBack ? "" : "?done=not_returned"}`, 303);
});

mergeFileRoutes.get(UPLOAD, memberCan("mailings.edit"), async (c) => {
  const file = await fileIn(c);
  const upload = await uploadOf(c, file);
  return upload ? keyPage(c, { file, upload }, {}) : c.redirect(fileHref(c, file), 303);
});

/**
 * The upload of the address that was not taken yet; null when it was. Whoever brought it has seen it; others see it when they may see
 * people, since it may be about them.
 */
async function uploadOf(c: MemberContext, file: MergeFile): Promise<MergeVersion | null> {
  const { role, account } = c.var;
  const upload = await mergeVersion(shardOf(c), file.no, Number(c.req.param("upload")));
  if (!upload || upload.takenAt !== null) return null;
  if (upload.createdBy !== account.no && !can(role, "people.view")) throw new AppError("forbidden");
  return upload;
}

type Asked = { file: MergeFile; upload: MergeVersion };

async function keyPage(
  c: MemberContext,
  { file, upload }: Asked,
  { typed, errors = {} }: { typed?: MergeKeyValues; errors?: FieldErrors },
): Promise<Response> {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const [page, outlook, current, fields] = await Promise.all([
    pageOf(c),
    outlookOn(ctx, group, upload),
    mergeVersion(db, file.no, file.versionNo),
    keyFields(c),
  ]);
  if (!outlook) return c.redirect(fileHref(c, file), 303);
  const same = current ? outlook.headings.indexOf(current.keyHeading) : -1;
  const guessed = guessOf(outlook, fields);
  const isSame = current?.kind && same >= 0;
  const values = typed ?? {
    keyAt: String(isSame ? same : guessed.keyAt),
    kind: isSame ? (current.kind ?? guessed.kind) : guessed.kind,
    fieldNo: String((isSame ? current.fieldNo : guessed.fieldNo) ?? ""),
  };
  return c.html(
    <MergeKeyPage {...page} {...{ file, upload, outlook, current, fields, values, errors }} />,
    statusOf(errors),
  );
}

/** A column that is called as a field is, where nothing else tells. */
function guessOf(outlook: Outlook, fields: readonly { no: number; label: string }[]): KeyChoice {
  const guessed = guessKey(outlook);
  if (guessed.kind !== "field") return { ...guessed, fieldNo: null };
  const named = (label: string) =>
    outlook.headings.findIndex((heading) => heading.toLowerCase() === label.toLowerCase());
  const field = fields.find(({ label }) => named(label) >= 0);
  return field
    ? { keyAt: named(field.label), kind: "field", fieldNo: field.no }
    : { ...guessed, fieldNo: null };
}

async function keyFields(c: MemberContext): Promise<{ no: number; label: string }[]> {
  return (await fieldsOf(shardOf(c)))
    .filter(({ type }) => keyTypes.has(type))
    .map((field) => ({ no: field.no, label: fieldLabel(field, c.var.locale) }));
}

mergeFileRoutes.post(UPLOAD, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, locale, group, account, role } = c.var;
  const file = await fileIn(c);
  const upload = await uploadOf(c, file);
  if (!upload) return c.redirect(fileHref(c, file), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = {
    keyAt: single(values, "keyAt"),
    kind: single(values, "kind"),
    fieldNo: single(values, "fieldNo"),
  };
  const outlook = await outlookOn(ctx, group, upload);
  const choice = choiceIn(typed, outlook?.headings.length ?? 0, await keyFields(c));
  if (!("keyAt" in choice))
    return keyPage(
      c,
      { file, upload },
      { typed, errors: { [choice.field]: t(`merging.key.problem.${choice.why}`) } },
    );
  await takeMove(c);
  const may = { send: can(role, "mailings.send"), seePeople: can(role, "people.view") };
  const taken = await takeUpload(ctx, group, account, { file, upload }, choice, may);
  switch (taken.is) {
    case "taken":
      return c.redirect(`${fileHref(c, file)}?done=taken`, 303);
    case "gone":
      return c.redirect(fileHref(c, file), 303);
    case "sentOn":
    case "narrowed":
    case "manyRows":
    case "noRows": {
      const rows = formatNumber(MERGE_ROWS_MAX, locale);
      return keyPage(
        c,
        { file, upload },
        { typed, errors: { keyAt: t(`merging.key.problem.${taken.is}`, { rows }) } },
      );
    }
  }
});

type Unchosen =
  | { field: "keyAt"; why: "column" }
  | { field: "kind"; why: "kind" }
  | { field: "fieldNo"; why: "field" };

function choiceIn(
  typed: MergeKeyValues,
  columns: number,
  fields: readonly { no: number }[],
): KeyChoice | Unchosen {
  const keyAt = /^\d{1,3}$/.test(typed.keyAt) ? Number(typed.keyAt) : -1;
  if (keyAt < 0 || keyAt >= columns) return { field: "keyAt", why: "column" };
  const kind = mergeKinds.find((each) => each === typed.kind);
  if (!kind) return { field: "kind", why: "kind" };
  const field = kind === "field" ? fields.find(({ no }) => String(no) === typed.fieldNo) : null;
  return field === undefined
    ? { field: "fieldNo", why: "field" }
    : { keyAt, kind, fieldNo: field?.no ?? null };
}

/** Which merge file a mailing has. */
mergeFileRoutes.post(`${MAILING_PATH}/merge-file`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const files = await listMergeFiles(shardOf(c));
  const mergeFileNo = files.find(({ no }) => String(no) === single(values, "mergeFileNo"))?.no ?? null;
  const withoutRow: MailingSettings["withoutRow"] =
    single(values, "withoutRow") === "left_out" ? "left_out" : "mailed";
  if (withoutRow === "left_out" && !(await mayLeaveOut(c, mailing, mergeFileNo)))
    return c.redirect(`${hrefOf(c, mailing)}?done=rows_hidden`, 303);
  const isSaved = await saveSettings(ctx, group, mailing, { settings: { mergeFileNo, withoutRow } });
  return c.redirect(isSaved ? `${hrefOf(c, mailing)}?done=saved` : hrefOf(c, mailing, "progress"), 303);
});

/**
 * How many of a file's people a mailing reaches says who is on the list, to whoever wrote the file: only a role that sees people may
 * ask it of anything narrower than a region. What was chosen before stays.
 */
async function mayLeaveOut(
  c: MemberContext,
  { settings }: Mailing,
  mergeFileNo: number | null,
): Promise<boolean> {
  if (mergeFileNo === null || can(c.var.role, "people.view")) return true;
  if (settings.withoutRow === "left_out" && settings.mergeFileNo === mergeFileNo) return true;
  return mayCountRows(shardOf(c), mergeFileNo);
}
