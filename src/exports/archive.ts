import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import type { T } from "../ui/i18n";
import type { Piece, Source } from "./source";
import * as store from "./store-archive";
import { closeEntry, emptyZip, endOfZip, moreOfEntry, openEntry, wholeEntry, type ZipState } from "./zip";

/** Raised with every change that a reader of archives must know of; docs/group-export.md says what each held. */
const ARCHIVE_VERSION = 1;

/** A file of lines ends after so many: it is made, deflated and checked in one piece. */
const LINES_MAX = 20_000;
const CHARACTERS_MAX = 4_000_000;
/** Of an uploaded file, read at once. */
const FILE_BYTES = 4 * 1024 * 1024;
const FILES_A_PAGE = 1_000;
/** Each is a line of the archive's directory, which is kept while it is made. */
const FILES_MAX = 10_000;

/** Folders of R2 that are a group's own. */
const foldersOf = ({ no }: Pick<Group, "no">) => [`groups/${no}/`];

type Counted = { name: string; rows: number; files: string[] };
type Step =
  | { at: "words" }
  | { at: "directory" }
  | { at: "acts"; after: number; nth: number }
  | { at: "table"; index: number; after: unknown[] | null; nth: number }
  | { at: "files"; folder: number; after: string; from: number; size: number }
  | { at: "end" };

/** All that making the archive further needs. Plain JSON: it is the cursor. */
type State = {
  zip: ZipState;
  step: Step;
  nouns: store.Noun[];
  counted: Counted[];
  files: number;
  filesLeftOut: number;
  madeAt: number;
};

type Making = { ctx: Context; db: GroupDb; group: Group; t: T };
type Made = { bytes: Uint8Array; rows: number; state: State };

/**
 * Everything a group owns as one ZIP: JSON lines by noun, its files, and what it is in plain words. What changes while it is
 * made may be there in its old or its new form; nothing that was there before is missing.
 */
export function archiveSource(ctx: Context, group: Group, t: T): Source {
  const making = { ctx, db: dbFor(ctx.env, group), group, t };
  return {
    expected: async () => 0,
    async read(cursor): Promise<Piece> {
      const state: State = cursor === null ? await firstState(making) : JSON.parse(cursor);
      if (state.step.at === "end") return { bytes: endOfZip(state.zip), rows: 0, next: null };
      const made = await stepOf(making, state);
      return { bytes: made.bytes, rows: made.rows, next: JSON.stringify(made.state) };
    },
  };
}

async function firstState({ ctx, db }: Making): Promise<State> {
  return {
    ...{ zip: emptyZip, step: { at: "words" }, counted: [], files: 0, filesLeftOut: 0 },
    nouns: await store.nounsOf(db),
    madeAt: ctx.now,
  };
}

function stepOf(making: Making, state: State): Promise<Made> {
  switch (state.step.at) {
    case "words":
      return words(making, state);
    case "directory":
      return directory(making, state);
    case "acts":
      return acts(making, state, state.step);
    case "table":
      return table(making, state, state.step);
    case "files":
      return files(making, state, state.step);
    case "end":
      throw new Error("the archive is at its end");
  }
}

const encoder = new TextEncoder();

async function words({ group, t, ctx }: Making, state: State): Promise<Made> {
  const text = t("exports.archive.readme", {
    group: group.name,
    site: groupOrigin(ctx.config, group.slug),
    day: new Date(state.madeAt).toISOString().slice(0, 10),
  });
  const made = await wholeEntry(state.zip, "README.txt", encoder.encode(`${text}\n`));
  return { bytes: made.bytes, rows: 0, state: { ...state, zip: made.zip, step: { at: "directory" } } };
}

