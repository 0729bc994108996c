import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { MailingId } from "../mailings/types";
import type { Context } from "../platform/context";
import { idFromHex, newId } from "../platform/ids";
import { cellsSql, noRowSql } from "./keys";
import * as store from "./store";
import * as used from "./store-used";
import { columnsOf, type Outlook, outlookOf, rowsIn, surveyOf, type UnreadableTable } from "./table";
import {
  MERGE_FILE_BYTES_MAX,
  type MergeColumn,
  type MergeFile,
  type MergeFileId,
  type MergeKind,
  type MergeVersion,
} from "./types";

/** Rows of one statement, and characters of them: D1 takes two megabytes in a parameter and holds the shard up while it writes. */
const ROWS_AT_ONCE = 1_000;
const CHARACTERS_AT_ONCE = 400_000;
/** Of what nobody took. */
const UPLOAD_KEPT_MS = 86_400_000;
/** A copy on the web shows its row, and its links lead by it, for so long after the mailing ended. */
const ROWS_KEPT_MS = 90 * 86_400_000;
const DELETED_AT_ONCE = 2_000;
const STATEMENTS_A_TICK = 100;
const UPLOAD_NAME_MAX = 200;
/** Rows that are shown of a file. */
const ROWS_SHOWN = 10;

type By = { no: number };
type Merging = { no: number; settings: { mergeFileNo: number | null } };

/** A group's merge files by name. */
export function listMergeFiles(db: GroupDb): Promise<MergeFile[]> {
  return store.selectFiles(db);
}

/** The merge file of an id, also one that was taken away; null when the group has none. */
export function mergeFileById(db: GroupDb, id: MergeFileId): Promise<MergeFile | null> {
  return store.selectFile(db, id);
}

/** The versions in use, by the number of their file. */
export function currentVersions(db: GroupDb): Promise<Map<number, MergeVersion>> {
  return store.selectCurrent(db);
}

export function mergeVersion(db: GroupDb, fileNo: number, versionNo: number): Promise<MergeVersion | null> {
  return store.selectVersion(db, fileNo, versionNo);
}

/** How many mailings use each file, by its number. */
export function mergeUsage(db: GroupDb): Promise<Map<number, number>> {
  return store.countUsers(db);
}

/** The mailings that use a file, the newest first. */
export async function usersOf(
  db: GroupDb,
  { no }: Pick<MergeFile, "no">,
): Promise<{ id: MailingId; name: string }[]> {
  const users = await store.selectUsers(db, no);
  return users.map(({ id, name }) => ({ id: idFromHex<MailingId>(id), name }));
}

/** The first rows of a version, by key. */
export function firstRows(
  db: GroupDb,
  version: Pick<MergeVersion, "fileNo" | "versionNo">,
): Promise<{ key: string; cells: string[] }[]> {
  return store.selectRows(db, version, ROWS_SHOWN);
}

/** Below no group's public files. */
function uploadKey(group: Group, { fileNo, versionNo }: Pick<MergeVersion, "fileNo" | "versionNo">): string {
  return keyAt({ groupNo: group.no, fileNo, versionNo });
}

function keyAt(at: { groupNo: number; fileNo: number; versionNo: number }): string {
  return `merging/${at.groupNo}/${at.fileNo}/${at.versionNo}`;
}

export type UploadResult =
  | { is: "kept"; file: MergeFile; versionNo: number }
  | { is: UnreadableTable | "large" | "full" };
type Upload = { name: string; bytes: Uint8Array };

/** Keeps a file until somebody has said what its columns are, as a merge file of its own. */
export async function beginMergeFile(
  ctx: Context,
  group: Group,
  by: By,
  { name, upload }: { name: string; upload: Upload },
): Promise<UploadResult> {
  const problem = problemOf(upload);
  if (problem) return { is: problem };
  const db = dbFor(ctx.env, group);
  const id = newId<MergeFileId>();
  const made = await store.insertFile(db, { id, name }, { by: by.no, now: ctx.now });
  const file = made === null ? null : await store.selectFile(db, id);
  if (!file) return { is: "full" };
  return keepUpload(ctx, group, by, file, upload);
}

/** Keeps a file that is to come in the place of a merge file's rows. */
export async function beginReplacement(
  ctx: Context,
  group: Group,
  by: By,
  file: MergeFile,
  upload: Upload,
): Promise<UploadResult> {
  const problem = problemOf(upload);
  return problem ? { is: problem } : keepUpload(ctx, group, by, file, upload);
}

function problemOf({ bytes }: Upload): UnreadableTable | "large" | null {
  if (bytes.byteLength > MERGE_FILE_BYTES_MAX) return "large";
  const outlook = outlookOf(bytes, 1);
  return typeof outlook === "string" ? outlook : null;
}

