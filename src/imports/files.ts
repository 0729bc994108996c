import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { ImportId } from "./types";

type Of = { group: Pick<Group, "no">; id: ImportId };

/** Below no group's public files: nothing of it is ever on a public host. */
function folderOf({ group, id }: Of): string {
  return `imports/${group.no}/${id}/`;
}

export function fileKey(of: Of): string {
  return `${folderOf(of)}file`;
}

const PLACE_DIGITS = 15;

/** Problems found in the rows from a place on. Written again under the same name when the same rows are read again. */
export async function putProblems(ctx: Context, of: Of, fromByte: number, lines: string): Promise<void> {
  await ctx.env.FILES.put(`${folderOf(of)}problems/${String(fromByte).padStart(PLACE_DIGITS, "0")}`, lines);
}

/** Names in one answer of R2, and so in one round of deleting. */
const NAMES_MAX = 1_000;
/** So many rounds; a file of ten thousand pages has ten. */
const ROUNDS_MAX = 1_000;

/** The problems of a file in the order of its rows, part by part, never all at once. */
export function readProblems(ctx: Context, of: Of, heading: string): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const pour = async () => {
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode(heading));
    writer.releaseLock();
    let cursor: string | undefined;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const listed = await ctx.env.FILES.list({
        prefix: `${folderOf(of)}problems/`,
        limit: NAMES_MAX,
        cursor,
      });
      for (const { key } of listed.objects) {
        const object = await ctx.env.FILES.get(key);
        await object?.body.pipeTo(writable, { preventClose: true });
      }
      if (!listed.truncated) break;
      cursor = listed.cursor;
    }
    await writable.close();
  };
  // Whoever stopped reading needs no more; a part that cannot be read breaks the download off, which the browser shows.
  ctx.later(pour().catch((error: unknown) => writable.abort(error).catch(() => undefined)));
  return readable;
}

/** Deletes the file and everything that was written about it. */
export async function forgetFiles(ctx: Context, of: Of): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { objects } = await ctx.env.FILES.list({ prefix: folderOf(of), limit: NAMES_MAX });
    if (objects.length === 0) return;
    await ctx.env.FILES.delete(objects.map(({ key }) => key));
  }
}

/** Deletes the file of an import that has ended, when somebody in it was forgotten while it was read. */
export async function dropIfWithdrawn(
  ctx: Context,
  group: Of["group"],
  row: { id: ImportId; fileWithdrawnAt: number | null },
): Promise<void> {
  if (row.fileWithdrawnAt !== null) await forgetFiles(ctx, { group, id: row.id });
}
