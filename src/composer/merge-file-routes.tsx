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
  listMergeFiles,
  mayCountRows,
  mergeUsage,
  mergeVersion,
  removeMergeFile,
  renameMergeFile,
  returnMergeFile,
  type UploadResult,
  usersOf,
} from "../merging/merge-file";
import {
  MERGE_COLUMNS_MAX,
  MERGE_FILE_BYTES_MAX,
  MERGE_NAME_MAX,
  type MergeFile,
  type MergeFileId,
  type MergeVersion,
} from "../merging/types";
import { cleanLine } from "../platform/clean-text";
import { type FormValues, readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import { MergeFilePage, MergeFilesPage, NewMergeFilePage } from "./merge-file-views";
import {
  FORM_BYTES_MAX,
  fileHref,
  fileIn,
  labelsOf,
  MERGE_FILE_PATH,
  MERGE_FILES_PATH,
  statusOf,
  takeMove,
} from "./merge-web";
import {
  flashOf,
  hrefOf,
  MAILING_PATH,
  type MemberContext,
  mailingIn,
  mailingsHref,
  pageOf,
  shardOf,
} from "./web";

/** A file, with its name and the lines between the parts of a form. */
const UPLOAD_BYTES_MAX = MERGE_FILE_BYTES_MAX + 64 * 1024;
const MEGABYTE = 1024 * 1024;
/** The tables of facts that mailings merge, and which one a mailing has. */
export const mergeFileRoutes = new Hono<MemberEnv>();

mergeFileRoutes.get(MERGE_FILES_PATH, memberCan("mailings.view"), async (c) => {
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

mergeFileRoutes.get(`${MERGE_FILES_PATH}/new`, memberCan("mailings.edit"), (c) => newPage(c, "", {}));

async function newPage(c: MemberContext, name: string, errors: FieldErrors): Promise<Response> {
  const page = await pageOf(c);
  return c.html(<NewMergeFilePage {...page} {...{ name, errors }} />, statusOf(errors));
}

mergeFileRoutes.post(`${MERGE_FILES_PATH}/new`, memberCan("mailings.edit"), async (c) => {
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

function toKey(c: MemberContext, { file, versionNo }: { file: MergeFile; versionNo: number }): Response {
  return c.redirect(`${fileHref(c, file)}/uploads/${versionNo}`, 303);
}

mergeFileRoutes.get(MERGE_FILE_PATH, memberCan("mailings.view"), async (c) =>
  filePage(c, await fileIn(c), {}),
);

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

mergeFileRoutes.post(MERGE_FILE_PATH, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const file = await fileIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const name = cleanLine(single(values, "name"));
  const errors = nameErrors(c, name);
  if (Object.keys(errors).length > 0) return filePage(c, { ...file, name }, { errors });
  await renameMergeFile(ctx, group, account, file, name);
  return c.redirect(`${fileHref(c, file)}?done=saved`, 303);
});

mergeFileRoutes.post(`${MERGE_FILE_PATH}/uploads`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const file = await fileIn(c);
  const { upload, errors } = await uploadIn(c);
  if (!upload) return filePage(c, file, { errors });
  const kept = await beginReplacement(ctx, group, account, file, upload);
  return kept.is === "kept"
    ? toKey(c, kept)
    : filePage(c, file, { errors: { upload: uploadProblem(c, kept.is) } });
});

mergeFileRoutes.post(`${MERGE_FILE_PATH}/removal`, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const file = await fileIn(c);
  const isRemoved = await removeMergeFile(ctx, group, account, file);
  if (!isRemoved) return filePage(c, file, { refusal: t("merging.file.inUse") });
  return c.redirect(`${mailingsHref(c)}/merge-files?done=removed&file=${file.id}`, 303);
});

mergeFileRoutes.post(`${MERGE_FILE_PATH}/return`, memberCan("mailings.edit"), async (c) => {
  const file = await fileIn(c, { isRemoved: true });
  const isBack = await returnMergeFile(c.var.ctx, c.var.group, file);
  return c.redirect(`${mailingsHref(c)}/merge-files${isBack ? "" : "?done=not_returned"}`, 303);
});

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