async function keepUpload(
  ctx: Context,
  group: Group,
  by: By,
  file: MergeFile,
  { name, bytes }: Upload,
): Promise<UploadResult> {
  const uploadName = name.slice(0, UPLOAD_NAME_MAX);
  const upload = { uploadName, bytes: bytes.byteLength, by: by.no, now: ctx.now };
  const versionNo = await store.insertVersion(dbFor(ctx.env, group), file.no, upload);
  await ctx.env.FILES.put(uploadKey(group, { fileNo: file.no, versionNo }), bytes);
  return { is: "kept", file, versionNo };
}

/** The headings and first rows of an upload that was not taken yet; null when it is gone. */
export async function outlookOn(
  ctx: Context,
  group: Group,
  version: Pick<MergeVersion, "fileNo" | "versionNo">,
): Promise<Outlook | null> {
  const bytes = await uploadOf(ctx, group, version);
  const outlook = bytes && outlookOf(bytes, ROWS_SHOWN);
  return outlook === null || typeof outlook === "string" ? null : outlook;
}

async function uploadOf(
  ctx: Context,
  group: Group,
  version: Pick<MergeVersion, "fileNo" | "versionNo">,
): Promise<Uint8Array | null> {
  const object = await ctx.env.FILES.get(uploadKey(group, version));
  return object && new Uint8Array(await object.arrayBuffer());
}

export type KeyChoice = { keyAt: number; kind: MergeKind; fieldNo: number | null };
export type TakeResult =
  | { is: "taken"; rows: number; problems: number }
  /** `sentOn`: a mailing that uses them was agreed to or scheduled. `narrowed`: one goes to whoever has a row, for a role that may not count those. */
  | { is: "gone" | "sentOn" | "narrowed" }
  | { is: "manyRows" }
  | { is: "noRows"; problems: number };

/**
 * Takes the rows of an upload into use: what is right in it. Mailings that have not been frozen get these from now on, so what was
 * agreed to holds them back. The rows are written under a number of their own, so that the same upload taken twice at once cannot mix.
 */
export async function takeUpload(
  ctx: Context,
  group: Group,
  by: By,
  { file, upload }: { file: MergeFile; upload: MergeVersion },
  choice: KeyChoice,
  may: store.May,
): Promise<TakeResult> {
  const db = dbFor(ctx.env, group);
  const hold = await store.selectHold(db, file.no, choice.kind, may);
  if (hold) return { is: hold };
  const bytes = await uploadOf(ctx, group, upload);
  const outlook = bytes && outlookOf(bytes, 1);
  if (!bytes || !outlook || typeof outlook === "string") return { is: "gone" };
  const { rows, problems, problemCount, isOver } = surveyOf(bytes, choice);
  if (isOver) return { is: "manyRows" };
  if (rows === 0) return { is: "noRows", problems: problemCount };
  const { uploadName } = upload;
  const begun = { uploadName, bytes: bytes.byteLength, by: by.no, now: ctx.now };
  const version = { fileNo: file.no, versionNo: await store.insertVersion(db, file.no, begun) };
  await insertRows(db, version, bytes, choice);
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: "merge_file.taken", subject: file.id },
    detail: { name: file.name, rows, kind: choice.kind },
  });
  const columns = columnsOf(outlook.headings, choice.keyAt);
  const taking = {
    ...choice,
    keyHeading: outlook.headings[choice.keyAt] ?? "",
    columns,
    rows,
    problems,
    problemCount,
  };
  const isTaken = await store.takeVersion(db, version, taking, { by: by.no, now: ctx.now, may });
  await forgetUpload(ctx, { groupNo: group.no, ...upload }, db);
  return isTaken ? { is: "taken", rows, problems: problemCount } : { is: "gone" };
}

async function insertRows(
  db: GroupDb,
  version: { fileNo: number; versionNo: number },
  bytes: Uint8Array,
  choice: KeyChoice,
): Promise<void> {
  let batch: string[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length > 0) await store.insertRows(db, version, `[${batch.join(",")}]`);
    batch = [];
    characters = 0;
  };
  for (const { row } of rowsIn(bytes, choice)) {
    if (!row) continue;
    const json = JSON.stringify([row.key, row.cells]);
    batch.push(json);
    characters += json.length;
    if (batch.length >= ROWS_AT_ONCE || characters >= CHARACTERS_AT_ONCE) await flush();
  }
  await flush();
}

async function forgetUpload(
  ctx: Context,
  { groupNo, fileNo, versionNo }: { groupNo: number; fileNo: number; versionNo: number },
  db: GroupDb,
): Promise<void> {
  await ctx.env.FILES.delete(keyAt({ groupNo, fileNo, versionNo }));
  await store.deleteVersion(db, { fileNo, versionNo });
}

