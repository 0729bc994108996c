import { type ImageRefusal, storeImage } from "../groups/image";
import { fileUrl } from "../groups/public";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store-pictures";
import type { Picture, PictureId } from "./types";

/* The pictures a group keeps for its mailings. */

export const PICTURES_PAGE = 24;
/** Of one group, with those it removed from its library: mails that were sent show them still. */
const PICTURES_MAX = 5_000;
const PICTURES_BYTES_MAX = 1024 ** 3;

/** The newest first, by keyset; one more than a page when there are more. */
export function listPictures(db: GroupDb, before: number | null): Promise<Picture[]> {
  return store.selectPictures(db, { before, limit: PICTURES_PAGE + 1 });
}

/** One of the group's, also when it was removed from the library. */
export function pictureById(db: GroupDb, id: PictureId): Promise<Picture | null> {
  return store.selectPicture(db, id);
}

/** Where mails find it, below the origin of the group's pages. */
export function picturePath(group: Pick<Group, "no">, { file }: Pick<Picture, "file">): string {
  return fileUrl(group, file) ?? "";
}

/** `full`: the group has stored as much as it may. */
export type KeptPicture = { is: "kept"; picture: Picture } | { is: "full" | ImageRefusal };

/** Stores a picture and puts it into the library. What it is, is read from its own bytes. */
export async function keepPicture(
  ctx: Context,
  group: Group,
  by: { no: number },
  { file, alt }: { file: Blob; alt: string },
): Promise<KeptPicture> {
  const db = dbFor(ctx.env, group);
  const { count, bytes } = await store.measurePictures(db);
  if (count >= PICTURES_MAX || bytes + file.size > PICTURES_BYTES_MAX) return { is: "full" };
  const stored = await storeImage(ctx, group, file);
  if (typeof stored === "string") return { is: stored };
  const { key, width, height } = stored;
  const made = { id: newId<PictureId>(), file: key, alt, width, height, bytes: file.size };
  await store.insertPicture(db, { ...made, createdBy: by.no, createdAt: ctx.now });
  const picture = await store.selectPicture(db, made.id);
  if (!picture) throw new Error("a picture that was just kept is not there");
  return { is: "kept", picture };
}

/** Changes what is said of a picture where it is put into a mail from now on. */
export function describePicture(
  ctx: Context,
  group: Group,
  { id }: Pick<Picture, "id">,
  alt: string,
): Promise<void> {
  return store.updateAlt(dbFor(ctx.env, group), id, alt);
}

/** Takes a picture out of the library, or brings it back. Mails that show it go on doing so. */
export function removePicture(
  ctx: Context,
  group: Group,
  { id }: Pick<Picture, "id">,
  isRemoved: boolean,
): Promise<void> {
  return store.updatePictureRemoved(dbFor(ctx.env, group), id, isRemoved ? ctx.now : null);
}
