import type { Account } from "../accounts/account";
import { wordingHash } from "../actions/consent";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { listFields, makeField } from "../people/custom-field";
import { keepWording } from "../people/wording";
import type { Context } from "../platform/context";
import type { Locale } from "../ui/i18n";
import { lookAfterDriver, wakeDriver } from "./driver";
import { dropIfWithdrawn, forgetFiles } from "./files";
import { tellHome } from "./history";
import { KEPT_MS } from "./kept";
import { guessMapping, hashOfHeadings, type MappingProblem, mappingProblems } from "./mapping";
import { headingsIn, readSample } from "./sample";
import * as store from "./store";
import {
  type FileFormat,
  fieldTypeOf,
  type ImportId,
  type ImportOptions,
  importOptions,
  type Mapping,
} from "./types";

export type { ImportRow } from "./store";

/** Imports on one page of the history. */
const IMPORTS_PAGE = 25;
/** How consent that an uploader states is asked for. */
const STATEMENT_MODE = "import";

type By = Pick<Account, "no" | "name" | "email">;

export function findImport(ctx: Context, group: Group, id: ImportId): Promise<store.ImportRow | null> {
  return store.selectImport(dbFor(ctx.env, group), id);
}

/** The history, the newest first. @param before the `importNo` of the last one seen */
export async function listImports(
  ctx: Context,
  group: Group,
  before: number | null,
): Promise<{ imports: store.ImportRow[]; next: number | null }> {
  const rows = await store.selectImports(dbFor(ctx.env, group), { before, limit: IMPORTS_PAGE + 1 });
  const imports = rows.slice(0, IMPORTS_PAGE);
  return { imports, next: rows.length > IMPORTS_PAGE ? (imports.at(-1)?.importNo ?? null) : null };
}

/**
 * Looks at a file that has come whole: how it is written, its headings, and what its columns are, by an earlier file with the
 * same headings or by their names. False when it holds nothing.
 */
export async function inspect(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  told?: FileFormat,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const sample = await readSample(ctx, group, row, told);
  if (!sample || sample.records.length === 0) return false;
  const headings = headingsIn(sample);
  const headingsHash = await hashOfHeadings(headings);
  const fields = (await listFields(db)).filter(({ isArchived }) => !isArchived);
  const earlier = sample.format.hasHeader ? await store.selectEarlierMapping(db, headingsHash) : null;
  const known = new Set(fields.map(({ no }) => `field:${no}`));
  const mapping = earlier?.mapping?.map((use) => (use.startsWith("field:") && !known.has(use) ? "" : use));
  const read = {
    format: sample.format,
    headings,
    headingsHash,
    mapping:
      mapping ?? guessMapping(sample.format.hasHeader ? headings : guessFromCells(sample.records), fields),
    // Who is subscribed and what they did is said anew of each file.
    options: importOptions.parse({ ...earlier?.options, subscribe: "none", mobile: "none", history: null }),
  };
  if (row.status === "mapping") return store.updateMapping(db, row.importNo, read);
  return store.updateWhole(db, row.importNo, { ...read, fileBytes: row.fileBytes });
}

/** The last file that had the same headings, by whose mapping this one is read; null when there was none. */
export async function earlierFile(ctx: Context, group: Group, row: store.ImportRow): Promise<string | null> {
  if (row.headingsHash === null || !row.format?.hasHeader) return null;
  const earlier = await store.selectEarlierMapping(dbFor(ctx.env, group), row.headingsHash);
  return earlier?.fileName ?? null;
}

/** Without headings an address shows what its column is. */
function guessFromCells(records: readonly { cells: string[] | null }[]): string[] {
  const [first] = records;
  return (first?.cells ?? []).map((cell) => (cell.includes("@") ? "email" : ""));
}

/** Keeps what somebody decided about the columns so far. */
export async function saveMapping(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  mapping: Mapping,
  options: ImportOptions,
): Promise<void> {
  await store.updateMapping(dbFor(ctx.env, group), row.importNo, { mapping, options });
}

