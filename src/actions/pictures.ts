import { keepImage, type ReadImage, readImage } from "../groups/image";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { shareFiles } from "../sharing/reading";
import { cleanLine } from "./answer-text";
import type { Problems } from "./editing";
import { type CommonSettings, IMAGE_ALT_MAX } from "./types";

/** What was posted of the action's own picture. */
type Posted = {
  form: Record<string, string | string[]>;
  /** A new one; null takes the present one away. */
  picture?: Blob | null | undefined;
  files?: Record<string, File>;
};

/** The settings with the pictures they are to show, which are read and not stored yet. */
export type PicturesRead =
  | { settings: CommonSettings; pictures: readonly ReadImage[] }
  | { problems: Problems };

/** Reads every picture of a form. Nothing is stored before all of them are known to be good, and only those that will be shown. */
export async function readPictures(
  group: Group,
  settings: CommonSettings,
  posted: Posted,
  shared: ReturnType<typeof shareFiles>,
): Promise<PicturesRead> {
  const own = await ownPicture(group, settings, posted);
  if ("problems" in own) return own;
  const pictures = [...own.pictures];
  const variants = [...settings.share.variants];
  for (const { at, file } of shared) {
    const variant = variants[at];
    if (!variant) continue;
    const read = await readImage(group, file);
    if (typeof read === "string") return problem(`share.variants.${at}.picture`, read);
    pictures.push(read);
    variants[at] = { ...variant, image: { ...read.stored, alt: "" } };
  }
  return { settings: { ...settings, image: own.image, share: { ...settings.share, variants } }, pictures };
}

function problem(field: string, refusal: Extract<Awaited<ReturnType<typeof readImage>>, string>) {
  return { problems: { [field]: { key: `actions.problems.${refusal}` } } satisfies Problems };
}

/** The action's picture, with its smaller twin where one came; the present one where none was posted. */
async function ownPicture(
  group: Group,
  { image }: CommonSettings,
  { picture, form, files = {} }: Posted,
): Promise<{ image: CommonSettings["image"]; pictures: readonly ReadImage[] } | { problems: Problems }> {
  if (!picture) return { image: picture === null ? null : image, pictures: [] };
  const large = await readImage(group, picture);
  if (typeof large === "string") return problem("picture", large);
  const alt = form["image.alt"];
  const text = typeof alt === "string" ? cleanLine(alt).slice(0, IMAGE_ALT_MAX) : (image?.alt ?? "");
  const small = await smallOf(group, large, files.pictureSmall);
  return {
    image: { ...large.stored, alt: text, ...(small ? { small: small.stored } : {}) },
    pictures: small ? [large, small] : [large],
  };
}

/** By how much the sides of the smaller picture may differ from the larger one's: pixels are whole. */
const SIDES_TOLERANCE = 0.02;

/** The smaller one that came with a picture; what is none, or is another one by its shape, is left out. */
async function smallOf(
  group: Group,
  { stored: large }: ReadImage,
  file: Blob | undefined,
): Promise<ReadImage | null> {
  if (!file || file.size === 0) return null;
  const small = await readImage(group, file);
  if (typeof small === "string" || small.stored.width >= large.width) return null;
  const shape = (small.stored.width / small.stored.height) * (large.height / large.width);
  return Math.abs(shape - 1) <= SIDES_TOLERANCE ? small : null;
}

export async function keepPictures(ctx: Context, pictures: readonly ReadImage[]): Promise<void> {
  await Promise.all(pictures.map((picture) => keepImage(ctx, picture)));
}

/** Takes back what was kept for an edit that somebody else's came before. Pictures nobody shows cost little if this fails. */
export async function dropPictures(ctx: Context, pictures: readonly ReadImage[]): Promise<void> {
  if (pictures.length === 0) return;
  try {
    await ctx.env.FILES.delete(pictures.map(({ stored }) => stored.key));
  } catch (error) {
    ctx.log.error("pictures.not_dropped", error);
  }
}