export async function renameMergeFile(
  ctx: Context,
  group: Group,
  by: By,
  { no }: Pick<MergeFile, "no">,
  name: string,
): Promise<void> {
  await store.updateName(dbFor(ctx.env, group), no, name, { by: by.no, now: ctx.now });
}

/** Takes a merge file out of the lists. Drafts that name it do without; false: a mailing that is to be sent or is being sent uses it. */
export async function removeMergeFile(ctx: Context, group: Group, by: By, file: MergeFile): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const { no, id, name } = file;
  if (await store.selectIsInUse(db, no)) return false;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: "merge_file.removed", subject: id, detail: { name } },
  });
  return store.updateRemoved(db, no, ctx.now);
}

/** Brings a merge file back that was taken away. False when its rows are gone, it is there, or there are too many. */
export function returnMergeFile(ctx: Context, group: Group, { no }: Pick<MergeFile, "no">): Promise<boolean> {
  return store.updateReturned(dbFor(ctx.env, group), no);
}

/** Fixes which rows a mailing that is being prepared has. Without a merge file it costs nothing. */
export async function pinMergeFile(db: GroupDb, mailing: Merging): Promise<void> {
  if (mailing.settings.mergeFileNo !== null) await used.pinVersion(db, mailing.no);
}

/** Whether a role that may not see people may leave out whoever has no row of a file, which tells who has one. */
export async function mayCountRows(db: GroupDb, fileNo: number): Promise<boolean> {
  const kind = (await store.selectCurrent(db)).get(fileNo)?.kind ?? null;
  return kind !== null && store.isWide(kind);
}

/** The columns of the merge file a mailing has now; none without one. */
export async function mergeColumns(db: GroupDb, mailing: Merging): Promise<MergeColumn[]> {
  if (mailing.settings.mergeFileNo === null) return [];
  return (await used.selectUsed(db, mailing.no))?.columns ?? [];
}

/** Questions about the row of `p` of `people`, as SQL in which ?1 is the group. */
export type MergeQuestion = {
  hasNoRow: string;
  /** Whoever has no row gets no mail. */
  isLeftOut: boolean;
  /** Whether a column says nothing of somebody who gets the mail; null for a column there is none of. */
  isBlank(column: string): string | null;
};

/** Null for a mailing without a merge file. */
export async function mergeQuestion(db: GroupDb, mailingNo: number): Promise<MergeQuestion | null> {
  const version = await used.selectUsed(db, mailingNo);
  if (!version) return null;
  const { fileNo, versionNo, kind, fieldNo, columns, isLeftOut } = version;
  const place = {
    ...{ kind, file: String(fileNo), version: String(versionNo), field: String(fieldNo ?? 0) },
    // Asked of everybody: each length less is a look less.
    ...(kind === "postal_prefix" ? { lengths: await used.selectKeyLengths(db, version) } : {}),
  };
  const cells = cellsSql(place);
  return {
    ...{ isLeftOut, hasNoRow: noRowSql(place) },
    isBlank: (column) => {
      const index = columns.findIndex(({ name }) => name === column);
      // Of no row the cell is null, and no equal to "".
      return index < 0 ? null : `(coalesce(${cells} ->> ${index}, '${isLeftOut ? "-" : ""}') = '')`;
    },
  };
}

/** What the merge file of a mailing says of some people, by person and column; whoever has no row is not in it. */
export function mergedFor(
  db: GroupDb,
  mailingNo: number,
  personNos: readonly number[],
): Promise<Map<number, Record<string, string>>> {
  return used.selectMerged(db, mailingNo, personNos);
}

/** Deletes uploads that nobody took for a day, and rows that no mailing needs any more; the rest with the next hour. */
export async function forgetOldMergeRows(ctx: Context): Promise<void> {
  const names = shardNames(ctx.env);
  for (const shard of names) {
    const { d1 } = dbFor(ctx.env, { no: 0, shard });
    let left = Math.ceil(STATEMENTS_A_TICK / names.length);
    const old = [
      ...(await store.selectAbandoned(d1, ctx.now - UPLOAD_KEPT_MS, left)),
      ...(await store.selectOutlived(d1, ctx.now - ROWS_KEPT_MS, left)),
    ];
    for (const { groupNo, ...version } of old) {
      const db = dbFor(ctx.env, { no: groupNo, shard });
      let deleted = DELETED_AT_ONCE;
      for (; deleted === DELETED_AT_ONCE && left > 0; left -= 1)
        deleted = await store.deleteRows(db, version, DELETED_AT_ONCE);
      if (deleted < DELETED_AT_ONCE) await forgetUpload(ctx, { groupNo, ...version }, db);
    }
  }
}