/** The group's settings, members and addresses: a few rows each, as one file a noun. */
async function directory({ ctx, group }: Making, state: State): Promise<Made> {
  const nouns = await store.directoryOf(ctx, group.no);
  let { zip, counted } = state;
  const pieces: Uint8Array[] = [];
  for (const [name, rows] of Object.entries(nouns)) {
    const own = name === "group" ? rows.map((row) => ({ ...row, id: group.id })) : rows;
    const file = `data/${name}.jsonl`;
    const made = await wholeEntry(zip, file, encoder.encode(linesOf(own)));
    pieces.push(made.bytes);
    zip = made.zip;
    counted = [...counted, { name, rows: rows.length, files: [file] }];
  }
  const rows = Object.values(nouns).reduce((sum, each) => sum + each.length, 0);
  const step: Step = { at: "acts", after: 0, nth: 1 };
  return { bytes: joined(pieces), rows, state: { ...state, zip, counted, step } };
}

async function acts(
  { ctx, group }: Making,
  state: State,
  step: Extract<Step, { at: "acts" }>,
): Promise<Made> {
  const rows = await store.actsAfter(ctx, group.no, step.after);
  const next: Step = { at: "table", index: 0, after: null, nth: 1 };
  if (rows.length === 0 && step.nth > 1)
    return { bytes: new Uint8Array(), rows: 0, state: { ...state, step: next } };
  const made = await addLines(state, "history", step.nth, { text: linesOf(rows), rows: rows.length });
  const last = rows.at(-1)?.auditNo;
  const onward: Step = typeof last === "number" ? { at: "acts", after: last, nth: step.nth + 1 } : next;
  return { ...made, state: { ...made.state, step: onward } };
}

async function table(
  { db }: Making,
  state: State,
  { index, after, nth }: Extract<Step, { at: "table" }>,
): Promise<Made> {
  const noun = state.nouns[index];
  const filesNext: Step = { at: "files", folder: 0, after: "", from: 0, size: 0 };
  if (!noun) return { bytes: new Uint8Array(), rows: 0, state: { ...state, step: filesNext } };
  const following: Step = { at: "table", index: index + 1, after: null, nth: 1 };
  const read = await manyLines(db, noun, after);
  if (read.rows === 0 && nth > 1)
    return { bytes: new Uint8Array(), rows: 0, state: { ...state, step: following } };
  const made = await addLines(state, noun.table, nth, read);
  const step: Step = read.next === null ? following : { at: "table", index, after: read.next, nth: nth + 1 };
  return { ...made, state: { ...made.state, step } };
}

/** Lines of a table until a file is full, statement by statement. */
async function manyLines(db: GroupDb, noun: store.Noun, from: unknown[] | null) {
  const texts: string[] = [];
  let [rows, size] = [0, 0];
  let next = from;
  while (rows < LINES_MAX && size < CHARACTERS_MAX) {
    const page = await store.linesAfter(db, noun, next);
    texts.push(page.text);
    rows += page.rows;
    size += page.text.length;
    next = page.rows === 0 ? null : keyIn(noun, page.text);
    if (next === null) break;
  }
  return { text: texts.join(""), rows, next };
}

/** The key of the last of some lines; null for a table that has one row a group. */
function keyIn({ key }: store.Noun, text: string): unknown[] | null {
  if (key.length === 0) return null;
  const last: Record<string, unknown> = JSON.parse(text.slice(text.lastIndexOf("\n", text.length - 2) + 1));
  return key.map((name) => last[store.jsonName(name)]);
}

async function addLines(
  state: State,
  name: string,
  nth: number,
  { text, rows }: { text: string; rows: number },
): Promise<Made> {
  const file = `data/${name}${nth === 1 ? "" : `.${nth}`}.jsonl`;
  const made = await wholeEntry(state.zip, file, encoder.encode(text));
  const known = state.counted.find((each) => each.name === name);
  const now = { name, rows: (known?.rows ?? 0) + rows, files: [...(known?.files ?? []), file] };
  const counted = [...state.counted.filter((each) => each !== known), now];
  return { bytes: made.bytes, rows, state: { ...state, zip: made.zip, counted } };
}