/** An import begins so long from now at most: its file is kept for thirty days. */
const BEGIN_DAYS_MAX = 14;
const BEGIN_MS_MAX = BEGIN_DAYS_MAX * 86_400_000;

/** Whether it has been started and waits for its time. */
export function isScheduled(
  { status, beginAt }: Pick<store.ImportRow, "status" | "beginAt">,
  now: number,
): boolean {
  return status === "running" && beginAt !== null && beginAt > now;
}

export type StartProblem =
  | MappingProblem
  | { is: "noStatement" }
  | { is: "noName" }
  | { is: "begin"; why: "time" | "past" | "tooFar" }
  | { is: "tooManyFields" }
  | { is: "started" };

/**
 * Begins an import: makes the custom fields that were asked for, keeps the statement under its hash, writes it all down, and
 * wakes the driver.
 * @param beginAt when its first row is to be read, in ms; null for now
 * @param statement what the uploader ticked and the name they signed it with; null when nobody is to be subscribed
 */
export async function startImport(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  by: By,
  statement: { text: string; name: string; isTicked: boolean; locale: Locale } | null,
  beginAt: number | null = null,
): Promise<StartProblem[]> {
  const db = dbFor(ctx.env, group);
  const options = importOptions.parse(row.options ?? {});
  const problems: StartProblem[] = mappingProblems(row.mapping ?? [], options);
  const isStated = [options.subscribe, options.mobile].some((wish) => wish === "stated" || wish === "all");
  if (isStated && !statement?.isTicked) problems.push({ is: "noStatement" });
  if (isStated && statement?.name.trim() === "") problems.push({ is: "noName" });
  if (beginAt !== null && beginAt <= ctx.now) problems.push({ is: "begin", why: "past" });
  if (beginAt !== null && beginAt > ctx.now + BEGIN_MS_MAX) problems.push({ is: "begin", why: "tooFar" });
  if (problems.length > 0) return problems;
  const mapping = await makeFields(ctx, group, row);
  if (!mapping) return [{ is: "tooManyFields" }];
  const statementHash = isStated && statement ? await keepStatement(ctx, group, statement) : null;
  const started = {
    ...{ mapping, statementHash, at: ctx.now, beginAt, ...(await firstRow(ctx, group, row)) },
    statement: statementHash === null ? null : (statement?.text ?? null),
  };
  await tellHome(ctx, group, options.history);
  // Set before the row says "running", so that nothing is left running that nobody drives.
  await wakeDriver(ctx, group);
  if (!(await store.updateStarted(db, row.importNo, started))) return [{ is: "started" }];
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "import.started",
    subject: row.id,
    detail: {
      file: row.fileName,
      options,
      beginAt,
      ...(statementHash === null ? {} : { statedBy: statement?.name }),
    },
  });
  await wakeDriver(ctx, group);
  return [];
}

async function keepStatement(
  ctx: Context,
  group: Group,
  { text, locale }: { text: string; locale: Locale },
): Promise<string> {
  const hash = await wordingHash(STATEMENT_MODE, locale, text);
  await keepWording(dbFor(ctx.env, group), { hash, mode: STATEMENT_MODE, locale, text }, ctx.now);
  return hash;
}

/** The mapping with every field that was to be made; null when the group has too many. */
async function makeFields(ctx: Context, group: Group, row: store.ImportRow): Promise<Mapping | null> {
  const mapping: Mapping = [];
  for (const [column, use] of (row.mapping ?? []).entries()) {
    const type = fieldTypeOf(use);
    if (type === null) {
      mapping.push(use);
      continue;
    }
    const label = row.headings?.[column] ?? "";
    const no = await makeField(dbFor(ctx.env, group), { label, type }, ctx.now);
    if (no === null) return null;
    mapping.push(mapping.includes(`field:${no}`) ? "" : `field:${no}`);
  }
  return mapping;
}

