import type { Context } from "../platform/context";
import type { RawMail } from "./kept";
import { READ_BYTES_MAX } from "./types";

/** The beginning of a mail in memory, and the rest of it where it comes from. */
export type Incoming = RawMail & { head: Uint8Array; done(): Promise<void> };

type Files = Pick<Context["env"], "FILES">;

/**
 * Reads the beginning of a mail. The rest is read only to be kept, and never all in memory; `done` lets go of it.
 * @param size bytes, as the server said
 */
export async function incoming(
  env: Files,
  stream: ReadableStream<Uint8Array>,
  size: number,
): Promise<Incoming> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  while (length < READ_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) {
      isWhole = true;
      break;
    }
    chunks.push(value);
    length += value.length;
  }
  const read = joined(chunks, length);
  let keptAs: string | null = null;
  async function keep(key: string): Promise<void> {
    if (keptAs !== null) return copy(env, keptAs, key);
    await (isWhole ? env.FILES.put(key, read) : keepStream(env, key, read, reader, size));
    isWhole = true;
    keptAs = key;
  }
  const done = () => reader.cancel().catch(() => undefined);
  return { head: read.subarray(0, READ_BYTES_MAX), size: Math.max(size, length), keep, done };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A mail that turns out shorter or longer than was said is kept as far as it was read. */
async function keepStream(
  env: Files,
  key: string,
  read: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  size: number,
): Promise<void> {
  const { readable, writable } = new FixedLengthStream(Math.max(size, read.length));
  const put = env.FILES.put(key, readable);
  try {
    await Promise.all([put, pump(read, reader, writable.getWriter())]);
  } catch {
    await env.FILES.put(key, read);
  }
}

async function pump(
  read: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    await writer.write(read);
    for (let next = await reader.read(); !next.done; next = await reader.read())
      await writer.write(next.value);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

async function copy(env: Files, from: string, to: string): Promise<void> {
  const object = from === to ? null : await env.FILES.get(from);
  if (object) await env.FILES.put(to, object.body);
}
