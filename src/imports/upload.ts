import type { Account } from "../accounts/account";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { idToHex, newId } from "../platform/ids";
import { fileKey, forgetFiles } from "./files";
import { type ImportRow, inspect } from "./import";
import * as store from "./store";
import type { ImportId } from "./types";

/** R2 wants parts of one size, the last apart, of at least 5 MiB, and at most 10,000 of them. */
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_MAX = 10_000;
export const FILE_BYTES_MAX = PART_BYTES * PARTS_MAX;
/** Of a form without script, whose file is held in memory while it is read. */
export const PLAIN_BYTES_MAX = 10 * 1024 * 1024;
const FILE_NAME_MAX = 200;

type By = Pick<Account, "no" | "name" | "email" | "locale">;

/** Begins an upload in parts, or goes on with one of the same file by the same person that broke off. */
export async function beginUpload(
  ctx: Context,
  group: Group,
  by: By,
  file: { name: string; bytes: number },
): Promise<{ id: ImportId; partBytes: number; parts: number[] }> {
  const db = dbFor(ctx.env, group);
  const fileName = nameOf(file.name);
  const broken = await store.selectBrokenUpload(db, { accountNo: by.no, fileName, fileBytes: file.bytes });
  if (broken?.uploadId) {
    const parts = await store.selectParts(db, broken.importNo);
    return { id: broken.id, partBytes: PART_BYTES, parts: parts.map(({ partNo }) => partNo) };
  }
  const id = newId<ImportId>();
  const upload = await ctx.env.FILES.createMultipartUpload(fileKey({ group, id }));
  await insert(ctx, group, by, { id, fileName, fileBytes: file.bytes, uploadId: upload.uploadId });
  return { id, partBytes: PART_BYTES, parts: [] };
}

/** Stores one part. False: the upload is over, or no part has that number and length. */
export async function putPart(
  ctx: Context,
  group: Group,
  row: ImportRow,
  partNo: number,
  body: Uint8Array,
): Promise<boolean> {
  const expected = Math.min(PART_BYTES, row.fileBytes - (partNo - 1) * PART_BYTES);
  if (row.uploadId === null || expected <= 0 || body.byteLength !== expected) return false;
  const upload = ctx.env.FILES.resumeMultipartUpload(fileKey({ group, id: row.id }), row.uploadId);
  const { etag } = await upload.uploadPart(partNo, body);
  await store.upsertPart(dbFor(ctx.env, group), row.importNo, { partNo, etag, bytes: body.byteLength });
  return true;
}

export type Finished = "ready" | "missing" | "empty";

/** Puts the parts together and looks at the file. May be asked again. */
export async function finishUpload(ctx: Context, group: Group, row: ImportRow): Promise<Finished> {
  if (row.status !== "uploading" || row.uploadId === null) return "ready";
  const db = dbFor(ctx.env, group);
  const key = fileKey({ group, id: row.id });
  const parts = await store.selectParts(db, row.importNo);
  if (parts.reduce((sum, { bytes }) => sum + bytes, 0) !== row.fileBytes) return "missing";
  const isWhole = (await ctx.env.FILES.head(key)) !== null;
  if (!isWhole)
    await ctx.env.FILES.resumeMultipartUpload(key, row.uploadId).complete(
      parts.map(({ partNo: partNumber, etag }) => ({ partNumber, etag })),
    );
  await store.deleteParts(db, row.importNo);
  return look(ctx, group, row);
}

/** Takes a file that came whole with a form. */
export async function takeWhole(
  ctx: Context,
  group: Group,
  by: By,
  file: { name: string; content: ArrayBuffer },
): Promise<{ is: Finished; id: ImportId }> {
  const id = newId<ImportId>();
  await ctx.env.FILES.put(fileKey({ group, id }), file.content);
  const row = await insert(ctx, group, by, {
    ...{ id, fileName: nameOf(file.name), fileBytes: file.content.byteLength, uploadId: null },
  });
  return { is: await look(ctx, group, row), id };
}

async function look(ctx: Context, group: Group, row: ImportRow): Promise<Finished> {
  if (await inspect(ctx, group, row)) return "ready";
  await store.deleteImport(dbFor(ctx.env, group), row.importNo);
  await forgetFiles(ctx, { group, id: row.id });
  return "empty";
}

async function insert(
  ctx: Context,
  group: Group,
  by: By,
  file: Pick<ImportRow, "id" | "fileName" | "fileBytes" | "uploadId">,
): Promise<ImportRow> {
  const db = dbFor(ctx.env, group);
  const row = {
    ...file,
    status: "uploading" as const,
    accountNo: by.no,
    accountName: by.name || by.email,
    locale: by.locale,
    createdAt: ctx.now,
  };
  await store.insertImport(db, row, idToHex(file.id));
  const stored = await store.selectImport(db, file.id);
  if (!stored) throw new Error("the import was not stored");
  return stored;
}

/** A file's name without its folders; what a browser sends is not to be trusted with more. */
function nameOf(text: string): string {
  return (
    text
      .replace(/^.*[\\/]/, "")
      .replace(/[^\P{Cc}]/gu, "")
      .trim()
      .slice(0, FILE_NAME_MAX) || "people.csv"
  );
}