/** Where the first row of people begins: after the headings. */
async function firstRow(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
): Promise<{ byte: number; line: number }> {
  const sample = await readSample(ctx, group, row, row.format ?? undefined);
  const [first] = sample?.records ?? [];
  return row.format?.hasHeader && first ? first.next : { byte: 0, line: 1 };
}

/** Stops an import where it is: what is stored stays, until somebody undoes it. */
export async function cancelImport(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  by: By,
): Promise<boolean> {
  const changes = { finishedAt: ctx.now };
  const isDone = await store.updateStatus(
    dbFor(ctx.env, group),
    row.importNo,
    ["running", "stopped"],
    "cancelled",
    changes,
  );
  if (!isDone) return false;
  await record(ctx, group, row, by, "import.cancelled");
  await dropIfWithdrawn(ctx, group, row);
  await tellHome(ctx, group, importOptions.parse(row.options ?? {}).history);
  return true;
}

/** Goes on with an import that something had stopped. */
export async function resumeImport(
  ctx: Context,
  group: Group,
  row: store.ImportRow,
  by: By,
): Promise<boolean> {
  const isDone = await store.updateStatus(dbFor(ctx.env, group), row.importNo, ["stopped"], "running", {
    trouble: null,
  });
  if (!isDone) return false;
  await record(ctx, group, row, by, "import.resumed");
  await wakeDriver(ctx, group);
  return true;
}

/** Whether an import can still be taken back. */
export function canUndo(row: store.ImportRow, now: number): boolean {
  const hasEnded = row.status === "finished" || row.status === "cancelled";
  return hasEnded && row.fileForgottenAt === null && now - (row.finishedAt ?? now) < KEPT_MS;
}

/** Begins to take an import back. */
export async function undoImport(ctx: Context, group: Group, row: store.ImportRow, by: By): Promise<boolean> {
  if (!canUndo(row, ctx.now)) return false;
  await wakeDriver(ctx, group);
  const isDone = await store.updateStatus(
    dbFor(ctx.env, group),
    row.importNo,
    ["finished", "cancelled"],
    "undoing",
  );
  if (!isDone) return false;
  await record(ctx, group, row, by, "import.undone");
  await wakeDriver(ctx, group);
  return true;
}

/** Files that hold somebody, looked at in one go: more were not brought in the days that files are kept. */
const WITHDRAWN_MAX = 500;

/**
 * Some people are to be forgotten: files they were in, and what was written about their rows, are fetched no more and deleted,
 * those still being read as soon as they are. Undoing needs no file. May be called again. Call it before their rows are gone.
 */
export async function dropFilesWith(ctx: Context, group: Group, personNos: readonly number[]): Promise<void> {
  const db = dbFor(ctx.env, group);
  for (const row of await store.selectFilesWith(db, personNos, WITHDRAWN_MAX)) {
    if (row.status !== "running" && row.status !== "stopped") await forgetFiles(ctx, { group, id: row.id });
    await store.updateWithdrawn(db, row.importNo, ctx.now);
  }
}

/** Throws away a file nobody has started. */
export async function discardImport(ctx: Context, group: Group, row: store.ImportRow): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  if (!(await store.deleteImport(db, row.importNo))) return false;
  await store.deleteParts(db, row.importNo);
  await forgetFiles(ctx, { group, id: row.id });
  return true;
}

/** Somebody looks on: if it stands still although it should not, the driver is woken. */
export async function lookAfter(ctx: Context, group: Group, row: store.ImportRow): Promise<void> {
  const isAtWork = row.status === "running" || row.status === "undoing";
  if (isAtWork && ctx.now - (row.movedAt ?? 0) > STILL_MS) await lookAfterDriver(ctx, group);
}

/** Longer than a page of rows and a pause take. */
const STILL_MS = 15_000;

async function record(ctx: Context, group: Group, row: store.ImportRow, by: By, act: string): Promise<void> {
  const { fileName, rowCount, newCount, updatedCount, rejectedCount } = row;
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act,
    subject: row.id,
    detail: { file: fileName, rows: rowCount, new: newCount, updated: updatedCount, rejected: rejectedCount },
  });
}