/** The group's uploaded files, as they are: a small one in one piece, a large one in pieces. */
async function files(
  { ctx, group }: Making,
  state: State,
  step: Extract<Step, { at: "files" }>,
): Promise<Made> {
  const { FILES: bucket } = ctx.env;
  if (state.zip.open) return moreOfFile(bucket, state, step);
  const prefix = foldersOf(group)[step.folder];
  if (prefix === undefined) return manifest(group, state);
  const listed = await bucket.list({ prefix, startAfter: step.after || prefix, limit: FILES_A_PAGE });
  let { zip, files: count, filesLeftOut } = state;
  const pieces: Uint8Array[] = [];
  let { after } = step;
  let size = 0;
  for (const object of listed.objects) {
    if (size >= FILE_BYTES) break;
    const name = `files/${object.key.slice(prefix.length)}`;
    if (count >= FILES_MAX) filesLeftOut += 1;
    else if (object.size > FILE_BYTES) {
      const opened = openEntry(zip, name, object.size);
      pieces.push(opened.bytes);
      const open: Step = { ...step, after: object.key, from: 0, size: object.size };
      const next = { ...state, zip: opened.zip, files: count + 1, filesLeftOut, step: open };
      return { bytes: joined(pieces), rows: 0, state: next };
    } else {
      const body = await bucket.get(object.key);
      // Deleted since it was listed: then it is not the group's any more.
      if (body) {
        const made = await wholeEntry(zip, name, new Uint8Array(await body.arrayBuffer()));
        pieces.push(made.bytes);
        zip = made.zip;
        count += 1;
        size += object.size;
      }
    }
    after = object.key;
  }
  const isEnd = !listed.truncated && after === (listed.objects.at(-1)?.key ?? step.after);
  const next: Step = isEnd
    ? { at: "files", folder: step.folder + 1, after: "", from: 0, size: 0 }
    : { ...step, after };
  return { bytes: joined(pieces), rows: 0, state: { ...state, zip, files: count, filesLeftOut, step: next } };
}

async function moreOfFile(
  bucket: R2Bucket,
  state: State,
  step: Extract<Step, { at: "files" }>,
): Promise<Made> {
  const length = Math.min(FILE_BYTES, step.size - step.from);
  const body = length > 0 ? await bucket.get(step.after, { range: { offset: step.from, length } }) : null;
  const bytes = body ? new Uint8Array(await body.arrayBuffer()) : new Uint8Array();
  const more = moreOfEntry(state.zip, bytes);
  const from = step.from + bytes.length;
  if (body && from < step.size)
    return { bytes, rows: 0, state: { ...state, zip: more.zip, step: { ...step, from } } };
  const closed = closeEntry(more.zip);
  const onward: Step = { ...step, from: 0, size: 0 };
  return {
    bytes: joined([bytes, closed.bytes]),
    rows: 0,
    state: { ...state, zip: closed.zip, step: onward },
  };
}

async function manifest(group: Group, state: State): Promise<Made> {
  const { nouns, counted, files: fileCount, filesLeftOut, madeAt } = state;
  const described = counted.map(({ name, rows, files }) => ({
    name,
    rows,
    files,
    ...columnsOf(nouns.find(({ table }) => table === name)),
  }));
  const text = JSON.stringify(
    {
      ...{ format: "groundswell-group", version: ARCHIVE_VERSION, madeAt: new Date(madeAt).toISOString() },
      group: { id: group.id, slug: group.slug, name: group.name },
      ...{ nouns: described, files: { count: fileCount, leftOut: filesLeftOut } },
    },
    null,
    2,
  );
  const made = await wholeEntry(state.zip, "manifest.json", encoder.encode(`${text}\n`));
  return { bytes: made.bytes, rows: 0, state: { ...state, zip: made.zip, step: { at: "end" } } };
}

function columnsOf(noun: store.Noun | undefined) {
  if (!noun) return {};
  return { key: noun.key.map(store.jsonName), columns: noun.columns.map(({ name }) => store.jsonName(name)) };
}

function linesOf(rows: readonly Record<string, unknown>[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
