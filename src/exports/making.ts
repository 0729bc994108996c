import type { Source } from "./source";

/** All parts of an upload but the last are of one size, of at least 5 MiB (R2). */
const PART_BYTES = 5 * 1024 * 1024;

/** How far a file is made. Whoever holds the last one saved can go on from there, and does no row twice. */
export type Making = {
  /** Where the next stretch is read from; null before the first. */
  cursor: string | null;
  isRead: boolean;
  /** "" while nothing was uploaded yet. */
  upload: string;
  parts: { partNumber: number; etag: string }[];
  rows: number;
  /** Of all that was read, the tail included. */
  bytes: number;
  /** What was read and does not fill a part yet. */
  tail: Uint8Array;
};

export const beginning: Making = {
  ...{ cursor: null, isRead: false, upload: "", parts: [], rows: 0, bytes: 0 },
  tail: new Uint8Array(),
};

export type MakingDeps = {
  bucket: Pick<R2Bucket, "put" | "head" | "createMultipartUpload" | "resumeMultipartUpload">;
  key: string;
  metadata: R2HTTPMetadata;
  source: Source;
  /** Keeps how far it is, all of it or nothing. False: the file is not wanted any more. */
  save(making: Making): Promise<boolean>;
  /** Whether another step may be begun now, or somebody else should have a turn. */
  mayGoOn(): boolean;
  partBytes?: number;
};

/**
 * Makes a file in R2 as far as it may: reads until a part is full, uploads it, and saves what comes next. Killed before it
 * saved, it reads and uploads that part once more, in the place of the one there was.
 * @returns done: the file is there. more: ask again. stopped: nobody wants it; nothing is left in R2.
 * @throws when D1 or R2 is away: asking again goes on from what was saved.
 */
export async function makeOn(deps: MakingDeps, from: Making): Promise<"done" | "more" | "stopped"> {
  let making = from;
  for (;;) {
    if (making.isRead) return finish(deps, making);
    const step = await makePart(deps, making);
    if (!(await deps.save(step))) {
      await discard(deps, step);
      return "stopped";
    }
    making = step;
    if (!making.isRead && !deps.mayGoOn()) return "more";
  }
}

/** One part uploaded, or the end reached; unless whoever asks must be let go before. */
async function makePart(deps: MakingDeps, making: Making): Promise<Making> {
  const size = deps.partBytes ?? PART_BYTES;
  const chunks = [making.tail];
  let held = making.tail.length;
  let { cursor, isRead, rows, bytes } = making;
  while (!isRead && held < size) {
    const piece = await deps.source.read(cursor);
    chunks.push(piece.bytes);
    held += piece.bytes.length;
    rows += piece.rows;
    bytes += piece.bytes.length;
    cursor = piece.next ?? cursor;
    isRead = piece.next === null;
    if (!deps.mayGoOn()) break;
  }
  const whole = joined(chunks, held);
  let { upload, parts } = making;
  let at = 0;
  // What is left of a whole that is read may be more than nothing and still the last part.
  for (; whole.length - at > size || (!isRead && whole.length - at === size); at += size) {
    if (upload === "") upload = await createUpload(deps);
    const part = await deps.bucket
      .resumeMultipartUpload(deps.key, upload)
      .uploadPart(parts.length + 1, whole.subarray(at, at + size));
    parts = [...parts, { partNumber: part.partNumber, etag: part.etag }];
  }
  return { cursor, isRead, upload, parts, rows, bytes, tail: whole.slice(at) };
}

async function createUpload({ bucket, key, metadata }: MakingDeps): Promise<string> {
  return (await bucket.createMultipartUpload(key, { httpMetadata: metadata })).uploadId;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

async function finish({ bucket, key, metadata }: MakingDeps, making: Making): Promise<"done"> {
  const { upload, parts, tail, bytes } = making;
  if (upload === "") {
    await bucket.put(key, tail, { httpMetadata: metadata });
    return "done";
  }
  // Finished before, and killed before anybody heard of it.
  if ((await bucket.head(key))?.size === bytes) return "done";
  const open = bucket.resumeMultipartUpload(key, upload);
  const last = await open.uploadPart(parts.length + 1, tail);
  await open.complete([...parts, { partNumber: last.partNumber, etag: last.etag }]);
  return "done";
}

/** Gives up what was uploaded so far. An upload that is not there any more is given up already. */
export async function discard(
  { bucket, key }: Pick<MakingDeps, "bucket" | "key">,
  { upload }: Pick<Making, "upload">,
): Promise<void> {
  if (upload === "") return;
  await bucket
    .resumeMultipartUpload(key, upload)
    .abort()
    .catch(() => undefined);
}

/** Whether R2 says that an upload is gone, as it is after seven days: then the file is made anew. */
export function isUploadGone(error: unknown): boolean {
  return error instanceof Error && /upload does not exist|NoSuchUpload/i.test(error.message);
}
