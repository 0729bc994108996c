import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { identityHash } from "../intake/participation";
import { listTags, makeTags, TAGS_MAX, tagKey, tagNosOf } from "../people/tag";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { fileKey, putProblems } from "./files";
import { Page, type ReadPerson } from "./page";
import { pageOptionsOf, readingOf } from "./plan";
import { problemLine } from "./problems";
import { RecordReader } from "./records";
import type { Reading } from "./row";
import type { ImportRow } from "./store";
import { forgottenAmong, hasForgotten, numbersOf } from "./store-known";
import type { PageOptions } from "./store-row-rules";
import { applyPage } from "./store-rows";

/** A statement that took longer shows that the shard has other work: the import waits as long as it took. */
const SLOW_MS = 200;
const PAUSE_MS_MAX = 5_000;

/** What one step came to: the file is done, or it goes on after a pause. */
export type StepOutcome = { is: "done" } | { is: "more"; pauseMs: number };

/** Between two pages, so that whatever else waits for this thread or this shard has its turn. */
const BREATH_MS = 5;

/** Where everything is one process, a loop that never waits for the outside keeps requests from being read at all (measured). */
export function letOthersThrough(): Promise<void> {
  return scheduler.wait(BREATH_MS);
}

type Step = {
  ctx: Context;
  group: Group;
  db: GroupDb;
  row: ImportRow;
  reading: Reading;
  options: PageOptions;
  forgets: boolean;
  tagNos: Map<string, number | null>;
  now: () => number;
};

/**
 * Reads on from where the import stands and stores page after page until the file ends, `until` has come or the shard is
 * slow. May be broken off anywhere and begun again: what a page stored and where the next begins are one transaction.
 * @throws MovedOn when somebody cancelled it, or another step overtook this one; whatever else R2 or D1 throw
 */
export async function stepImport(
  ctx: Context,
  group: Group,
  row: ImportRow,
  until: number,
  now: () => number = Date.now,
): Promise<StepOutcome> {
  const db = dbFor(ctx.env, group);
  const step: Step = {
    ...{ ctx, group, db, row, now },
    reading: await readingOf(ctx, group, row),
    options: pageOptionsOf(row),
    forgets: await hasForgotten(db),
    tagNos: new Map(),
  };
  const headings = row.headings ?? [];
  const start = { byte: row.nextByte, line: row.nextLine };
  if (!row.format) throw new Error("the import has no format");
  const reader = new RecordReader(row.format, start, headings.length);
  let page = new Page(start, step.reading, headings);
  for await (const chunk of chunksOf(ctx, group, row)) {
    for (const record of chunk === null ? reader.end() : reader.push(chunk)) {
      page.add(record);
      if (!page.isFull) continue;
      const ms = await storePage(step, page, false);
      page = new Page(page.to, step.reading, headings);
      if (ms > SLOW_MS) return { is: "more", pauseMs: Math.min(ms, PAUSE_MS_MAX) };
      if (now() >= until) return { is: "more", pauseMs: 0 };
      await letOthersThrough();
    }
  }
  page.to = { byte: Math.max(page.to.byte, row.fileBytes), line: page.to.line };
  await storePage(step, page, true);
  return { is: "done" };
}

/** The file from the cursor on, and null at its end. */
async function* chunksOf(ctx: Context, group: Group, row: ImportRow): AsyncGenerator<Uint8Array | null> {
  if (row.nextByte < row.fileBytes) {
    const object = await ctx.env.FILES.get(fileKey({ group, id: row.id }), {
      range: { offset: row.nextByte },
    });
    if (!object) throw new Error("the file of the import is gone");
    yield* object.body;
  }
  yield null;
}

/** Stores one page; gives how long the database took, in ms. What it writes of problems may be written again. */
async function storePage(step: Step, page: Page, isEnd: boolean): Promise<number> {
  const { ctx, group, db, row, options } = step;
  const began = step.now();
  await resolveTags(step, page.people);
  const rows = options.isById ? await byNumber(step, page) : await byIdentity(step, page);
  if (page.problems.length > 0) {
    const lines = page.problems
      .toSorted((one, other) => one.line - other.line)
      .map((problem) => problemLine(problem, row.locale));
    await putProblems(ctx, { group, id: row.id }, page.from.byte, lines.join(""));
  }
  const { ms } = await applyPage(
    db,
    rows,
    {
      from: page.from.byte,
      to: page.to,
      isEnd,
      rows: page.rowCount,
      rejected: page.rejectedCount,
      noted: page.notedCount,
      workedMs: step.now() - began,
      now: step.now(),
    },
    options,
  );
  return ms;
}

/** Rows as the statements read them, without those who asked to be forgotten. */
async function byIdentity({ ctx, group, db, forgets, tagNos }: Step, page: Page): Promise<string> {
  const hashes = await Promise.all(
    page.people.map(({ row }) => identityHash(ctx.config.IDENTITY_PEPPER, group.id, row.v)),
  );
  const lines = page.people.map((person, index) =>
    JSON.stringify({
      ...person.row,
      h: toHex(hashes[index] ?? new Uint8Array()),
      g: numbersOfTags(person, tagNos),
    }),
  );
  const rows = `[${lines.join(",")}]`;
  if (!forgets) return rows;
  const forgotten = await forgottenAmong(db, rows);
  if (forgotten.size === 0) return rows;
  page.rejectPeople(forgotten, "erased");
  return `[${lines.filter((_line, position) => !forgotten.has(position)).join(",")}]`;
}

async function byNumber({ db, tagNos }: Step, page: Page): Promise<string> {
  const numbers = await numbersOf(
    db,
    page.people.map(({ row }) => row.v),
  );
  const unknown = new Set(page.people.flatMap(({ row }, position) => (numbers.has(row.v) ? [] : [position])));
  page.rejectPeople(unknown, "unknownId");
  const lines = page.people.map((person) =>
    JSON.stringify({ ...person.row, p: numbers.get(person.row.v), g: numbersOfTags(person, tagNos) }),
  );
  return `[${lines.join(",")}]`;
}

function numbersOfTags({ tags }: ReadPerson, tagNos: Step["tagNos"]): number[] {
  return [...new Set(tags.flatMap((name) => tagNos.get(tagKey(name)) ?? []))];
}

/** Finds or makes the tags of a page that no page of this step had before. One that cannot be made is passed over. */
async function resolveTags({ ctx, db, tagNos }: Step, people: readonly ReadPerson[]): Promise<void> {
  const unknown = new Map<string, string>();
  for (const { tags } of people)
    for (const name of tags) if (!tagNos.has(tagKey(name))) unknown.set(tagKey(name), name);
  if (unknown.size === 0) return;
  const byKey = async () => new Map((await listTags(db)).map(({ name, no }) => [tagKey(name), no]));
  const before = await byKey();
  const missing = [...unknown].filter(([key]) => !before.has(key)).map(([, name]) => name);
  await makeTags(db, missing.slice(0, Math.max(0, TAGS_MAX - before.size)), ctx.now);
  const listed = missing.length > 0 ? await byKey() : before;
  for (const [key, name] of unknown) {
    // A name a tag once had is found by asking for it alone.
    const [former] = listed.has(key) ? [] : await tagNosOf(db, [name]);
    tagNos.set(key, listed.get(key) ?? former ?? null);
  }
}
