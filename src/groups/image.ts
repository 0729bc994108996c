import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { type ImageHeader, type ImageType, readImageHeader } from "../platform/image-header";
import type { Group } from "./types";

export const IMAGE_BYTES_MAX = 5 * 1024 * 1024;
/** A phone with little memory decodes every pixel of what it is given. */
const PIXELS_MAX = 40_000_000;
const SIDE_MAX = 12_000;
const SIDE_MIN = 16;

const imageTypes: Record<ImageType, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
};

export type StoredImage = { key: string; width: number; height: number };
/** The end of a key of `actions.problems`. */
export type ImageRefusal = "imageTooLarge" | "notAnImage" | "oddSize";

/** A picture that may be stored, and is not yet. */
export type ReadImage = { stored: StoredImage; bytes: ArrayBuffer; contentType: string };

/** What an uploaded picture is, read from its own bytes: neither its name nor the browser's word counts. */
export async function readImage(
  group: Pick<Group, "no">,
  file: Blob,
  bytesMax = IMAGE_BYTES_MAX,
): Promise<ReadImage | ImageRefusal> {
  if (file.size > bytesMax) return "imageTooLarge";
  const bytes = await file.arrayBuffer();
  const header = readImageHeader(new Uint8Array(bytes));
  if (!header) return "notAnImage";
  if (!isSensibleSize(header)) return "oddSize";
  const key = `groups/${group.no}/images/${newId()}.${header.type}`;
  const { width, height } = header;
  return { stored: { key, width, height }, bytes, contentType: imageTypes[header.type] };
}

/** Never overwrites, so that a page that still shows an earlier picture goes on doing so. */
export async function keepImage(
  ctx: Context,
  { stored, bytes, contentType }: ReadImage,
): Promise<StoredImage> {
  await ctx.env.FILES.put(stored.key, bytes, { httpMetadata: { contentType } });
  return stored;
}

/** Reads an uploaded picture and stores it, unless it is refused. */
export async function storeImage(
  ctx: Context,
  group: Pick<Group, "no">,
  file: Blob,
  bytesMax = IMAGE_BYTES_MAX,
): Promise<StoredImage | ImageRefusal> {
  const read = await readImage(group, file, bytesMax);
  return typeof read === "string" ? read : keepImage(ctx, read);
}

function isSensibleSize({ width, height }: ImageHeader): boolean {
  return (
    Math.min(width, height) >= SIDE_MIN && Math.max(width, height) <= SIDE_MAX && width * height <= PIXELS_MAX
  );
}
