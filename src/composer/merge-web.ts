import { mergeFileById } from "../merging/merge-file";
import type { MergeFile, MergeFileId } from "../merging/types";
import { fieldLabel, fieldsOf } from "../people/custom-field";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import type { FieldErrors } from "../ui/form";
import { MAILINGS_PATH, type MemberContext, mailingsHref, shardOf } from "./web";

/* What the pages of merge files and of their uploads have in common. */

export const MERGE_FILES_PATH = `${MAILINGS_PATH}/merge-files`;
export const MERGE_FILE_PATH = `${MERGE_FILES_PATH}/:file{[0-9a-fA-F-]{36}}`;
export const FORM_BYTES_MAX = 16 * 1024;
/** Files that a group may bring or take into use: each is read whole, and its rows are written. */
const MOVES = [{ max: 60, windowMs: 3_600_000 }];

/** The fields of the group by number, archived ones too, as they are called. */
export async function labelsOf(c: MemberContext): Promise<Map<number, string>> {
  return new Map((await fieldsOf(shardOf(c))).map((field) => [field.no, fieldLabel(field, c.var.locale)]));
}

export function statusOf(errors: FieldErrors): 200 | 422 {
  return Object.keys(errors).length > 0 ? 422 : 200;
}

/** @throws AppError when the group has brought too many files in an hour */
export async function takeMove({ var: { ctx, group } }: MemberContext): Promise<void> {
  const limit = await takeFromLimits(ctx.env, "merge-file", String(group.no), MOVES);
  if (!limit.allowed) throw new AppError("too_many", "files", { retryAfterSeconds: limit.retryAfterSeconds });
}

export function fileHref(c: MemberContext, { id }: Pick<MergeFile, "id">): string {
  return `${mailingsHref(c)}/merge-files/${id}`;
}

/** The merge file of the address; 404 for another group's, and for one that was taken away. */
export async function fileIn(c: MemberContext, { isRemoved = false } = {}): Promise<MergeFile> {
  const id = parseId<MergeFileId>(c.req.param("file") ?? "");
  const file = id && (await mergeFileById(shardOf(c), id));
  if (!file || (file.removedAt !== null) !== isRemoved) throw new AppError("not_found");
  return file;
}
