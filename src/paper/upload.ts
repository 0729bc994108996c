import { z } from "zod";
import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type Id, newId, parseId } from "../platform/ids";
import { LINES_MAX } from "./csv";

type UploadId = Id<"upload">;

/** A file that nobody went on with is gone after a day: it holds people's names. */
const KEPT_MS = 86_400_000;
/** What R2 lists and deletes in one call, and how many calls one sweep makes. */
const FORGOTTEN_AT_ONCE = 1_000;
const PAGES_MAX = 20;

const upload = z.object({
  sheet: z.string(),
  signed: z.object({ day: z.string(), at: z.number().int() }),
  isThanked: z.boolean(),
  ignored: z.array(z.string()),
  columns: z.array(z.string()),
  rows: z.array(z.object({ no: z.number().int(), values: z.record(z.string(), z.string()) })).max(LINES_MAX),
  /** The line that was taken last: what the action asks may change between two steps, and with it how many can be taken. */
  last: z.number().int().default(0),
  /** How many were taken so far, and what became of them. */
  done: z.number().int(),
  counted: z.number().int(),
  known: z.number().int(),
});
export type Upload = z.infer<typeof upload>;

/** Below no group's files: nothing of it is ever on a public host. */
const FOLDER = "paper/";

type Of = { group: Pick<Group, "no">; action: Pick<Action, "id"> };

function keyOf({ group, action }: Of, id: UploadId): string {
  return `${FOLDER}${group.no}/${action.id}/${id}.json`;
}

/** Keeps what was read of a file until somebody has looked at it. Gives the name it is kept under. */
export async function keepUpload(ctx: Context, of: Of, made: Upload): Promise<string> {
  await forgetOldUploads(ctx, of);
  const id = newId<UploadId>();
  await ctx.env.FILES.put(keyOf(of, id), JSON.stringify(made));
  return id;
}

/** Null when there is none of that name at the action. */
export async function readUpload(ctx: Context, of: Of, name: string): Promise<Upload | null> {
  const id = parseId<UploadId>(name);
  const object = id && (await ctx.env.FILES.get(keyOf(of, id)));
  return object ? upload.parse(await object.json()) : null;
}

/** Writes down how far it is. */
export async function saveUpload(ctx: Context, of: Of, name: string, made: Upload): Promise<void> {
  const id = parseId<UploadId>(name);
  if (id) await ctx.env.FILES.put(keyOf(of, id), JSON.stringify(made));
}

export async function forgetUpload(ctx: Context, of: Of, name: string): Promise<void> {
  const id = parseId<UploadId>(name);
  if (id) await ctx.env.FILES.delete(keyOf(of, id));
}

/** Deletes what was left lying for a day: of one action, or of all. */
export async function forgetOldUploads(ctx: Context, of?: Of): Promise<void> {
  const prefix = of ? `${FOLDER}${of.group.no}/${of.action.id}/` : FOLDER;
  let cursor: string | undefined;
  for (let page = 0; page < (of ? 1 : PAGES_MAX); page += 1) {
    const found = await ctx.env.FILES.list({
      prefix,
      limit: FORGOTTEN_AT_ONCE,
      ...(cursor ? { cursor } : {}),
    });
    const old = found.objects
      .filter(({ uploaded }) => uploaded.getTime() < ctx.now - KEPT_MS)
      .map(({ key }) => key);
    if (old.length > 0) await ctx.env.FILES.delete(old);
    if (!found.truncated) return;
    cursor = found.cursor;
  }
}
